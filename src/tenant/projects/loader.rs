//! Projects by id, and the projects of many people, many at a time.

use diesel::QueryResult;
use uuid::Uuid;

use super::{ASSIGNED_TO, Project, ProjectId, ProjectRow, With, service, store};
use crate::db::{Column, Listing, TenantConn};
use crate::graphql::children::Children;

crate::loaded!(ProjectId => Project, store::by_ids, service::VIEW);

impl Children for With {
    type Row = ProjectRow;
    type Conn = TenantConn;

    fn parent(row: &ProjectRow, column: Column) -> Option<Uuid> {
        match column {
            ASSIGNED_TO => row.project.assigned_to.map(|u| u.0),
            _ => row.project.created_by.map(|u| u.0),
        }
    }

    async fn pages(
        self,
        conn: &TenantConn,
        parents: Vec<Uuid>,
        column: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<ProjectRow>> {
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
