//! Rows of `webhooks`, `webhook_deliveries` and `webhook_attempts`, and the rules that need no
//! database.

use async_graphql::Enum;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use reqwest::Url;
use serde::Serialize;
use uuid::Uuid;

use crate::base::ids::UserId;
use crate::base::{backoff, text};
use crate::db::schema::tenant::{webhook_attempts, webhook_deliveries, webhooks};
use crate::error::{Invalid, Problem, Result};
use crate::events::Pattern;
use crate::outbound::Outbound;
use crate::tenant::events::DeliveryStatus;

crate::id!(/** An address that events are sent to. */ WebhookId, "webhook");
crate::id!(/** A message for such an address. */ WebhookDeliveryId, "webhook_delivery");

const MAX_URL: usize = 2_000;
const MAX_DESCRIPTION: usize = 500;
const MAX_EVENT_TYPES: usize = 50;
/// So many failures in a row open the circuit.
const TOLERATED: i32 = 5;
const FIRST_REST: TimeDelta = TimeDelta::minutes(1);
const LONGEST_REST: TimeDelta = TimeDelta::hours(1);

/// Whether an address is spared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "WebhookCircuitState")]
pub enum CircuitState {
    /// Messages are sent.
    Closed,
    /// Too much has failed in a row: messages wait.
    Open,
    /// The next message shows whether the address answers again.
    HalfOpen,
}

/// An address as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = webhooks)]
pub struct Webhook {
    pub id: WebhookId,
    pub url: String,
    pub description: String,
    pub event_types: Vec<String>,
    pub is_enabled: bool,
    /// Encrypted.
    #[serde(skip)]
    pub secret: Vec<u8>,
    #[serde(skip)]
    pub previous_secret: Option<Vec<u8>>,
    pub previous_secret_until: Option<DateTime<Utc>>,
    #[serde(skip)]
    pub failures: i32,
    #[serde(skip)]
    pub open_until: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

impl Webhook {
    /// Whether messages are sent there.
    pub fn circuit(&self, now: DateTime<Utc>) -> CircuitState {
        match self.open_until {
            Some(until) if until > now => CircuitState::Open,
            Some(_) => CircuitState::HalfOpen,
            None => CircuitState::Closed,
        }
    }

    /// Which events go there by themselves.
    pub fn patterns(&self) -> Vec<Pattern> {
        // What the server has written it can read.
        self.event_types.iter().filter_map(|text| Pattern::parse(text).ok()).collect()
    }
}

/// How long an address is left alone after so many failures in a row.
pub fn rest(failures: i32) -> Option<TimeDelta> {
    let more = failures - TOLERATED;
    (more >= 0).then(|| LONGEST_REST.min(FIRST_REST * (1 << more.min(10))))
}

/// An address to be added.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    pub url: String,
    pub description: String,
    pub event_types: Vec<String>,
    pub is_enabled: bool,
}

impl NewWebhook {
    pub fn validate(&self, outbound: &Outbound) -> Result<()> {
        let mut invalid = Invalid::default();
        address(&mut invalid, outbound, &self.url);
        described(&mut invalid, &self.description);
        matched(&mut invalid, &self.event_types);
        invalid.finish()
    }
}

/// `None` leaves a column alone.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = webhooks)]
pub struct WebhookPatch {
    pub url: Option<String>,
    pub description: Option<String>,
    pub event_types: Option<Vec<String>>,
    pub is_enabled: Option<bool>,
}

impl WebhookPatch {
    pub fn validate(&self, outbound: &Outbound) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(url) = &self.url {
            address(&mut invalid, outbound, url);
        }
        if let Some(description) = &self.description {
            described(&mut invalid, description);
        }
        if let Some(event_types) = &self.event_types {
            matched(&mut invalid, event_types);
        }
        invalid.finish()
    }
}

fn address(invalid: &mut Invalid, outbound: &Outbound, url: &str) {
    let field = "input.url";
    text::line(invalid, field, url, MAX_URL);
    match Url::parse(url) {
        Ok(parsed) => {
            if let Err(why) = outbound.check(&parsed) {
                invalid.push(Problem::NotAllowed, field, why.to_string());
            }
        }
        Err(_) if url.is_empty() => {}
        Err(_) => invalid.push(Problem::Invalid, field, "is not an address"),
    }
}

fn described(invalid: &mut Invalid, description: &str) {
    text::optional_line(invalid, "input.description", description, MAX_DESCRIPTION);
}

fn matched(invalid: &mut Invalid, event_types: &[String]) {
    let field = "input.eventTypes";
    if event_types.len() > MAX_EVENT_TYPES {
        let why = format!("can't be more than {MAX_EVENT_TYPES}");
        invalid.push(Problem::TooLong, field, why);
    }
    for (n, event_type) in event_types.iter().enumerate() {
        if let Err(why) = Pattern::parse(event_type) {
            invalid.push(Problem::Invalid, &format!("{field}.{n}"), why);
        }
    }
}

/// A message as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_deliveries)]
pub struct WebhookDelivery {
    pub id: WebhookDeliveryId,
    pub webhook_id: WebhookId,
    /// The event's number; none: a test.
    pub seq: Option<i64>,
    pub object_id: Uuid,
    pub event_type: String,
    pub body: String,
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub due_at: DateTime<Utc>,
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl WebhookDelivery {
    /// The same after an attempt, which is counted already. What has failed is tried again later, not
    /// before `not_before` if the other end has asked for that, or given up.
    #[must_use]
    pub fn after(
        self,
        error: Option<String>,
        not_before: Option<TimeDelta>,
        now: DateTime<Utc>,
        chance: f64,
    ) -> Self {
        let pause = error.as_ref().and_then(|_| backoff::pause(self.attempts, chance));
        let status = match (&error, pause) {
            (None, _) => DeliveryStatus::Completed,
            (Some(_), Some(_)) => DeliveryStatus::Pending,
            (Some(_), None) => DeliveryStatus::Failed,
        };
        let pause = pause.unwrap_or_default().max(not_before.unwrap_or_default());
        Self { status, due_at: now + pause, last_error: error, updated_at: now, ..self }
    }
}

/// What became of one attempt.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_attempts)]
pub struct WebhookAttempt {
    pub id: Uuid,
    pub delivery_id: WebhookDeliveryId,
    pub at: DateTime<Utc>,
    pub duration_ms: i32,
    pub status_code: Option<i32>,
    pub error: Option<String>,
    pub response: Option<String>,
}
