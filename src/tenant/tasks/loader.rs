//! Tasks by id, and the tasks of many projects or people, many at a time.

use diesel::QueryResult;
use uuid::Uuid;

use super::{
    ASSIGNED_TO, CASE_ID, CLIENT_ID, PROJECT_ID, Task, TaskId, TaskRow, With, service, store,
};
use crate::db::{Column, Listing, TenantConn};
use crate::graphql::children::Children;

crate::loaded!(TaskId => Task, store::by_ids, service::VIEW);

impl Children for With {
    type Row = TaskRow;
    type Conn = TenantConn;

    fn parent(row: &TaskRow, column: Column) -> Option<Uuid> {
        match column {
            PROJECT_ID => row.task.project_id.map(|p| p.0),
            CLIENT_ID => row.task.client_id.map(|c| c.0),
            CASE_ID => row.task.case_id.map(|c| c.0),
            ASSIGNED_TO => row.task.assigned_to.map(|u| u.0),
            _ => row.task.created_by.map(|u| u.0),
        }
    }

    async fn pages(
        self,
        conn: &TenantConn,
        parents: Vec<Uuid>,
        column: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<TaskRow>> {
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
