//! What can be done with domains. Every door (GraphQL, commands) comes through here.

use super::model::{Domain, DomainId, check};
use super::store;
use crate::audit::Change;
use crate::base::ids::TenantId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::{PlatformTx, TenantSchema};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::platform::{require_admin, tenants};

/// Adds a domain to a tenant; its first one is the primary one.
pub async fn add(ctx: &Ctx, tenant: TenantId, domain: &str) -> Result<Domain> {
    require_admin(ctx)?;
    let domain = domain.trim().to_lowercase();
    let mut invalid = Invalid::default();
    check(&mut invalid, "domain", &domain);
    invalid.finish()?;
    let unknown = || Invalid::new(Problem::NotFound, "tenantId", "there is no such tenant");
    let schema = match ctx.app.directory.by_id(tenant, &ctx.meter).await {
        Err(AppError::TenantNotFound) => return Err(unknown().into()),
        found => found?.schema.clone(),
    };
    ctx.write_platform(async |tx| {
        // Of several added at the same time only one is the first.
        if !tenants::service::lock(tx, tenant).await? {
            return Err(unknown().into());
        }
        let is_first = store::of_tenants(tx, &[tenant]).await?.is_empty();
        let added = insert(ctx, tx, (tenant, &schema), &domain, is_first).await;
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

/// Writes a domain that is well formed; for new tenants too. A name that leads to a tenant by its
/// schema is nobody else's, whether there is such a tenant already or not.
pub async fn insert(
    ctx: &Ctx,
    tx: &PlatformTx,
    (tenant, schema): (TenantId, &TenantSchema),
    domain: &str,
    is_primary: bool,
) -> Result<Domain> {
    if ctx.app.hosts.schema_of(&domain.to_lowercase()).is_some_and(|named| named != *schema) {
        let why = "belongs to the tenant of that name";
        return Err(Invalid::new(Problem::Taken, "input.domain", why).into());
    }
    let added = store::insert(tx, tenant, domain, is_primary, ctx.now).await?;
    ctx.audit(Change::created("domain", added.id, &added));
    Ok(added)
}

/// Makes a domain its tenant's primary one.
pub async fn set_primary(ctx: &Ctx, id: DomainId) -> Result<Domain> {
    require_admin(ctx)?;
    ctx.write_platform(async |tx| {
        let domain = store::find(tx, id).await?.ok_or(AppError::NotFound("domain"))?;
        tenants::service::lock(tx, domain.tenant_id).await?;
        store::clear_primary(tx, domain.tenant_id).await?;
        ctx.wake(Wake::Tenant(domain.tenant_id.0));
        let primary = store::make_primary(tx, id).await?;
        let change = Change::updated("domain", id, &domain, &primary);
        ctx.audit(change.named("domain.set_primary"));
        Ok(primary)
    })
    .await
}

/// Takes a domain from its tenant.
pub async fn remove(ctx: &Ctx, id: DomainId) -> Result<DomainId> {
    require_admin(ctx)?;
    ctx.write_platform(async |tx| {
        let domain = store::find(tx, id).await?.ok_or(AppError::NotFound("domain"))?;
        store::delete(tx, id).await?;
        ctx.audit(Change::deleted("domain", id, &domain));
        ctx.wake(Wake::Tenant(domain.tenant_id.0));
        Ok(id)
    })
    .await
}
