//! Rows of `sessions`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::db::schema::tenant::sessions;

crate::id!(/** A session. */ SessionId, "session");

/// Where a user is signed in.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct Session {
    pub id: SessionId,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}
