//! What can be done with clients, one at a time. Every door (GraphQL, jobs, commands) comes through
//! here. What is done with many is in `bulk`.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::columns::{ASSIGNED_TO, DELETED_AT, ID, MERGED_INTO, ROWS, STAGE_ID};
use super::loader::TagsOf;
use super::model::{Client, ClientId, ClientPatch, ClientRow, NewClient, With};
use super::store;
use crate::audit::Change;
use crate::authz::Reach;
use crate::base::ids::UserId;
use crate::ctx::{Ctx, only, require_version, these};
use crate::db::{Column, Listing, Page, Predicate, TenantConn, TenantTx, Value, page};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::events::Tracked;
use crate::tenant::branches::{self, BranchId};
use crate::tenant::stages::{self, Stage, StageId, StageKind};
use crate::tenant::tags::{self, Tag, TagId};
use crate::tenant::{cases, documents, notes, tasks, users};

pub use super::bulk::{
    bulk_add_tags, bulk_assign, bulk_delete, bulk_move_stage, bulk_remove_tags, bulk_update,
};

crate::permissions! {
    VIEW = "clients.view" for EVERYONE on ["client"],
    VIEW_IDENTITY = "clients.view_identity" for MANAGERS on ["client"],
    ADD = "clients.add" for EVERYONE,
    CHANGE = "clients.change" for EVERYONE on ["client"],
    DELETE = "clients.delete" for MANAGERS on ["client"],
}

/// Their changes are events.
pub const TRACKED: Tracked = Tracked::new("Client", &VIEW, &ROWS)
    .guarding(&["passport_number", "visa_number"], &VIEW_IDENTITY);

/// The client with stage, branch and assignee, if the caller may see it.
pub async fn get(ctx: &Ctx, id: ClientId, with: With) -> Result<ClientRow> {
    let which = only::<Client>(id).and(ctx.reaching::<Client>(&VIEW)?);
    let conn = ctx.read().await?;
    let row = match with {
        With::Nothing => store::find(&conn, which).await?.map(ClientRow::from),
        With::Relations => store::find_joined(&conn, which).await?,
    };
    row.ok_or(AppError::NotFound("client"))
}

/// The listing without what the caller may not see.
pub fn within_reach(ctx: &Ctx, listing: Listing) -> Result<Listing> {
    Ok(listing.within(ctx.reaching::<Client>(&VIEW)?))
}

/// Relations come along only for those who may see all of them; others get them one by one, as far
/// as they may.
pub fn with(ctx: &Ctx, asked: bool) -> With {
    if asked && ctx.holds(&users::service::VIEW) { With::Relations } else { With::Nothing }
}

/// A page of clients.
pub async fn list(ctx: &Ctx, listing: Listing, with: With, total: bool) -> Result<Page<ClientRow>> {
    let listing = within_reach(ctx, listing)?;
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing, with);
    page::read(&listing, rows, store::count(&conn, &listing), total).await
}

/// All stages of clients in their order, each with how many of the clients are in it that the
/// caller may see.
pub async fn count_by_stage(ctx: &Ctx, which: Predicate) -> Result<Vec<(Stage, i64)>> {
    let which = which.and(ctx.reaching::<Client>(&VIEW)?);
    Ok(store::count_by_stage(&*ctx.read().await?, which).await?)
}

/// The tags of a client that the caller has come across.
pub async fn tags_of(ctx: &Ctx, id: ClientId) -> Result<Vec<Tag>> {
    Ok(ctx.load(TagsOf(id)).await?.unwrap_or_default())
}

/// Adds a client: in the stage where new ones begin and in the caller's own branch, unless said
/// otherwise.
pub async fn create(ctx: &Ctx, mut new: NewClient, tags: &[TagId]) -> Result<Client> {
    ctx.require(&ADD)?;
    new.validate()?;
    let own = ctx.access().and_then(|access| access.branch()).map(BranchId);
    ctx.write(async |tx| {
        let (stage, assignee, branch) = (new.stage_id, new.assigned_to, new.branch_id);
        References { stage, assignee, branch }.require(tx).await?;
        new.branch_id = branch.or(own);
        let client = insert(tx, &new, tags, ctx.user(), ctx.now).await?;
        ctx.audit(Change::created("client", client.id, &Tagged::of(&client, tags)));
        Ok(client)
    })
    .await
}

