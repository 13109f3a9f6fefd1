//! Projects by id, and the projects of many people, many at a time.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use diesel::QueryResult;
use uuid::Uuid;

use super::columns::ROWS;
use super::store::Parent;
use super::{ASSIGNED_TO, Project, ProjectId, ProjectRow, With, service, store};
use crate::ctx::Loaders;
use crate::db::{Column, Listing, TenantConn};
use crate::error::AppError;
use crate::graphql::children::Children;

impl Loader<ProjectId> for Loaders {
    type Value = Project;
    type Error = Arc<AppError>;

    async fn load(&self, ids: &[ProjectId]) -> Result<HashMap<ProjectId, Project>, Arc<AppError>> {
        let Some(reach) = self.reach(&service::VIEW) else { return Ok(HashMap::new()) };
        let conn = self.read().await?;
        let rows = store::by_ids(&conn, ids, reach.predicate(&ROWS))
            .await
            .map_err(|e| Arc::new(e.into()))?;
        Ok(rows.into_iter().map(|p| (p.id, p)).collect())
    }
}

fn kind(column: Column) -> Parent {
    match column {
        ASSIGNED_TO => Parent::Assignee,
        _ => Parent::Creator,
    }
}

impl Children for With {
    type Row = ProjectRow;
    type Conn = TenantConn;

    fn parent(row: &ProjectRow, column: Column) -> Option<Uuid> {
        match kind(column) {
            Parent::Assignee => row.project.assigned_to.map(|u| u.0),
            Parent::Creator => row.project.created_by.map(|u| u.0),
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
        store::counts_of(conn, parents, kind(column), listing.predicate.clone()).await
    }
}
