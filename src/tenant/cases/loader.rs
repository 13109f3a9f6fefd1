//! Cases by id, and the cases of many clients, many at a time.

use diesel::QueryResult;
use uuid::Uuid;

use super::{ASSIGNED_TO, CLIENT_ID, Case, CaseId, STAGE_ID, service, store};
use crate::db::{Column, Listing, TenantConn};
use crate::graphql::children::Children;

crate::loaded!(CaseId => Case, store::by_ids, service::VIEW);

/// Cases, listed below something, without relations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Cases;

impl Children for Cases {
    type Row = Case;
    type Conn = TenantConn;

    fn parent(row: &Case, column: Column) -> Option<Uuid> {
        match column {
            CLIENT_ID => Some(row.client_id.0),
            STAGE_ID => Some(row.stage_id.0),
            ASSIGNED_TO => row.assigned_to.map(|u| u.0),
            _ => row.created_by.map(|u| u.0),
        }
    }

    async fn pages(
        self,
        conn: &TenantConn,
        parents: Vec<Uuid>,
        column: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<Case>> {
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