/// Writes a client in the caller's own transaction; for what a tenant begins with.
pub async fn insert(
    tx: &TenantTx,
    new: &NewClient,
    tags: &[TagId],
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Client> {
    new.validate()?;
    tags::service::require_there(tx, "input.tagIds", tags).await?;
    let stage = match new.stage_id {
        Some(stage) => stage,
        None => stages::service::first_of(tx, StageKind::Client).await?,
    };
    let new = NewClient { stage_id: Some(stage), ..new.clone() };
    let client = store::insert(tx, &new, by, now).await?;
    if !tags.is_empty() {
        store::add_tags(tx, &[client.id], tags).await?;
    }
    Ok(client)
}

/// Changes a client. With `tags`, it has these afterwards, and no others.
pub async fn update(
    ctx: &Ctx,
    id: ClientId,
    patch: ClientPatch,
    tags: Option<Vec<TagId>>,
    expected_version: Option<i32>,
) -> Result<Client> {
    ctx.require_some(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        let before: Client = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        require_version(&before, expected_version)?;
        References::of(&patch).require(tx).await?;
        let after = change(ctx, tx, id, &patch).await?;
        after.validate_whole()?;
        match &tags {
            Some(tags) => {
                let had = set_tags(tx, id, tags).await?;
                let (was, is) = (Tagged::of(&before, &had), Tagged::of(&after, tags));
                ctx.audit(Change::updated("client", id, &was, &is));
            }
            None => ctx.audit(Change::updated("client", id, &before, &after)),
        }
        Ok(after)
    })
    .await
}

/// Puts a client into somebody's hands, or into nobody's.
pub async fn assign(ctx: &Ctx, id: ClientId, to: Option<UserId>) -> Result<Client> {
    ctx.require_some(&CHANGE)?;
    ctx.write(async |tx| {
        let before: Client = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        users::service::require_assignable_as(tx, "assignedToId", to).await?;
        if before.assigned_to == to {
            return Ok(before);
        }
        let patch = ClientPatch { assigned_to: Some(to), ..ClientPatch::default() };
        let after = change(ctx, tx, id, &patch).await?;
        ctx.audit(Change::updated("client", id, &before, &after).named("client.assign"));
        Ok(after)
    })
    .await
}

/// Moves a client to another stage.
pub async fn move_stage(ctx: &Ctx, id: ClientId, to: StageId) -> Result<Client> {
    ctx.require_some(&CHANGE)?;
    ctx.write(async |tx| {
        let before: Client = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        stages::service::require_of_kind(tx, "stageId", Some(to), StageKind::Client).await?;
        if before.stage_id == to {
            return Ok(before);
        }
        let patch = ClientPatch { stage_id: Some(to), ..ClientPatch::default() };
        let after = change(ctx, tx, id, &patch).await?;
        ctx.audit(Change::updated("client", id, &before, &after).named("client.move_stage"));
        Ok(after)
    })
    .await
}

/// Puts a client into the trash, with all their cases, tasks, documents and notes.
pub async fn delete(ctx: &Ctx, id: ClientId) -> Result<ClientId> {
    ctx.require_some(&DELETE)?;
    ctx.write(async |tx| {
        let before: Client = ctx.locked(tx, id, &DELETE, &VIEW).await?;
        trash(ctx, tx, &[before]).await?;
        Ok(id)
    })
    .await
}

/// Puts clients into the trash with all that is theirs; how many clients.
pub(super) async fn trash(ctx: &Ctx, tx: &TenantTx, before: &[Client]) -> Result<usize> {
    let ids: Vec<_> = before.iter().map(|client| client.id.0).collect();
    let gone = store::trash(tx, these(before), ctx.user(), ctx.now).await?;
    ctx.audit_all(before.iter().map(|row| Change::deleted("client", row.id, row)));
    cases::service::trash_of_clients(ctx, tx, &ids).await?;
    tasks::service::trash_of(ctx, tx, tasks::CLIENT_ID, &ids).await?;
    documents::service::trash_of(ctx, tx, documents::CLIENT_ID, &ids).await?;
    notes::service::trash_of(ctx, tx, notes::CLIENT_ID, &ids).await?;
    Ok(gone)
}

/// Nobody is assigned to those who were a user's who goes.
pub async fn unassign(ctx: &Ctx, tx: &TenantTx, user: UserId) -> Result<()> {
    let theirs = Predicate::equal(ASSIGNED_TO, Value::Id(user.0));
    let before = store::lock(tx, theirs).await?;
    let nobody = ClientPatch { assigned_to: Some(None), ..ClientPatch::default() };
    let after = store::update(tx, these(&before), &nobody, ctx.user(), ctx.now).await?;
    ctx.audit_all(Change::all_updated("client", |row| row.id.0, &before, &after));
    Ok(())
}

