//! Changes of webhooks in the API.

use async_graphql::{Context, Object};

use super::super::{WebhookDeliveryId, WebhookId, service};
use super::inputs::{WebhookCreateInput, WebhookUpdateInput};
use super::{WebhookDeliveryNode, WebhookNode};
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `webhookCreate` answers.
    WebhookCreatePayload {
        /// The new webhook.
        webhook: WebhookNode,
        /// The secret that its messages are signed with: `whsec_` and base64. It is never shown
        /// again.
        secret: String,
    }
}
crate::payload! {
    /// What `webhookUpdate` answers.
    WebhookUpdatePayload {
        /// The webhook after the change.
        webhook: WebhookNode,
    }
}
crate::payload! {
    /// What `webhookRotateSecret` answers.
    WebhookRotateSecretPayload {
        /// The webhook.
        webhook: WebhookNode,
        /// Its new secret. It is never shown again.
        secret: String,
    }
}
crate::payload! {
    /// What `webhookDelete` answers.
    WebhookDeletePayload {
        /// The id of the webhook that is gone.
        deleted_webhook_id: WebhookId,
    }
}
crate::payload! {
    /// What `webhookTest` answers.
    WebhookTestPayload {
        /// The message that is on its way.
        webhook_delivery: WebhookDeliveryNode,
    }
}
crate::payload! {
    /// What `webhookDeliveryRetry` answers.
    WebhookDeliveryRetryPayload {
        /// The message that is on its way.
        webhook_delivery: WebhookDeliveryNode,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "WebhookMutation")]
impl Mutation {
    /// Adds a webhook: what happens from now on is sent there. At most 50.
    async fn webhook_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new webhook.")] input: WebhookCreateInput,
    ) -> Result<WebhookCreatePayload> {
        let made = service::create(ctx.app(), input.into()).await;
        WebhookCreatePayload::from(made.map(|(webhook, secret)| (webhook.into(), secret)))
    }

    /// Changes a webhook. With another address, or enabled again, it is tried at once.
    async fn webhook_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook's id.")] id: WebhookId,
        #[graphql(desc = "What to change.")] input: WebhookUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<WebhookUpdatePayload> {
        ctx.app().require(&service::CHANGE)?;
        let changed =
            async { service::update(ctx.app(), id, input.patch()?, expected_version).await };
        WebhookUpdatePayload::from(changed.await.map(WebhookNode::from))
    }

    /// Gives a webhook a new secret. Messages are signed with both for a while, so that nothing is
    /// refused meanwhile.
    async fn webhook_rotate_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook's id.")] id: WebhookId,
        #[graphql(
            desc = "For how long the old secret signs as well: at most 604800, which is a week; 0 for no longer.",
            default = 86400
        )]
        overlap_seconds: i32,
    ) -> Result<WebhookRotateSecretPayload> {
        let rotated = service::rotate_secret(ctx.app(), id, overlap_seconds).await;
        WebhookRotateSecretPayload::from(rotated.map(|(webhook, secret)| (webhook.into(), secret)))
    }

    /// Deletes a webhook with all that was sent there and all that waits.
    async fn webhook_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook's id.")] id: WebhookId,
    ) -> Result<WebhookDeletePayload> {
        WebhookDeletePayload::from(service::delete(ctx.app(), id).await)
    }

    /// Sends a message that shows whether messages arrive, also while the webhook is left alone or
    /// not in use. `webhookDelivery` tells what became of it.
    async fn webhook_test(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The webhook's id.")] id: WebhookId,
    ) -> Result<WebhookTestPayload> {
        WebhookTestPayload::from(service::test(ctx.app(), id).await.map(Into::into))
    }

    /// Sends a message once more, under the same id, whether it has arrived or not.
    async fn webhook_delivery_retry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The message's id.")] id: WebhookDeliveryId,
    ) -> Result<WebhookDeliveryRetryPayload> {
        let again = service::redeliver(ctx.app(), id).await;
        WebhookDeliveryRetryPayload::from(again.map(Into::into))
    }
}
