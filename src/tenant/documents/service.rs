//! What can be done with documents. Every door (GraphQL, jobs, commands) comes through here.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::columns::{ASSIGNED_TO, PLACE, PROJECT_ID, ROWS};
use super::model::{Document, DocumentId, DocumentPatch, DocumentRow, NewDocument, With};
use super::store;
use crate::audit::Change;
use crate::base::ids::UserId;
use crate::ctx::{Ctx, only, require_version, these};
use crate::db::{Column, Listing, Page, Predicate, TenantConn, TenantTx, Test, Value, page};
use crate::error::{AppError, Result};
use crate::events::Tracked;
use crate::tenant::{projects, users};

crate::permissions! {
    VIEW = "documents.view" for EVERYONE on ["document", "project", "client", "case"],
    ADD = "documents.add" for EVERYONE on ["project", "client", "case"],
    CHANGE = "documents.change" for EVERYONE on ["document", "project", "client", "case"],
    DELETE = "documents.delete" for MANAGERS on ["document", "project", "client", "case"],
}

/// Its changes are events.
pub const TRACKED: Tracked = Tracked::new("Document", &VIEW, &ROWS);

/// The document with project and assignee, if the caller may see it.
pub async fn get(ctx: &Ctx, id: DocumentId, with: With) -> Result<DocumentRow> {
    let which = only::<Document>(id).and(ctx.reaching::<Document>(&VIEW)?);
    let conn = ctx.read().await?;
    let row = match with {
        With::Nothing => store::find(&conn, which).await?.map(DocumentRow::from),
        With::Relations => store::find_joined(&conn, which).await?,
    };
    row.ok_or(AppError::NotFound("document"))
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

/// A page of documents.
pub async fn list(
    ctx: &Ctx,
    listing: Listing,
    with: With,
    total: bool,
) -> Result<Page<DocumentRow>> {
    let listing = within_reach(ctx, listing)?;
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing, with);
    page::read(&listing, rows, store::count(&conn, &listing), total).await
}

/// Adds a document.
pub async fn create(ctx: &Ctx, new: NewDocument) -> Result<Document> {
    ctx.require_some(&ADD)?;
    new.validate()?;
    ctx.write(async |tx| {
        let new = placed(ctx, tx, &new).await?;
        users::service::require_assignable(tx, new.assigned_to).await?;
        let document = store::insert(tx, &new, ctx.user(), ctx.now).await?;
        ctx.audit(Change::created("document", document.id, &document));
        Ok(document)
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
    ctx.require_some(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        let before: Document = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        require_version(&before, expected_version)?;
        let patch = settled(ctx, tx, patch.clone()).await?;
        let changed = store::update(tx, only::<Document>(id), &patch, ctx.user(), ctx.now).await?;
        let after = changed.into_iter().next().ok_or(AppError::NotFound("document"))?;
        ctx.audit(Change::updated("document", id, &before, &after));
        Ok(after)
    })
    .await
}

/// Changes all the documents; how many there were.
pub async fn bulk_update(ctx: &Ctx, which: Predicate, patch: DocumentPatch) -> Result<usize> {
    ctx.require_some(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        let patch = settled(ctx, tx, patch.clone()).await?;
        let before: Vec<Document> = ctx.all_locked(tx, which, &CHANGE).await?;
        let changed = store::update(tx, these(&before), &patch, ctx.user(), ctx.now).await?;
        ctx.audit_all(Change::all_updated("document", |row| row.id.0, &before, &changed));
        Ok(changed.len())
    })
    .await
}

/// Puts a document into the trash.
pub async fn delete(ctx: &Ctx, id: DocumentId) -> Result<DocumentId> {
    ctx.require_some(&DELETE)?;
    ctx.write(async |tx| {
        let before: Document = ctx.locked(tx, id, &DELETE, &VIEW).await?;
        store::trash(tx, only::<Document>(before.id), ctx.user(), ctx.now).await?;
        ctx.audit(Change::deleted("document", id, &before));
        Ok(id)
    })
    .await
}

