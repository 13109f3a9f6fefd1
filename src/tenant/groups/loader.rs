//! Groups by id, what they hold, who is in them, and the groups of users, many at a time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use diesel::QueryResult;
use uuid::Uuid;

use super::{Group, GroupId, service, store};
use crate::base::ids::UserId;
use crate::ctx::Loaders;
use crate::db::{Column, Listing, TenantConn};
use crate::error::AppError;
use crate::graphql::children::Children;
use crate::tenant::permissions::HeldPermission;
use crate::tenant::users::User;

impl Loader<GroupId> for Loaders {
    type Value = Group;
    type Error = Arc<AppError>;

    async fn load(&self, ids: &[GroupId]) -> Result<HashMap<GroupId, Group>, Arc<AppError>> {
        if self.reach(&service::VIEW).is_none() {
            return Ok(HashMap::new());
        }
        let conn = self.read().await?;
        let rows = store::by_ids(&conn, ids).await.map_err(|e| Arc::new(e.into()))?;
        Ok(rows.into_iter().map(|group| (group.id, group)).collect())
    }
}

/// What a group holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PermissionsOf(pub GroupId);

impl Loader<PermissionsOf> for Loaders {
    type Value = Vec<HeldPermission>;
    type Error = Arc<AppError>;

    async fn load(
        &self,
        keys: &[PermissionsOf],
    ) -> Result<HashMap<PermissionsOf, Vec<HeldPermission>>, Arc<AppError>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let conn = self.read().await?;
        let rows = store::permissions_of(&conn, &ids).await.map_err(|e| Arc::new(e.into()))?;
        Ok(gather(rows, PermissionsOf))
    }
}

/// The groups that a user is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct GroupsOf(pub UserId);

impl Loader<GroupsOf> for Loaders {
    type Value = Vec<Group>;
    type Error = Arc<AppError>;

    async fn load(
        &self,
        keys: &[GroupsOf],
    ) -> Result<HashMap<GroupsOf, Vec<Group>>, Arc<AppError>> {
        let users: Vec<_> = keys.iter().map(|key| key.0).collect();
        let conn = self.read().await?;
        let rows = store::of_users(&conn, &users).await.map_err(|e| Arc::new(e.into()))?;
        Ok(gather(rows, GroupsOf))
    }
}

fn gather<I, K: Eq + Hash, V>(rows: Vec<(I, V)>, key: fn(I) -> K) -> HashMap<K, Vec<V>> {
    let mut all: HashMap<K, Vec<V>> = HashMap::new();
    for (id, value) in rows {
        all.entry(key(id)).or_default().push(value);
    }
    all
}

/// Users listed below the groups they are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Members;

impl Children for Members {
    type Row = (Uuid, User);
    type Conn = TenantConn;

    fn parent(row: &(Uuid, User), _: Column) -> Option<Uuid> {
        Some(row.0)
    }

    async fn pages(
        self,
        conn: &TenantConn,
        parents: Vec<Uuid>,
        column: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<(Uuid, User)>> {
        store::members_of(conn, parents, &listing.of_parent(column)).await
    }

    async fn counts(
        self,
        conn: &TenantConn,
        parents: Vec<Uuid>,
        _: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<(Uuid, i64)>> {
        store::member_counts(conn, parents, listing).await
    }
}
