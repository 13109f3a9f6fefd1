//! Tenants in the API; for platform administrators and the organizations' people, on platform
//! hosts.

mod inputs;
mod mutations;

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

pub use inputs::{TenantFilter, TenantOrder};
pub use mutations::Mutation;

use super::loader::Tenants;
use super::{SubscriptionStatus, TenantRecord, service};
use crate::base::ids::TenantId;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::children::{ListOf, PageOf};
use crate::graphql::error::or_null;
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::{CtxExt, Nullable, Result};
use crate::platform::domains::OfTenant;
use crate::platform::domains::graphql::DomainNode;
use crate::platform::organizations::OrganizationId;
use crate::platform::organizations::graphql::OrganizationNode;
use crate::platform::{organizations, require_operator, sight};

/// A customer of the platform: a schema of its own, with users and data that nobody else sees.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Tenant", complex)]
pub struct TenantNode {
    #[graphql(skip)]
    key: TenantId,
    #[graphql(skip)]
    organization_id: Option<OrganizationId>,
    /// What it is called.
    name: String,
    /// Its schema in the database, prefix included. It never changes.
    schema_name: String,
    /// The day it was made.
    created_on: Date,
    /// Whether its users can work. If not, every request answers TENANT_INACTIVE.
    is_active: bool,
    /// How it pays.
    subscription_status: SubscriptionStatus,
    /// How many active users it may have.
    max_users: i32,
    /// The database it lives in.
    shard: String,
    /// Bumped by every write; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When it was made.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
}

impl From<TenantRecord> for TenantNode {
    fn from(t: TenantRecord) -> Self {
        Self {
            key: t.id,
            organization_id: t.organization_id,
            name: t.name,
            schema_name: t.schema_name,
            created_on: t.created_on.into(),
            is_active: t.is_active,
            subscription_status: t.subscription_status,
            max_users: t.max_users,
            shard: t.shard,
            version: t.version,
            created_at: t.created_at.into(),
            updated_at: t.updated_at.into(),
        }
    }
}

crate::listed!(TenantNode, "Tenant");

impl Sorted for TenantNode {
    const ID: Column = Column::id("tenants", "id");
    const DEFAULT: Sort = Sort { column: inputs::NAME, descending: false };
    const SEARCH: &'static [Column] = &[inputs::NAME, inputs::SCHEMA_NAME];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            inputs::NAME => Value::Text(self.name.clone()),
            inputs::SCHEMA_NAME => Value::Text(self.schema_name.clone()),
            inputs::CREATED_AT => Value::Time(self.created_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl TenantNode {
    /// Global id.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// The domains it answers on, the primary one first.
    async fn domains(&self, ctx: &Context<'_>) -> Result<Vec<DomainNode>> {
        let domains = ctx.app().load(OfTenant(self.key)).await?.unwrap_or_default();
        Ok(domains.into_iter().map(Into::into).collect())
    }

    /// Whose it is; null for a tenant of the platform itself.
    async fn organization(&self, ctx: &Context<'_>) -> Nullable<OrganizationNode> {
        organizations::graphql::of(ctx, self.organization_id).await
    }
}

/// The arguments of a list of tenants.
pub type TenantList = ListArgs<TenantFilter, TenantOrder>;

/// The tenants of an organization that the caller sees; one statement for all organizations of
/// the operation.
pub async fn tenants_of(
    ctx: &Context<'_>,
    organization: OrganizationId,
    args: TenantList,
) -> Result<Connection<TenantNode>> {
    let listing = args.listing::<TenantNode>(sight(ctx.app()).map(drop))?;
    let total = ctx.selects("totalCount");
    let list = Arc::new(ListOf { column: inputs::ORGANIZATION_ID, listing, with: Tenants, total });
    let page = ctx.app().load(PageOf { parent: organization.0, list }).await?;
    let page = page.ok_or_else(|| AppError::internal("a page was not loaded"))?;
    Ok(page.map(TenantNode::from).into())
}

#[derive(Default)]
pub struct Query;

#[Object(name = "TenantQuery")]
impl Query {
    /// One tenant, or null when there is none of your organizations. Administrators see all.
    async fn tenant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant's id.")] id: TenantId,
    ) -> Nullable<TenantNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The tenants of your organizations, by name unless ordered otherwise; all of them for platform
    /// administrators.
    async fn tenants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which tenants.")] filter: Option<Box<TenantFilter>>,
        #[graphql(desc = "Text in the name or the schema's name.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<TenantOrder>>,
    ) -> Result<Connection<TenantNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<TenantNode>(sight(ctx.app()).map(drop))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(TenantNode::from).into())
    }
    /// The tenants that you may enter with `tenantTokenCreate`: the active ones of your
    /// organizations, by name unless ordered otherwise. Operators only.
    async fn my_tenants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which tenants.")] filter: Option<Box<TenantFilter>>,
        #[graphql(desc = "Text in the name or the schema's name.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<TenantOrder>>,
    ) -> Result<Connection<TenantNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<TenantNode>(require_operator(ctx.app()).map(drop))?;
        let page = service::mine(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(TenantNode::from).into())
    }
}
