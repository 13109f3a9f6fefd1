//! What can be done with notes. Every door (GraphQL, jobs, commands) comes through here.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::columns::{PLACE, ROWS};
use super::model::{NewNote, Note, NoteId, NotePatch, names_in};
use super::store;
use crate::audit::Change;
use crate::base::ids::UserId;
use crate::ctx::{Ctx, only, require_version, these};
use crate::db::{Column, Listing, Page, Predicate, TenantConn, TenantTx, Test, Value};
use crate::error::{AppError, Result};
use crate::events::Tracked;
use crate::tenant::places::Place;
use crate::tenant::users;

crate::permissions! {
    VIEW = "notes.view" for EVERYONE on ["note", "client", "case"],
    ADD = "notes.add" for EVERYONE on ["client", "case"],
    CHANGE = "notes.change" for EVERYONE on ["note", "client", "case"],
    DELETE = "notes.delete" for MANAGERS on ["note", "client", "case"],
}

/// Their changes are events.
pub const TRACKED: Tracked = Tracked::new("Note", &VIEW, &ROWS);

/// The note, if the caller may see it.
pub async fn get(ctx: &Ctx, id: NoteId) -> Result<Note> {
    ctx.found(id, &VIEW).await
}

/// The listing without what the caller may not see.
pub fn within_reach(ctx: &Ctx, listing: Listing) -> Result<Listing> {
    Ok(listing.within(ctx.reaching::<Note>(&VIEW)?))
}

/// A page of notes.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Note>> {
    ctx.listed(listing, &VIEW, total).await
}

/// Adds a note about a client or a case.
pub async fn create(ctx: &Ctx, new: NewNote) -> Result<Note> {
    ctx.require_some(&ADD)?;
    new.validate()?;
    ctx.write(async |tx| {
        let place = Place { project: None, client: new.client_id, case: new.case_id };
        let place = place.settled(ctx, tx, &ADD).await?;
        let client = place.client.ok_or_else(|| AppError::internal("a note without a client"))?;
        let mentions = mentioned(tx, &new.body).await?;
        let row = store::Insert {
            client,
            case: place.case,
            body: &new.body,
            is_pinned: new.is_pinned,
            mentions: &mentions,
        };
        let note = store::insert(tx, row, ctx.user(), ctx.now).await?;
        ctx.audit(Change::created("note", note.id, &note));
        Ok(note)
    })
    .await
}

/// Changes a note.
pub async fn update(
    ctx: &Ctx,
    id: NoteId,
    patch: NotePatch,
    expected_version: Option<i32>,
) -> Result<Note> {
    ctx.require_some(&CHANGE)?;
    patch.validate()?;
    ctx.write(async |tx| {
        let before: Note = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        require_version(&before, expected_version)?;
        let mentions = match &patch.body {
            Some(body) => Some(mentioned(tx, body).await?),
            None => None,
        };
        let patch = NotePatch { mentions, ..patch.clone() };
        let changed = store::update(tx, only::<Note>(id), &patch, ctx.user(), ctx.now).await?;
        let after = changed.into_iter().next().ok_or(AppError::NotFound("note"))?;
        ctx.audit(Change::updated("note", id, &before, &after));
        Ok(after)
    })
    .await
}

/// The active users whose names or addresses stand in the text behind an @.
async fn mentioned(conn: &TenantConn, body: &str) -> Result<Vec<UserId>> {
    let names = names_in(body);
    if names.is_empty() {
        return Ok(vec![]);
    }
    users::told::by_names(conn, &names).await
}

/// Puts a note into the trash.
pub async fn delete(ctx: &Ctx, id: NoteId) -> Result<NoteId> {
    ctx.require_some(&DELETE)?;
    ctx.write(async |tx| {
        let before: Note = ctx.locked(tx, id, &DELETE, &VIEW).await?;
        store::trash(tx, only::<Note>(id), ctx.user(), ctx.now).await?;
        ctx.audit(Change::deleted("note", id, &before));
        Ok(id)
    })
    .await
}

/// Takes a note out of the trash.
pub async fn restore(ctx: &Ctx, id: NoteId) -> Result<Note> {
    let which = only::<Note>(id).and(ctx.reaching::<Note>(&DELETE)?);
    ctx.write(async |tx| {
        let restored = store::restore(tx, which.and(PLACE.are_live()), ctx.user(), ctx.now).await?;
        let note =
            restored.ok_or(AppError::NotFound("note in the trash, of nothing that is in there"))?;
        ctx.audit(Change::done("note.restore", "note", id).after(&note));
        Ok(note)
    })
    .await
}

/// The trash takes the notes along of what goes there: `column` says whose they are.
pub async fn trash_of(ctx: &Ctx, tx: &TenantTx, column: Column, of: &[Uuid]) -> Result<()> {
    let which = Predicate::Is(column, Test::In, Value::Ids(of.to_vec()));
    let before = store::lock(tx, which).await?;
    store::trash(tx, these(&before), ctx.user(), ctx.now).await?;
    ctx.audit_all(before.iter().map(|row| Change::deleted("note", row.id, row)));
    Ok(())
}

/// Notes that went into the trash at `deleted_at` with what they lie in come back with it.
pub async fn restore_of(
    ctx: &Ctx,
    tx: &TenantTx,
    column: Column,
    of: Uuid,
    deleted_at: DateTime<Utc>,
) -> Result<()> {
    let which = Predicate::equal(column, Value::Id(of)).and(PLACE.are_live());
    let back = store::bring_back(tx, which, deleted_at).await?;
    let restored = |row: &Note| Change::done("note.restore", "note", row.id).after(row);
    ctx.audit_all(back.iter().map(restored));
    Ok(())
}
