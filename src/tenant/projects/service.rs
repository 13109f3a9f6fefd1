//! What can be done with projects. Every door (GraphQL, jobs, commands) comes through here.

use chrono::{DateTime, Utc};

use super::columns::ID;
use super::model::{NewProject, Project, ProjectId, ProjectPatch, ProjectRow, With};
use super::store;
use crate::base::ids::UserId;
use crate::ctx::Ctx;
use crate::db::{Listing, Page, Predicate, TenantConn, TenantTx, Value};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::tenant::{documents, tasks, users};

crate::permissions! {
    VIEW = "projects.view" for EVERYONE,
    ADD = "projects.add" for MANAGERS,
    CHANGE = "projects.change" for MANAGERS,
    DELETE = "projects.delete" for MANAGERS,
}

/// The project, if the caller may see it.
pub async fn get(ctx: &Ctx, id: ProjectId) -> Result<Project> {
    ctx.require(&VIEW)?;
    store::find(&*ctx.read().await?, id).await?.ok_or(AppError::NotFound("project"))
}

/// A page of projects.
pub async fn list(
    ctx: &Ctx,
    listing: Listing,
    with: With,
    total: bool,
) -> Result<Page<ProjectRow>> {
    ctx.require(&VIEW)?;
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing, with);
    let total =
        async { if total { store::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// Adds a project.
pub async fn create(ctx: &Ctx, new: NewProject) -> Result<Project> {
    ctx.require(&ADD)?;
    new.validate()?;
    ctx.write(async |tx| {
        users::service::require_assignable(tx, new.assigned_to).await?;
        Ok(store::insert(tx, &new, ctx.user(), ctx.now).await?)
    })
    .await
}

/// Writes a project in the caller's own transaction; for what a tenant begins with.
pub async fn insert(
    tx: &TenantTx,
    new: &NewProject,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Project> {
    new.validate()?;
    Ok(store::insert(tx, new, by, now).await?)
}

/// Changes a project.
pub async fn update(
    ctx: &Ctx,
    id: ProjectId,
    patch: ProjectPatch,
    expected_version: Option<i32>,
) -> Result<Project> {
    ctx.require(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        users::service::require_assignable(tx, patch.assigned_to.flatten()).await?;
        require_version(tx, id, expected_version).await?;
        let changed = store::update(tx, only(id), &patch, ctx.user(), ctx.now).await?;
        changed.iter().try_for_each(Project::validate_days)?;
        changed.into_iter().next().ok_or(AppError::NotFound("project"))
    })
    .await
}

/// Changes all the projects; how many there were.
pub async fn bulk_update(ctx: &Ctx, which: Predicate, patch: ProjectPatch) -> Result<usize> {
    ctx.require(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        users::service::require_assignable(tx, patch.assigned_to.flatten()).await?;
        let changed = store::update(tx, which, &patch, ctx.user(), ctx.now).await?;
        changed.iter().try_for_each(Project::validate_days)?;
        Ok(changed.len())
    })
    .await
}

/// What went into the trash, or came out of it, together with projects.
#[derive(Debug, Clone, Copy, Default)]
pub struct Contents {
    pub projects: usize,
    pub tasks: usize,
    pub documents: usize,
}

/// Puts a project into the trash, with its tasks and documents.
pub async fn delete(ctx: &Ctx, id: ProjectId) -> Result<(ProjectId, Contents)> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| {
        let gone = trash(ctx, tx, only(id)).await?;
        if gone.projects == 0 { Err(AppError::NotFound("project")) } else { Ok((id, gone)) }
    })
    .await
}

/// Puts all the projects into the trash, with their tasks and documents.
pub async fn bulk_delete(ctx: &Ctx, which: Predicate) -> Result<usize> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| Ok(trash(ctx, tx, which).await?.projects)).await
}

async fn trash(ctx: &Ctx, tx: &TenantTx, which: Predicate) -> Result<Contents> {
    let ids: Vec<_> =
        store::trash(tx, which, ctx.user(), ctx.now).await?.into_iter().map(|id| id.0).collect();
    Ok(Contents {
        projects: ids.len(),
        tasks: tasks::service::trash_of_projects(tx, &ids, ctx.user(), ctx.now).await?,
        documents: documents::service::trash_of_projects(tx, &ids, ctx.user(), ctx.now).await?,
    })
}

/// Takes a project out of the trash, with what went in with it. What was in there before stays.
pub async fn restore(ctx: &Ctx, id: ProjectId) -> Result<(Project, Contents)> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| {
        let deleted_at =
            store::trashed_at(tx, id).await?.ok_or(AppError::NotFound("project in the trash"))?;
        let project = store::restore(tx, id, ctx.user(), ctx.now).await?;
        let contents = Contents {
            projects: 1,
            tasks: tasks::service::restore_of_project(tx, id.0, deleted_at).await?,
            documents: documents::service::restore_of_project(tx, id.0, deleted_at).await?,
        };
        Ok((project, contents))
    })
    .await
}

/// Fails unless something may be put into the project: it exists here and is not in the trash.
pub async fn require_live(conn: &TenantConn, id: Option<ProjectId>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    match store::find(conn, id).await? {
        Some(_) => Ok(()),
        None => {
            let why = "there is no such project";
            Err(Invalid::new(Problem::NotFound, "input.projectId", why).into())
        }
    }
}

fn only(id: ProjectId) -> Predicate {
    Predicate::equal(ID, Value::Id(id.0))
}

/// The row is locked from here on, so that the version can't change before the update.
async fn require_version(tx: &TenantTx, id: ProjectId, expected: Option<i32>) -> Result<()> {
    let Some(expected) = expected else { return Ok(()) };
    let version = store::lock_version(tx, id).await?.ok_or(AppError::NotFound("project"))?;
    if version == expected { Ok(()) } else { Err(AppError::stale()) }
}
