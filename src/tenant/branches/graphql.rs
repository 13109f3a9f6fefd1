//! Branches in the API.

mod inputs;
mod mutations;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::columns as c;
use super::{Branch, BranchId, service};
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::error::{nullable, or_null};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::{DateTime, EmailAddress};
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::regions::RegionId;
use crate::tenant::regions::graphql::{self as regions, RegionNode};
use crate::tenant::users::graphql::{self as users, UserNode};

use inputs::{BranchFilter, BranchOrder};
pub use mutations::Mutation;

/// An office of the tenant. Users and clients belong to it.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Branch", complex)]
pub struct BranchNode {
    #[graphql(skip)]
    pub key: BranchId,
    /// What it is called.
    name: String,
    /// Its short code, as BER-1.
    code: String,
    /// Where it is, as one writes it on a letter; may be empty.
    address: String,
    /// Its telephone number.
    phone: Option<String>,
    /// Its address for mail.
    email: Option<EmailAddress>,
    /// Its time zone, as Europe/Berlin.
    time_zone: Option<String>,
    /// Whether users and clients may be put into it.
    is_active: bool,
    /// Bumped by every write; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When it was added.
    pub created_at: DateTime,
    /// When it was last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    region_id: Option<RegionId>,
    #[graphql(skip)]
    created_by_id: Option<UserId>,
    #[graphql(skip)]
    updated_by_id: Option<UserId>,
}

impl From<Branch> for BranchNode {
    fn from(b: Branch) -> Self {
        Self {
            key: b.id,
            name: b.name,
            code: b.code,
            address: b.address,
            phone: b.phone,
            email: b.email.map(EmailAddress),
            time_zone: b.time_zone,
            is_active: b.is_active,
            region_id: b.region_id,
            version: b.version,
            created_at: b.created_at.into(),
            updated_at: b.updated_at.into(),
            created_by_id: b.created_by,
            updated_by_id: b.updated_by,
        }
    }
}

crate::listed!(BranchNode, "Branch");

impl Sorted for BranchNode {
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

/// The branch behind a reference, one statement for all references of the operation.
pub async fn of(ctx: &Context<'_>, id: Option<BranchId>) -> Nullable<BranchNode> {
    let found = ctx.app().load(id?).await.map_err(AppError::from);
    nullable(found.map(|row| row.map(Into::into)))
}

#[ComplexObject]
impl BranchNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.key.into()
    }

    /// The region it is in, if any.
    async fn region(&self, ctx: &Context<'_>) -> Nullable<RegionNode> {
        regions::of(ctx, self.region_id).await
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

#[Object(name = "BranchQuery")]
impl Query {
    /// One branch, or null when there is none that you may see.
    async fn branch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The branch's id.")] id: BranchId,
    ) -> Nullable<BranchNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The branches of the tenant, by name unless ordered otherwise.
    async fn branches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which branches.")] filter: Option<Box<BranchFilter>>,
        #[graphql(desc = "Text in the name or the code.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<BranchOrder>>,
    ) -> Result<Connection<BranchNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<BranchNode>(ctx.app().require(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(BranchNode::from).into())
    }
}
