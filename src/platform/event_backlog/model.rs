//! Rows of `event_backlog` and `event_processing`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::authz::OperatorId;
use crate::db::Lane;
use crate::db::schema::platform::{event_backlog, event_processing};

/// A tenant that a worker has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = event_backlog)]
pub struct Taken {
    #[diesel(column_name = tenant_id)]
    pub tenant: Uuid,
    pub lane: Lane,
    /// Another one means that something has happened since.
    pub mark: i64,
}

/// Whether events are handled, in all tenants.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = event_processing)]
pub struct Processing {
    pub is_paused: bool,
    pub reason: String,
    pub changed_at: DateTime<Utc>,
    pub changed_by: Option<OperatorId>,
}
