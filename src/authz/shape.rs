//! What of a caller decides the answers they get: those of one shape may share an answer.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::access::{Access, Through, Who};
use super::permission::{PermissionScope, Role, ScopeSet};

/// Everything about a caller that what they may see depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shape {
    role: Option<Role>,
    permissions: BTreeMap<Box<str>, ScopeSet>,
    limited_to: Option<Vec<Box<str>>>,
    must_enroll: bool,
    by_key: bool,
    from_platform: bool,
    impersonated: bool,
    /// Whose rows they are, when only some rows are within reach.
    own: Option<Uuid>,
}

impl Access {
    /// Whether others get the same answers. Those who reach only some rows have a shape of their
    /// own; so have all, when an answer is about who asks.
    pub fn shape(&self, personal: bool) -> Shape {
        let held = self.held();
        let mut permissions = BTreeMap::new();
        permissions.extend(held.permissions.iter().map(|(name, scope)| (name.clone(), *scope)));
        let limited_to = held.limited_to.as_ref().map(|only| {
            let mut only: Vec<_> = only.iter().cloned().collect();
            only.sort_unstable();
            only
        });
        let partly = permissions.values().any(|scopes| !scopes.has(PermissionScope::All))
            || !held.granted.is_empty()
            || matches!(self.who, Who::Operator { .. });
        Shape {
            role: self.role(),
            permissions,
            limited_to,
            must_enroll: self.must_enroll(),
            by_key: matches!(self.through, Through::Key(_)),
            from_platform: self.platform_user.is_some(),
            impersonated: self.impersonator.is_some(),
            own: (partly || personal).then(|| self.subject()),
        }
    }
}
