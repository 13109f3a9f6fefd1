//! The events of many entities, many at a time.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use diesel::QueryResult;
use uuid::Uuid;

use super::model::Progress;
use super::store;
use crate::audit::{self, Recorded};
use crate::ctx::Loaders;
use crate::db::{Column, Listing, TenantConn};
use crate::error::AppError;
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

/// How far the event with this number has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProgressOf(pub i64);

impl Loader<ProgressOf> for Loaders {
    type Value = Progress;
    type Error = Arc<AppError>;

    async fn load(
        &self,
        asked: &[ProgressOf],
    ) -> Result<HashMap<ProgressOf, Progress>, Arc<AppError>> {
        let seqs: Vec<i64> = asked.iter().map(|asked| asked.0).collect();
        let conn = self.read().await?;
        let (cursor, deliveries) =
            futures_util::future::try_join(store::cursor(&conn), store::of_events(&conn, &seqs))
                .await
                .map_err(|e| Arc::new(e.into()))?;
        let mut found: HashMap<_, _> = asked
            .iter()
            .map(|of| (*of, Progress { is_seen: of.0 <= cursor.seq, deliveries: vec![] }))
            .collect();
        for delivery in deliveries {
            if let Some(progress) = found.get_mut(&ProgressOf(delivery.seq)) {
                progress.deliveries.push(delivery);
            }
        }
        Ok(found)
    }
}
