//! Slices on the platform's tables: who runs the installation, which tenants it has, and the
//! sign-in that leads to either.

pub mod domains;
pub mod operators;
pub mod tenants;
pub mod tokens;

use crate::authz::Permission;
use crate::ctx::Ctx;
use crate::error::Result;

/// What platform administrators may do, and nobody else.
pub const ADMINISTER: Permission = Permission::of_platform("platform.administer");

/// Fails unless a platform administrator asks, on a platform host.
fn require_admin(ctx: &Ctx) -> Result<()> {
    ctx.require(&ADMINISTER)?;
    ctx.on_platform()
}
