//! Notes in the API.

mod changes;
mod inputs;
mod lists;
mod mutations;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

pub use changes::Subscription;
pub use inputs::{NoteFilter, NoteOrder};
pub use lists::{NoteConnection, NoteList, notes_of};
pub use mutations::Mutation;

use super::columns as c;
use super::{Note, NoteId, service};
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::graphql::error::or_null;
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::cases::CaseId;
use crate::tenant::cases::graphql::{self as cases, CaseNode};
use crate::tenant::clients::ClientId;
use crate::tenant::clients::graphql::{self as clients, ClientNode};
use crate::tenant::events::graphql::{EventConnection, history_of};
use crate::tenant::permissions::graphql::{ObjectAccess, access_to};
use crate::tenant::permissions::service::{Branch, Standing};
use crate::tenant::users::graphql::{self as users, UserNode};
use crate::tenant::users::service as people;

/// What somebody wrote down about a client or a case.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Note", complex)]
pub struct NoteNode {
    #[graphql(skip)]
    pub key: NoteId,
    /// The text. `@` and a user name or an e-mail address mention somebody.
    body: String,
    /// Whether it is to stay on top.
    is_pinned: bool,
    /// Bumped by every write; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When it was added.
    pub created_at: DateTime,
    /// When it was last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    client_id: ClientId,
    #[graphql(skip)]
    case_id: Option<CaseId>,
    #[graphql(skip)]
    mentioned: Vec<UserId>,
    #[graphql(skip)]
    created_by_id: Option<UserId>,
    #[graphql(skip)]
    updated_by_id: Option<UserId>,
}

impl From<Note> for NoteNode {
    fn from(n: Note) -> Self {
        Self {
            key: n.id,
            body: n.body,
            is_pinned: n.is_pinned,
            version: n.version,
            created_at: n.created_at.into(),
            updated_at: n.updated_at.into(),
            client_id: n.client_id,
            case_id: n.case_id,
            mentioned: n.mentions,
            created_by_id: n.created_by,
            updated_by_id: n.updated_by,
        }
    }
}

crate::listed!(NoteNode, "Note");

impl Sorted for NoteNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::CREATED_AT, descending: true };
    const SEARCH: &'static [Column] = &[c::BODY];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            c::CREATED_AT => Value::Time(self.created_at.0),
            c::UPDATED_AT => Value::Time(self.updated_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl NoteNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.key.into()
    }

    /// The client it is about; null when you may not see them.
    async fn client(&self, ctx: &Context<'_>) -> Nullable<ClientNode> {
        clients::of(ctx, Some(self.client_id)).await
    }

    /// The case it is about, if any.
    async fn case(&self, ctx: &Context<'_>) -> Nullable<CaseNode> {
        cases::of(ctx, self.case_id).await
    }

    /// The users that it mentions, as far as you may see them.
    async fn mentions(&self, ctx: &Context<'_>) -> Result<Vec<UserNode>> {
        if !ctx.app().holds(&people::VIEW) {
            return Ok(vec![]);
        }
        let found = self.mentioned.iter().map(|id| ctx.app().load(*id));
        let found = futures_util::future::try_join_all(found).await?;
        Ok(found.into_iter().flatten().map(UserNode::from).collect())
    }

    /// What you may do with it.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<ObjectAccess> {
        let objects = [Some(self.key.0), Some(self.client_id.0), self.case_id.map(|c| c.0)];
        let row = Standing {
            owners: vec![self.created_by_id],
            objects: objects.into_iter().flatten().collect(),
            branch: Branch::OfClient(self.client_id.0),
        };
        access_to(ctx, [&service::CHANGE, &service::DELETE], &row).await
    }

    /// What happened to it, the newest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
    ) -> Result<EventConnection> {
        let page = PageArgs { first, after, last, before, offset: None };
        history_of(ctx, &service::TRACKED, self.key, page).await
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

#[Object(name = "NoteQuery")]
impl Query {
    /// One note, or null when there is none that you may see.
    async fn note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note's id.")] id: NoteId,
    ) -> Nullable<NoteNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The notes about all clients, newest first unless ordered otherwise.
    async fn notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which notes.")] filter: Option<Box<NoteFilter>>,
        #[graphql(desc = "Text in the note.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<NoteOrder>>,
    ) -> Result<NoteConnection> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = NoteList { page, filter, search, order_by }
            .listing::<NoteNode>(ctx.app().require_some(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(NoteNode::from).into())
    }
}
