//! Users by id, many at a time.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;

use super::{User, store};
use crate::base::ids::UserId;
use crate::ctx::Loaders;
use crate::error::AppError;

impl Loader<UserId> for Loaders {
    type Value = User;
    type Error = Arc<AppError>;

    async fn load(&self, ids: &[UserId]) -> Result<HashMap<UserId, User>, Arc<AppError>> {
        let conn = self.read().await?;
        let rows = store::by_ids(&conn, ids).await.map_err(|e| Arc::new(e.into()))?;
        Ok(rows.into_iter().map(|u| (u.id, u)).collect())
    }
}
