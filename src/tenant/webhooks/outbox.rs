//! Writing messages, in the transaction of what they are about.

use uuid::Uuid;

use super::model::{Webhook, WebhookDelivery, WebhookDeliveryId, WebhookId};
use super::{deliveries, messages, store};
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::{Lane, TenantTx, lane};
use crate::error::Result;
use crate::events::Event;
use crate::tenant::events::DeliveryStatus;

/// Writes the messages about these events, for all who want them.
pub async fn tell(ctx: &Ctx, tx: &TenantTx, events: &[Event]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let webhooks = store::enabled(tx).await?;
    let wanted: Vec<_> = webhooks.iter().map(|webhook| (webhook, webhook.patterns())).collect();
    let mut new = vec![];
    for event in events {
        let wants = wanted.iter().filter(|(_, all)| all.iter().any(|one| one.matches(event)));
        let mut wants = wants.map(|(webhook, _)| webhook.id).peekable();
        if wants.peek().is_none() {
            continue;
        }
        let body = messages::about(ctx, event)?;
        new.extend(wants.map(|webhook| of_event(ctx, webhook, event, body.clone())));
    }
    add(ctx, tx, &new).await
}

/// Writes the message about this event for this address, whatever it wants by itself. One that is
/// there is sent once more.
pub async fn send(ctx: &Ctx, tx: &TenantTx, webhook: &Webhook, event: &Event) -> Result<()> {
    let new = of_event(ctx, webhook.id, event, messages::about(ctx, event)?);
    add(ctx, tx, &[new]).await
}

/// Writes these messages, and tells those who send them.
pub(super) async fn add(ctx: &Ctx, tx: &TenantTx, new: &[WebhookDelivery]) -> Result<()> {
    if !new.is_empty() {
        deliveries::begin(tx, new).await?;
        lane::note_backlog(tx, Lane::Webhooks).await?;
        ctx.wake(Wake::Work);
    }
    Ok(())
}

fn of_event(ctx: &Ctx, webhook_id: WebhookId, event: &Event, body: String) -> WebhookDelivery {
    let new = new(ctx, webhook_id, event.object, event.name(), body);
    WebhookDelivery { seq: Some(event.seq), ..new }
}

/// A message that is due at once.
pub(super) fn new(
    ctx: &Ctx,
    webhook_id: WebhookId,
    object_id: Uuid,
    event_type: String,
    body: String,
) -> WebhookDelivery {
    WebhookDelivery {
        id: WebhookDeliveryId::generate(),
        webhook_id,
        seq: None,
        object_id,
        event_type,
        body,
        status: DeliveryStatus::Pending,
        attempts: 0,
        due_at: ctx.now,
        last_error: None,
        created_at: ctx.now,
        updated_at: ctx.now,
    }
}
