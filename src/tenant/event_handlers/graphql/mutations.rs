//! Changes of handlers in the API.

use async_graphql::{Context, Object};

use super::super::{EventHandlerId, service};
use super::EventHandlerNode;
use super::inputs::{EventHandlerCreateInput, EventHandlerUpdateInput};
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `eventHandlerCreate` answers.
    EventHandlerCreatePayload {
        /// The new handler.
        event_handler: EventHandlerNode,
    }
}
crate::payload! {
    /// What `eventHandlerUpdate` answers.
    EventHandlerUpdatePayload {
        /// The handler after the change.
        event_handler: EventHandlerNode,
    }
}
crate::payload! {
    /// What `eventHandlerDelete` answers.
    EventHandlerDeletePayload {
        /// The id of the handler that is gone.
        deleted_event_handler_id: EventHandlerId,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "EventHandlerMutation")]
impl Mutation {
    /// Adds a handler. It handles what happens from now on.
    async fn event_handler_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new handler.")] input: EventHandlerCreateInput,
    ) -> Result<EventHandlerCreatePayload> {
        let event_handler = service::create(ctx.app(), input.into()).await;
        EventHandlerCreatePayload::from(event_handler.map(EventHandlerNode::from))
    }

    /// Changes a handler.
    async fn event_handler_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The handler's id.")] id: EventHandlerId,
        #[graphql(desc = "What to change.")] input: EventHandlerUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<EventHandlerUpdatePayload> {
        ctx.app().require(&service::CHANGE)?;
        let changed = async {
            let (patch, reconfigure) = input.changes()?;
            service::update(ctx.app(), id, patch, reconfigure, expected_version).await
        };
        EventHandlerUpdatePayload::from(changed.await.map(EventHandlerNode::from))
    }

    /// Deletes a handler. What it has not done yet is not done any more.
    async fn event_handler_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The handler's id.")] id: EventHandlerId,
    ) -> Result<EventHandlerDeletePayload> {
        EventHandlerDeletePayload::from(service::delete(ctx.app(), id).await)
    }
}
