//! The permissions that there are, and what may be given to whom.

use std::collections::HashSet;

use super::HeldPermission;
use crate::authz::{Permission, PermissionScope, Reach};
use crate::ctx::Ctx;
use crate::error::{AppError, Invalid, Problem, Result};

/// How many permissions one call may name.
const MAX_NAMED: usize = 200;

/// All permissions, slice by slice.
pub fn all() -> impl Iterator<Item = &'static Permission> {
    crate::tenant::PERMISSIONS.iter().copied().flatten().copied()
}

/// The permission with this name.
pub fn find(name: &str) -> Option<&'static Permission> {
    all().find(|permission| permission.name == name)
}

/// Fails unless all of these exist, are named once, and are the caller's to give: nobody gives
/// what they do not hold.
pub fn check(ctx: &Ctx, field: &str, held: &[HeldPermission]) -> Result<()> {
    let mut invalid = Invalid::default();
    if held.len() > MAX_NAMED {
        invalid.push(Problem::Invalid, field, format!("can't name more than {MAX_NAMED}"));
    }
    let mut named = HashSet::new();
    for HeldPermission { permission: name, scope } in held {
        let Some(permission) = find(name) else {
            let why = format!("there is no permission {}", short(name));
            invalid.push(Problem::NotFound, field, why);
            continue;
        };
        if !named.insert(permission.name) {
            invalid.push(Problem::Invalid, field, format!("{name} is named twice"));
        }
        if !permission.scopes().has(*scope) {
            let what = match scope {
                PermissionScope::Own => "own rows",
                _ => "a branch or region",
            };
            invalid.push(Problem::Invalid, field, format!("{name} can't be limited to {what}"));
        }
        if !may_give(ctx, permission) {
            invalid.push(Problem::NotAllowed, field, format!("you do not hold {name} yourself"));
        }
    }
    invalid.finish()
}

/// Fails unless the caller holds each of these: those of a group, before somebody joins it.
pub fn require_all(ctx: &Ctx, held: &[HeldPermission]) -> Result<()> {
    let missing = held.iter().filter_map(|held| find(&held.permission));
    match missing.into_iter().find(|permission| !may_give(ctx, permission)) {
        Some(permission) => Err(AppError::Forbidden(permission.name)),
        None => Ok(()),
    }
}

/// Whether the caller holds the permission with this name on everything. One that is not known any
/// more gives nobody anything.
pub fn is_held(ctx: &Ctx, name: &str) -> bool {
    find(name).is_none_or(|permission| may_give(ctx, permission))
}

fn may_give(ctx: &Ctx, permission: &Permission) -> bool {
    matches!(ctx.reach(permission), Ok(Reach::All))
}

/// What a caller sent, short enough to be shown again.
pub(super) fn short(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}
