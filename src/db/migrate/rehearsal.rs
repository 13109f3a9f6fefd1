//! Both trees up, down and up again in a database made for it: proves that each `down.sql` undoes
//! its `up.sql`, and gives the `table!` files.

use uuid::Uuid;

use super::super::{Connector, RoleName, TenantPlace, TenantSchema};
use super::catalog::Catalog;
use super::{
    Plan, migrate_platform, migrate_tenants, revert_platform, revert_schema, status_of_new,
};
use crate::error::{AppError, Result};

/// What the migrations lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsed {
    /// The text of `src/db/schema/platform.rs`.
    pub platform: String,
    /// The text of `src/db/schema/tenant.rs`.
    pub tenant: String,
}

/// Rehearses on the server of `owner`, who must be allowed to create databases and roles. The
/// database of `owner` is not touched.
pub async fn rehearse(owner: &Connector) -> Result<Rehearsed> {
    let tenant = Uuid::now_v7();
    let scratch = owner.database(&format!("taruvi_rehearsal_{}", tenant.simple()));
    scratch.create_database().await?;
    let rehearsed = in_scratch(&scratch, tenant).await;
    let dropped = scratch.drop_database(&[RoleName::of_tenant(tenant)]).await;
    rehearsed.and_then(|done| dropped.map(|()| done))
}

async fn in_scratch(owner: &Connector, tenant: Uuid) -> Result<Rehearsed> {
    migrate_platform(owner).await?;
    let platform = Catalog::read(owner, "public").await?;
    let tenant = tenants_tree(owner, tenant).await?;
    while revert_platform(owner).await?.is_some() {}
    if !Catalog::read(owner, "public").await?.is_empty() {
        return Err(AppError::internal("migrations/platform: down.sql leaves tables behind"));
    }
    migrate_platform(owner).await?;
    same(&platform, &Catalog::read(owner, "public").await?, "migrations/platform")?;
    Ok(Rehearsed {
        platform: platform.to_file("platform", "public.")?,
        tenant: tenant.to_file("tenant", "")?,
    })
}

/// Up as one script, as a new tenant is made; down step by step; up as a tenant is migrated.
async fn tenants_tree(owner: &Connector, tenant: Uuid) -> Result<Catalog> {
    let schema = TenantSchema::parse("rehearsal")
        .ok_or_else(|| AppError::internal("not a schema's name"))?;
    let name = schema.as_str().to_owned();
    let place = TenantPlace::new(tenant, schema.clone(), 1);
    owner.create_tenant(&place, async |_| Ok(()), async |_| Ok(())).await?;
    let made = Catalog::read(owner, &name).await?;
    while revert_schema(owner, &schema).await?.is_some() {}
    if !Catalog::read(owner, &name).await?.is_empty() {
        return Err(AppError::internal("migrations/tenant: down.sql leaves tables behind"));
    }
    let plan = Plan { parallel: 1, keep_going: false };
    let behind = vec![status_of_new(tenant, &schema)];
    for outcome in migrate_tenants(owner, behind, plan, |_| ()).await? {
        outcome.result?;
    }
    same(&made, &Catalog::read(owner, &name).await?, "migrations/tenant")?;
    Ok(made)
}

fn same(first: &Catalog, second: &Catalog, tree: &str) -> Result<()> {
    if first == second {
        return Ok(());
    }
    Err(AppError::internal(format!("{tree}: up, down, up leads to other tables than up")))
}
