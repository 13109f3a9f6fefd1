//! What can be done with tenants. Every door (GraphQL, commands) comes through here.

use super::model::{NewTenant, TenantPatch, TenantRecord};
use super::store;
use crate::audit::Change;
use crate::authz::{OrganizationRole, Permission};
use crate::base::ids::TenantId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::{
    Column, Listing, Page, PlatformTx, Predicate, Share, TenantSchema, TenantTx, Value,
};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::platform::organizations;
use crate::platform::{
    ADMINISTER, Sight, domains, organization_members, require_admin, require_operator, sight,
};
use crate::security::Kind;
use crate::tenant::users::{self, User};

const IS_ACTIVE: Column = Column::new("tenants", "is_active");

/// Making tenants for an organization, as many as it may have.
pub const ADD: Permission = Permission::of_organization("tenants.add", OrganizationRole::ADMINS);
/// Changing what is an organization's own to decide about its tenants.
pub const CHANGE: Permission =
    Permission::of_organization("tenants.change", OrganizationRole::ADMINS);

/// The tenant, if it is of an organization that the caller belongs to, or they administer the
/// platform.
pub async fn get(ctx: &Ctx, id: TenantId) -> Result<TenantRecord> {
    let by = sight(ctx)?;
    store::find(&ctx.platform().await?, id, by).await?.ok_or(AppError::NotFound("tenant"))
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

/// A page of the tenants of the organizations that the caller belongs to; of all, for
/// administrators.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<TenantRecord>> {
    let by = sight(ctx)?;
    page(ctx, listing, total, by).await
}

/// A page of the tenants that the caller may enter.
pub async fn mine(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<TenantRecord>> {
    let operator = require_operator(ctx)?;
    let open = Predicate::equal(IS_ACTIVE, Value::Bool(true));
    page(ctx, listing.within(open), total, Sight::Of(operator)).await
}

async fn page(ctx: &Ctx, listing: Listing, total: bool, by: Sight) -> Result<Page<TenantRecord>> {
    let conn = ctx.platform().await?;
    let rows = store::page(&conn, &listing, by);
    let total =
        async { if total { store::count(&conn, &listing, by).await.map(Some) } else { Ok(None) } };
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
    require_add(ctx, &new).await?;
    new.validate()?;
    let hash = ctx.app.passwords.hash(&new.owner.password).await?;
    let (tenant, _) = create_filled(ctx, &new, &hash, async |_, _| Ok(())).await?;
    Ok(tenant)
}

/// Administrators make tenants for everybody; others for an organization where they may.
async fn require_add(ctx: &Ctx, new: &NewTenant) -> Result<()> {
    let by = sight(ctx)?;
    if by == Sight::All {
        return Ok(());
    }
    let organization = new.organization.ok_or(AppError::Forbidden(ADMINISTER.name))?;
    let conn = ctx.platform().await?;
    organization_members::service::require(&conn, by, organization, &ADD).await.map_err(
        |e| match e {
            AppError::NotFound(_) => {
                let why = "there is no such organization";
                Invalid::new(Problem::NotFound, "input.organizationId", why).into()
            }
            e => e,
        },
    )?;
    new.within_organization()
}

/// The same with the owner's password hashed already. `fill` writes what the tenant begins with
/// beside its owner, in the same transaction.
pub async fn create_filled<T>(
    ctx: &Ctx,
    new: &NewTenant,
    password_hash: &str,
    fill: impl AsyncFnOnce(&TenantTx, Beginning) -> Result<T>,
) -> Result<(TenantRecord, T)> {
    require_add(ctx, new).await?;
    let schema = new.validate()?;
    let id = TenantId::generate();
    let place = ctx.app.db.place(id.0, schema.clone(), Share::default());
    let mut made = None;
    let register = async |tx: &PlatformTx| {
        if let Some(organization) = new.organization {
            organizations::service::require_room(tx, organization).await?;
        }
        let row = store::insert(tx, id, &schema, new, ctx.now).await?;
        ctx.audit(Change::created("tenant", id, &row));
        made = Some(row);
        if let Some(domain) = &new.domain {
            domains::service::insert(ctx, tx, (id, &schema), domain, true).await?;
        }
        ctx.record_platform(tx).await
    };
    let seed = async |tx: &TenantTx| {
        let owner = users::service::insert(tx, &new.owner, password_hash, None, ctx.now).await?;
        ctx.audit(Change::created("user", owner.id, &owner));
        let filled = fill(tx, Beginning { tenant: id, owner }).await?;
        ctx.record_in(tx, id).await?;
        Ok(filled)
    };
    let filled = ctx.app.db.owner().create_tenant(&place, register, seed).await?;
    ctx.app.bus.publish(Wake::Tenant(id.0)).await;
    ctx.alert(Kind::TenantChanged, format!("{} is made", schema.as_str()));
    let made = made.ok_or_else(|| AppError::internal("a tenant was made without a row"))?;
    Ok((made, filled))
}

/// What every new tenant has.
pub struct Beginning {
    pub tenant: TenantId,
    pub owner: User,
}

/// Changes a tenant. Deactivating shuts everybody out at once, on every node; so does moving it
/// to another organization with those who came from the old one.
pub async fn update(
    ctx: &Ctx,
    id: TenantId,
    patch: TenantPatch,
    expected_version: Option<i32>,
) -> Result<TenantRecord> {
    let by = sight(ctx)?;
    ctx.write_platform(async |tx| {
        let before = store::find(tx, id, by).await?.ok_or(AppError::NotFound("tenant"))?;
        if let (Sight::Of(_), Some(organization)) = (by, before.organization_id) {
            organization_members::service::require(tx, by, organization, &CHANGE).await?;
            patch.within_organization()?;
        }
        patch.validate()?;
        if patch.organization_id.is_some() {
            ctx.wake(Wake::Operators);
        }
        let changed = store::update(tx, id, expected_version, &patch, ctx.now).await?;
        let after = changed.ok_or_else(AppError::stale)?;
        ctx.audit(Change::updated("tenant", id, &before, &after));
        ctx.wake(Wake::Tenant(id.0));
        Ok(after)
    })
    .await
}

/// Drops a tenant with all its data. `confirm` has to be its schema name.
pub async fn delete(ctx: &Ctx, id: TenantId, confirm: &str) -> Result<TenantId> {
    require_admin(ctx)?;
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
    let place = ctx.app.db.place(id.0, schema, Share::default());
    let unregister = async |tx: &PlatformTx| {
        store::delete(tx, id).await?;
        ctx.audit(Change::deleted("tenant", id, &tenant));
        ctx.record_platform(tx).await
    };
    ctx.app.db.owner().drop_tenant(&place, unregister).await?;
    ctx.app.bus.publish(Wake::Tenant(id.0)).await;
    ctx.alert(Kind::TenantChanged, format!("{} is deleted", tenant.schema_name));
    Ok(id)
}
