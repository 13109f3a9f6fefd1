//! Users in the API.

mod inputs;
mod mutations;
pub mod service_accounts;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::{User, UserKind, service};
use crate::authz::Role;
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::error::{nullable, or_null};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::{DateTime, EmailAddress};
use crate::graphql::{CtxExt, Nullable, Result};

use crate::tenant::branches::BranchId;
use crate::tenant::branches::graphql::{self as branches, BranchNode};
use crate::tenant::documents::graphql::{
    DocumentConnection, DocumentFilter, DocumentList, DocumentOrder, documents_of,
};
use crate::tenant::groups::graphql::{self as groups, GroupNode};
use crate::tenant::permissions::graphql::HeldPermissionNode;
use crate::tenant::projects::graphql::{
    ProjectConnection, ProjectFilter, ProjectList, ProjectOrder, projects_of,
};
use crate::tenant::tasks::graphql::{TaskConnection, TaskFilter, TaskList, TaskOrder, tasks_of};
use crate::tenant::{documents, permissions, projects, tasks};

pub use inputs::{RoleFilter, UserFilter, UserOrder};
pub use mutations::Mutation;

/// Somebody who works in the tenant.
#[derive(Clone, SimpleObject)]
#[graphql(name = "User", complex)]
pub struct UserNode {
    #[graphql(skip)]
    pub key: UserId,
    /// What to call them: first and last name, or the user name of somebody who gave neither.
    display_name: String,
    /// Their address. They may sign in with it.
    email: EmailAddress,
    /// The name they may sign in with instead of the address.
    username: String,
    /// Given name; empty when not given.
    first_name: String,
    /// Family name; empty when not given.
    last_name: String,
    /// What they may do.
    role: Role,
    /// Whether it is a person or a program.
    kind: UserKind,
    /// Whether they may sign in. Inactive users keep what they made and are assigned to.
    is_active: bool,
    /// When they last signed in.
    last_sign_in_at: Option<DateTime>,
    /// Bumped by every write; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When they were added.
    pub created_at: DateTime,
    /// When they were last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    branch_id: Option<BranchId>,
    #[graphql(skip)]
    created_by: Option<UserId>,
    #[graphql(skip)]
    updated_by: Option<UserId>,
}

impl From<User> for UserNode {
    fn from(u: User) -> Self {
        Self {
            key: u.id,
            display_name: u.display_name(),
            email: EmailAddress(u.email),
            username: u.username,
            first_name: u.first_name,
            last_name: u.last_name,
            role: u.role,
            kind: u.kind,
            is_active: u.is_active,
            last_sign_in_at: u.last_sign_in_at.map(Into::into),
            version: u.version,
            created_at: u.created_at.into(),
            updated_at: u.updated_at.into(),
            branch_id: u.branch_id,
            created_by: u.created_by,
            updated_by: u.updated_by,
        }
    }
}

crate::listed!(UserNode, "User");

impl Sorted for UserNode {
    const ID: Column = Column::id("users", "id");
    const DEFAULT: Sort = Sort { column: inputs::LAST_NAME, descending: false };
    const SEARCH: &'static [Column] =
        &[inputs::FIRST_NAME, inputs::LAST_NAME, inputs::EMAIL, inputs::USERNAME];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            inputs::FIRST_NAME => Value::Text(self.first_name.clone()),
            inputs::LAST_NAME => Value::Text(self.last_name.clone()),
            inputs::EMAIL => Value::Text(self.email.0.clone()),
            inputs::USERNAME => Value::Text(self.username.clone()),
            inputs::CREATED_AT => Value::Time(self.created_at.0),
            inputs::UPDATED_AT => Value::Time(self.updated_at.0),
            inputs::LAST_SIGN_IN_AT => {
                self.last_sign_in_at.map_or(Value::Null, |t| Value::Time(t.0))
            }
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl UserNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.key.into()
    }

    /// The branch they work in, if any.
    async fn branch(&self, ctx: &Context<'_>) -> Nullable<BranchNode> {
        branches::of(ctx, self.branch_id).await
    }

    /// The groups they are in, by name.
    async fn groups(&self, ctx: &Context<'_>) -> Result<Vec<GroupNode>> {
        groups::of_user(ctx, self.key).await
    }

    /// What they were given directly, beside what their role and groups give them.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<Vec<HeldPermissionNode>> {
        let held = permissions::service::direct(ctx.app(), self.key).await?;
        Ok(held.into_iter().map(Into::into).collect())
    }

    /// Who added them.
    pub async fn created_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        of(ctx, self.created_by).await
    }

    /// Who changed them last.
    pub async fn updated_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        of(ctx, self.updated_by).await
    }

    /// The tasks assigned to them, newest first unless ordered otherwise.
    async fn assigned_tasks(
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
        tasks_of(ctx, tasks::ASSIGNED_TO, self.key, args).await
    }

    /// The tasks they added, newest first unless ordered otherwise.
    async fn created_tasks(
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
        tasks_of(ctx, tasks::CREATED_BY, self.key, args).await
    }

    /// The projects assigned to them, newest first unless ordered otherwise.
    async fn assigned_projects(
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
        let args = ProjectList { page, filter, search, order_by };
        projects_of(ctx, projects::ASSIGNED_TO, self.key, args).await
    }

    /// The projects they added, newest first unless ordered otherwise.
    async fn created_projects(
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
        let args = ProjectList { page, filter, search, order_by };
        projects_of(ctx, projects::CREATED_BY, self.key, args).await
    }

    /// The documents assigned to them, newest first unless ordered otherwise.
    async fn assigned_documents(
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
        documents_of(ctx, documents::ASSIGNED_TO, self.key, args).await
    }

    /// The documents they added, newest first unless ordered otherwise.
    async fn created_documents(
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
        documents_of(ctx, documents::CREATED_BY, self.key, args).await
    }
}

/// The user behind a reference, one statement for all references of the operation; null when
/// there is none that the caller may see.
pub async fn of(ctx: &Context<'_>, id: Option<UserId>) -> Nullable<UserNode> {
    let app = ctx.app();
    let id = id.filter(|_| app.require(&service::VIEW).is_ok())?;
    let found = app.load(id).await.map_err(AppError::from);
    nullable(found.map(|row| row.map(Into::into)))
}

#[derive(Default)]
pub struct Query;

#[Object(name = "UserQuery")]
impl Query {
    /// The user who is signed in; null for nobody, and for platform operators.
    async fn viewer(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        nullable(service::viewer(ctx.app()).await.map(|user| user.map(Into::into)))
    }

    /// One user, or null when there is none that you may see.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: UserId,
    ) -> Nullable<UserNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The users of the tenant.
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which users.")] filter: Option<Box<UserFilter>>,
        #[graphql(desc = "Text in a name or the address.")] search: Option<String>,
        #[graphql(desc = "At most three parts; by last name when left out.")] order_by: Option<
            Vec<UserOrder>,
        >,
    ) -> Result<Connection<UserNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<UserNode>(ctx.app().require(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(UserNode::from).into())
    }
}
