//! Stages in the API.

mod inputs;
mod mutations;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::columns as c;
use super::{Stage, StageId, StageKind, StageOutcome, service};
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::error::{nullable, or_null};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::users::graphql::{self as users, UserNode};

use inputs::{StageFilter, StageOrder};
pub use mutations::Mutation;

/// A step that clients or cases go through.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Stage", complex)]
pub struct StageNode {
    #[graphql(skip)]
    pub key: StageId,
    /// What goes through it.
    kind: StageKind,
    /// What it is called.
    name: String,
    /// Its place among the stages of its kind.
    position: i32,
    /// Its colour, as #rrggbb.
    colour: String,
    /// Whether it is an end, and which.
    outcome: StageOutcome,
    /// Whether new clients or cases begin here.
    is_default: bool,
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

impl From<Stage> for StageNode {
    fn from(s: Stage) -> Self {
        Self {
            key: s.id,
            kind: s.kind,
            name: s.name,
            position: s.position,
            colour: s.colour,
            outcome: s.outcome,
            is_default: s.is_default,
            version: s.version,
            created_at: s.created_at.into(),
            updated_at: s.updated_at.into(),
            created_by_id: s.created_by,
            updated_by_id: s.updated_by,
        }
    }
}

crate::listed!(StageNode, "Stage");

impl Sorted for StageNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::POSITION, descending: false };
    const SEARCH: &'static [Column] = &[c::NAME];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            c::NAME => Value::Text(self.name.clone()),
            c::POSITION => Value::Int(self.position),
            c::CREATED_AT => Value::Time(self.created_at.0),
            c::UPDATED_AT => Value::Time(self.updated_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

/// The stage behind a reference, one statement for all references of the operation.
pub async fn of(ctx: &Context<'_>, id: Option<StageId>) -> Nullable<StageNode> {
    let found = ctx.app().load(id?).await.map_err(AppError::from);
    nullable(found.map(|row| row.map(Into::into)))
}

#[ComplexObject]
impl StageNode {
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

#[Object(name = "StageQuery")]
impl Query {
    /// One stage, or null when there is none that you may see.
    async fn stage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The stage's id.")] id: StageId,
    ) -> Nullable<StageNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The stages of the tenant, by their position unless ordered otherwise.
    async fn stages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which stages.")] filter: Option<Box<StageFilter>>,
        #[graphql(desc = "Text in the name.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<StageOrder>>,
    ) -> Result<Connection<StageNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<StageNode>(ctx.app().require(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(StageNode::from).into())
    }
}
