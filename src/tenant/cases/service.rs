//! What can be done with cases, one at a time. Every door (GraphQL, jobs, commands) comes through
//! here. What is done with many is in `bulk`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::columns::{ASSIGNED_TO, CLIENT_ID, DELETED_AT, ID, ROWS, STAGE_ID};
use super::model::{Case, CaseId, CasePatch, NewCase};
use super::store;
use crate::audit::Change;
use crate::authz::Reach;
use crate::base::ids::UserId;
use crate::ctx::{Ctx, only, require_version, these};
use crate::db::{Column, Listing, Page, Predicate, TenantConn, TenantTx, Test, Value};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::events::Tracked;
use crate::tenant::stages::{self, Stage, StageId, StageKind};
use crate::tenant::{clients, documents, notes, tasks, users};

pub use super::bulk::{bulk_delete, bulk_update};

crate::permissions! {
    VIEW = "cases.view" for EVERYONE on ["case", "client"],
    ADD = "cases.add" for EVERYONE on ["client"],
    CHANGE = "cases.change" for EVERYONE on ["case", "client"],
    DELETE = "cases.delete" for MANAGERS on ["case", "client"],
}

/// Their changes are events.
pub const TRACKED: Tracked = Tracked::new("Case", &VIEW, &ROWS);

/// The case, if the caller may see it.
pub async fn get(ctx: &Ctx, id: CaseId) -> Result<Case> {
    ctx.found(id, &VIEW).await
}

/// The listing without what the caller may not see.
pub fn within_reach(ctx: &Ctx, listing: Listing) -> Result<Listing> {
    Ok(listing.within(ctx.reaching::<Case>(&VIEW)?))
}

/// A page of cases.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Case>> {
    ctx.listed(listing, &VIEW, total).await
}

/// All stages of cases in their order, each with how many of the cases are in it that the caller
/// may see.
pub async fn count_by_stage(ctx: &Ctx, which: Predicate) -> Result<Vec<(Stage, i64)>> {
    let which = which.and(ctx.reaching::<Case>(&VIEW)?);
    Ok(store::count_by_stage(&*ctx.read().await?, which).await?)
}

/// Adds a case of a client: in the stage where new ones begin, unless said otherwise.
pub async fn create(ctx: &Ctx, new: NewCase) -> Result<Case> {
    let reach = ctx.reach(&ADD)?;
    new.validate()?;
    ctx.write(async |tx| {
        clients::service::require_open(tx, new.client_id, &reach).await?;
        require_references(tx, new.stage_id, new.assigned_to).await?;
        let case = insert(tx, &new, ctx.user(), ctx.now).await?;
        ctx.audit(Change::created("case", case.id, &case));
        Ok(case)
    })
    .await
}

/// Writes a case in the caller's own transaction; for what a tenant begins with.
pub async fn insert(
    tx: &TenantTx,
    new: &NewCase,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Case> {
    new.validate()?;
    let stage = match new.stage_id {
        Some(stage) => stage,
        None => stages::service::first_of(tx, StageKind::Case).await?,
    };
    Ok(store::insert(tx, new, stage, by, now).await?)
}

/// Changes a case.
pub async fn update(
    ctx: &Ctx,
    id: CaseId,
    patch: CasePatch,
    expected_version: Option<i32>,
) -> Result<Case> {
    ctx.require_some(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        let before: Case = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        require_version(&before, expected_version)?;
        require_references(tx, patch.stage_id, patch.assigned_to.flatten()).await?;
        let after = change(ctx, tx, id, &patch).await?;
        after.validate_whole()?;
        ctx.audit(Change::updated("case", id, &before, &after));
        Ok(after)
    })
    .await
}

/// Puts a case into somebody's hands, or into nobody's.
pub async fn assign(ctx: &Ctx, id: CaseId, to: Option<UserId>) -> Result<Case> {
    ctx.require_some(&CHANGE)?;
    ctx.write(async |tx| {
        let before: Case = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        users::service::require_assignable_as(tx, "assignedToId", to).await?;
        if before.assigned_to == to {
            return Ok(before);
        }
        let patch = CasePatch { assigned_to: Some(to), ..CasePatch::default() };
        let after = change(ctx, tx, id, &patch).await?;
        ctx.audit(Change::updated("case", id, &before, &after).named("case.assign"));
        Ok(after)
    })
    .await
}

/// Moves a case to another stage.
pub async fn move_stage(ctx: &Ctx, id: CaseId, to: StageId) -> Result<Case> {
    ctx.require_some(&CHANGE)?;
    ctx.write(async |tx| {
        let before: Case = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        stages::service::require_of_kind(tx, "stageId", Some(to), StageKind::Case).await?;
        if before.stage_id == to {
            return Ok(before);
        }
        let patch = CasePatch { stage_id: Some(to), ..CasePatch::default() };
        let after = change(ctx, tx, id, &patch).await?;
        ctx.audit(Change::updated("case", id, &before, &after).named("case.move_stage"));
        Ok(after)
    })
    .await
}

/// Puts a case into the trash, with its tasks and documents.
pub async fn delete(ctx: &Ctx, id: CaseId) -> Result<CaseId> {
    ctx.require_some(&DELETE)?;
    ctx.write(async |tx| {
        let before: Case = ctx.locked(tx, id, &DELETE, &VIEW).await?;
        trash(ctx, tx, &[before]).await?;
        Ok(id)
    })
    .await
}

