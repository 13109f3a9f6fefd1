//! What can be done with branches. Every door (GraphQL, jobs, commands) comes through here.

use chrono::{DateTime, Utc};

use super::model::{Branch, BranchId, BranchPatch, NewBranch};
use super::store;
use crate::audit::Change;
use crate::base::ids::UserId;
use crate::bus::Wake;
use crate::ctx::{Ctx, only, require_version};
use crate::db::{Listing, Page, Predicate, TenantConn, TenantTx};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::tenant::regions;

crate::permissions! {
    VIEW = "branches.view" for EVERYONE,
    ADD = "branches.add" for OWNERS,
    CHANGE = "branches.change" for OWNERS,
    DELETE = "branches.delete" for OWNERS,
}

/// The branch, if the caller may see branches.
pub async fn get(ctx: &Ctx, id: BranchId) -> Result<Branch> {
    ctx.found(id, &VIEW).await
}

/// A page of branches.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Branch>> {
    ctx.listed(listing, &VIEW, total).await
}

/// Adds a branch.
pub async fn create(ctx: &Ctx, new: NewBranch) -> Result<Branch> {
    ctx.require(&ADD)?;
    new.validate()?;
    let tenant = ctx.tenant()?.id.0;
    ctx.write(async |tx| {
        regions::service::require_there(tx, new.region_id).await?;
        let branch = store::insert(tx, &new, ctx.user(), ctx.now).await?;
        ctx.audit(Change::created("branch", branch.id, &branch));
        ctx.wake(Wake::Access(tenant));
        Ok(branch)
    })
    .await
}

/// Writes a branch in the caller's own transaction; for what a tenant begins with.
pub async fn insert(
    tx: &TenantTx,
    new: &NewBranch,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Branch> {
    new.validate()?;
    Ok(store::insert(tx, new, by, now).await?)
}

/// Changes a branch. In another region it is within reach of those who hold something there, from
/// the next request on.
pub async fn update(
    ctx: &Ctx,
    id: BranchId,
    patch: BranchPatch,
    expected_version: Option<i32>,
) -> Result<Branch> {
    ctx.require(&CHANGE)?;
    patch.validate()?;
    let tenant = ctx.tenant()?.id.0;
    ctx.write(async |tx| {
        let before: Branch = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        require_version(&before, expected_version)?;
        regions::service::require_there(tx, patch.region_id.flatten()).await?;
        let changed = store::update(tx, only::<Branch>(id), &patch, ctx.user(), ctx.now).await?;
        let after = changed.into_iter().next().ok_or(AppError::NotFound("branch"))?;
        ctx.audit(Change::updated("branch", id, &before, &after));
        if after.region_id != before.region_id {
            ctx.wake(Wake::Access(tenant));
        }
        Ok(after)
    })
    .await
}

/// Deletes a branch that nobody belongs to.
pub async fn delete(ctx: &Ctx, id: BranchId) -> Result<BranchId> {
    ctx.require(&DELETE)?;
    let tenant = ctx.tenant()?.id.0;
    ctx.write(async |tx| {
        let before: Branch = ctx.locked(tx, id, &DELETE, &VIEW).await?;
        if store::is_in_use(tx, id).await? {
            let why = "has users or clients: move them to another branch, or deactivate it";
            return Err(Invalid::new(Problem::NotAllowed, "id", why).into());
        }
        store::delete(tx, id).await?;
        ctx.audit(Change::deleted("branch", id, &before));
        ctx.wake(Wake::Access(tenant));
        Ok(id)
    })
    .await
}

/// Fails unless somebody may be put into the branch: it exists, and is active.
pub async fn require_open(conn: &TenantConn, id: Option<BranchId>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    let found = store::by_ids(conn, &[id], Predicate::True).await?;
    if !found.iter().any(|branch| branch.is_active) {
        let why = "there is no such branch";
        return Err(Invalid::new(Problem::NotFound, "input.branchId", why).into());
    }
    Ok(())
}
