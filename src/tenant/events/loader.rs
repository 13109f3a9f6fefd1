//! The events of many entities, many at a time.

use diesel::QueryResult;
use uuid::Uuid;

use crate::audit::{self, Recorded};
use crate::db::{Column, Listing, TenantConn};
use crate::graphql::children::Children;

/// What happened to entities. Who sees an entity sees its history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct History;

impl Children for History {
    type Row = Recorded;
    type Conn = TenantConn;

    fn parent(row: &Recorded, _: Column) -> Option<Uuid> {
        Some(row.object_id)
    }

    async fn pages(
        self,
        conn: &TenantConn,
        parents: Vec<Uuid>,
        column: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<Recorded>> {
        audit::pages_of(conn, parents, &listing.of_parent(column)).await
    }

    async fn counts(
        self,
        conn: &TenantConn,
        parents: Vec<Uuid>,
        _: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<(Uuid, i64)>> {
        audit::counts_of(conn, parents, listing.predicate.clone()).await
    }
}
