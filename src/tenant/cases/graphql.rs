//! Cases in the API.

mod changes;
mod filter;
mod inputs;
mod lists;
mod mutations;
mod queries;

use async_graphql::{ComplexObject, Context, ID, SimpleObject};

pub use changes::Subscription;
pub use filter::{CaseFilter, CaseOrder};
pub use lists::{CaseConnection, CaseList, cases_of};
pub use mutations::Mutation;
pub use queries::Query;

use super::columns as c;
use super::{Case, CaseId, service};
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::error::nullable;
use crate::graphql::money::MoneyNode;
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::clients::ClientId;
use crate::tenant::clients::graphql::{self as clients, ClientNode};
use crate::tenant::documents;
use crate::tenant::documents::graphql::{
    DocumentConnection, DocumentFilter, DocumentList, DocumentOrder, documents_of,
};
use crate::tenant::events::graphql::{EventConnection, history_of};
use crate::tenant::notes;
use crate::tenant::notes::graphql::{NoteConnection, NoteFilter, NoteList, NoteOrder, notes_of};
use crate::tenant::permissions::graphql::{ObjectAccess, access_to};
use crate::tenant::permissions::service::{Branch, Standing};
use crate::tenant::stages::StageId;
use crate::tenant::stages::graphql::{self as stages, StageNode};
use crate::tenant::tasks;
use crate::tenant::tasks::graphql::{TaskConnection, TaskFilter, TaskList, TaskOrder, tasks_of};
use crate::tenant::users::graphql::{self as users, UserNode};

/// What is applied for on behalf of a client.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Case", complex)]
pub struct CaseNode {
    #[graphql(skip)]
    pub key: CaseId,
    /// What it is about, in a line.
    title: String,
    /// The details; may be empty.
    description: String,
    /// What is applied for, in the tenant's own words: a kind of visa, citizenship.
    case_type: Option<String>,
    /// The country that decides (ISO 3166-1 alpha-2).
    country: Option<String>,
    /// What the authority calls it: its file number.
    reference: Option<String>,
    /// The last day to file it.
    file_by: Option<Date>,
    /// The day it was filed.
    filed_on: Option<Date>,
    /// The last day to answer what the authority has asked for.
    respond_by: Option<Date>,
    /// The day of the decision; not before it was filed.
    decided_on: Option<Date>,
    /// What the client pays for it.
    fee: Option<MoneyNode>,
    /// Bumped by every write; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When it was added.
    pub created_at: DateTime,
    /// When it was last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    client_id: ClientId,
    #[graphql(skip)]
    stage_id: StageId,
    #[graphql(skip)]
    assigned_to_id: Option<UserId>,
    #[graphql(skip)]
    created_by_id: Option<UserId>,
    #[graphql(skip)]
    updated_by_id: Option<UserId>,
}

impl From<Case> for CaseNode {
    fn from(c: Case) -> Self {
        Self {
            key: c.id,
            fee: c.fee().map(Into::into),
            title: c.title,
            description: c.description,
            case_type: c.case_type,
            country: c.country,
            reference: c.reference,
            file_by: c.file_by.map(Into::into),
            filed_on: c.filed_on.map(Into::into),
            respond_by: c.respond_by.map(Into::into),
            decided_on: c.decided_on.map(Into::into),
            version: c.version,
            created_at: c.created_at.into(),
            updated_at: c.updated_at.into(),
            client_id: c.client_id,
            stage_id: c.stage_id,
            assigned_to_id: c.assigned_to,
            created_by_id: c.created_by,
            updated_by_id: c.updated_by,
        }
    }
}

crate::listed!(CaseNode, "Case");

impl Sorted for CaseNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::CREATED_AT, descending: true };
    const SEARCH: &'static [Column] = &[c::TITLE, c::CASE_TYPE, c::REFERENCE];

    fn sort_value(&self, column: Column) -> Value {
        let day = |day: Option<Date>| day.map_or(Value::Null, |d| Value::Date(d.0));
        match column {
            c::TITLE => Value::Text(self.title.clone()),
            c::FILE_BY => day(self.file_by),
            c::RESPOND_BY => day(self.respond_by),
            c::CREATED_AT => Value::Time(self.created_at.0),
            c::UPDATED_AT => Value::Time(self.updated_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

/// The case behind a reference, one statement for all references of the operation; null when there
/// is none that the caller may see.
pub async fn of(ctx: &Context<'_>, id: Option<CaseId>) -> Nullable<CaseNode> {
    let found = ctx.app().load(id?).await.map_err(AppError::from);
    nullable(found.map(|row| row.map(Into::into)))
}

#[ComplexObject]
impl CaseNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.key.into()
    }

    /// Whose case it is; null when you may not see them.
    async fn client(&self, ctx: &Context<'_>) -> Nullable<ClientNode> {
        clients::of(ctx, Some(self.client_id)).await
    }

    /// How far it is.
    async fn stage(&self, ctx: &Context<'_>) -> Nullable<StageNode> {
        stages::of(ctx, Some(self.stage_id)).await
    }

    /// Who works on it.
    async fn assigned_to(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        users::of(ctx, self.assigned_to_id).await
    }

    /// Its tasks, newest first unless ordered otherwise.
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which tasks.")] filter: Option<Box<TaskFilter>>,
        #[graphql(desc = "Text in the title or the description.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<TaskOrder>>,
    ) -> Result<TaskConnection> {
        let page = PageArgs { first, after, last, before, offset };
        let args = TaskList { page, filter, search, order_by };
        tasks_of(ctx, tasks::CASE_ID, self.key, args).await
    }

    /// Its documents, newest first unless ordered otherwise.
    async fn documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which documents.")] filter: Option<Box<DocumentFilter>>,
        #[graphql(desc = "Text in the name or the description.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<DocumentOrder>>,
    ) -> Result<DocumentConnection> {
        let page = PageArgs { first, after, last, before, offset };
        let args = DocumentList { page, filter, search, order_by };
        documents_of(ctx, documents::CASE_ID, self.key, args).await
    }

    /// Its notes, newest first unless ordered otherwise.
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
        let args = NoteList { page, filter, search, order_by };
        notes_of(ctx, notes::CASE_ID, self.key, args).await
    }

    /// What you may do with it.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<ObjectAccess> {
        let row = Standing {
            owners: vec![self.assigned_to_id, self.created_by_id],
            objects: vec![self.key.0, self.client_id.0],
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
