//! Rows of `event_handlers`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use super::config::HandlerConfig;
use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::event_handlers;
use crate::error::{AppError, Invalid, Problem, Result};
use crate::events::Pattern;

crate::id!(/** A handler of events. */ EventHandlerId, "event_handler");

crate::column_enum! {
    /// What a handler does.
    EventHandlerKind: Text as &'static str {
        /// It tells people in the application.
        Notification = "notification",
        /// It writes them a mail.
        Email = "email",
        /// It sends the event to a webhook.
        Webhook = "webhook",
        /// It adds a task.
        Task = "task",
    }
}

/// A handler as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = event_handlers)]
pub struct EventHandler {
    pub id: EventHandlerId,
    pub name: String,
    pub event_type: String,
    pub kind: EventHandlerKind,
    pub config: String,
    pub is_enabled: bool,
    pub is_paused: bool,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

impl EventHandler {
    /// What it does, in detail.
    pub fn config(&self) -> Result<HandlerConfig> {
        serde_json::from_str(&self.config).map_err(|e| AppError::Internal(e.into()))
    }

    /// Which events it is for.
    pub fn pattern(&self) -> Result<Pattern> {
        Pattern::parse(&self.event_type).map_err(AppError::internal)
    }
}

/// A handler to be added.
#[derive(Debug, Clone)]
pub struct NewHandler {
    pub name: String,
    pub event_type: String,
    pub kind: EventHandlerKind,
    pub config: HandlerConfig,
    pub is_enabled: bool,
}

impl NewHandler {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        named(&mut invalid, &self.name);
        matched(&mut invalid, &self.event_type);
        self.config.validate(&mut invalid, self.kind, &self.event_type);
        invalid.finish()
    }
}

/// `None` leaves a column alone.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = event_handlers)]
pub struct HandlerPatch {
    pub name: Option<String>,
    pub event_type: Option<String>,
    pub config: Option<String>,
    pub is_enabled: Option<bool>,
    pub is_paused: Option<bool>,
}

impl HandlerPatch {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            named(&mut invalid, name);
        }
        if let Some(event_type) = &self.event_type {
            matched(&mut invalid, event_type);
        }
        invalid.finish()
    }
}

fn named(invalid: &mut Invalid, name: &str) {
    text::line(invalid, "input.name", name, 100);
}

fn matched(invalid: &mut Invalid, event_type: &str) {
    if let Err(why) = Pattern::parse(event_type) {
        invalid.push(Problem::Invalid, "input.eventType", why);
    }
}
