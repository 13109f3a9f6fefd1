//! What messages say.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::json;

use crate::base::ids::encode;
use crate::ctx::Ctx;
use crate::error::Result;
use crate::events::Event;

/// What a test is called.
pub const TEST: &str = "webhook.test";

/// The message about an event.
pub fn about(ctx: &Ctx, event: &Event) -> Result<String> {
    let data = json!({
        "id": event.id,
        "entityType": event.entity,
        "entityId": encode(event.kind, event.object),
        "action": event.action.name(),
        "changedFields": event.changed(),
        "previousState": event.before,
        "currentState": event.after,
        "actor": {
            "kind": event.actor_kind,
            "id": event.actor.map(|id| encode(event.actor_kind.stored(), id)),
        },
        "correlationId": event.correlation_id,
    });
    message(ctx, &event.name(), event.at, &data)
}

/// The message that shows whether they arrive.
pub fn test(ctx: &Ctx) -> Result<String> {
    let data = json!({ "message": "This is a test. Nothing has happened." });
    message(ctx, TEST, ctx.now, &data)
}

fn message(ctx: &Ctx, kind: &str, at: DateTime<Utc>, data: &serde_json::Value) -> Result<String> {
    let message = json!({
        "type": kind,
        "timestamp": at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "tenant": ctx.tenant()?.id.to_string(),
        "data": data,
    });
    Ok(message.to_string())
}