/// Puts all the documents into the trash; how many there were.
pub async fn bulk_delete(ctx: &Ctx, which: Predicate) -> Result<usize> {
    ctx.require_some(&DELETE)?;
    ctx.write(async |tx| {
        let before: Vec<Document> = ctx.all_locked(tx, which, &DELETE).await?;
        let gone = store::trash(tx, these(&before), ctx.user(), ctx.now).await?;
        ctx.audit_all(before.iter().map(|row| Change::deleted("document", row.id, row)));
        Ok(gone)
    })
    .await
}

/// Takes a document out of the trash.
pub async fn restore(ctx: &Ctx, id: DocumentId) -> Result<Document> {
    let which = only::<Document>(id).and(ctx.reach(&DELETE)?.predicate(&ROWS));
    ctx.write(async |tx| {
        let which = which.and(PLACE.are_live());
        let restored = store::restore(tx, which, ctx.user(), ctx.now).await?;
        let restored = restored
            .ok_or(AppError::NotFound("document in the trash, of nothing that is in there"))?;
        ctx.audit(Change::done("document.restore", "document", id).after(&restored));
        Ok(restored)
    })
    .await
}

/// The trash takes the documents along of what goes there: `column` says whose they are. How many.
pub async fn trash_of(ctx: &Ctx, tx: &TenantTx, column: Column, of: &[Uuid]) -> Result<usize> {
    let which = Predicate::Is(column, Test::In, Value::Ids(of.to_vec()));
    let before = store::lock(tx, which).await?;
    let gone = store::trash(tx, these(&before), ctx.user(), ctx.now).await?;
    ctx.audit_all(before.iter().map(|row| Change::deleted("document", row.id, row)));
    Ok(gone)
}

/// Documents that went into the trash at `deleted_at` with what they lie in come back with it, unless
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
    let restored = |row: &Document| Change::done("document.restore", "document", row.id).after(row);
    ctx.audit_all(back.iter().map(restored));
    Ok(back.len())
}

/// Nobody is assigned to what was a user's who goes.
pub async fn unassign(ctx: &Ctx, tx: &TenantTx, user: UserId) -> Result<()> {
    let theirs = Predicate::equal(ASSIGNED_TO, Value::Id(user.0));
    let before = store::lock(tx, theirs).await?;
    let nobody = DocumentPatch { assigned_to: Some(None), ..DocumentPatch::default() };
    let after = store::update(tx, these(&before), &nobody, ctx.user(), ctx.now).await?;
    ctx.audit_all(Change::all_updated("document", |row| row.id.0, &before, &after));
    Ok(())
}

/// How many documents the caller may see, and their size together in bytes.
pub async fn statistics(ctx: &Ctx, conn: &TenantConn, project: Option<Uuid>) -> Result<(i64, i64)> {
    let which = project.map_or(Predicate::True, |id| Predicate::equal(PROJECT_ID, Value::Id(id)));
    let which = which.and(seen(ctx));
    let (count, bytes) = store::statistics(conn, which).await?;
    Ok((count, bytes.unwrap_or_default()))
}

/// The condition that the caller may see a document.
fn seen(ctx: &Ctx) -> Predicate {
    ctx.reach(&VIEW).map_or(Predicate::Any(vec![]), |reach| reach.predicate(&ROWS))
}

/// The document, in a place where the caller may add some. In none they need the permission as such.
async fn placed(ctx: &Ctx, conn: &TenantConn, new: &NewDocument) -> Result<NewDocument> {
    let place = new.place();
    if place.is_empty() && !ctx.reach(&ADD)?.is_all() {
        return Err(AppError::Forbidden(ADD.name));
    }
    Ok(new.at(place.settled(ctx, conn, &ADD).await?))
}

/// The patch with what follows from where it moves to. Fails unless what it names is there.
async fn settled(ctx: &Ctx, conn: &TenantConn, patch: DocumentPatch) -> Result<DocumentPatch> {
    users::service::require_assignable(conn, patch.assigned_to.flatten()).await?;
    let place = patch.place().settled(ctx, conn, &ADD).await?;
    Ok(patch.moving(place))
}
