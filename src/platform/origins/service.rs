//! What can be done with origins. Every door (GraphQL, commands) comes through here.

use serde_json::json;

use super::{model, store};
use crate::audit::Change;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::error::{AppError, Result};

crate::permissions! {
    VIEW = "origins.view" for OWNERS,
    CHANGE = "origins.change" for OWNERS,
}

/// The tenant's list.
pub fn list(ctx: &Ctx) -> Result<Vec<String>> {
    ctx.require(&VIEW)?;
    Ok(ctx.tenant()?.allowed_origins.to_vec())
}

/// Replaces the list, on every node at once.
pub async fn update(ctx: &Ctx, origins: &[String]) -> Result<Vec<String>> {
    ctx.require(&CHANGE)?;
    let tenant = ctx.tenant()?.id;
    let origins = model::normal("origins", origins, ctx.app.config.mode)?;
    ctx.write_platform(async |tx| {
        let before = store::locked(tx, tenant).await?.ok_or(AppError::TenantNotFound)?;
        store::set(tx, tenant, &origins, ctx.now).await?;
        let change = Change::done("tenant.update_origins", "tenant", tenant);
        ctx.audit(
            change
                .before(&json!({ "allowed_origins": before }))
                .after(&json!({ "allowed_origins": origins })),
        );
        ctx.wake(Wake::Tenant(tenant.0));
        Ok(())
    })
    .await?;
    tracing::info!(target: "security", { tenant.id = %tenant }, "allowed origins changed");
    Ok(origins)
}
