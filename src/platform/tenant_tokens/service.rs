//! Entering a tenant as a user of the platform.

use super::store::{self, Place};
use crate::audit::Change;
use crate::base::ids::TenantId;
use crate::ctx::{Core, Ctx, Scope};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::platform::require_operator;
use crate::sessions::AccessToken;
use crate::tenant::sessions::entries;
use crate::tenant::users::User;
use crate::tenant::users::linked::{self, Entrant};

/// Somebody who has entered a tenant.
pub struct Entered {
    pub token: AccessToken,
    pub user: User,
}

/// Opens a session in a tenant of the caller's organizations, as the user there who is linked to
/// them. It ends with the caller's own session, and with what lets them in.
pub async fn create(ctx: &Ctx, tenant: TenantId) -> Result<Entered> {
    let operator = require_operator(ctx)?;
    let session = ctx.session().ok_or(AppError::Forbidden("platform.use"))?;
    let place = store::place(&ctx.platform().await?, operator, tenant).await?;
    let unknown = Invalid::new(Problem::NotFound, "input.tenantId", "there is no such tenant");
    let Place { email, first_name, last_name, role } = place.ok_or(unknown)?;
    let there = enter(ctx, tenant).await?;
    let who = Entrant { operator, email, first_name, last_name, role: role.in_tenants() };
    // The platform's record first: nobody gets in without it.
    ctx.write_platform(async |_| {
        ctx.audit(Change::done("tenant.enter", "tenant", tenant));
        Ok(())
    })
    .await?;
    let entered = there
        .write(async |tx| {
            let user = linked::enter(&there, tx, &who).await?;
            let token = entries::open(&there, tx, user.id, session).await?;
            there.audit(Change::done("user.enter", "user", user.id));
            Ok(Entered { token, user })
        })
        .await?;
    tracing::info!(
        target: "security",
        { operator.id = %operator, tenant.id = %tenant, user.id = %entered.user.id },
        "a platform user entered a tenant"
    );
    Ok(entered)
}

/// An operation of the same caller in a tenant, if that may be used now.
pub async fn enter(ctx: &Ctx, tenant: TenantId) -> Result<Ctx> {
    let tenant = ctx.app.directory.by_id(tenant, &ctx.meter).await?.usable()?;
    let scope = Scope::Tenant(tenant);
    let core = Core::new(ctx.app.clone(), scope, ctx.actor.clone(), ctx.origin.clone());
    Ok(Ctx::new(core.with_meter(ctx.meter.clone())))
}
