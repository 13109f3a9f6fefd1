//! Webhooks: a tenant's events, sent to addresses of its choice, signed as Standard Webhooks says.
//!
//! A message is written with the word that its event was seen, and sent by workers of its own (see
//! `worker`): what waits for other machines holds up nothing else.

mod columns;
mod deliveries;
pub mod graphql;
mod loader;
mod messages;
mod model;
pub mod outbox;
mod secrets;
pub mod sending;
pub mod service;
mod store;

pub use model::{
    CircuitState, NewWebhook, Webhook, WebhookAttempt, WebhookDelivery, WebhookDeliveryId,
    WebhookId, WebhookPatch,
};
