//! A signed-in caller, and what they may do.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::permission::{Permission, PermissionScope, Role, ScopeSet};
use super::reach::{Granted, Part, Reach};
use crate::base::ids::UserId;
use crate::error::AppError;

/// The one permission of those who have to set up a second factor.
const BEFORE_ENROLLMENT: &str = "second_factor.own";

crate::id!(/** A platform user. */ OperatorId, "operator");

/// Whose account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    User { id: UserId, role: Role },
    Operator { id: OperatorId, is_admin: bool },
}

/// What the caller showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// An access token of this session.
    Session(Uuid),
    /// This API key, or a token that it was exchanged for.
    Key(Uuid),
}

/// A signed-in caller, as the rows say now: the session or key holds, and the account is active.
/// Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    pub who: Who,
    pub through: Through,
    /// The platform administrator who acts in the user's place.
    pub impersonator: Option<OperatorId>,
    /// The platform user whose session there this one ends with: who entered, or impersonates.
    pub platform_user: Option<OperatorId>,
    /// When it ends by itself, whatever becomes of the rows: a key's end.
    until: Option<DateTime<Utc>>,
    held: Arc<Held>,
}

/// What a user holds beyond the role, or is limited to.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Held {
    /// Where all of it counts, and nowhere else.
    pub tenant: Option<Uuid>,
    /// Direct permissions and those of groups.
    pub permissions: HashMap<Box<str>, ScopeSet>,
    /// The branch that they belong to.
    pub place: Option<Place>,
    /// The user and their groups: whoever holds grants on single objects.
    pub holders: Arc<[Uuid]>,
    /// Permissions that they hold on single objects.
    pub granted: HashMap<Box<str>, Granted>,
    /// They have to set up a second factor before anything else.
    pub must_enroll: bool,
    /// The only permissions that count, when a key has scopes.
    pub limited_to: Option<HashSet<Box<str>>>,
}

/// Where a user works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub branch: Uuid,
    /// The branches of the same region, this one among them; it alone without a region.
    pub region: Arc<[Uuid]>,
}

impl Held {
    /// Adds a permission in a scope to what is held already.
    pub fn add(&mut self, permission: String, scope: PermissionScope) {
        self.permissions.entry(permission.into()).or_default().add(scope);
    }

    /// The branches that permissions in these scopes reach.
    fn branches(&self, scopes: ScopeSet) -> Arc<[Uuid]> {
        match &self.place {
            Some(place) if scopes.has(PermissionScope::Region) => place.region.clone(),
            Some(place) if scopes.has(PermissionScope::Branch) => Arc::new([place.branch]),
            _ => Arc::default(),
        }
    }
}

impl Access {
    pub fn user(id: UserId, role: Role, through: Through, held: Held) -> Self {
        let who = Who::User { id, role };
        Self {
            who,
            through,
            impersonator: None,
            platform_user: None,
            until: None,
            held: Arc::new(held),
        }
    }

    pub fn operator(id: OperatorId, is_admin: bool, session: Uuid) -> Self {
        let (who, through) = (Who::Operator { id, is_admin }, Through::Session(session));
        Self {
            who,
            through,
            impersonator: None,
            platform_user: None,
            until: None,
            held: Arc::default(),
        }
    }

    /// An administrator of the platform acts in the user's place.
    #[must_use]
    pub fn impersonated_by(self, operator: OperatorId) -> Self {
        Self { impersonator: Some(operator), platform_user: Some(operator), ..self }
    }

    /// The user is the account of a platform user, who may do as much as this role here.
    #[must_use]
    pub fn entered_by(self, operator: OperatorId, role: Role) -> Self {
        let who = match self.who {
            Who::User { id, .. } => Who::User { id, role },
            operator => operator,
        };
        Self { who, platform_user: Some(operator), ..self }
    }

