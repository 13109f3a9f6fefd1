//! Direct permissions of many users, and the caller's grants on many objects, many at a time.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use uuid::Uuid;

use super::{HeldPermission, store};
use crate::base::ids::UserId;
use crate::ctx::Loaders;
use crate::error::AppError;

/// What a user was given directly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct DirectOf(pub UserId);

impl Loader<DirectOf> for Loaders {
    type Value = Vec<HeldPermission>;
    type Error = Arc<AppError>;

    async fn load(
        &self,
        keys: &[DirectOf],
    ) -> Result<HashMap<DirectOf, Vec<HeldPermission>>, Arc<AppError>> {
        let users: Vec<_> = keys.iter().map(|key| key.0).collect();
        let conn = self.read().await?;
        let rows = store::direct(&conn, &users).await.map_err(|e| Arc::new(e.into()))?;
        let mut of: HashMap<_, Vec<_>> = HashMap::new();
        for (user, held) in rows {
            of.entry(DirectOf(user)).or_default().push(held);
        }
        Ok(of)
    }
}

/// The caller's grants on an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct GrantedOn(pub Uuid);

impl Loader<GrantedOn> for Loaders {
    type Value = Vec<String>;
    type Error = Arc<AppError>;

    async fn load(
        &self,
        keys: &[GrantedOn],
    ) -> Result<HashMap<GrantedOn, Vec<String>>, Arc<AppError>> {
        let Some(holders) = self.holders() else { return Ok(HashMap::new()) };
        let objects: Vec<_> = keys.iter().map(|key| key.0).collect();
        let conn = self.read().await?;
        let rows = store::granted_on(&conn, &objects, &holders).await;
        let mut on: HashMap<_, Vec<_>> = HashMap::new();
        for (object, permission) in rows.map_err(|e| Arc::new(e.into()))? {
            on.entry(GrantedOn(object)).or_default().push(permission);
        }
        Ok(on)
    }
}