/// Puts cases into the trash, with their tasks and documents; how many cases.
pub(super) async fn trash(ctx: &Ctx, tx: &TenantTx, before: &[Case]) -> Result<usize> {
    let ids: Vec<_> = before.iter().map(|case| case.id.0).collect();
    let gone = store::trash(tx, these(before), ctx.user(), ctx.now).await?;
    ctx.audit_all(before.iter().map(|row| Change::deleted("case", row.id, row)));
    tasks::service::trash_of(ctx, tx, tasks::CASE_ID, &ids).await?;
    documents::service::trash_of(ctx, tx, documents::CASE_ID, &ids).await?;
    notes::service::trash_of(ctx, tx, notes::CASE_ID, &ids).await?;
    Ok(gone)
}

/// Takes a case out of the trash, and the tasks and documents that went with it.
pub async fn restore(ctx: &Ctx, id: CaseId) -> Result<Case> {
    let which = only::<Case>(id).and(ctx.reaching::<Case>(&DELETE)?);
    ctx.write(async |tx| {
        let which = which.and(clients::service::is_live(CLIENT_ID));
        let missing = || AppError::NotFound("case in the trash, of a client who is not");
        let deleted_at = store::trashed_at(tx, which.clone()).await?.ok_or_else(missing)?;
        let restored = store::restore(tx, which, ctx.user(), ctx.now).await?;
        let case = restored.ok_or_else(missing)?;
        ctx.audit(Change::done("case.restore", "case", id).after(&case));
        tasks::service::restore_of(ctx, tx, tasks::CASE_ID, id.0, deleted_at).await?;
        documents::service::restore_of(ctx, tx, documents::CASE_ID, id.0, deleted_at).await?;
        notes::service::restore_of(ctx, tx, notes::CASE_ID, id.0, deleted_at).await?;
        Ok(case)
    })
    .await
}

/// The trash takes the clients' cases along.
pub async fn trash_of_clients(ctx: &Ctx, tx: &TenantTx, clients: &[Uuid]) -> Result<()> {
    let which = Predicate::Is(CLIENT_ID, Test::In, Value::Ids(clients.to_vec()));
    let before = store::lock(tx, which).await?;
    store::trash(tx, these(&before), ctx.user(), ctx.now).await?;
    ctx.audit_all(before.iter().map(|row| Change::deleted("case", row.id, row)));
    Ok(())
}

/// Cases that went into the trash with their client at `deleted_at` come back with them.
pub async fn restore_of_client(
    ctx: &Ctx,
    tx: &TenantTx,
    client: Uuid,
    deleted_at: DateTime<Utc>,
) -> Result<()> {
    let which = Predicate::equal(CLIENT_ID, Value::Id(client));
    let back = store::bring_back(tx, which, deleted_at).await?;
    let restored = |row: &Case| Change::done("case.restore", "case", row.id).after(row);
    ctx.audit_all(back.iter().map(restored));
    Ok(())
}

/// Nobody is assigned to what was a user's who goes.
pub async fn unassign(ctx: &Ctx, tx: &TenantTx, user: UserId) -> Result<()> {
    let theirs = Predicate::equal(ASSIGNED_TO, Value::Id(user.0));
    let before = store::lock(tx, theirs).await?;
    let nobody = CasePatch { assigned_to: Some(None), ..CasePatch::default() };
    let after = store::update(tx, these(&before), &nobody, ctx.user(), ctx.now).await?;
    ctx.audit_all(Change::all_updated("case", |row| row.id.0, &before, &after));
    Ok(())
}

/// The case, if something may be put into it.
pub async fn require_open(conn: &TenantConn, id: CaseId, reach: &Reach) -> Result<Case> {
    let found = store::find(conn, only::<Case>(id).and(reach.into_container(&ROWS))).await?;
    let missing = || Invalid::new(Problem::NotFound, "input.caseId", "there is no such case");
    found.ok_or_else(|| missing().into())
}

/// The condition that the case whose id is in `column` is not in the trash.
pub fn is_live(column: Column) -> Predicate {
    Predicate::Through(column, ID, Box::new(Predicate::IsNull(DELETED_AT)))
}

/// Whether a case is in the stage.
pub async fn is_in_stage(conn: &TenantConn, stage: StageId) -> Result<bool> {
    Ok(store::is_in_stage(conn, stage).await?)
}

/// Moves all cases from a stage that goes to another one.
pub async fn leave_stage(ctx: &Ctx, tx: &TenantTx, from: StageId, to: StageId) -> Result<()> {
    let before = store::lock(tx, Predicate::equal(STAGE_ID, Value::Id(from.0))).await?;
    let patch = CasePatch { stage_id: Some(to), ..CasePatch::default() };
    let after = store::update(tx, these(&before), &patch, ctx.user(), ctx.now).await?;
    let changes = Change::all_updated("case", |row| row.id.0, &before, &after);
    ctx.audit_all(changes.into_iter().map(|change| change.named("case.move_stage")));
    store::move_trashed(tx, from, to).await?;
    Ok(())
}

async fn change(ctx: &Ctx, tx: &TenantTx, id: CaseId, patch: &CasePatch) -> Result<Case> {
    let changed = store::update(tx, only::<Case>(id), patch, ctx.user(), ctx.now).await?;
    changed.into_iter().next().ok_or(AppError::NotFound("case"))
}

/// Fails unless the stage is one of cases and the assignee can be one.
pub(super) async fn require_references(
    conn: &TenantConn,
    stage: Option<StageId>,
    assignee: Option<UserId>,
) -> Result<()> {
    let kind = StageKind::Case;
    stages::service::require_of_kind(conn, "input.stageId", stage, kind).await?;
    users::service::require_assignable(conn, assignee).await
}
