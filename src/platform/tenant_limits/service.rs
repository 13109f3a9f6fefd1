//! What can be done with tenants' figures. Every door (GraphQL, commands) comes through here.

use super::model::FiguresPatch;
use super::store;
use crate::audit::Change;
use crate::base::ids::TenantId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::error::{AppError, Result};
use crate::platform::{require_admin, tenants};
use crate::tenancy::Figures;
use crate::tenant::trusted_documents;

/// A tenant's own figures.
pub async fn of_tenant(ctx: &Ctx, tenant: TenantId) -> Result<Figures> {
    let tenant = tenants::service::get(ctx, tenant).await?.id;
    let found = Figures::find(&ctx.platform().await?, tenant).await?;
    Ok(found.unwrap_or_else(|| Figures::none(tenant)))
}

/// Lets the tenant of the operation run registered documents alone, or any. Its own people decide.
pub async fn allow_only_trusted(ctx: &Ctx, only: bool) -> Result<bool> {
    ctx.require(&trusted_documents::service::CHANGE_SETTINGS)?;
    let tenant = ctx.tenant()?.id;
    ctx.write_platform(async |tx| {
        if !tenants::service::lock(tx, tenant).await? {
            return Err(AppError::NotFound("tenant"));
        }
        let before = Figures::find(tx, tenant).await?.unwrap_or_else(|| Figures::none(tenant));
        let after = Figures { trusted_documents_only: only, updated_at: ctx.now, ..before.clone() };
        let changed = store::save(tx, &after).await?;
        ctx.audit(Change::updated("tenant_limits", tenant, &before, &changed));
        ctx.wake(Wake::Tenant(tenant.0));
        Ok(changed.trusted_documents_only)
    })
    .await
}

/// Whether the tenant of the operation runs registered documents alone.
pub fn only_trusted(ctx: &Ctx) -> Result<bool> {
    ctx.require(&trusted_documents::service::VIEW)?;
    Ok(ctx.tenant()?.trusted_documents_only)
}

/// Changes a tenant's figures. They hold at once, on every node.
pub async fn update(ctx: &Ctx, tenant: TenantId, patch: FiguresPatch) -> Result<Figures> {
    require_admin(ctx)?;
    patch.validate(ctx.app.config.graphql.max_cost)?;
    ctx.write_platform(async |tx| {
        if !tenants::service::lock(tx, tenant).await? {
            return Err(AppError::NotFound("tenant"));
        }
        let before = Figures::find(tx, tenant).await?.unwrap_or_else(|| Figures::none(tenant));
        let after = Figures { updated_at: ctx.now, ..patch.apply(before.clone()) };
        let changed = store::save(tx, &after).await?;
        ctx.audit(Change::updated("tenant_limits", tenant, &before, &changed));
        ctx.wake(Wake::Tenant(tenant.0));
        Ok(changed)
    })
    .await
}
