//! What a tenant demands of its users.

use super::model::SecurityPolicy;
use super::service::{CHANGE_POLICY, VIEW_POLICY};
use super::store;
use crate::audit::Change;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::error::Result;

/// What is in force.
pub async fn get(ctx: &Ctx) -> Result<SecurityPolicy> {
    ctx.require(&VIEW_POLICY)?;
    Ok(store::policy(&*ctx.read().await?).await?.unwrap_or_default())
}

/// Changes it, at once for everybody who is signed in: who lacks what is demanded now can do
/// nothing but set it up.
pub async fn change(ctx: &Ctx, new: SecurityPolicy) -> Result<SecurityPolicy> {
    ctx.require(&CHANGE_POLICY)?;
    let tenant = ctx.tenant()?.id;
    ctx.write(async |tx| {
        let before = store::policy(tx).await?.unwrap_or_default();
        store::set_policy(tx, &new, ctx.user(), ctx.now).await?;
        ctx.wake(Wake::Access(tenant.0));
        ctx.audit(Change::updated("security_policy", tenant, &before, &new));
        Ok(new)
    })
    .await
}
