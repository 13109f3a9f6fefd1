//! Tasks in the API.

mod changes;
mod inputs;
mod lists;
mod mutations;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

pub use changes::Subscription;
pub use inputs::{TaskFilter, TaskOrder};
pub use lists::{TaskConnection, TaskList, tasks_of};
pub use mutations::Mutation;

use super::columns as c;
use super::{Task, TaskId, TaskPriority, TaskRow, TaskStatus, With, service};
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::graphql::error::or_null;
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::cases::CaseId;
use crate::tenant::cases::graphql::{self as cases, CaseNode};
use crate::tenant::clients::ClientId;
use crate::tenant::clients::graphql::{self as clients, ClientNode};
use crate::tenant::events::graphql::{EventConnection, history_of};
use crate::tenant::permissions::graphql::{ObjectAccess, access_to};
use crate::tenant::permissions::service::{Branch, Standing};
use crate::tenant::projects::ProjectId;
use crate::tenant::projects::graphql::{self as projects, ProjectNode};
use crate::tenant::users::graphql::{self as users, UserNode};

/// Something to be done: in a project, for a client, in a case.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Task", complex)]
pub struct TaskNode {
    #[graphql(skip)]
    pub key: TaskId,
    /// What is to be done, in a line.
    title: String,
    /// The details; may be empty.
    description: String,
    /// How far it is.
    status: TaskStatus,
    /// How urgent it is.
    priority: TaskPriority,
    /// The last day for it.
    due_date: Option<Date>,
    /// When it became DONE; null while it is not.
    completed_at: Option<DateTime>,
    /// Bumped by every write; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When it was added.
    pub created_at: DateTime,
    /// When it was last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    project_id: Option<ProjectId>,
    #[graphql(skip)]
    client_id: Option<ClientId>,
    #[graphql(skip)]
    case_id: Option<CaseId>,
    #[graphql(skip)]
    assigned_to_id: Option<UserId>,
    #[graphql(skip)]
    created_by_id: Option<UserId>,
    #[graphql(skip)]
    updated_by_id: Option<UserId>,
    /// Project and assignee, if the statement that read the task read them too.
    #[graphql(skip)]
    relations: Option<Box<(Option<ProjectNode>, Option<UserNode>)>>,
}

impl From<Task> for TaskNode {
    fn from(task: Task) -> Self {
        TaskRow::from(task).into()
    }
}

impl From<TaskRow> for TaskNode {
    fn from(TaskRow { task: t, relations }: TaskRow) -> Self {
        Self {
            key: t.id,
            title: t.title,
            description: t.description,
            status: t.status,
            priority: t.priority,
            due_date: t.due_date.map(Into::into),
            completed_at: t.completed_at.map(Into::into),
            version: t.version,
            created_at: t.created_at.into(),
            updated_at: t.updated_at.into(),
            project_id: t.project_id,
            client_id: t.client_id,
            case_id: t.case_id,
            assigned_to_id: t.assigned_to,
            created_by_id: t.created_by,
            updated_by_id: t.updated_by,
            relations: relations
                .map(|(p, u)| Box::new((p.map(ProjectNode::from), u.map(UserNode::from)))),
        }
    }
}

crate::listed!(TaskNode, "Task");

impl Sorted for TaskNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::CREATED_AT, descending: true };
    const SEARCH: &'static [Column] = &[c::TITLE, c::DESCRIPTION];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            c::TITLE => Value::Text(self.title.clone()),
            c::STATUS => Value::Text(self.status.stored().to_owned()),
            c::PRIORITY => Value::Int(self.priority.stored()),
            c::DUE_DATE => self.due_date.map_or(Value::Null, |d| Value::Date(d.0)),
            c::COMPLETED_AT => self.completed_at.map_or(Value::Null, |t| Value::Time(t.0)),
            c::CREATED_AT => Value::Time(self.created_at.0),
            c::UPDATED_AT => Value::Time(self.updated_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl TaskNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.key.into()
    }

    /// The project it belongs to, if any.
    async fn project(&self, ctx: &Context<'_>) -> Nullable<ProjectNode> {
        match &self.relations {
            Some(read) => read.0.clone().map(Ok),
            None => projects::of(ctx, self.project_id).await,
        }
    }

    /// The client it is about, if any.
    async fn client(&self, ctx: &Context<'_>) -> Nullable<ClientNode> {
        clients::of(ctx, self.client_id).await
    }

    /// The case it is about, if any.
    async fn case(&self, ctx: &Context<'_>) -> Nullable<CaseNode> {
        cases::of(ctx, self.case_id).await
    }

    /// Who is to do it.
    async fn assigned_to(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        match &self.relations {
            Some(read) => read.1.clone().map(Ok),
            None => users::of(ctx, self.assigned_to_id).await,
        }
    }

    /// What you may do with it.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<ObjectAccess> {
        let owners = vec![self.assigned_to_id, self.created_by_id];
        let place =
            [self.project_id.map(|p| p.0), self.client_id.map(|c| c.0), self.case_id.map(|c| c.0)];
        let objects = std::iter::once(self.key.0).chain(place.into_iter().flatten()).collect();
        let branch = self.client_id.map_or(Branch::Known(None), |c| Branch::OfClient(c.0));
        let row = Standing { owners, objects, branch };
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

/// What to read along for a connection's selection.
fn with(ctx: &Context<'_>) -> With {
    let asked = ctx.nodes_select("project") || ctx.nodes_select("assignedTo");
    service::with(ctx.app(), asked)
}

/// Joins are worth it for a page only; one task's relations come with the task or not at all.
fn with_one(ctx: &Context<'_>) -> With {
    service::with(ctx.app(), ctx.selects("project") || ctx.selects("assignedTo"))
}

#[derive(Default)]
pub struct Query;

#[Object(name = "TaskQuery")]
impl Query {
    /// One task, or null when there is none that you may see.
    async fn task(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task's id.")] id: TaskId,
    ) -> Nullable<TaskNode> {
        or_null(service::get(ctx.app(), id, with_one(ctx)).await.map(Into::into))
    }

    /// The tasks of the tenant, newest first unless ordered otherwise.
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
        let listing = TaskList { page, filter, search, order_by }
            .listing::<TaskNode>(ctx.app().require_some(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, with(ctx), ctx.selects("totalCount")).await?;
        Ok(page.map(TaskNode::from).into())
    }
}
