//! What can be done with tasks. Every door (GraphQL, jobs, commands) comes through here.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::columns::{ASSIGNED_TO, PLACE, PROJECT_ID, ROWS};
use super::model::{NewTask, Task, TaskId, TaskPatch, TaskRow, TaskStatus, With};
use super::store;
use crate::audit::Change;
use crate::base::ids::UserId;
use crate::ctx::{Ctx, only, require_version, these};
use crate::db::{Column, Listing, Page, Predicate, TenantConn, TenantTx, Test, Value, page};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::events::Tracked;
use crate::tenant::{projects, users};

crate::permissions! {
    VIEW = "tasks.view" for EVERYONE on ["task", "project", "client", "case"],
    ADD = "tasks.add" for EVERYONE on ["project", "client", "case"],
    CHANGE = "tasks.change" for EVERYONE on ["task", "project", "client", "case"],
    DELETE = "tasks.delete" for MANAGERS on ["task", "project", "client", "case"],
}

/// Its changes are events.
pub const TRACKED: Tracked = Tracked::new("Task", &VIEW, &ROWS);

/// The task with project and assignee, if the caller may see it.
pub async fn get(ctx: &Ctx, id: TaskId, with: With) -> Result<TaskRow> {
    let which = only::<Task>(id).and(ctx.reaching::<Task>(&VIEW)?);
    let conn = ctx.read().await?;
    let row = match with {
        With::Nothing => store::find(&conn, which).await?.map(TaskRow::from),
        With::Relations => store::find_joined(&conn, which).await?,
    };
    row.ok_or(AppError::NotFound("task"))
}

/// The listing without what the caller may not see.
pub fn within_reach(ctx: &Ctx, listing: Listing) -> Result<Listing> {
    Ok(listing.within(ctx.reach(&VIEW)?.predicate(&ROWS)))
}

/// Relations come along only for those who may see all of them; others get them one by one, as far
/// as they may.
pub fn with(ctx: &Ctx, asked: bool) -> With {
    let all = ctx.holds(&projects::service::VIEW) && ctx.holds(&users::service::VIEW);
    if asked && all { With::Relations } else { With::Nothing }
}

/// A page of tasks.
pub async fn list(ctx: &Ctx, listing: Listing, with: With, total: bool) -> Result<Page<TaskRow>> {
    let listing = within_reach(ctx, listing)?;
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing, with);
    page::read(&listing, rows, store::count(&conn, &listing), total).await
}

/// Adds a task to a project, a client or a case.
pub async fn create(ctx: &Ctx, new: NewTask) -> Result<Task> {
    ctx.require_some(&ADD)?;
    ctx.write(async |tx| add(ctx, tx, &new).await).await
}

/// Adds a task in the caller's own transaction.
pub async fn add(ctx: &Ctx, tx: &TenantTx, new: &NewTask) -> Result<Task> {
    new.validate()?;
    let new = placed(ctx, tx, new).await?;
    users::service::require_assignable(tx, new.assigned_to).await?;
    let task = store::insert(tx, &new, ctx.user(), ctx.now).await?;
    ctx.audit(Change::created("task", task.id, &task));
    Ok(task)
}

/// Writes a task in the caller's own transaction; for what a tenant begins with.
pub async fn insert(
    tx: &TenantTx,
    new: &NewTask,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Task> {
    new.validate()?;
    Ok(store::insert(tx, new, by, now).await?)
}

/// Completes a task in the caller's own transaction; for what a tenant begins with.
pub async fn finish(
    tx: &TenantTx,
    id: TaskId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let done = TaskPatch { status: Some(TaskStatus::Done), ..TaskPatch::default() };
    store::update(tx, only::<Task>(id), &done, by, now).await?;
    Ok(())
}

/// Changes a task.
pub async fn update(
    ctx: &Ctx,
    id: TaskId,
    patch: TaskPatch,
    expected_version: Option<i32>,
) -> Result<Task> {
    ctx.require_some(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        let before: Task = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        require_version(&before, expected_version)?;
        let patch = settled(ctx, tx, patch.clone()).await?;
        require_somewhere(std::slice::from_ref(&before), &patch)?;
        let changed = store::update(tx, only::<Task>(id), &patch, ctx.user(), ctx.now).await?;
        let after = changed.into_iter().next().ok_or(AppError::NotFound("task"))?;
        ctx.audit(Change::updated("task", id, &before, &after));
        Ok(after)
    })
    .await
}

/// Completes a task. Completing a completed one changes nothing and is no mistake.
pub async fn complete(ctx: &Ctx, id: TaskId) -> Result<Task> {
    ctx.require_some(&CHANGE)?;
    ctx.write(async |tx| {
        let task: Task = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        if task.status == TaskStatus::Done {
            return Ok(task);
        }
        let done = TaskPatch { status: Some(TaskStatus::Done), ..TaskPatch::default() };
        let changed = store::update(tx, only::<Task>(id), &done, ctx.user(), ctx.now).await?;
        let after = changed.into_iter().next().ok_or(AppError::NotFound("task"))?;
        ctx.audit(Change::updated("task", id, &task, &after).named("task.complete"));
        Ok(after)
    })
    .await
}

/// Changes all the tasks; how many there were.
pub async fn bulk_update(ctx: &Ctx, which: Predicate, patch: TaskPatch) -> Result<usize> {
    ctx.require_some(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        let patch = settled(ctx, tx, patch.clone()).await?;
        let before: Vec<Task> = ctx.all_locked(tx, which, &CHANGE).await?;
        require_somewhere(&before, &patch)?;
        let changed = store::update(tx, these(&before), &patch, ctx.user(), ctx.now).await?;
        ctx.audit_all(Change::all_updated("task", |row| row.id.0, &before, &changed));
        Ok(changed.len())
    })
    .await
}

