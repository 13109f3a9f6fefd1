//! How far events have come: rows of `event_cursor` and `event_deliveries`.

use async_graphql::Enum;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::db::schema::tenant::event_deliveries;
use crate::tenant::event_handlers::EventHandlerId;

/// After so many attempts nobody tries again by himself.
const MAX_ATTEMPTS: i32 = 25;
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(2);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(6);

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
        let doubled = FIRST_PAUSE.num_milliseconds() << (self.attempts - 1).clamp(0, 20);
        let pause = doubled.min(LONGEST_PAUSE.num_milliseconds());
        let pause = (pause as f64 * (0.5 + chance / 2.0)) as i64;
        let again = self.attempts < MAX_ATTEMPTS;
        Self {
            status: if again { DeliveryStatus::Pending } else { DeliveryStatus::Failed },
            due_at: now + TimeDelta::milliseconds(pause),
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
