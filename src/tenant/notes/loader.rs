//! Notes by id, and the notes of many clients or cases, many at a time.

use diesel::QueryResult;
use uuid::Uuid;

use super::{CLIENT_ID, Note, NoteId, service, store};
use crate::db::{Column, Listing, TenantConn};
use crate::graphql::children::Children;

crate::loaded!(NoteId => Note, store::by_ids, service::VIEW);

/// Notes, listed below something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Notes;

impl Children for Notes {
    type Row = Note;
    type Conn = TenantConn;

    fn parent(row: &Note, column: Column) -> Option<Uuid> {
        match column {
            CLIENT_ID => Some(row.client_id.0),
            _ => row.case_id.map(|c| c.0),
        }
    }

    async fn pages(
        self,
        conn: &TenantConn,
        parents: Vec<Uuid>,
        column: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<Note>> {
        store::pages_of(conn, parents, &listing.of_parent(column)).await
    }

    async fn counts(
        self,
        conn: &TenantConn,
        parents: Vec<Uuid>,
        column: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<(Uuid, i64)>> {
        store::counts_of(conn, parents, column, listing.predicate.clone()).await
    }
}
