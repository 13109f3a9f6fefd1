//! What can be done with domains. Every door (GraphQL, commands) comes through here.

use chrono::{DateTime, Utc};

use super::model::{Domain, DomainId, check};
use super::store;
use crate::base::ids::TenantId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::PlatformTx;
use crate::error::{AppError, Invalid, Problem, Result};
use crate::platform::{require_admin, tenants};

/// A tenant's domains, the primary one first.
pub async fn of_tenant(ctx: &Ctx, tenant: TenantId) -> Result<Vec<Domain>> {
    require_admin(ctx)?;
    Ok(store::of_tenant(&ctx.platform().await?, tenant).await?)
}

/// Adds a domain to a tenant; its first one is the primary one.
pub async fn add(ctx: &Ctx, tenant: TenantId, domain: &str) -> Result<Domain> {
    require_admin(ctx)?;
    let domain = domain.trim().to_lowercase();
    let mut invalid = Invalid::default();
    check(&mut invalid, "domain", &domain);
    invalid.finish()?;
    ctx.write_platform(async |tx| {
        // Of several added at the same time only one is the first.
        if !tenants::service::lock(tx, tenant).await? {
            let why = "there is no such tenant";
            return Err(Invalid::new(Problem::NotFound, "tenantId", why).into());
        }
        let is_first = store::of_tenant(tx, tenant).await?.is_empty();
        let added = insert(tx, tenant, &domain, is_first, ctx.now).await;
        ctx.wake(Wake::Tenant(tenant.0));
        added.map_err(|e| match e {
            AppError::Invalid(_) => {
                Invalid::new(Problem::Taken, "domain", "is already taken").into()
            }
            e => e,
        })
    })
    .await
}

/// Writes a domain that is checked; for new tenants too.
pub async fn insert(
    tx: &PlatformTx,
    tenant: TenantId,
    domain: &str,
    is_primary: bool,
    now: DateTime<Utc>,
) -> Result<Domain> {
    Ok(store::insert(tx, tenant, domain, is_primary, now).await?)
}

/// Makes a domain its tenant's primary one.
pub async fn set_primary(ctx: &Ctx, id: DomainId) -> Result<Domain> {
    require_admin(ctx)?;
    ctx.write_platform(async |tx| {
        let domain = store::find(tx, id).await?.ok_or(AppError::NotFound("domain"))?;
        tenants::service::lock(tx, domain.tenant_id).await?;
        store::clear_primary(tx, domain.tenant_id).await?;
        ctx.wake(Wake::Tenant(domain.tenant_id.0));
        Ok(store::make_primary(tx, id).await?)
    })
    .await
}

/// Takes a domain from its tenant.
pub async fn remove(ctx: &Ctx, id: DomainId) -> Result<DomainId> {
    require_admin(ctx)?;
    ctx.write_platform(async |tx| {
        let domain = store::find(tx, id).await?.ok_or(AppError::NotFound("domain"))?;
        store::delete(tx, id).await?;
        ctx.wake(Wake::Tenant(domain.tenant_id.0));
        Ok(id)
    })
    .await
}
