//! The tenants of many organizations.

use diesel::QueryResult;
use uuid::Uuid;

use super::{TenantRecord, store};
use crate::db::{Column, Listing, PlatformConn};
use crate::graphql::children::Children;

/// Tenants are listed with nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tenants;

impl Children for Tenants {
    type Row = TenantRecord;
    type Conn = PlatformConn;

    fn parent(row: &TenantRecord, _: Column) -> Option<Uuid> {
        row.organization_id.map(|id| id.0)
    }

    async fn pages(
        self,
        conn: &PlatformConn,
        parents: Vec<Uuid>,
        column: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<TenantRecord>> {
        store::pages_of(conn, parents, &listing.of_parent(column)).await
    }

    async fn counts(
        self,
        conn: &PlatformConn,
        parents: Vec<Uuid>,
        _: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<(Uuid, i64)>> {
        store::counts_of(conn, parents, listing.predicate.clone()).await
    }
}