/// Puts a task into the trash.
pub async fn delete(ctx: &Ctx, id: TaskId) -> Result<TaskId> {
    ctx.require_some(&DELETE)?;
    ctx.write(async |tx| {
        let before: Task = ctx.locked(tx, id, &DELETE, &VIEW).await?;
        store::trash(tx, only::<Task>(before.id), ctx.user(), ctx.now).await?;
        ctx.audit(Change::deleted("task", id, &before));
        Ok(id)
    })
    .await
}

/// Puts all the tasks into the trash; how many there were.
pub async fn bulk_delete(ctx: &Ctx, which: Predicate) -> Result<usize> {
    ctx.require_some(&DELETE)?;
    ctx.write(async |tx| {
        let before: Vec<Task> = ctx.all_locked(tx, which, &DELETE).await?;
        let gone = store::trash(tx, these(&before), ctx.user(), ctx.now).await?;
        ctx.audit_all(before.iter().map(|row| Change::deleted("task", row.id, row)));
        Ok(gone)
    })
    .await
}

/// Takes a task out of the trash.
pub async fn restore(ctx: &Ctx, id: TaskId) -> Result<Task> {
    let which = only::<Task>(id).and(ctx.reach(&DELETE)?.predicate(&ROWS));
    ctx.write(async |tx| {
        let which = which.and(PLACE.are_live());
        let restored = store::restore(tx, which, ctx.user(), ctx.now).await?;
        let restored =
            restored.ok_or(AppError::NotFound("task in the trash, of nothing that is in there"))?;
        ctx.audit(Change::done("task.restore", "task", id).after(&restored));
        Ok(restored)
    })
    .await
}

/// The trash takes the tasks along of what goes there: `column` says whose they are. How many.
pub async fn trash_of(ctx: &Ctx, tx: &TenantTx, column: Column, of: &[Uuid]) -> Result<usize> {
    let which = Predicate::Is(column, Test::In, Value::Ids(of.to_vec()));
    let before = store::lock(tx, which).await?;
    let gone = store::trash(tx, these(&before), ctx.user(), ctx.now).await?;
    ctx.audit_all(before.iter().map(|row| Change::deleted("task", row.id, row)));
    Ok(gone)
}

/// Tasks that went into the trash at `deleted_at` with what they lie in come back with it, unless
/// something else that they lie in is in there. How many.
pub async fn restore_of(
    ctx: &Ctx,
    tx: &TenantTx,
    column: Column,
    of: Uuid,
    deleted_at: DateTime<Utc>,
) -> Result<usize> {
    let which = Predicate::equal(column, Value::Id(of)).and(PLACE.are_live());
    let back = store::bring_back(tx, which, deleted_at).await?;
    let restored = |row: &Task| Change::done("task.restore", "task", row.id).after(row);
    ctx.audit_all(back.iter().map(restored));
    Ok(back.len())
}

/// Nobody is assigned to what was a user's who goes.
pub async fn unassign(ctx: &Ctx, tx: &TenantTx, user: UserId) -> Result<()> {
    let theirs = Predicate::equal(ASSIGNED_TO, Value::Id(user.0));
    let before = store::lock(tx, theirs).await?;
    let nobody = TaskPatch { assigned_to: Some(None), ..TaskPatch::default() };
    let after = store::update(tx, these(&before), &nobody, ctx.user(), ctx.now).await?;
    ctx.audit_all(Change::all_updated("task", |row| row.id.0, &before, &after));
    Ok(())
}

/// The tasks that the caller may see by status: status, all, overdue, completed in the period.
pub async fn statistics(
    ctx: &Ctx,
    conn: &TenantConn,
    project: Option<Uuid>,
    today: NaiveDate,
    period: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<(TaskStatus, i64, i64, i64)>> {
    let which = project.map_or(Predicate::True, |id| Predicate::equal(PROJECT_ID, Value::Id(id)));
    let which = which.and(seen(ctx));
    Ok(store::statistics(conn, which, today, period).await?)
}

/// The condition that the caller may see a task.
fn seen(ctx: &Ctx) -> Predicate {
    ctx.reach(&VIEW).map_or(Predicate::Any(vec![]), |reach| reach.predicate(&ROWS))
}

/// The task, in a place where the caller may add some. It needs one.
async fn placed(ctx: &Ctx, conn: &TenantConn, new: &NewTask) -> Result<NewTask> {
    let place = new.place();
    if place.is_empty() {
        return Err(nowhere());
    }
    Ok(new.at(place.settled(ctx, conn, &ADD).await?))
}

fn nowhere() -> AppError {
    let why = "a task needs a project, a client or a case";
    Invalid::new(Problem::Required, "input.projectId", why).into()
}

/// Fails if one of the tasks lay nowhere after the change.
fn require_somewhere(before: &[Task], patch: &TaskPatch) -> Result<()> {
    let somewhere = |task: &Task| {
        patch.project_id.unwrap_or(task.project_id).is_some()
            || patch.client_id.unwrap_or(task.client_id).is_some()
    };
    if before.iter().all(somewhere) { Ok(()) } else { Err(nowhere()) }
}

/// The patch with what follows from where it moves to. Fails unless what it names is there.
async fn settled(ctx: &Ctx, conn: &TenantConn, patch: TaskPatch) -> Result<TaskPatch> {
    users::service::require_assignable(conn, patch.assigned_to.flatten()).await?;
    let place = patch.place().settled(ctx, conn, &ADD).await?;
    Ok(patch.moving(place))
}
