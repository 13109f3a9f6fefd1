//! The domains of many tenants.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;

use super::{Domain, store};
use crate::base::ids::TenantId;
use crate::ctx::Loaders;
use crate::error::AppError;

/// Asks for the domains of a tenant that the caller sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OfTenant(pub TenantId);

impl Loader<OfTenant> for Loaders {
    type Value = Vec<Domain>;
    type Error = Arc<AppError>;

    async fn load(
        &self,
        tenants: &[OfTenant],
    ) -> Result<HashMap<OfTenant, Vec<Domain>>, Arc<AppError>> {
        let ids: Vec<TenantId> = tenants.iter().map(|tenant| tenant.0).collect();
        let conn = self.platform().await?;
        let rows = store::of_tenants(&conn, &ids).await.map_err(|e| Arc::new(e.into()))?;
        let mut of: HashMap<OfTenant, Vec<Domain>> = HashMap::new();
        for domain in rows {
            of.entry(OfTenant(domain.tenant_id)).or_default().push(domain);
        }
        Ok(of)
    }
}
