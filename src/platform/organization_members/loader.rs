//! The members of many organizations, and what the caller is in them.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use diesel::QueryResult;
use uuid::Uuid;

use super::{Member, store};
use crate::authz::{OperatorId, OrganizationRole};
use crate::ctx::Loaders;
use crate::db::{Column, Listing, PlatformConn};
use crate::error::AppError;
use crate::graphql::children::Children;
use crate::platform::organizations::OrganizationId;

/// Asks what an operator is in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RoleOf {
    pub operator: OperatorId,
    pub organization: OrganizationId,
}

impl Loader<RoleOf> for Loaders {
    type Value = OrganizationRole;
    type Error = Arc<AppError>;

    async fn load(
        &self,
        keys: &[RoleOf],
    ) -> Result<HashMap<RoleOf, OrganizationRole>, Arc<AppError>> {
        // One operation has one caller.
        let Some(operator) = keys.first().map(|key| key.operator) else {
            return Ok(HashMap::new());
        };
        let organizations: Vec<_> = keys.iter().map(|key| key.organization).collect();
        let conn = self.platform().await?;
        let roles = store::roles(&conn, &organizations, operator).await;
        let roles = roles.map_err(|e| Arc::new(e.into()))?;
        let entry = |(organization, role)| (RoleOf { operator, organization }, role);
        Ok(roles.into_iter().map(entry).collect())
    }
}

/// Members are listed with who they are, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Members;

impl Children for Members {
    type Row = Member;
    type Conn = PlatformConn;

    fn parent(row: &Member, _: Column) -> Option<Uuid> {
        Some(row.membership.organization_id.0)
    }

    async fn pages(
        self,
        conn: &PlatformConn,
        parents: Vec<Uuid>,
        column: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<Member>> {
        store::pages_of(conn, parents, &listing.of_parent(column)).await
    }

    async fn counts(
        self,
        conn: &PlatformConn,
        parents: Vec<Uuid>,
        _: Column,
        listing: &Listing,
    ) -> QueryResult<Vec<(Uuid, i64)>> {
        store::counts_of(conn, parents, listing.predicate.clone()).await
    }
}
