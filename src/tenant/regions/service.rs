//! What can be done with regions. Every door (GraphQL, jobs, commands) comes through here.

use chrono::{DateTime, Utc};

use super::model::{NewRegion, Region, RegionId, RegionPatch};
use super::store;
use crate::audit::Change;
use crate::base::ids::UserId;
use crate::bus::Wake;
use crate::ctx::{Ctx, only, require_version};
use crate::db::{Listing, Page, Predicate, TenantConn, TenantTx};
use crate::error::{AppError, Invalid, Problem, Result};

crate::permissions! {
    VIEW = "regions.view" for EVERYONE,
    ADD = "regions.add" for OWNERS,
    CHANGE = "regions.change" for OWNERS,
    DELETE = "regions.delete" for OWNERS,
}

/// The region, if the caller may see regions.
pub async fn get(ctx: &Ctx, id: RegionId) -> Result<Region> {
    ctx.found(id, &VIEW).await
}

/// A page of regions.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Region>> {
    ctx.listed(listing, &VIEW, total).await
}

/// Adds a region.
pub async fn create(ctx: &Ctx, new: NewRegion) -> Result<Region> {
    ctx.require(&ADD)?;
    new.validate()?;
    ctx.write(async |tx| {
        let region = store::insert(tx, &new, ctx.user(), ctx.now).await?;
        ctx.audit(Change::created("region", region.id, &region));
        Ok(region)
    })
    .await
}

/// Writes a region in the caller's own transaction; for what a tenant begins with.
pub async fn insert(
    tx: &TenantTx,
    new: &NewRegion,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Region> {
    new.validate()?;
    Ok(store::insert(tx, new, by, now).await?)
}

/// Changes a region.
pub async fn update(
    ctx: &Ctx,
    id: RegionId,
    patch: RegionPatch,
    expected_version: Option<i32>,
) -> Result<Region> {
    ctx.require(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        let before: Region = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        require_version(&before, expected_version)?;
        let changed = store::update(tx, only::<Region>(id), &patch, ctx.user(), ctx.now).await?;
        let after = changed.into_iter().next().ok_or(AppError::NotFound("region"))?;
        ctx.audit(Change::updated("region", id, &before, &after));
        Ok(after)
    })
    .await
}

/// Deletes a region. Its branches stay, without one; who held something in the region holds it in
/// their own branch.
pub async fn delete(ctx: &Ctx, id: RegionId) -> Result<RegionId> {
    ctx.require(&DELETE)?;
    let tenant = ctx.tenant()?.id.0;
    ctx.write(async |tx| {
        let before: Region = ctx.locked(tx, id, &DELETE, &VIEW).await?;
        store::delete(tx, id).await?;
        ctx.audit(Change::deleted("region", id, &before));
        ctx.wake(Wake::Access(tenant));
        Ok(id)
    })
    .await
}

/// Fails unless there is such a region.
pub async fn require_there(conn: &TenantConn, id: Option<RegionId>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    if store::by_ids(conn, &[id], Predicate::True).await?.is_empty() {
        let why = "there is no such region";
        return Err(Invalid::new(Problem::NotFound, "input.regionId", why).into());
    }
    Ok(())
}
