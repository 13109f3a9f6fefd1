//! What can be done with groups. Every door comes through here.

use chrono::{DateTime, Utc};

use super::loader::{GroupsOf, PermissionsOf};
use super::model::{Group, GroupId, GroupPatch, NewGroup};
use super::store;
use crate::audit::Change;
use crate::base::ids::UserId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::{Listing, Page, TenantConn, TenantTx};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::tenant::permissions::{HeldPermission, catalog};
use crate::tenant::users;

crate::permissions! {
    VIEW = "groups.view" for EVERYONE,
    ADD = "groups.add" for OWNERS,
    CHANGE = "groups.change" for OWNERS,
    DELETE = "groups.delete" for OWNERS,
}

/// How many users one call may name.
const MAX_MEMBERS: usize = 100;
/// How many groups a user may be in: each request asks for all of theirs.
const MAX_GROUPS: usize = 100;

/// The group, if the caller may see groups.
pub async fn get(ctx: &Ctx, id: GroupId) -> Result<Group> {
    ctx.require(&VIEW)?;
    store::find(&*ctx.read().await?, id).await?.ok_or(AppError::NotFound("group"))
}

/// A page of groups.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Group>> {
    ctx.require(&VIEW)?;
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing);
    let total =
        async { if total { store::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// What a group holds.
pub async fn permissions_of(ctx: &Ctx, id: GroupId) -> Result<Vec<HeldPermission>> {
    ctx.require(&VIEW)?;
    Ok(ctx.load(PermissionsOf(id)).await?.unwrap_or_default())
}

/// The groups that a user is in; their own they may always see.
pub async fn of_user(ctx: &Ctx, user: UserId) -> Result<Vec<Group>> {
    if ctx.user() != Some(user) {
        ctx.require(&VIEW)?;
    }
    Ok(ctx.load(GroupsOf(user)).await?.unwrap_or_default())
}

/// Adds a group.
pub async fn create(ctx: &Ctx, new: NewGroup) -> Result<Group> {
    ctx.require(&ADD)?;
    new.validate()?;
    catalog::check(ctx, "input.permissions", &new.permissions)?;
    ctx.write(async |tx| {
        let group = store::insert(tx, &new, ctx.user(), ctx.now).await?;
        store::set_permissions(tx, group.id, &new.permissions).await?;
        join(tx, &[group.id], &new.members, "input.memberIds", ctx.now).await?;
        let held = Held::of(&group, &new.permissions);
        ctx.audit(Change::created("group", group.id, &held));
        told(ctx, group.id, "a group was added")?;
        Ok(group)
    })
    .await
}

/// Changes a group. What it holds afterwards counts at once for all who are in it.
pub async fn update(
    ctx: &Ctx,
    id: GroupId,
    patch: GroupPatch,
    expected_version: Option<i32>,
) -> Result<Group> {
    ctx.require(&CHANGE)?;
    patch.validate()?;
    if let Some(held) = &patch.permissions {
        catalog::check(ctx, "input.permissions", held)?;
    }
    ctx.write(async |tx| {
        let before = store::lock(tx, id).await?.ok_or(AppError::NotFound("group"))?;
        if expected_version.is_some_and(|version| version != before.version) {
            return Err(AppError::stale());
        }
        let held = held_by(tx, id).await?;
        if let Some(new) = &patch.permissions {
            catalog::require_all(ctx, &held)?;
            store::set_permissions(tx, id, new).await?;
        }
        let group = store::update(tx, id, &patch, ctx.user(), ctx.now).await?;
        let after = Held::of(&group, patch.permissions.as_ref().unwrap_or(&held));
        ctx.audit(Change::updated("group", id, &Held::of(&before, &held), &after));
        told(ctx, id, "a group was changed")?;
        Ok(group)
    })
    .await
}

/// Deletes a group; its members stay, without what it gave them.
pub async fn delete(ctx: &Ctx, id: GroupId) -> Result<GroupId> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| {
        let before = store::lock(tx, id).await?.ok_or(AppError::NotFound("group"))?;
        let held = held_by(tx, id).await?;
        catalog::require_all(ctx, &held)?;
        store::delete(tx, id).await?;
        ctx.audit(Change::deleted("group", id, &Held::of(&before, &held)));
        told(ctx, id, "a group was deleted")?;
        Ok(id)
    })
    .await
}

