//! Handlers in the API.

mod inputs;
mod mutations;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::columns as c;
use super::{
    Condition, EventHandler, EventHandlerId, EventHandlerKind, Operator, Recipient, service,
};
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::error::{nullable, or_null};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::notifications::NotificationKind;
use crate::tenant::projects::ProjectId;
use crate::tenant::projects::graphql::{self as projects, ProjectNode};
use crate::tenant::tasks::TaskPriority;
use crate::tenant::users::graphql::{self as users, UserNode};
use crate::tenant::webhooks::WebhookId;
use crate::tenant::webhooks::graphql::{self as webhooks, WebhookNode};

use inputs::{EventHandlerFilter, EventHandlerOrder};
pub use mutations::Mutation;

/// What is done about events, from the moment it was added.
#[derive(Clone, SimpleObject)]
#[graphql(name = "EventHandler", complex)]
pub struct EventHandlerNode {
    #[graphql(skip)]
    pub key: EventHandlerId,
    /// What it is called.
    name: String,
    /// The pattern that its events match.
    event_type: String,
    /// What it does.
    kind: EventHandlerKind,
    /// All of these must hold.
    conditions: Vec<EventCondition>,
    /// Whom it tells.
    recipients: Vec<Recipient>,
    /// What kind of notification it is.
    about: NotificationKind,
    /// The template of the title, or of a mail's subject.
    title: String,
    /// The template of the text.
    body: String,
    /// Whether who did it is told as well.
    tells_actor: bool,
    /// In how many days a task that it adds is due; null for never.
    due_in_days: Option<i32>,
    /// How urgent a task that it adds is.
    priority: TaskPriority,
    /// Whether it is in use.
    is_enabled: bool,
    /// Whether it waits.
    is_paused: bool,
    /// Bumped by every write; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When it was added.
    pub created_at: DateTime,
    /// When it was last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    webhook_id: Option<WebhookId>,
    #[graphql(skip)]
    project_id: Option<ProjectId>,
    #[graphql(skip)]
    created_by_id: Option<UserId>,
    #[graphql(skip)]
    updated_by_id: Option<UserId>,
}

/// Something that must hold of an event.
#[derive(Clone, SimpleObject)]
pub struct EventCondition {
    /// A field of the entity, as it is stored.
    field: String,
    /// How it is looked at.
    operator: Operator,
    /// The values for IN and NOT_IN.
    values: Vec<String>,
}

impl From<Condition> for EventCondition {
    fn from(c: Condition) -> Self {
        Self { field: c.field, operator: c.operator, values: c.values }
    }
}

impl From<EventHandler> for EventHandlerNode {
    fn from(h: EventHandler) -> Self {
        // What the server has written it can read.
        let config = h.config().unwrap_or_default();
        Self {
            key: h.id,
            name: h.name,
            event_type: h.event_type,
            kind: h.kind,
            conditions: config.conditions.into_iter().map(Into::into).collect(),
            recipients: config.recipients,
            about: config.about,
            title: config.title,
            body: config.body,
            tells_actor: config.tells_actor,
            due_in_days: config.due_in_days,
            priority: config.priority,
            webhook_id: config.webhook,
            project_id: config.project,
            is_enabled: h.is_enabled,
            is_paused: h.is_paused,
            version: h.version,
            created_at: h.created_at.into(),
            updated_at: h.updated_at.into(),
            created_by_id: h.created_by,
            updated_by_id: h.updated_by,
        }
    }
}

crate::listed!(EventHandlerNode, "EventHandler");

impl Sorted for EventHandlerNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::NAME, descending: false };
    const SEARCH: &'static [Column] = &[c::NAME];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            c::NAME => Value::Text(self.name.clone()),
            c::CREATED_AT => Value::Time(self.created_at.0),
            c::UPDATED_AT => Value::Time(self.updated_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

/// The handler behind a reference, one statement for all references of the operation.
pub async fn of(ctx: &Context<'_>, id: Option<EventHandlerId>) -> Nullable<EventHandlerNode> {
    let found = ctx.app().load(id?).await.map_err(AppError::from);
    nullable(found.map(|row| row.map(Into::into)))
}

#[ComplexObject]
impl EventHandlerNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.key.into()
    }

    /// Where it sends events; null when it does not, or you may not see webhooks.
    async fn webhook(&self, ctx: &Context<'_>) -> Nullable<WebhookNode> {
        webhooks::of(ctx, self.webhook_id).await
    }

    /// Where it adds tasks; null when it does not, or you may not see the project.
    async fn project(&self, ctx: &Context<'_>) -> Nullable<ProjectNode> {
        projects::of(ctx, self.project_id).await
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

#[Object(name = "EventHandlerQuery")]
impl Query {
    /// One handler of events, or null when there is none that you may see.
    async fn event_handler(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The handler's id.")] id: EventHandlerId,
    ) -> Nullable<EventHandlerNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The handlers of the tenant's events, by name unless ordered otherwise.
    async fn event_handlers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which handlers.")] filter: Option<Box<EventHandlerFilter>>,
        #[graphql(desc = "Text in the name.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<EventHandlerOrder>>,
    ) -> Result<Connection<EventHandlerNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<EventHandlerNode>(ctx.app().require(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(EventHandlerNode::from).into())
    }
}
