//! What can be done with tenants. Every door (GraphQL, commands) comes through here.

use super::model::{NewTenant, TenantPatch, TenantRecord};
use super::store;
use crate::base::ids::TenantId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::{Listing, Page, PlatformTx, TenantSchema, TenantTx};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::platform::{domains, require_admin};
use crate::tenant::users::{self, User};

/// The tenant, if a platform administrator asks.
pub async fn get(ctx: &Ctx, id: TenantId) -> Result<TenantRecord> {
    require_admin(ctx)?;
    store::find(&ctx.platform().await?, id).await?.ok_or(AppError::NotFound("tenant"))
}

/// Lets one transaction at a time work on what belongs to a tenant; whether there is such a tenant.
pub async fn lock(tx: &PlatformTx, id: TenantId) -> Result<bool> {
    Ok(store::lock(tx, id).await?)
}

/// The tenant with this schema name, with or without the prefix.
pub async fn by_schema(ctx: &Ctx, name: &str) -> Result<TenantRecord> {
    require_admin(ctx)?;
    let schema = TenantSchema::parse(name).ok_or(AppError::NotFound("tenant"))?;
    let found = store::by_schema(&ctx.platform().await?, &schema).await?;
    found.ok_or(AppError::NotFound("tenant"))
}

/// A page of tenants.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<TenantRecord>> {
    require_admin(ctx)?;
    let conn = ctx.platform().await?;
    let rows = store::page(&conn, &listing);
    let total =
        async { if total { store::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// All tenants by schema name, for commands.
pub async fn all(ctx: &Ctx) -> Result<Vec<TenantRecord>> {
    require_admin(ctx)?;
    Ok(store::all(&ctx.platform().await?).await?)
}

/// Makes a tenant: its schema, role, tables, domain and owner. All of it or nothing.
pub async fn create(ctx: &Ctx, new: NewTenant) -> Result<TenantRecord> {
    require_admin(ctx)?;
    new.validate()?;
    let hash = ctx.app.passwords.hash(&new.owner.password).await?;
    let (tenant, _) = create_filled(ctx, &new, &hash, async |_, _| Ok(())).await?;
    Ok(tenant)
}

/// The same with the owner's password hashed already. `fill` writes what the tenant begins with
/// beside its owner, in the same transaction.
pub async fn create_filled<T>(
    ctx: &Ctx,
    new: &NewTenant,
    password_hash: &str,
    fill: impl AsyncFnOnce(&TenantTx, Beginning) -> Result<T>,
) -> Result<(TenantRecord, T)> {
    require_admin(ctx)?;
    let schema = new.validate()?;
    let id = TenantId::generate();
    let place = ctx.app.db.place(id.0, schema.clone());
    let mut made = None;
    let register = async |tx: &PlatformTx| {
        made = Some(store::insert(tx, id, &schema, new, ctx.now).await?);
        if let Some(domain) = &new.domain {
            domains::service::insert(ctx, tx, (id, &schema), domain, true).await?;
        }
        Ok(())
    };
    let seed = async |tx: &TenantTx| {
        let owner = users::service::insert(tx, &new.owner, password_hash, None, ctx.now).await?;
        fill(tx, Beginning { tenant: id, owner }).await
    };
    let filled = ctx.app.db.owner().create_tenant(&place, register, seed).await?;
    ctx.app.bus.publish(Wake::Tenant(id.0)).await;
    tracing::info!(target: "security", { tenant.id = %id }, "tenant made");
    let made = made.ok_or_else(|| AppError::internal("a tenant was made without a row"))?;
    Ok((made, filled))
}

/// What every new tenant has.
pub struct Beginning {
    pub tenant: TenantId,
    pub owner: User,
}

/// Changes a tenant. Deactivating shuts everybody out at once, on every node.
pub async fn update(
    ctx: &Ctx,
    id: TenantId,
    patch: TenantPatch,
    expected_version: Option<i32>,
) -> Result<TenantRecord> {
    require_admin(ctx)?;
    patch.validate()?;
    ctx.write_platform(async |tx| {
        store::find(tx, id).await?.ok_or(AppError::NotFound("tenant"))?;
        let changed = store::update(tx, id, expected_version, &patch, ctx.now).await?;
        ctx.wake(Wake::Tenant(id.0));
        changed.ok_or_else(AppError::stale)
    })
    .await
}

/// Drops a tenant with all its data. `confirm` has to be its schema name.
pub async fn delete(ctx: &Ctx, id: TenantId, confirm: &str) -> Result<TenantId> {
    let tenant = get(ctx, id).await?;
    if confirm != tenant.schema_name {
        let why = format!("to delete everything, confirm with {}", tenant.schema_name);
        return Err(Invalid::new(Problem::NotAllowed, "confirmSchemaName", why).into());
    }
    let schema = TenantSchema::parse(&tenant.schema_name)
        .ok_or_else(|| AppError::internal("a schema name outside the rules"))?;
    // Nobody may be working in it while it is dropped.
    let closed = TenantPatch { is_active: Some(false), ..TenantPatch::default() };
    update(ctx, id, closed, None).await?;
    let place = ctx.app.db.place(id.0, schema);
    let unregister = async |tx: &PlatformTx| {
        store::delete(tx, id).await?;
        Ok(())
    };
    ctx.app.db.owner().drop_tenant(&place, unregister).await?;
    ctx.app.bus.publish(Wake::Tenant(id.0)).await;
    tracing::info!(target: "security", { tenant.id = %id }, "tenant deleted");
    Ok(id)
}
