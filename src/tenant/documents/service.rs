//! What can be done with documents. Every door (GraphQL, jobs, commands) comes through here.

use chrono::{DateTime, Utc};

use super::columns::{ID, PROJECT_ID};
use super::model::{Document, DocumentId, DocumentPatch, DocumentRow, NewDocument, With};
use super::store;
use crate::base::ids::UserId;
use crate::ctx::Ctx;
use crate::db::{Listing, Page, Predicate, TenantConn, TenantTx, Test, Value};
use crate::error::{AppError, Result};
use crate::tenant::{projects, users};

crate::permissions! {
    VIEW = "documents.view" for EVERYONE,
    ADD = "documents.add" for EVERYONE,
    CHANGE = "documents.change" for EVERYONE,
    DELETE = "documents.delete" for MANAGERS,
}

/// The document with project and assignee, if the caller may see it.
pub async fn get(ctx: &Ctx, id: DocumentId, with: With) -> Result<DocumentRow> {
    ctx.require(&VIEW)?;
    let conn = ctx.read().await?;
    let row = match with {
        With::Nothing => store::find(&conn, id).await?.map(DocumentRow::from),
        With::Relations => store::find_joined(&conn, id).await?,
    };
    row.ok_or(AppError::NotFound("document"))
}

/// A page of documents.
pub async fn list(
    ctx: &Ctx,
    listing: Listing,
    with: With,
    total: bool,
) -> Result<Page<DocumentRow>> {
    ctx.require(&VIEW)?;
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing, with);
    let total =
        async { if total { store::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// Adds a document.
pub async fn create(ctx: &Ctx, new: NewDocument) -> Result<Document> {
    ctx.require(&ADD)?;
    new.validate()?;
    ctx.write(async |tx| {
        projects::service::require_live(tx, new.project_id).await?;
        users::service::require_assignable(tx, new.assigned_to).await?;
        Ok(store::insert(tx, &new, ctx.user(), ctx.now).await?)
    })
    .await
}

/// Writes a document in the caller's own transaction; for what a tenant begins with.
pub async fn insert(
    tx: &TenantTx,
    new: &NewDocument,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<Document> {
    new.validate()?;
    Ok(store::insert(tx, new, by, now).await?)
}

/// Changes a document.
pub async fn update(
    ctx: &Ctx,
    id: DocumentId,
    patch: DocumentPatch,
    expected_version: Option<i32>,
) -> Result<Document> {
    ctx.require(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        require_references(tx, &patch).await?;
        require_version(tx, id, expected_version).await?;
        let changed = store::update(tx, only(id), &patch, ctx.user(), ctx.now).await?;
        changed.into_iter().next().ok_or(AppError::NotFound("document"))
    })
    .await
}

/// Changes all the documents; how many there were.
pub async fn bulk_update(ctx: &Ctx, which: Predicate, patch: DocumentPatch) -> Result<usize> {
    ctx.require(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        require_references(tx, &patch).await?;
        Ok(store::update(tx, which, &patch, ctx.user(), ctx.now).await?.len())
    })
    .await
}

/// Puts a document into the trash.
pub async fn delete(ctx: &Ctx, id: DocumentId) -> Result<DocumentId> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| match store::trash(tx, only(id), ctx.user(), ctx.now).await? {
        0 => Err(AppError::NotFound("document")),
        _ => Ok(id),
    })
    .await
}

/// Puts all the documents into the trash; how many there were.
pub async fn bulk_delete(ctx: &Ctx, which: Predicate) -> Result<usize> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| Ok(store::trash(tx, which, ctx.user(), ctx.now).await?)).await
}

/// Takes a document out of the trash.
pub async fn restore(ctx: &Ctx, id: DocumentId) -> Result<Document> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| {
        let restored = store::restore(tx, id, ctx.user(), ctx.now).await?;
        restored.ok_or(AppError::NotFound(
            "document in the trash, with no project that is in there too",
        ))
    })
    .await
}

/// The trash takes the projects' documents along; how many.
pub async fn trash_of_projects(
    tx: &TenantTx,
    projects: &[uuid::Uuid],
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<usize> {
    let which = Predicate::Is(PROJECT_ID, Test::In, Value::Ids(projects.to_vec()));
    Ok(store::trash(tx, which, by, now).await?)
}

/// Documents that went into the trash with their project at `deleted_at` come back with it.
pub async fn restore_of_project(
    tx: &TenantTx,
    project: uuid::Uuid,
    deleted_at: DateTime<Utc>,
) -> Result<usize> {
    Ok(store::restore_of_project(tx, project, deleted_at).await?)
}

/// How many documents there are, and their size together in bytes.
pub async fn statistics(conn: &TenantConn, project: Option<uuid::Uuid>) -> Result<(i64, i64)> {
    let which = project.map_or(Predicate::True, |id| Predicate::equal(PROJECT_ID, Value::Id(id)));
    let (count, bytes) = store::statistics(conn, which).await?;
    Ok((count, bytes.unwrap_or_default()))
}

fn only(id: DocumentId) -> Predicate {
    Predicate::equal(ID, Value::Id(id.0))
}

async fn require_references(conn: &TenantConn, patch: &DocumentPatch) -> Result<()> {
    projects::service::require_live(conn, patch.project_id.flatten()).await?;
    users::service::require_assignable(conn, patch.assigned_to.flatten()).await
}

/// The row is locked from here on, so that the version can't change before the update.
async fn require_version(tx: &TenantTx, id: DocumentId, expected: Option<i32>) -> Result<()> {
    let Some(expected) = expected else { return Ok(()) };
    let version = store::lock_version(tx, id).await?.ok_or(AppError::NotFound("document"))?;
    if version == expected { Ok(()) } else { Err(AppError::stale()) }
}
