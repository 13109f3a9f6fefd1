//! Slices on the platform's tables: who runs the installation, which tenants it has, the sign-in
//! that leads to either, and the keys that sign its tokens.

pub mod audit_log;
pub mod domains;
pub mod event_backlog;
pub mod impersonations;
pub mod oidc_sign_ins;
pub mod operators;
pub mod organization_members;
pub mod organizations;
pub mod origins;
pub mod security_events;
pub mod signing;
pub mod tenant_limits;
pub mod tenant_tokens;
pub mod tenants;
pub mod tokens;

use crate::authz::{OperatorId, OrganizationRole, Permission};
use crate::ctx::{Actor, Ctx};
use crate::error::{AppError, Result};

/// What platform administrators may do, and nobody else.
pub const ADMINISTER: Permission = Permission::of_platform("platform.administer");
/// What every operator may do: use their own account, and see what is theirs.
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

/// What somebody sees of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Everything: platform administrators, and the server itself.
    All,
    /// The organizations that the operator belongs to, and their tenants.
    Of(OperatorId),
}

/// What the caller sees, on a platform host; fails for who is no operator. What they may do with
/// it depends on their role in the organization: see `organization_members::service::require`.
fn sight(ctx: &Ctx) -> Result<Sight> {
    if ctx.holds(&ADMINISTER) {
        return ctx.on_platform().map(|()| Sight::All);
    }
    require_operator(ctx).map(Sight::Of)
}
