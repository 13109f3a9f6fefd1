//! Organizations in the API; for those who belong to them, and for platform administrators.

mod inputs;
mod mutations;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

pub use inputs::{OrganizationFilter, OrganizationOrder};
pub use mutations::Mutation;

use super::{Organization, OrganizationId, service};
use crate::authz::OrganizationRole;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::error::{nullable, or_null};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::platform::organization_members::RoleOf;
use crate::platform::organization_members::graphql::{
    MemberList, OrganizationMemberFilter, OrganizationMemberNode, OrganizationMemberOrder,
    members_of,
};
use crate::platform::sight;
use crate::platform::tenants::graphql::{
    TenantFilter, TenantList, TenantNode, TenantOrder, tenants_of,
};

/// A customer with several tenants, and the people who run them.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Organization", complex)]
pub struct OrganizationNode {
    #[graphql(skip)]
    key: OrganizationId,
    /// What it is called.
    name: String,
    /// How many tenants it may have.
    max_tenants: i32,
    /// Bumped by every write; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When it was made.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
}

impl From<Organization> for OrganizationNode {
    fn from(o: Organization) -> Self {
        Self {
            key: o.id,
            name: o.name,
            max_tenants: o.max_tenants,
            version: o.version,
            created_at: o.created_at.into(),
            updated_at: o.updated_at.into(),
        }
    }
}

crate::listed!(OrganizationNode, "Organization");

impl Sorted for OrganizationNode {
    const ID: Column = inputs::ID;
    const DEFAULT: Sort = Sort { column: inputs::NAME, descending: false };
    const SEARCH: &'static [Column] = &[inputs::NAME];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            inputs::NAME => Value::Text(self.name.clone()),
            inputs::CREATED_AT => Value::Time(self.created_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

/// The organization behind a reference, one statement for all references of the operation.
pub async fn of(ctx: &Context<'_>, id: Option<OrganizationId>) -> Nullable<OrganizationNode> {
    let found = ctx.app().load(id?).await.map_err(AppError::from);
    nullable(found.map(|row| row.map(Into::into)))
}

#[ComplexObject]
impl OrganizationNode {
    /// Global id.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// What you are in it; null for administrators who do not belong to it.
    async fn viewer_role(&self, ctx: &Context<'_>) -> Nullable<OrganizationRole> {
        let operator = ctx.app().operator()?;
        let key = RoleOf { operator, organization: self.key };
        nullable(ctx.app().load(key).await.map_err(AppError::from))
    }

    /// Who belongs to it, the longest first unless ordered otherwise.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which members.")] filter: Option<Box<OrganizationMemberFilter>>,
        #[graphql(desc = "Text in a name or the address.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<OrganizationMemberOrder>>,
    ) -> Result<Connection<OrganizationMemberNode>> {
        let page = PageArgs { first, after, last, before, offset };
        members_of(ctx, self.key, MemberList { page, filter, search, order_by }).await
    }

    /// Its tenants, by name unless ordered otherwise.
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
        tenants_of(ctx, self.key, TenantList { page, filter, search, order_by }).await
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "OrganizationQuery")]
impl Query {
    /// One organization, or null when there is none that you belong to. Administrators see all.
    async fn organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organization's id.")] id: OrganizationId,
    ) -> Nullable<OrganizationNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The organizations that you belong to, by name unless ordered otherwise; all of them for
    /// platform administrators.
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which organizations.")] filter: Option<Box<OrganizationFilter>>,
        #[graphql(desc = "Text in the name.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<OrganizationOrder>>,
    ) -> Result<Connection<OrganizationNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<OrganizationNode>(sight(ctx.app()).map(drop))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(OrganizationNode::from).into())
    }
}
