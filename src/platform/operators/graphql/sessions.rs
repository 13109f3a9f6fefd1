//! An operator's own sessions, in the API.

use async_graphql::{ID, SimpleObject};
use uuid::Uuid;

use super::super::OperatorSessionId;
use crate::graphql::scalars::DateTime;
use crate::sessions::Session;

/// A sign-in to the platform that has not ended: one browser or program, on one device.
#[derive(SimpleObject)]
#[graphql(name = "OperatorSession")]
pub struct OperatorSessionNode {
    /// Global id.
    id: ID,
    /// What signed in, as it calls itself (`User-Agent`).
    user_agent: Option<String>,
    /// The address it signed in from.
    ip_address: Option<String>,
    /// Whether this request belongs to it.
    is_current: bool,
    /// When it signed in.
    created_at: DateTime,
    /// When it last got new tokens; at most one lifetime of an access token ago while in use.
    last_used_at: DateTime,
    /// When it ends unless it is used before.
    expires_at: DateTime,
}

impl OperatorSessionNode {
    pub(super) fn new(session: Session, current: Option<Uuid>) -> Self {
        Self {
            id: OperatorSessionId(session.id).into(),
            user_agent: session.user_agent,
            ip_address: session.ip,
            is_current: Some(session.id) == current,
            created_at: session.created_at.into(),
            last_used_at: session.last_used_at.into(),
            expires_at: session.expires_at.into(),
        }
    }
}
