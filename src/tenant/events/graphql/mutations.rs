//! Handling events anew, in the API.

use async_graphql::{Context, Object};

use super::super::again;
use super::progress::EventProcessing;
use crate::events::EventId;
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Result};
use crate::tenant::event_handlers::EventHandlerId;

crate::payload! {
    /// What `eventRetry` answers.
    EventRetryPayload {
        /// How many handlers try again.
        retried_count: i32,
    }
}
crate::payload! {
    /// What `eventHandlerReplay` answers.
    EventHandlerReplayPayload {
        /// How many events it handles.
        replayed_count: i32,
    }
}

crate::payload! {
    /// What `eventProcessingPause` answers.
    EventProcessingPausePayload {
        /// How it stands after the change.
        event_processing: EventProcessing,
    }
}
crate::payload! {
    /// What `eventProcessingResume` answers.
    EventProcessingResumePayload {
        /// How it stands after the change.
        event_processing: EventProcessing,
    }
}

fn counted(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "EventMutation")]
impl Mutation {
    /// Lets handlers that have given up an event try again.
    async fn event_retry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The event's id.")] id: EventId,
        #[graphql(desc = "Only this handler; all of them when left out.")] handler_id: Option<
            EventHandlerId,
        >,
    ) -> Result<EventRetryPayload> {
        EventRetryPayload::from(again::retry(ctx.app(), id, handler_id).await.map(counted))
    }

    /// Lets a handler handle what has happened in some time, also what it has handled before.
    /// Nobody gets the same notification twice. At most 1,000 changes at once.
    async fn event_handler_replay(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The handler's id.")] id: EventHandlerId,
        #[graphql(desc = "From this time on.")] from: DateTime,
        #[graphql(desc = "Before this time.")] to: DateTime,
    ) -> Result<EventHandlerReplayPayload> {
        let replayed = again::replay(ctx.app(), id, from.0, to.0).await;
        EventHandlerReplayPayload::from(replayed.map(counted))
    }

    /// Lets the tenant's handlers wait. It holds within a second, and nothing is lost.
    async fn event_processing_pause(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Why, in a line of at most 500 characters.")] reason: String,
    ) -> Result<EventProcessingPausePayload> {
        let paused = again::pause(ctx.app(), true, reason.trim()).await;
        EventProcessingPausePayload::from(paused.map(EventProcessing::from))
    }

    /// Lets the tenant's handlers go on.
    async fn event_processing_resume(
        &self,
        ctx: &Context<'_>,
    ) -> Result<EventProcessingResumePayload> {
        let resumed = again::pause(ctx.app(), false, "").await;
        EventProcessingResumePayload::from(resumed.map(EventProcessing::from))
    }
}
