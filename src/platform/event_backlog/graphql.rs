//! Whether events are handled in all tenants, in the API.

use async_graphql::{Context, Object, SimpleObject};

use super::{Processing, service};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Result};

/// Whether events are handled, in all tenants.
#[derive(SimpleObject)]
pub struct PlatformEventProcessing {
    /// Whether handlers wait. What happens meanwhile is handled when they go on.
    is_paused: bool,
    /// Why they wait; empty while they do not.
    reason: String,
    /// When that was said last.
    changed_at: DateTime,
    /// How many tenants have something to do, or wait for a time.
    backlog_count: i32,
}

impl From<(Processing, i64)> for PlatformEventProcessing {
    fn from((processing, backlog): (Processing, i64)) -> Self {
        Self {
            is_paused: processing.is_paused,
            reason: processing.reason,
            changed_at: processing.changed_at.into(),
            backlog_count: i32::try_from(backlog).unwrap_or(i32::MAX),
        }
    }
}

crate::payload! {
    /// What `platformEventProcessingPause` answers.
    PlatformEventProcessingPausePayload {
        /// How it stands after the change.
        platform_event_processing: PlatformEventProcessing,
    }
}
crate::payload! {
    /// What `platformEventProcessingResume` answers.
    PlatformEventProcessingResumePayload {
        /// How it stands after the change.
        platform_event_processing: PlatformEventProcessing,
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "PlatformEventProcessingQuery")]
impl Query {
    /// Whether events are handled. Platform administrators only.
    async fn platform_event_processing(
        &self,
        ctx: &Context<'_>,
    ) -> Result<PlatformEventProcessing> {
        Ok(service::status(ctx.app()).await?.into())
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "PlatformEventProcessingMutation")]
impl Mutation {
    /// Lets the handlers of all tenants wait. It holds within a second, and nothing is lost.
    /// Platform administrators only.
    async fn platform_event_processing_pause(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Why, in a line of at most 500 characters.")] reason: String,
    ) -> Result<PlatformEventProcessingPausePayload> {
        let paused = service::pause(ctx.app(), true, reason.trim()).await;
        PlatformEventProcessingPausePayload::from(paused.map(PlatformEventProcessing::from))
    }

    /// Lets the handlers of all tenants go on. Platform administrators only.
    async fn platform_event_processing_resume(
        &self,
        ctx: &Context<'_>,
    ) -> Result<PlatformEventProcessingResumePayload> {
        let resumed = service::pause(ctx.app(), false, "").await;
        PlatformEventProcessingResumePayload::from(resumed.map(PlatformEventProcessing::from))
    }
}
