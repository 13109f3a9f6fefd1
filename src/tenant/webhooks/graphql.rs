//! Webhooks in the API.

mod deliveries;
mod inputs;
mod mutations;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::columns as c;
use super::{CircuitState, Webhook, WebhookDeliveryId, WebhookId, service};
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::error::{nullable, or_null};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::users::graphql::{self as users, UserNode};

pub use deliveries::WebhookDeliveryNode;
use inputs::{WebhookDeliveryFilter, WebhookDeliveryOrder, WebhookFilter, WebhookOrder};
pub use mutations::Mutation;

/// An address that events are sent to, signed as <https://www.standardwebhooks.com> says.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Webhook", complex)]
pub struct WebhookNode {
    #[graphql(skip)]
    key: WebhookId,
    /// Where it leads.
    url: String,
    /// What it is for.
    description: String,
    /// Patterns of the events that are sent there: `Client.*`, `Task.status.UPDATE`, `*`. Empty: only
    /// what handlers send.
    event_types: Vec<String>,
    /// Whether it is in use. While not, nothing is written for it, and what waits stays.
    is_enabled: bool,
    /// How many attempts have failed since the last one that did not.
    failure_count: i32,
    /// Until when messages are signed with the secret before as well; null when they are not.
    previous_secret_until: Option<DateTime>,
    /// Bumped by every change; send it back in `expectedVersion` to be told of a lost update.
    version: i32,
    /// When it was added.
    pub created_at: DateTime,
    /// When it was last changed.
    pub updated_at: DateTime,
    #[graphql(skip)]
    row: Webhook,
}

impl From<Webhook> for WebhookNode {
    fn from(w: Webhook) -> Self {
        Self {
            key: w.id,
            url: w.url.clone(),
            description: w.description.clone(),
            event_types: w.event_types.clone(),
            is_enabled: w.is_enabled,
            failure_count: w.failures,
            previous_secret_until: w.previous_secret_until.map(Into::into),
            version: w.version,
            created_at: w.created_at.into(),
            updated_at: w.updated_at.into(),
            row: w,
        }
    }
}

crate::listed!(WebhookNode, "Webhook");

impl Sorted for WebhookNode {
    const ID: Column = c::ID;
    const DEFAULT: Sort = Sort { column: c::CREATED_AT, descending: false };
    const SEARCH: &'static [Column] = &[c::URL, c::DESCRIPTION];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            c::URL => Value::Text(self.url.clone()),
            c::CREATED_AT => Value::Time(self.created_at.0),
            c::UPDATED_AT => Value::Time(self.updated_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

/// The webhook behind a reference, one statement for all references of the operation.
pub async fn of(ctx: &Context<'_>, id: Option<WebhookId>) -> Nullable<WebhookNode> {
    let found = ctx.app().load(id?).await.map_err(AppError::from);
    nullable(found.map(|row| row.map(Into::into)))
}

#[ComplexObject]
impl WebhookNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.key.into()
    }

    /// Whether messages are sent: after five failures in a row it is left alone, for a minute at
    /// first and at most for an hour.
    async fn circuit_state(&self, ctx: &Context<'_>) -> CircuitState {
        self.row.circuit(ctx.app().now)
    }

    /// When it is tried again; null while messages are sent.
    async fn circuit_open_until(&self) -> Option<DateTime> {
        self.row.open_until.map(Into::into)
    }

    /// Who added it.
    pub async fn created_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        users::of(ctx, self.row.created_by).await
    }

    /// Who changed it last.
    pub async fn updated_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        users::of(ctx, self.row.updated_by).await
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "WebhookQuery")]
impl Query {
    /// One webhook, or null when there is none that you may see.
    async fn webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook's id.")] id: WebhookId,
    ) -> Nullable<WebhookNode> {
        or_null(service::get(ctx.app(), id).await.map(Into::into))
    }

    /// The tenant's webhooks, the oldest first unless ordered otherwise.
    async fn webhooks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which webhooks.")] filter: Option<Box<WebhookFilter>>,
        #[graphql(desc = "Text in the address or the description.")] search: Option<String>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<WebhookOrder>>,
    ) -> Result<Connection<WebhookNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search, order_by }
            .listing::<WebhookNode>(ctx.app().require(&service::VIEW))?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(WebhookNode::from).into())
    }

    /// One message to a webhook, or null when there is none that you may see.
    async fn webhook_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The message's id.")] id: WebhookDeliveryId,
    ) -> Nullable<WebhookDeliveryNode> {
        or_null(service::delivery(ctx.app(), id).await.map(Into::into))
    }

    /// The messages to the tenant's webhooks, the newest first unless ordered otherwise. They are
    /// kept for 30 days after they arrived or were given up (`worker.delivery_days`).
    async fn webhook_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which messages.")] filter: Option<Box<WebhookDeliveryFilter>>,
        #[graphql(desc = "At most three parts.")] order_by: Option<Vec<WebhookDeliveryOrder>>,
    ) -> Result<Connection<WebhookDeliveryNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let listing = ListArgs { page, filter, search: None, order_by }
            .listing::<WebhookDeliveryNode>(ctx.app().require(&service::VIEW))?;
        let page = service::deliveries(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(WebhookDeliveryNode::from).into())
    }
}
