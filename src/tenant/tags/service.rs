//! What can be done with tags. Every door (GraphQL, jobs, commands) comes through here.

use chrono::{DateTime, Utc};

use super::model::{NewTag, Tag, TagId, TagPatch};
use super::store;
use crate::audit::Change;
use crate::base::ids::UserId;
use crate::ctx::{Ctx, only, require_version};
use crate::db::{Listing, Page, Predicate, TenantConn, TenantTx};
use crate::error::{AppError, Invalid, Problem, Result};

crate::permissions! {
    VIEW = "tags.view" for EVERYONE,
    ADD = "tags.add" for MANAGERS,
    CHANGE = "tags.change" for MANAGERS,
    DELETE = "tags.delete" for MANAGERS,
}

/// The tag, if the caller may see tags.
pub async fn get(ctx: &Ctx, id: TagId) -> Result<Tag> {
    ctx.found(id, &VIEW).await
}

/// A page of tags.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Tag>> {
    ctx.listed(listing, &VIEW, total).await
}

/// Adds a tag.
pub async fn create(ctx: &Ctx, new: NewTag) -> Result<Tag> {
    ctx.require(&ADD)?;
    new.validate()?;
    ctx.write(async |tx| {
        let tag = store::insert(tx, &new, ctx.user(), ctx.now).await?;
        ctx.audit(Change::created("tag", tag.id, &tag));
        Ok(tag)
    })
    .await
}

/// Writes a tag in the caller's own transaction; for what a tenant begins with.
pub async fn insert(
    tx: &TenantTx,
    new: &NewTag,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Tag> {
    new.validate()?;
    Ok(store::insert(tx, new, by, now).await?)
}

/// Changes a tag.
pub async fn update(
    ctx: &Ctx,
    id: TagId,
    patch: TagPatch,
    expected_version: Option<i32>,
) -> Result<Tag> {
    ctx.require(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        let before: Tag = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        require_version(&before, expected_version)?;
        let changed = store::update(tx, only::<Tag>(id), &patch, ctx.user(), ctx.now).await?;
        let after = changed.into_iter().next().ok_or(AppError::NotFound("tag"))?;
        ctx.audit(Change::updated("tag", id, &before, &after));
        Ok(after)
    })
    .await
}

/// Deletes a tag. What was marked with it stays, without it.
pub async fn delete(ctx: &Ctx, id: TagId) -> Result<TagId> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| {
        let before: Tag = ctx.locked(tx, id, &DELETE, &VIEW).await?;
        store::delete(tx, id).await?;
        ctx.audit(Change::deleted("tag", id, &before));
        Ok(id)
    })
    .await
}

/// How many tags something may be marked with.
pub const MAX_TAGS: usize = 50;

/// Fails unless all of these are tags, and not too many. `field` names them to the caller.
pub async fn require_there(conn: &TenantConn, field: &str, ids: &[TagId]) -> Result<()> {
    if ids.len() > MAX_TAGS {
        let why = format!("can't hold more than {MAX_TAGS} tags");
        return Err(Invalid::new(Problem::LimitReached, field, why).into());
    }
    let found = store::by_ids(conn, ids, Predicate::True).await?;
    if !ids.iter().all(|id| found.iter().any(|tag| tag.id == *id)) {
        return Err(Invalid::new(Problem::NotFound, field, "there is no such tag").into());
    }
    Ok(())
}
