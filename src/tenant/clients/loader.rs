//! Clients by id, the clients of many branches, stages or people, and what clients have, many at a
//! time.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use diesel::QueryResult;
use uuid::Uuid;

use super::{ASSIGNED_TO, BRANCH_ID, Client, ClientId, ClientRow, STAGE_ID, With, service, store};
use crate::ctx::Loaders;
use crate::db::{Column, Listing, TenantConn};
use crate::error::AppError;
use crate::graphql::children::Children;
use crate::tenant::tags::Tag;

crate::loaded!(ClientId => Client, store::by_ids, service::VIEW);

/// The tags of a client that the caller has come across.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TagsOf(pub ClientId);

impl Loader<TagsOf> for Loaders {
    type Value = Vec<Tag>;
    type Error = Arc<AppError>;

    async fn load(&self, keys: &[TagsOf]) -> Result<HashMap<TagsOf, Vec<Tag>>, Arc<AppError>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let conn = self.read().await?;
        let rows = store::tags_of(&conn, &ids).await.map_err(|e| Arc::new(e.into()))?;
        let mut of: HashMap<_, Vec<_>> = HashMap::new();
        for (client, tag) in rows {
            of.entry(TagsOf(client)).or_default().push(tag);
        }
        Ok(of)
    }
}

/// The branch of a client, whoever asks: for what the caller may do with what is about the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BranchOfClient(pub Uuid);

impl Loader<BranchOfClient> for Loaders {
    type Value = Uuid;
    type Error = Arc<AppError>;

    async fn load(
        &self,
        keys: &[BranchOfClient],
    ) -> Result<HashMap<BranchOfClient, Uuid>, Arc<AppError>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let conn = self.read().await?;
        let rows = store::branches_of(&conn, &ids).await.map_err(|e| Arc::new(e.into()))?;
        let known = rows.into_iter().filter_map(|(id, branch)| Some((BranchOfClient(id), branch?)));
        Ok(known.collect())
    }
}

impl Children for With {
    type Row = ClientRow;
    type Conn = TenantConn;

    fn parent(row: &ClientRow, column: Column) -> Option<Uuid> {
        match column {
            STAGE_ID => Some(row.client.stage_id.0),
            BRANCH_ID => row.client.branch_id.map(|b| b.0),
            ASSIGNED_TO => row.client.assigned_to.map(|u| u.0),
            _ => row.client.created_by.map(|u| u.0),
        }
    }

    async fn pages(
        self,
        conn: &TenantConn,
        parents: Vec<Uuid>,
        column: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<ClientRow>> {
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
