//! Projects in the API.

mod changes;
mod inputs;
mod lists;
mod mutations;
mod statistics;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

pub use changes::Subscription;
pub use inputs::{ProjectFilter, ProjectOrder};
pub use lists::{ProjectConnection, ProjectList, projects_of};
pub use mutations::Mutation;

use super::columns as c;
use super::{Project, ProjectId, ProjectRow, ProjectStatus, With, service};
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::error::{nullable, or_null};
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::documents;
use crate::tenant::documents::graphql::{
    DocumentConnection, DocumentFilter, DocumentList, DocumentOrder, documents_of,
};
use crate::tenant::events::graphql::{EventConnection, history_of};
use crate::tenant::permissions::graphql::{ObjectAccess, access_to};
use crate::tenant::permissions::service::{Branch, Standing};
use crate::tenant::tasks;
use crate::tenant::tasks::graphql::{TaskConnection, TaskFilter, TaskList, TaskOrder, tasks_of};
use crate::tenant::users::graphql::{self as users, UserNode};
use statistics::ProjectStatistics;

/// Something a tenant works on, with tasks and documents.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Project", complex)]
pub struct ProjectNode {
    #[graphql(skip)]
    pub key: ProjectId,
    /// What it is called.
    name: String,
    /// What it is about; may be empty.
    description: String,
    /// Where it stands.
    status: ProjectStatus,
    /// The first day.
    start_date: Option<Date>,
    /// The last day.
    due_date: Option<Date>,
    /// Bumped by every write; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When it was added.
    pub created_at: DateTime,
    /// When it was last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    assigned_to_id: Option<UserId>,
    #[graphql(skip)]
    created_by_id: Option<UserId>,
    #[graphql(skip)]
    updated_by_id: Option<UserId>,
    /// The assignee, if the statement that read the project read them too.
    #[graphql(skip)]
    relations: Option<Option<Box<UserNode>>>,
}

impl From<Project> for ProjectNode {
    fn from(project: Project) -> Self {
        ProjectRow::from(project).into()
    }
}

impl From<ProjectRow> for ProjectNode {
    fn from(ProjectRow { project: p, relations }: ProjectRow) -> Self {
        Self {
            key: p.id,
            name: p.name,
            description: p.description,
            status: p.status,
            start_date: p.start_date.map(Into::into),
            due_date: p.due_date.map(Into::into),
            version: p.version,
            created_at: p.created_at.into(),
            updated_at: p.updated_at.into(),
            assigned_to_id: p.assigned_to,
            created_by_id: p.created_by,
            updated_by_id: p.updated_by,
            relations: relations.map(|u| u.map(|u| Box::new(u.into()))),
        }
    }
}

crate::listed!(ProjectNode, "Project");

impl Sorted for ProjectNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::CREATED_AT, descending: true };
    const SEARCH: &'static [Column] = &[c::NAME, c::DESCRIPTION];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            c::NAME => Value::Text(self.name.clone()),
            c::STATUS => Value::Text(self.status.stored().to_owned()),
            c::START_DATE => self.start_date.map_or(Value::Null, |d| Value::Date(d.0)),
            c::DUE_DATE => self.due_date.map_or(Value::Null, |d| Value::Date(d.0)),
            c::CREATED_AT => Value::Time(self.created_at.0),
            c::UPDATED_AT => Value::Time(self.updated_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

/// The project behind a reference, one statement for all references of the operation; null when
/// there is none that the caller may see.
pub async fn of(ctx: &Context<'_>, id: Option<ProjectId>) -> Nullable<ProjectNode> {
    let app = ctx.app();
    let found = app.load(id?).await.map_err(AppError::from);
    nullable(found.map(|row| row.map(Into::into)))
}

#[ComplexObject]
impl ProjectNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.key.into()
    }

    /// Who is in charge.
    async fn assigned_to(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        match &self.relations {
            Some(read) => read.as_deref().cloned().map(Ok),
            None => users::of(ctx, self.assigned_to_id).await,
        }
    }

    /// What you may do with it.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<ObjectAccess> {
        let row = Standing {
            owners: vec![self.assigned_to_id, self.created_by_id],
            objects: vec![self.key.0],
            branch: Branch::Known(None),
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
        tasks_of(ctx, tasks::PROJECT_ID, self.key, args).await
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
        documents_of(ctx, documents::PROJECT_ID, self.key, args).await
    }
}

/// What to read along for a connection's selection.
fn with(ctx: &Context<'_>) -> With {
    service::with(ctx.app(), ctx.nodes_select("assignedTo"))
}

#[derive(Default)]
pub struct Query;

#[Object(name = "ProjectQuery")]
impl Query {
    /// One project, or null when there is none that you may see.
    async fn project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project's id.")] id: ProjectId,
    ) -> Nullable<ProjectNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The projects of the tenant, newest first unless ordered otherwise.
    async fn projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which projects.")] filter: Option<Box<ProjectFilter>>,
        #[graphql(desc = "Text in the name or the description.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<ProjectOrder>>,
    ) -> Result<ProjectConnection> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ProjectList { page, filter, search, order_by }
            .listing::<ProjectNode>(ctx.app().require_some(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, with(ctx), ctx.selects("totalCount")).await?;
        Ok(page.map(ProjectNode::from).into())
    }

    /// Figures about projects, tasks and documents: all of them, or one project's.
    async fn project_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this project's tasks and documents.")] project_id: Option<ProjectId>,
        #[graphql(desc = "First day for `completedTaskCount`; 30 days before the last.")]
        completed_from: Option<Date>,
        #[graphql(desc = "Last day for `completedTaskCount`; today.")] completed_to: Option<Date>,
    ) -> Nullable<ProjectStatistics> {
        let (from, to) = (completed_from.map(|d| d.0), completed_to.map(|d| d.0));
        let found = super::statistics::of(ctx.app(), project_id, from, to).await;
        or_null(found.map(Into::into))
    }
}
