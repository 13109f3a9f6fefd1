//! Slices on the platform's tables: who runs the installation, which tenants it has, and the
//! sign-in that leads to either.

pub mod domains;
pub mod operators;
pub mod tenants;
pub mod tokens;

use crate::authz::{OperatorId, OrganizationRole, Permission};
use crate::ctx::{Actor, Ctx};
use crate::error::{AppError, Result};

/// What platform administrators may do, and nobody else.
pub const ADMINISTER: Permission = Permission::of_platform("platform.administer");
/// What every operator may do: use their own account.
pub const USE: Permission = Permission::of_organization("platform.use", OrganizationRole::ALL);

/// Fails unless a platform administrator asks, on a platform host.
fn require_admin(ctx: &Ctx) -> Result<()> {
    ctx.require(&ADMINISTER)?;
    ctx.on_platform()
}

/// The operator who asks, on a platform host; fails for everybody else.
fn require_operator(ctx: &Ctx) -> Result<OperatorId> {
    match &ctx.actor {
        Actor::Anonymous => Err(AppError::Unauthenticated("sign in first")),
        _ => {
            let operator = ctx.operator().ok_or(AppError::Forbidden(USE.name))?;
            ctx.on_platform().map(|()| operator)
        }
    }
}
