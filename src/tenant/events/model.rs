//! How far events have come: rows of `event_cursor` and `event_deliveries`.

use async_graphql::Enum;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::base::backoff;
use crate::db::schema::tenant::event_deliveries;
use crate::tenant::event_handlers::EventHandlerId;

crate::column_enum! {
    /// How far a handler has come with an event.
    DeliveryStatus: Text as &'static str {
        /// It has not begun, or will try again.
        Pending = "pending",
        /// It is at work.
        Processing = "processing",
        /// It has done what it does.
        Completed = "completed",
        /// It has given up; `eventRetry` begins anew.
        Failed = "failed",
    }
}

/// How far an event has come with all of its handlers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum EventStatus {
    /// It waits for a handler.
    Pending,
    /// A handler is at work.
    Processing,
    /// All that was to be done is done.
    Completed,
    /// A handler has given up.
    Failed,
}

/// One event for one handler.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = event_deliveries)]
pub struct Delivery {
    pub seq: i64,
    pub handler_id: EventHandlerId,
    pub object_id: Uuid,
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub due_at: DateTime<Utc>,
    pub last_error: Option<String>,
    pub updated_at: DateTime<Utc>,
}

impl Delivery {
    /// One that is due at once.
    pub const fn new(
        seq: i64,
        handler_id: EventHandlerId,
        object_id: Uuid,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            seq,
            handler_id,
            object_id,
            status: DeliveryStatus::Pending,
            attempts: 0,
            due_at: now,
            last_error: None,
            updated_at: now,
        }
    }

    /// The same after an attempt that failed, which is counted already: to be tried again later, or
    /// given up. `chance` is between 0 and 1, so that what failed together is not tried again
    /// together.
    #[must_use]
    pub fn failed(self, error: &str, now: DateTime<Utc>, chance: f64) -> Self {
        let pause = backoff::pause(self.attempts, chance);
        Self {
            status: pause.map_or(DeliveryStatus::Failed, |_| DeliveryStatus::Pending),
            due_at: now + pause.unwrap_or_default(),
            last_error: Some(error.chars().take(500).collect()),
            updated_at: now,
            ..self
        }
    }
}

/// Up to which row it is known who handles it, and whether events are handled.
#[derive(Debug, Clone, Queryable)]
pub struct Cursor {
    pub seq: i64,
    pub is_paused: bool,
    pub pause_reason: String,
}

/// How far one event has come.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Whether it is known who handles it.
    pub is_seen: bool,
    pub deliveries: Vec<Delivery>,
}

impl Progress {
    pub fn status(&self) -> EventStatus {
        let any = |status| self.deliveries.iter().any(|delivery| delivery.status == status);
        if any(DeliveryStatus::Failed) {
            EventStatus::Failed
        } else if any(DeliveryStatus::Processing) {
            EventStatus::Processing
        } else if !self.is_seen || any(DeliveryStatus::Pending) {
            EventStatus::Pending
        } else {
            EventStatus::Completed
        }
    }
}
