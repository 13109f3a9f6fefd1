//! Organizations by id, many at a time.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;

use super::{Organization, OrganizationId, store};
use crate::ctx::Loaders;
use crate::error::AppError;

impl Loader<OrganizationId> for Loaders {
    type Value = Organization;
    type Error = Arc<AppError>;

    /// Those of tenants and members that the caller sees: whoever sees these sees the organization.
    async fn load(
        &self,
        ids: &[OrganizationId],
    ) -> Result<HashMap<OrganizationId, Organization>, Arc<AppError>> {
        let conn = self.platform().await?;
        let rows = store::by_ids(&conn, ids).await.map_err(|e| Arc::new(e.into()))?;
        Ok(rows.into_iter().map(|o| (o.id, o)).collect())
    }
}
