//! Groups in the API.

mod inputs;
mod mutations;

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::columns as c;
use super::loader::Members;
use super::{Group, GroupId, service};
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::children::{ListOf, PageOf};
use crate::graphql::error::{nullable, or_null};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::permissions::graphql::HeldPermissionNode;
use crate::tenant::users::graphql::{self as users, UserFilter, UserNode, UserOrder};
use crate::tenant::users::service::VIEW as VIEW_USERS;

pub use mutations::Mutation;

/// Users who hold the same permissions, beside what their roles give them.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Group", complex)]
pub struct GroupNode {
    #[graphql(skip)]
    pub key: GroupId,
    /// Its name; no other group of the tenant has it.
    name: String,
    /// What it is for; may be empty.
    description: String,
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

impl From<Group> for GroupNode {
    fn from(g: Group) -> Self {
        Self {
            key: g.id,
            name: g.name,
            description: g.description,
            version: g.version,
            created_at: g.created_at.into(),
            updated_at: g.updated_at.into(),
            created_by_id: g.created_by,
            updated_by_id: g.updated_by,
        }
    }
}

crate::listed!(GroupNode, "Group");

impl Sorted for GroupNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::NAME, descending: false };
    const SEARCH: &'static [Column] = &[c::NAME, c::DESCRIPTION];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            c::NAME => Value::Text(self.name.clone()),
            c::CREATED_AT => Value::Time(self.created_at.0),
            c::UPDATED_AT => Value::Time(self.updated_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl GroupNode {
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

    /// What it gives to its members, by name.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<Vec<HeldPermissionNode>> {
        let held = service::permissions_of(ctx.app(), self.key).await?;
        Ok(held.into_iter().map(Into::into).collect())
    }

    /// Who is in it, by last name unless ordered otherwise.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which users.")] filter: Option<Box<UserFilter>>,
        #[graphql(desc = "Text in a name or the address.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<UserOrder>>,
    ) -> Result<Connection<UserNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<UserNode>(ctx.app().require(&VIEW_USERS))?;
        let total = ctx.selects("totalCount");
        let list = ListOf { column: c::MEMBERS_GROUP, listing, with: Members, total };
        let page = ctx.app().load(PageOf { parent: self.key.0, list: Arc::new(list) }).await?;
        let page = page.ok_or_else(|| AppError::internal("a page was not loaded"))?;
        Ok(page.map(|(_, user)| UserNode::from(user)).into())
    }
}

/// The group behind a reference, one statement for all references of the operation; null when
/// there is none that the caller may see.
pub async fn of(ctx: &Context<'_>, id: Option<GroupId>) -> Nullable<GroupNode> {
    let found = ctx.app().load(id?).await.map_err(AppError::from);
    nullable(found.map(|row| row.map(Into::into)))
}

/// The groups that a user is in.
pub async fn of_user(ctx: &Context<'_>, user: UserId) -> Result<Vec<GroupNode>> {
    let groups = service::of_user(ctx.app(), user).await?;
    Ok(groups.into_iter().map(Into::into).collect())
}

#[derive(Default)]
pub struct Query;

#[Object(name = "GroupQuery")]
impl Query {
    /// One group, or null when there is none that you may see.
    async fn group(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The group's id.")] id: GroupId,
    ) -> Nullable<GroupNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The groups of the tenant, by name unless ordered otherwise.
    async fn groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which groups.")] filter: Option<Box<inputs::GroupFilter>>,
        #[graphql(desc = "Text in the name or the description.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<inputs::GroupOrder>>,
    ) -> Result<Connection<GroupNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<GroupNode>(ctx.app().require(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(GroupNode::from).into())
    }
}
