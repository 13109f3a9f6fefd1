//! What can be done with projects. Every door (GraphQL, jobs, commands) comes through here.

use chrono::{DateTime, Utc};

use super::columns::{ASSIGNED_TO, ID, ROWS};
use super::model::{NewProject, Project, ProjectId, ProjectPatch, ProjectRow, With};
use super::store;
use crate::audit::Change;
use crate::authz::{Permission, Reach};
use crate::base::ids::UserId;
use crate::ctx::Ctx;
use crate::db::{Listing, Page, Predicate, TenantConn, TenantTx, Test, Value};
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
    let which = only(id).and(ctx.reach(&VIEW)?.predicate(&ROWS));
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
        let before = lock(ctx, tx, id, &CHANGE).await?;
        require_version(&before, expected_version)?;
        users::service::require_assignable(tx, patch.assigned_to.flatten()).await?;
        let changed = store::update(tx, only(id), &patch, ctx.user(), ctx.now).await?;
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
        let before = lock_all(ctx, tx, which, &CHANGE).await?;
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
        let before = lock(ctx, tx, id, &DELETE).await?;
        Ok((id, trash(ctx, tx, &[before]).await?))
    })
    .await
}

/// Puts all the projects into the trash, with their tasks and documents.
pub async fn bulk_delete(ctx: &Ctx, which: Predicate) -> Result<usize> {
    ctx.require_some(&DELETE)?;
    ctx.write(async |tx| {
        let before = lock_all(ctx, tx, which, &DELETE).await?;
        Ok(trash(ctx, tx, &before).await?.projects)
    })
    .await
}

async fn trash(ctx: &Ctx, tx: &TenantTx, projects: &[Project]) -> Result<Contents> {
    let ids = store::trash(tx, these(projects), ctx.user(), ctx.now).await?;
    let ids: Vec<_> = ids.into_iter().map(|id| id.0).collect();
    ctx.audit_all(projects.iter().map(|row| Change::deleted("project", row.id, row)));
    Ok(Contents {
        projects: ids.len(),
        tasks: tasks::service::trash_of_projects(ctx, tx, &ids).await?,
        documents: documents::service::trash_of_projects(ctx, tx, &ids).await?,
    })
}

/// Takes a project out of the trash, with what went in with it. What was in there before stays.
pub async fn restore(ctx: &Ctx, id: ProjectId) -> Result<(Project, Contents)> {
    let which = only(id).and(ctx.reach(&DELETE)?.predicate(&ROWS));
    ctx.write(async |tx| {
        let deleted_at = store::trashed_at(tx, which)
            .await?
            .ok_or(AppError::NotFound("project in the trash"))?;
        let project = store::restore(tx, id, ctx.user(), ctx.now).await?;
        ctx.audit(Change::done("project.restore", "project", id).after(&project));
        let contents = Contents {
            projects: 1,
            tasks: tasks::service::restore_of_project(ctx, tx, id.0, deleted_at).await?,
            documents: documents::service::restore_of_project(ctx, tx, id.0, deleted_at).await?,
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
    match store::find(conn, only(id).and(reach.into_container(ROWS.kind, ID))).await? {
        Some(_) => Ok(()),
        None => {
            let why = "there is no such project";
            Err(Invalid::new(Problem::NotFound, "input.projectId", why).into())
        }
    }
}

/// Whether the project is there and within reach: of a permission on projects, or else of one on
/// what is in them.
pub async fn is_within(
    conn: &TenantConn,
    id: ProjectId,
    reach: &Reach,
    of_projects: bool,
) -> Result<bool> {
    let within =
        if of_projects { reach.predicate(&ROWS) } else { reach.into_container(ROWS.kind, ID) };
    Ok(store::find(conn, only(id).and(within)).await?.is_some())
}

fn only(id: ProjectId) -> Predicate {
    Predicate::equal(ID, Value::Id(id.0))
}

/// The project, locked, if the permission reaches it. What the caller may see but not change is
/// forbidden; what they may not see is not there.
async fn lock(ctx: &Ctx, tx: &TenantTx, id: ProjectId, permission: &Permission) -> Result<Project> {
    let reach = ctx.reach(permission)?.predicate(&ROWS);
    if let Some(project) = store::lock(tx, only(id).and(reach)).await?.pop() {
        return Ok(project);
    }
    let Ok(seen) = ctx.reach(&VIEW) else { return Err(AppError::NotFound("project")) };
    match store::find(tx, only(id).and(seen.predicate(&ROWS))).await? {
        Some(_) => Err(AppError::Forbidden(permission.name)),
        None => Err(AppError::NotFound("project")),
    }
}

/// All of them that the permission reaches, locked.
async fn lock_all(
    ctx: &Ctx,
    tx: &TenantTx,
    which: Predicate,
    permission: &Permission,
) -> Result<Vec<Project>> {
    let reach = ctx.reach(permission)?.predicate(&ROWS);
    Ok(store::lock(tx, which.and(reach)).await?)
}

fn these(projects: &[Project]) -> Predicate {
    Predicate::Is(ID, Test::In, Value::Ids(projects.iter().map(|row| row.id.0).collect()))
}

fn require_version(project: &Project, expected: Option<i32>) -> Result<()> {
    if expected.is_none_or(|version| version == project.version) {
        Ok(())
    } else {
        Err(AppError::stale())
    }
}
