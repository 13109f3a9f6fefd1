//! What can be done with many clients at once, all of them or none, in as many statements however
//! many they are.

use serde::Serialize;

use super::model::{Client, ClientId, ClientPatch};
use super::service::{CHANGE, DELETE, References, require_few_tags, trash};
use super::store;
use crate::audit::Change;
use crate::base::ids::UserId;
use crate::ctx::{Ctx, these};
use crate::db::{Predicate, TenantTx};
use crate::error::Result;
use crate::tenant::stages::{self, StageId, StageKind};
use crate::tenant::tags::{self, TagId};
use crate::tenant::users;

/// Changes all the clients; how many there were.
pub async fn bulk_update(ctx: &Ctx, which: Predicate, patch: ClientPatch) -> Result<usize> {
    ctx.require_some(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        References::of(&patch).require(tx).await?;
        change_all(ctx, tx, which, &patch, None).await
    })
    .await
}

/// Puts all the clients into somebody's hands; how many there were.
pub async fn bulk_assign(ctx: &Ctx, which: Predicate, to: Option<UserId>) -> Result<usize> {
    ctx.require_some(&CHANGE)?;
    ctx.write(async |tx| {
        users::service::require_assignable_as(tx, "assignedToId", to).await?;
        let patch = ClientPatch { assigned_to: Some(to), ..ClientPatch::default() };
        change_all(ctx, tx, which, &patch, Some("client.assign")).await
    })
    .await
}

/// Moves all the clients to a stage; how many there were.
pub async fn bulk_move_stage(ctx: &Ctx, which: Predicate, to: StageId) -> Result<usize> {
    ctx.require_some(&CHANGE)?;
    ctx.write(async |tx| {
        stages::service::require_of_kind(tx, "stageId", Some(to), StageKind::Client).await?;
        let patch = ClientPatch { stage_id: Some(to), ..ClientPatch::default() };
        change_all(ctx, tx, which, &patch, Some("client.move_stage")).await
    })
    .await
}

async fn change_all(
    ctx: &Ctx,
    tx: &TenantTx,
    which: Predicate,
    patch: &ClientPatch,
    name: Option<&'static str>,
) -> Result<usize> {
    let before: Vec<Client> = ctx.all_locked(tx, which, &CHANGE).await?;
    let changed = store::update(tx, these(&before), patch, ctx.user(), ctx.now).await?;
    changed.iter().try_for_each(Client::validate_whole)?;
    let changes = Change::all_updated("client", |row| row.id.0, &before, &changed);
    ctx.audit_all(changes.into_iter().map(|change| match name {
        Some(name) => change.named(name),
        None => change,
    }));
    Ok(changed.len())
}

/// Marks all the clients with the tags; how many there were.
pub async fn bulk_add_tags(ctx: &Ctx, which: Predicate, add: Vec<TagId>) -> Result<usize> {
    ctx.require_some(&CHANGE)?;
    ctx.write(async |tx| {
        tags::service::require_there(tx, "tagIds", &add).await?;
        let ids = touch(ctx, tx, which).await?;
        store::add_tags(tx, &ids, &add).await?;
        require_few_tags(tx, &ids).await?;
        let named = |id: &ClientId| {
            Change::done("client.add_tags", "client", *id).after(&Tags { tag_ids: &add })
        };
        ctx.audit_all(ids.iter().map(named));
        Ok(ids.len())
    })
    .await
}

/// Takes the tags from all the clients; how many there were.
pub async fn bulk_remove_tags(ctx: &Ctx, which: Predicate, gone: Vec<TagId>) -> Result<usize> {
    ctx.require_some(&CHANGE)?;
    ctx.write(async |tx| {
        tags::service::require_there(tx, "tagIds", &gone).await?;
        let ids = touch(ctx, tx, which).await?;
        store::remove_tags(tx, &ids, &gone).await?;
        let named = |id: &ClientId| {
            Change::done("client.remove_tags", "client", *id).before(&Tags { tag_ids: &gone })
        };
        ctx.audit_all(ids.iter().map(named));
        Ok(ids.len())
    })
    .await
}

/// Counts up the versions of the clients whose tags change.
async fn touch(ctx: &Ctx, tx: &TenantTx, which: Predicate) -> Result<Vec<ClientId>> {
    let before: Vec<Client> = ctx.all_locked(tx, which, &CHANGE).await?;
    let nothing = ClientPatch::default();
    store::update(tx, these(&before), &nothing, ctx.user(), ctx.now).await?;
    Ok(before.into_iter().map(|client| client.id).collect())
}

/// Puts all the clients into the trash; how many there were.
pub async fn bulk_delete(ctx: &Ctx, which: Predicate) -> Result<usize> {
    ctx.require_some(&DELETE)?;
    ctx.write(async |tx| {
        let before: Vec<Client> = ctx.all_locked(tx, which, &DELETE).await?;
        trash(ctx, tx, &before).await
    })
    .await
}

/// Tags that came or went, for the record.
#[derive(Serialize)]
struct Tags<'a> {
    tag_ids: &'a [TagId],
}
