//! Documents by id, and the documents of many projects or people, many at a time.

use diesel::QueryResult;
use uuid::Uuid;

use super::{
    ASSIGNED_TO, CASE_ID, CLIENT_ID, Document, DocumentId, DocumentRow, PROJECT_ID, With, service,
    store,
};
use crate::db::{Column, Listing, TenantConn};
use crate::graphql::children::Children;

crate::loaded!(DocumentId => Document, store::by_ids, service::VIEW);

impl Children for With {
    type Row = DocumentRow;
    type Conn = TenantConn;

    fn parent(row: &DocumentRow, column: Column) -> Option<Uuid> {
        match column {
            PROJECT_ID => row.document.project_id.map(|p| p.0),
            CLIENT_ID => row.document.client_id.map(|c| c.0),
            CASE_ID => row.document.case_id.map(|c| c.0),
            ASSIGNED_TO => row.document.assigned_to.map(|u| u.0),
            _ => row.document.created_by.map(|u| u.0),
        }
    }

    async fn pages(
        self,
        conn: &TenantConn,
        parents: Vec<Uuid>,
        column: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<DocumentRow>> {
        store::pages_of(conn, parents, &listing.of_parent(column), self).await
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
