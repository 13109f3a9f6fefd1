//! Regions in the API.

mod inputs;
mod mutations;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::columns as c;
use super::{Region, RegionId, service};
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::error::{nullable, or_null};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::users::graphql::{self as users, UserNode};

use inputs::{RegionFilter, RegionOrder};
pub use mutations::Mutation;

/// A part of the country or the world, with branches.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Region", complex)]
pub struct RegionNode {
    #[graphql(skip)]
    pub key: RegionId,
    /// What it is called.
    name: String,
    /// Its short code, as NORTH.
    code: String,
    /// Bumped by every write; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When it was added.
    pub created_at: DateTime,
    /// When it was last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    created_by_id: Option<UserId>,
    #[graphql(skip)]
    updated_by_id: Option<UserId>,
}

impl From<Region> for RegionNode {
    fn from(r: Region) -> Self {
        Self {
            key: r.id,
            name: r.name,
            code: r.code,
            version: r.version,
            created_at: r.created_at.into(),
            updated_at: r.updated_at.into(),
            created_by_id: r.created_by,
            updated_by_id: r.updated_by,
        }
    }
}

crate::listed!(RegionNode, "Region");

impl Sorted for RegionNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::NAME, descending: false };
    const SEARCH: &'static [Column] = &[c::NAME, c::CODE];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            c::NAME => Value::Text(self.name.clone()),
            c::CODE => Value::Text(self.code.clone()),
            c::CREATED_AT => Value::Time(self.created_at.0),
            c::UPDATED_AT => Value::Time(self.updated_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

/// The region behind a reference, one statement for all references of the operation.
pub async fn of(ctx: &Context<'_>, id: Option<RegionId>) -> Nullable<RegionNode> {
    let found = ctx.app().load(id?).await.map_err(AppError::from);
    nullable(found.map(|row| row.map(Into::into)))
}

#[ComplexObject]
impl RegionNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.key.into()
    }

    /// Who added it.
    pub async fn created_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        users::of(ctx, self.created_by_id).await
    }

    /// Who changed it last.
    pub async fn updated_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        users::of(ctx, self.updated_by_id).await
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "RegionQuery")]
impl Query {
    /// One region, or null when there is none that you may see.
    async fn region(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The region's id.")] id: RegionId,
    ) -> Nullable<RegionNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The regions of the tenant, by name unless ordered otherwise.
    async fn regions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which regions.")] filter: Option<Box<RegionFilter>>,
        #[graphql(desc = "Text in the name or the code.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<RegionOrder>>,
    ) -> Result<Connection<RegionNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<RegionNode>(ctx.app().require(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(RegionNode::from).into())
    }
}
