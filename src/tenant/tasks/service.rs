//! What can be done with tasks. Every door (GraphQL, jobs, commands) comes through here.

use chrono::{DateTime, NaiveDate, Utc};

use super::columns::{ID, PROJECT_ID};
use super::model::{NewTask, Task, TaskId, TaskPatch, TaskRow, TaskStatus, With};
use super::store;
use crate::base::ids::UserId;
use crate::ctx::Ctx;
use crate::db::{Listing, Page, Predicate, TenantConn, TenantTx, Test, Value};
use crate::error::{AppError, Result};
use crate::tenant::{projects, users};

crate::permissions! {
    VIEW = "tasks.view" for EVERYONE,
    ADD = "tasks.add" for EVERYONE,
    CHANGE = "tasks.change" for EVERYONE,
    DELETE = "tasks.delete" for MANAGERS,
}

/// The task with project and assignee, if the caller may see it.
pub async fn get(ctx: &Ctx, id: TaskId, with: With) -> Result<TaskRow> {
    ctx.require(&VIEW)?;
    let conn = ctx.read().await?;
    let row = match with {
        With::Nothing => store::find(&conn, id).await?.map(TaskRow::from),
        With::Relations => store::find_joined(&conn, id).await?,
    };
    row.ok_or(AppError::NotFound("task"))
}

/// A page of tasks.
pub async fn list(ctx: &Ctx, listing: Listing, with: With, total: bool) -> Result<Page<TaskRow>> {
    ctx.require(&VIEW)?;
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing, with);
    let total =
        async { if total { store::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// Adds a task to a project.
pub async fn create(ctx: &Ctx, new: NewTask) -> Result<Task> {
    ctx.require(&ADD)?;
    new.validate()?;
    ctx.write(async |tx| {
        projects::service::require_live(tx, Some(new.project_id)).await?;
        users::service::require_assignable(tx, new.assigned_to).await?;
        Ok(store::insert(tx, &new, ctx.user(), ctx.now).await?)
    })
    .await
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
    store::update(tx, only(id), &done, by, now).await?;
    Ok(())
}

/// Changes a task.
pub async fn update(
    ctx: &Ctx,
    id: TaskId,
    patch: TaskPatch,
    expected_version: Option<i32>,
) -> Result<Task> {
    ctx.require(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        require_references(tx, &patch).await?;
        require_version(tx, id, expected_version).await?;
        let changed = store::update(tx, only(id), &patch, ctx.user(), ctx.now).await?;
        changed.into_iter().next().ok_or(AppError::NotFound("task"))
    })
    .await
}

/// Completes a task. Completing a completed one changes nothing and is no mistake.
pub async fn complete(ctx: &Ctx, id: TaskId) -> Result<Task> {
    ctx.require(&CHANGE)?;
    ctx.write(async |tx| {
        let task = store::find(tx, id).await?.ok_or(AppError::NotFound("task"))?;
        if task.status == TaskStatus::Done {
            return Ok(task);
        }
        let done = TaskPatch { status: Some(TaskStatus::Done), ..TaskPatch::default() };
        let changed = store::update(tx, only(id), &done, ctx.user(), ctx.now).await?;
        changed.into_iter().next().ok_or(AppError::NotFound("task"))
    })
    .await
}

/// Changes all the tasks; how many there were.
pub async fn bulk_update(ctx: &Ctx, which: Predicate, patch: TaskPatch) -> Result<usize> {
    ctx.require(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        require_references(tx, &patch).await?;
        Ok(store::update(tx, which, &patch, ctx.user(), ctx.now).await?.len())
    })
    .await
}

/// Puts a task into the trash.
pub async fn delete(ctx: &Ctx, id: TaskId) -> Result<TaskId> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| match store::trash(tx, only(id), ctx.user(), ctx.now).await? {
        0 => Err(AppError::NotFound("task")),
        _ => Ok(id),
    })
    .await
}

/// Puts all the tasks into the trash; how many there were.
pub async fn bulk_delete(ctx: &Ctx, which: Predicate) -> Result<usize> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| Ok(store::trash(tx, which, ctx.user(), ctx.now).await?)).await
}

/// Takes a task out of the trash.
pub async fn restore(ctx: &Ctx, id: TaskId) -> Result<Task> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| {
        let restored = store::restore(tx, id, ctx.user(), ctx.now).await?;
        restored.ok_or(AppError::NotFound("task in the trash, with a project that is not"))
    })
    .await
}

/// The trash takes the projects' tasks along; how many.
pub async fn trash_of_projects(
    tx: &TenantTx,
    projects: &[uuid::Uuid],
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<usize> {
    let which = Predicate::Is(PROJECT_ID, Test::In, Value::Ids(projects.to_vec()));
    Ok(store::trash(tx, which, by, now).await?)
}

/// Tasks that went into the trash with their project at `deleted_at` come back with it.
pub async fn restore_of_project(
    tx: &TenantTx,
    project: uuid::Uuid,
    deleted_at: DateTime<Utc>,
) -> Result<usize> {
    Ok(store::restore_of_project(tx, project, deleted_at).await?)
}

/// Tasks by status: status, all, overdue, completed in the period.
pub async fn statistics(
    conn: &TenantConn,
    project: Option<uuid::Uuid>,
    today: NaiveDate,
    period: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<(TaskStatus, i64, i64, i64)>> {
    let which = project.map_or(Predicate::True, |id| Predicate::equal(PROJECT_ID, Value::Id(id)));
    Ok(store::statistics(conn, which, today, period).await?)
}

fn only(id: TaskId) -> Predicate {
    Predicate::equal(ID, Value::Id(id.0))
}

async fn require_references(conn: &TenantConn, patch: &TaskPatch) -> Result<()> {
    projects::service::require_live(conn, patch.project_id).await?;
    users::service::require_assignable(conn, patch.assigned_to.flatten()).await
}

/// The row is locked from here on, so that the version can't change before the update.
async fn require_version(tx: &TenantTx, id: TaskId, expected: Option<i32>) -> Result<()> {
    let Some(expected) = expected else { return Ok(()) };
    let version = store::lock_version(tx, id).await?.ok_or(AppError::NotFound("task"))?;
    if version == expected { Ok(()) } else { Err(AppError::stale()) }
}