/// Takes users into a group, whose permissions the caller has to hold.
pub async fn add_members(ctx: &Ctx, id: GroupId, members: Vec<UserId>) -> Result<Group> {
    ctx.require(&CHANGE)?;
    ctx.write(async |tx| {
        let group = store::lock(tx, id).await?.ok_or(AppError::NotFound("group"))?;
        catalog::require_all(ctx, &held_by(tx, id).await?)?;
        join(tx, &[id], &members, "userIds", ctx.now).await?;
        ctx.audit(Change::done("group.add_members", "group", id).after(&Members::of(&members)));
        told(ctx, id, "users joined a group")?;
        Ok(group)
    })
    .await
}

/// Takes users out of a group. Those who are not in it are no mistake.
pub async fn remove_members(ctx: &Ctx, id: GroupId, members: Vec<UserId>) -> Result<Group> {
    ctx.require(&CHANGE)?;
    ctx.write(async |tx| {
        let group = store::lock(tx, id).await?.ok_or(AppError::NotFound("group"))?;
        catalog::require_all(ctx, &held_by(tx, id).await?)?;
        check_number(&members, "userIds")?;
        store::remove_members(tx, id, &members).await?;
        ctx.audit(Change::done("group.remove_members", "group", id).before(&Members::of(&members)));
        told(ctx, id, "users left a group")?;
        Ok(group)
    })
    .await
}

/// Whether there is such a group.
pub async fn exists(conn: &TenantConn, id: GroupId) -> Result<bool> {
    Ok(store::find(conn, id).await?.is_some())
}

/// Fails unless all of the groups exist and what they hold is the caller's to give: before
/// somebody is invited into them.
pub async fn require_givable(
    ctx: &Ctx,
    conn: &TenantConn,
    field: &str,
    groups: &[GroupId],
) -> Result<()> {
    if store::by_ids(conn, groups).await?.len() != groups.len() || groups.len() > MAX_GROUPS {
        let why = "there is no such group";
        return Err(Invalid::new(Problem::NotFound, field, why).into());
    }
    let held = store::permissions_of(conn, groups).await?;
    let held: Vec<_> = held.into_iter().map(|(_, held)| held).collect();
    catalog::require_all(ctx, &held)
}

/// Takes a user into groups, in the caller's own transaction: for those who were invited into
/// them. Groups that are gone meanwhile are left out.
pub async fn join_invited(
    tx: &TenantTx,
    user: UserId,
    groups: &[GroupId],
    now: DateTime<Utc>,
) -> Result<()> {
    let left: Vec<_> = store::by_ids(tx, groups).await?.into_iter().map(|group| group.id).collect();
    store::add_members(tx, &left, &[user], now).await?;
    Ok(())
}

async fn join(
    tx: &TenantTx,
    groups: &[GroupId],
    members: &[UserId],
    field: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    check_number(members, field)?;
    if !users::service::all_exist(tx, members).await? {
        return Err(Invalid::new(Problem::NotFound, field, "there is no such user").into());
    }
    store::add_members(tx, groups, members, now).await?;
    if store::most_groups(tx, members).await? > i64::try_from(MAX_GROUPS).unwrap_or(i64::MAX) {
        let why = format!("a user can't be in more than {MAX_GROUPS} groups");
        return Err(Invalid::new(Problem::LimitReached, field, why).into());
    }
    Ok(())
}

fn check_number(members: &[UserId], field: &str) -> Result<()> {
    if members.len() <= MAX_MEMBERS {
        return Ok(());
    }
    let why = format!("can't name more than {MAX_MEMBERS} users");
    Err(Invalid::new(Problem::Invalid, field, why).into())
}

/// A group with what it gives, for the record.
#[derive(serde::Serialize)]
struct Held<'a> {
    #[serde(flatten)]
    group: &'a Group,
    permissions: &'a [HeldPermission],
}

impl<'a> Held<'a> {
    fn of(group: &'a Group, permissions: &'a [HeldPermission]) -> Self {
        Self { group, permissions }
    }
}

/// Those who join or leave, for the record.
#[derive(serde::Serialize)]
struct Members<'a> {
    members: &'a [UserId],
}

impl<'a> Members<'a> {
    fn of(members: &'a [UserId]) -> Self {
        Self { members }
    }
}

async fn held_by(conn: &TenantConn, id: GroupId) -> Result<Vec<HeldPermission>> {
    let held = store::permissions_of(conn, &[id]).await?;
    Ok(held.into_iter().map(|(_, held)| held).collect())
}

/// What the group's people may do changes: on every node at once.
fn told(ctx: &Ctx, id: GroupId, what: &str) -> Result<()> {
    tracing::info!(target: "security", { group.id = %id }, "{what}");
    ctx.wake(Wake::Access(ctx.tenant()?.id.0));
    Ok(())
}