/// Takes a client out of the trash, and what went with them. One that was merged into another stays
/// there.
pub async fn restore(ctx: &Ctx, id: ClientId) -> Result<Client> {
    let reach = ctx.reach(&DELETE)?.predicate(&ROWS);
    let which = only::<Client>(id).and(reach).and(Predicate::IsNull(MERGED_INTO));
    ctx.write(async |tx| {
        let missing = || AppError::NotFound("client in the trash");
        let deleted_at = store::trashed_at(tx, which.clone()).await?.ok_or_else(missing)?;
        let restored = store::restore(tx, which, ctx.user(), ctx.now).await?;
        let client = restored.ok_or_else(missing)?;
        ctx.audit(Change::done("client.restore", "client", id).after(&client));
        cases::service::restore_of_client(ctx, tx, id.0, deleted_at).await?;
        tasks::service::restore_of(ctx, tx, tasks::CLIENT_ID, id.0, deleted_at).await?;
        documents::service::restore_of(ctx, tx, documents::CLIENT_ID, id.0, deleted_at).await?;
        notes::service::restore_of(ctx, tx, notes::CLIENT_ID, id.0, deleted_at).await?;
        Ok(client)
    })
    .await
}

/// Fails unless something may be put into this client.
pub async fn require_open(conn: &TenantConn, id: ClientId, reach: &Reach) -> Result<()> {
    match store::find(conn, only::<Client>(id).and(reach.into_container(&ROWS))).await? {
        Some(_) => Ok(()),
        None => {
            let why = "there is no such client";
            Err(Invalid::new(Problem::NotFound, "input.clientId", why).into())
        }
    }
}

/// The condition that the client whose id is in `column` is not in the trash.
pub fn is_live(column: Column) -> Predicate {
    Predicate::Through(column, ID, Box::new(Predicate::IsNull(DELETED_AT)))
}

/// Whether a client is in the stage.
pub async fn is_in_stage(conn: &TenantConn, stage: StageId) -> Result<bool> {
    Ok(store::is_in_stage(conn, stage).await?)
}

/// Moves all clients from a stage that goes to another one.
pub async fn leave_stage(ctx: &Ctx, tx: &TenantTx, from: StageId, to: StageId) -> Result<()> {
    let before = store::lock(tx, Predicate::equal(STAGE_ID, Value::Id(from.0))).await?;
    let patch = ClientPatch { stage_id: Some(to), ..ClientPatch::default() };
    let after = store::update(tx, these(&before), &patch, ctx.user(), ctx.now).await?;
    let changes = Change::all_updated("client", |row| row.id.0, &before, &after);
    ctx.audit_all(changes.into_iter().map(|change| change.named("client.move_stage")));
    store::move_trashed(tx, from, to).await?;
    Ok(())
}

async fn change(ctx: &Ctx, tx: &TenantTx, id: ClientId, patch: &ClientPatch) -> Result<Client> {
    let changed = store::update(tx, only::<Client>(id), patch, ctx.user(), ctx.now).await?;
    changed.into_iter().next().ok_or(AppError::NotFound("client"))
}

/// Leaves a client with these tags; those that it had.
async fn set_tags(tx: &TenantTx, id: ClientId, tags: &[TagId]) -> Result<Vec<TagId>> {
    tags::service::require_there(tx, "input.tagIds", tags).await?;
    let had = store::tags_of(tx, &[id]).await?;
    store::keep_tags(tx, &[id], tags).await?;
    store::add_tags(tx, &[id], tags).await?;
    Ok(had.into_iter().map(|(_, tag)| tag.id).collect())
}

/// Fails when one of the clients has more tags than it may.
pub(super) async fn require_few_tags(conn: &TenantConn, ids: &[ClientId]) -> Result<()> {
    if store::most_tags(conn, ids).await? <= tags::service::MAX_TAGS as i64 {
        return Ok(());
    }
    let why = "a client can't have more than 50 tags";
    Err(Invalid::new(Problem::LimitReached, "tagIds", why).into())
}

/// What an input refers to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct References {
    stage: Option<StageId>,
    assignee: Option<UserId>,
    branch: Option<BranchId>,
}

impl References {
    pub(super) fn of(patch: &ClientPatch) -> Self {
        Self {
            stage: patch.stage_id,
            assignee: patch.assigned_to.flatten(),
            branch: patch.branch_id.flatten(),
        }
    }

    /// Fails unless all of it is there.
    pub(super) async fn require(self, conn: &TenantConn) -> Result<()> {
        let kind = StageKind::Client;
        stages::service::require_of_kind(conn, "input.stageId", self.stage, kind).await?;
        users::service::require_assignable(conn, self.assignee).await?;
        branches::service::require_open(conn, self.branch).await
    }
}

/// A client with its tags, for the record.
#[derive(Serialize)]
pub(super) struct Tagged<'a> {
    #[serde(flatten)]
    client: &'a Client,
    tag_ids: Vec<TagId>,
}

impl<'a> Tagged<'a> {
    fn of(client: &'a Client, tags: &[TagId]) -> Self {
        let mut tag_ids = tags.to_vec();
        tag_ids.sort_unstable();
        tag_ids.dedup();
        Self { client, tag_ids }
    }
}