    /// Why the permission does not count for somebody who comes from the platform. It has nothing
    /// to do with what the user may do.
    pub fn bars(&self, permission: &Permission) -> Option<&'static str> {
        self.platform_user?;
        match self.impersonator {
            Some(_) if permission.is_of_account() || permission.changes_tenant() => {
                Some("not while impersonating")
            }
            None if permission.is_of_account() => {
                Some("you come from the platform: your account is managed there")
            }
            _ => None,
        }
    }

    /// It ends then.
    #[must_use]
    pub fn until(self, until: Option<DateTime<Utc>>) -> Self {
        Self { until, ..self }
    }

    /// When it ends by itself.
    pub fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.until
    }

    /// Whether it has not ended by itself.
    pub fn holds_at(&self, now: DateTime<Utc>) -> bool {
        self.until.is_none_or(|until| until > now)
    }

    /// Whether the permission holds on everything.
    pub fn allows(&self, permission: &Permission) -> bool {
        matches!(self.reach(permission), Some(Reach::All))
    }

    /// On which rows the permission holds; `None`: on none.
    pub fn reach(&self, permission: &Permission) -> Option<Reach> {
        let (id, role) = match self.who {
            Who::Operator { is_admin, .. } => {
                return (is_admin && permission.is_of_platform()).then_some(Reach::All);
            }
            Who::User { id, role } => (id, role),
        };
        let Held { permissions, holders, granted, limited_to, .. } = &*self.held;
        if permission.is_of_platform()
            || self.bars(permission).is_some()
            || (permission.is_for_people() && matches!(self.through, Through::Key(_)))
            || limited_to.as_ref().is_some_and(|only| !only.contains(permission.name))
        {
            return None;
        }
        if self.must_enroll() && permission.name != BEFORE_ENROLLMENT {
            return None;
        }
        let scopes = permissions.get(permission.name).copied().unwrap_or_default();
        if role == Role::Owner || permission.is_held_by(role) || scopes.has(PermissionScope::All) {
            return Some(Reach::All);
        }
        let granted = granted.get(permission.name).cloned().unwrap_or_default();
        (!scopes.is_empty() || !granted.is_empty()).then(|| {
            Reach::Part(Part {
                permission: permission.name,
                scopes,
                own: scopes.has(PermissionScope::Own).then_some(id.0),
                branches: self.held.branches(scopes),
                holders: holders.clone(),
                granted,
            })
        })
    }

    /// Whether the caller has to set up a second factor before anything else.
    pub fn must_enroll(&self) -> bool {
        self.held.must_enroll && self.impersonator.is_none()
    }

    /// Why a permission is refused.
    pub fn refusal(&self, permission: &Permission) -> AppError {
        match self.bars(permission) {
            Some(why) => AppError::Barred(why),
            None if self.must_enroll() => AppError::SecondFactorNeeded,
            None => AppError::Forbidden(permission.name),
        }
    }

    /// Whether everything that `role` may do is the caller's to give. A key that is limited may
    /// give nothing that comes with a role.
    pub fn includes(&self, role: Role) -> bool {
        match self.who {
            Who::User { .. } if self.impersonator.is_some() => false,
            Who::User { .. } if self.held.limited_to.is_some() => role == Role::Guest,
            Who::User { role: own, .. } => own.includes(role),
            Who::Operator { .. } => false,
        }
    }

    /// Whether the account may act in this tenant at all, or on the platform for `None`. Operators
    /// hold nothing in a tenant, so it does not matter where they are.
    pub fn belongs_to(&self, tenant: Option<Uuid>) -> bool {
        matches!(self.who, Who::Operator { .. }) || self.held.tenant == tenant
    }

    /// The user's role; `None` for operators.
    pub fn role(&self) -> Option<Role> {
        match self.who {
            Who::User { role, .. } => Some(role),
            Who::Operator { .. } => None,
        }
    }

    /// The branch that the user belongs to.
    pub fn branch(&self) -> Option<Uuid> {
        self.held.place.as_ref().map(|place| place.branch)
    }

    pub(super) fn held(&self) -> &Held {
        &self.held
    }

    /// The user's and their groups' ids.
    pub fn holders(&self) -> &Arc<[Uuid]> {
        &self.held.holders
    }

    /// Whose it is, whatever the session.
    pub fn subject(&self) -> Uuid {
        match self.who {
            Who::User { id, .. } => id.0,
            Who::Operator { id, .. } => id.0,
        }
    }

    /// The session, when that is what the caller showed.
    pub fn session(&self) -> Option<Uuid> {
        match self.through {
            Through::Session(id) => Some(id),
            Through::Key(_) => None,
        }
    }
}
