//! Documents by id, and the documents of many projects or people, many at a time.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use diesel::QueryResult;
use uuid::Uuid;

use super::columns::ROWS;
use super::store::Parent;
use super::{ASSIGNED_TO, Document, DocumentId, DocumentRow, PROJECT_ID, With, service, store};
use crate::ctx::Loaders;
use crate::db::{Column, Listing, TenantConn};
use crate::error::AppError;
use crate::graphql::children::Children;

impl Loader<DocumentId> for Loaders {
    type Value = Document;
    type Error = Arc<AppError>;

    async fn load(
        &self,
        ids: &[DocumentId],
    ) -> Result<HashMap<DocumentId, Document>, Arc<AppError>> {
        let Some(reach) = self.reach(&service::VIEW) else { return Ok(HashMap::new()) };
        let conn = self.read().await?;
        let rows = store::by_ids(&conn, ids, reach.predicate(&ROWS))
            .await
            .map_err(|e| Arc::new(e.into()))?;
        Ok(rows.into_iter().map(|t| (t.id, t)).collect())
    }
}

fn kind(column: Column) -> Parent {
    match column {
        PROJECT_ID => Parent::Project,
        ASSIGNED_TO => Parent::Assignee,
        _ => Parent::Creator,
    }
}

impl Children for With {
    type Row = DocumentRow;
    type Conn = TenantConn;

    fn parent(row: &DocumentRow, column: Column) -> Option<Uuid> {
        match kind(column) {
            Parent::Project => row.document.project_id.map(|p| p.0),
            Parent::Assignee => row.document.assigned_to.map(|u| u.0),
            Parent::Creator => row.document.created_by.map(|u| u.0),
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
        store::counts_of(conn, parents, kind(column), listing.predicate.clone()).await
    }
}
