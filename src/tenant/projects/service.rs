//! What can be done with projects. Every door (GraphQL, jobs, commands) comes through here.

use chrono::{DateTime, Utc};

use super::columns::{ASSIGNED_TO, DELETED_AT, ID, ROWS};
use super::model::{NewProject, Project, ProjectId, ProjectPatch, ProjectRow, With};
use super::store;
use crate::audit::Change;
use crate::authz::Reach;
use crate::base::ids::UserId;
use crate::ctx::{Ctx, only, require_version, these};
use crate::db::{Column, Listing, Page, Predicate, TenantConn, TenantTx, Value, page};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::events::Tracked;
use crate::tenant::{documents, tasks, users};

crate::permissions! {
    VIEW = "projects.view" for EVERYONE on ["project"],
    ADD = "projects.add" for MANAGERS,
    CHANGE = "projects.change" for MANAGERS on ["project"],
    DELETE = "projects.delete" for MANAGERS on ["project"],
}

/// Its changes are events.
pub const TRACKED: Tracked = Tracked::new("Project", &VIEW, &ROWS);

/// The project, if the caller may see it.
pub async fn get(ctx: &Ctx, id: ProjectId) -> Result<Project> {
    let which = only::<Project>(id).and(ctx.reaching::<Project>(&VIEW)?);
    store::find(&*ctx.read().await?, which).await?.ok_or(AppError::NotFound("project"))
}

/// The listing without what the caller may not see.
pub fn within_reach(ctx: &Ctx, listing: Listing) -> Result<Listing> {
    Ok(listing.within(ctx.reach(&VIEW)?.predicate(&ROWS)))
}

/// Relations come along only for those who may see all of them; others get them one by one, as far
/// as they may.
pub fn with(ctx: &Ctx, asked: bool) -> With {
    let all = ctx.holds(&users::service::VIEW);
    if asked && all { With::Relations } else { With::Nothing }
}

/// A page of projects.
pub async fn list(
    ctx: &Ctx,
    listing: Listing,
    with: With,
    total: bool,
) -> Result<Page<ProjectRow>> {
    let listing = within_reach(ctx, listing)?;
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing, with);
    page::read(&listing, rows, store::count(&conn, &listing), total).await
}

/// Adds a project.
pub async fn create(ctx: &Ctx, new: NewProject) -> Result<Project> {
    ctx.require(&ADD)?;
    new.validate()?;
    ctx.write(async |tx| {
        users::service::require_assignable(tx, new.assigned_to).await?;
        let project = store::insert(tx, &new, ctx.user(), ctx.now).await?;
        ctx.audit(Change::created("project", project.id, &project));
        Ok(project)
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
    ctx.require_some(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        let before: Project = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        require_version(&before, expected_version)?;
        users::service::require_assignable(tx, patch.assigned_to.flatten()).await?;
        let changed = store::update(tx, only::<Project>(id), &patch, ctx.user(), ctx.now).await?;
        changed.iter().try_for_each(Project::validate_days)?;
        let after = changed.into_iter().next().ok_or(AppError::NotFound("project"))?;
        ctx.audit(Change::updated("project", id, &before, &after));
        Ok(after)
    })
    .await
}

/// Changes all the projects; how many there were.
pub async fn bulk_update(ctx: &Ctx, which: Predicate, patch: ProjectPatch) -> Result<usize> {
    ctx.require_some(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        users::service::require_assignable(tx, patch.assigned_to.flatten()).await?;
        let before: Vec<Project> = ctx.all_locked(tx, which, &CHANGE).await?;
        let changed = store::update(tx, these(&before), &patch, ctx.user(), ctx.now).await?;
        changed.iter().try_for_each(Project::validate_days)?;
        ctx.audit_all(Change::all_updated("project", |row| row.id.0, &before, &changed));
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
    ctx.require_some(&DELETE)?;
    ctx.write(async |tx| {
        let before: Project = ctx.locked(tx, id, &DELETE, &VIEW).await?;
        Ok((id, trash(ctx, tx, &[before]).await?))
    })
    .await
}

/// Puts all the projects into the trash, with their tasks and documents.
pub async fn bulk_delete(ctx: &Ctx, which: Predicate) -> Result<usize> {
    ctx.require_some(&DELETE)?;
    ctx.write(async |tx| {
        let before: Vec<Project> = ctx.all_locked(tx, which, &DELETE).await?;
        Ok(trash(ctx, tx, &before).await?.projects)
    })
    .await
}

async fn trash(ctx: &Ctx, tx: &TenantTx, projects: &[Project]) -> Result<Contents> {
    store::trash(tx, these(projects), ctx.user(), ctx.now).await?;
    let ids: Vec<_> = projects.iter().map(|project| project.id.0).collect();
    ctx.audit_all(projects.iter().map(|row| Change::deleted("project", row.id, row)));
    Ok(Contents {
        projects: ids.len(),
        tasks: tasks::service::trash_of(ctx, tx, tasks::PROJECT_ID, &ids).await?,
        documents: documents::service::trash_of(ctx, tx, documents::PROJECT_ID, &ids).await?,
    })
}

/// Takes a project out of the trash, with what went in with it. What was in there before stays.
pub async fn restore(ctx: &Ctx, id: ProjectId) -> Result<(Project, Contents)> {
    let which = only::<Project>(id).and(ctx.reach(&DELETE)?.predicate(&ROWS));
    ctx.write(async |tx| {
        let missing = || AppError::NotFound("project in the trash");
        let deleted_at = store::trashed_at(tx, which.clone()).await?.ok_or_else(missing)?;
        let restored = store::restore(tx, which, ctx.user(), ctx.now).await?;
        let project = restored.ok_or_else(missing)?;
        ctx.audit(Change::done("project.restore", "project", id).after(&project));
        let contents = Contents {
            projects: 1,
            tasks: tasks::service::restore_of(ctx, tx, tasks::PROJECT_ID, id.0, deleted_at).await?,
            documents: documents::service::restore_of(
                ctx,
                tx,
                documents::PROJECT_ID,
                id.0,
                deleted_at,
            )
            .await?,
        };
        Ok((project, contents))
    })
    .await
}

/// Nobody is assigned to what was a user's who goes.
pub async fn unassign(ctx: &Ctx, tx: &TenantTx, user: UserId) -> Result<()> {
    let theirs = Predicate::equal(ASSIGNED_TO, Value::Id(user.0));
    let before = store::lock(tx, theirs).await?;
    let nobody = ProjectPatch { assigned_to: Some(None), ..ProjectPatch::default() };
    let after = store::update(tx, these(&before), &nobody, ctx.user(), ctx.now).await?;
    ctx.audit_all(Change::all_updated("project", |row| row.id.0, &before, &after));
    Ok(())
}

/// Fails unless something may be put into the project: it exists here, is not in the trash, and
/// `reach` (that of the permission to add) covers what is in it.
pub async fn require_open(conn: &TenantConn, id: ProjectId, reach: &Reach) -> Result<()> {
    match store::find(conn, only::<Project>(id).and(reach.into_container(&ROWS))).await? {
        Some(_) => Ok(()),
        None => {
            let why = "there is no such project";
            Err(Invalid::new(Problem::NotFound, "input.projectId", why).into())
        }
    }
}

/// The condition that the project whose id is in `column` is not in the trash.
pub fn is_live(column: Column) -> Predicate {
    Predicate::Through(column, ID, Box::new(Predicate::IsNull(DELETED_AT)))
}
