//! Queries on `notes`. No rules and no permissions here. Notes in the trash are not seen.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::columns::ROWS;
use super::model::{Note, NoteId, NotePatch};
use crate::base::ids::UserId;
use crate::db::schema::tenant::notes;
use crate::db::{Listing, TenantConn, TenantTx, per_parent};
use crate::tenant::cases::CaseId;
use crate::tenant::clients::ClientId;

crate::stored! { notes: Note, NoteId, ROWS, live: notes::deleted_at.is_null() }
crate::counted! { notes, live: notes::deleted_at.is_null() }
crate::listed_alone! { notes: Note, live: notes::deleted_at.is_null() }
crate::updated! { notes: Note, NotePatch, live: notes::deleted_at.is_null() }
crate::trashed! { notes: Note, bring_back }

/// The first notes of each parent; the listing's predicate ties them to it.
pub async fn pages_of(
    mut conn: &TenantConn,
    parents: Vec<Uuid>,
    listing: &Listing,
) -> QueryResult<Vec<Note>> {
    let query = notes::table
        .filter(notes::deleted_at.is_null())
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(Note::as_select());
    RunQueryDsl::load(per_parent(parents, query), &mut conn).await
}

/// A note as it is written.
pub struct Insert<'a> {
    pub client: ClientId,
    pub case: Option<CaseId>,
    pub body: &'a str,
    pub is_pinned: bool,
    pub mentions: &'a [UserId],
}

pub async fn insert(
    tx: &TenantTx,
    new: Insert<'_>,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Note> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(notes::table)
        .values((
            notes::id.eq(NoteId::generate()),
            notes::client_id.eq(new.client),
            notes::case_id.eq(new.case),
            notes::body.eq(new.body),
            notes::is_pinned.eq(new.is_pinned),
            notes::mentions.eq(new.mentions),
            notes::created_at.eq(now),
            notes::updated_at.eq(now),
            notes::created_by.eq(by),
            notes::updated_by.eq(by),
        ))
        .returning(Note::as_returning())
        .get_result(&mut conn)
        .await
}
