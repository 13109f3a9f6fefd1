//! How far events have come, in the API.

use async_graphql::{ComplexObject, Context, SimpleObject};

use super::super::loader::ProgressOf;
use super::super::{Cursor, Delivery, DeliveryStatus, Progress};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable};
use crate::tenant::event_handlers::EventHandlerId;
use crate::tenant::event_handlers::graphql::{self as handlers, EventHandlerNode};
use crate::tenant::event_handlers::service::VIEW;

/// Whether the tenant's events are handled.
#[derive(SimpleObject)]
pub struct EventProcessing {
    /// Whether handlers wait. What happens meanwhile is handled when they go on.
    is_paused: bool,
    /// Why they wait; empty while they do not.
    reason: String,
}

impl From<Cursor> for EventProcessing {
    fn from(cursor: Cursor) -> Self {
        Self { is_paused: cursor.is_paused, reason: cursor.pause_reason }
    }
}

/// What one handler has done about one event.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct EventDelivery {
    /// How far it has come.
    status: DeliveryStatus,
    /// How often it has tried; after 25 times it gives up.
    attempts: i32,
    /// When it tries again; null when it does not.
    next_attempt_at: Option<DateTime>,
    /// What went wrong the last time; null when nothing did.
    last_error: Option<String>,
    /// When that was noted.
    updated_at: DateTime,
    #[graphql(skip)]
    handler_id: EventHandlerId,
}

impl From<Delivery> for EventDelivery {
    fn from(d: Delivery) -> Self {
        let waits = d.status == DeliveryStatus::Pending;
        Self {
            status: d.status,
            attempts: d.attempts,
            next_attempt_at: waits.then(|| d.due_at.into()),
            last_error: d.last_error,
            updated_at: d.updated_at.into(),
            handler_id: d.handler_id,
        }
    }
}

#[ComplexObject]
impl EventDelivery {
    /// Which handler.
    async fn handler(&self, ctx: &Context<'_>) -> Nullable<EventHandlerNode> {
        handlers::of(ctx, Some(self.handler_id)).await
    }
}

/// How far the event with this number has come, for those who may see handlers.
pub(super) async fn of(
    ctx: &Context<'_>,
    seq: i64,
) -> Result<Option<Progress>, crate::error::AppError> {
    let app = ctx.app();
    if !app.holds(&VIEW) {
        return Ok(None);
    }
    app.load(ProgressOf(seq)).await.map_err(crate::error::AppError::from)
}
