//! Messages and their attempts in the API.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};

use super::super::columns as c;
use super::super::loader::AttemptsOf;
use super::super::{WebhookAttempt, WebhookDelivery, WebhookDeliveryId, WebhookId};
use super::WebhookNode;
use crate::db::{Column, Sort, Sorted, Value};
use crate::error::AppError;
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::events::DeliveryStatus;

/// A message for a webhook.
#[derive(Clone, SimpleObject)]
#[graphql(name = "WebhookDelivery", complex)]
pub struct WebhookDeliveryNode {
    #[graphql(skip)]
    key: WebhookDeliveryId,
    /// The name of the event; `webhook.test` for a test.
    event_type: String,
    /// What is sent: JSON.
    body: String,
    /// How far it has come.
    status: DeliveryStatus,
    /// How often it was tried since it was last begun; after 25 times it is given up.
    attempt_count: i32,
    /// When it is tried again, if its address is not left alone then; null when it is not.
    next_attempt_at: Option<DateTime>,
    /// What went wrong the last time; null when nothing did.
    last_error: Option<String>,
    /// When it was written.
    created_at: DateTime,
    /// When it last came further.
    updated_at: DateTime,
    #[graphql(skip)]
    webhook_id: WebhookId,
}

impl From<WebhookDelivery> for WebhookDeliveryNode {
    fn from(d: WebhookDelivery) -> Self {
        let waits = d.status == DeliveryStatus::Pending;
        Self {
            key: d.id,
            event_type: d.event_type,
            body: d.body,
            status: d.status,
            attempt_count: d.attempts,
            next_attempt_at: waits.then(|| d.due_at.into()),
            last_error: d.last_error,
            created_at: d.created_at.into(),
            updated_at: d.updated_at.into(),
            webhook_id: d.webhook_id,
        }
    }
}

crate::listed!(WebhookDeliveryNode, "WebhookDelivery");

impl Sorted for WebhookDeliveryNode {
    const ID: Column = c::DELIVERY_ID;
    const DEFAULT: Sort = Sort { column: c::DELIVERY_CREATED_AT, descending: true };
    const SEARCH: &'static [Column] = &[];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            c::DELIVERY_CREATED_AT => Value::Time(self.created_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl WebhookDeliveryNode {
    /// Global id; also the header `webhook-id` of every attempt.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// Where it goes.
    async fn webhook(&self, ctx: &Context<'_>) -> Nullable<WebhookNode> {
        super::of(ctx, Some(self.webhook_id)).await
    }

    /// The attempts, the newest first: at most 50.
    async fn attempts(&self, ctx: &Context<'_>) -> Result<Vec<WebhookAttemptNode>> {
        let found = ctx.app().load(AttemptsOf(self.key)).await.map_err(AppError::from)?;
        Ok(found.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}

/// What became of one attempt.
#[derive(Clone, SimpleObject)]
#[graphql(name = "WebhookAttempt")]
pub struct WebhookAttemptNode {
    /// When it was made.
    at: DateTime,
    /// How long it took, in milliseconds.
    duration_ms: i32,
    /// The status of the answer (HTTP); null when there was none.
    status_code: Option<i32>,
    /// What went wrong; null when nothing did.
    error: Option<String>,
    /// The answer's first 2,000 characters; null when there was none.
    response: Option<String>,
}

impl From<WebhookAttempt> for WebhookAttemptNode {
    fn from(a: WebhookAttempt) -> Self {
        Self {
            at: a.at.into(),
            duration_ms: a.duration_ms,
            status_code: a.status_code,
            error: a.error,
            response: a.response,
        }
    }
}
