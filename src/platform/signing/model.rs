//! Rows of `signing_keys`, and what becomes of a key in time.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::auth::keys::KeyFacts;
use crate::db::schema::platform::signing_keys;

/// A key as stored. Times are Unix seconds, as tokens count.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
pub(super) struct Row {
    pub kid: String,
    pub sealed: Option<Vec<u8>>,
    pub signs_from: i64,
    pub verifies_until: Option<i64>,
    pub created_at: DateTime<Utc>,
}

/// What a key does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, so that others know it when it begins to sign.
    Next,
    /// Signs and verifies.
    Signing,
    /// Verifies what it signed before.
    Verifying,
    /// Its tokens are refused.
    Retired,
}

impl KeyState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Signing => "signing",
            Self::Verifying => "verifying",
            Self::Retired => "retired",
        }
    }
}

/// A key, as administrators see it.
#[derive(Debug, Clone)]
pub struct SigningKey {
    pub facts: KeyFacts,
    pub state: KeyState,
}

impl SigningKey {
    pub(super) fn new(facts: KeyFacts, signing: Option<&str>, now: i64) -> Self {
        let state = if facts.verifies_until.is_some_and(|until| until <= now) {
            KeyState::Retired
        } else if Some(facts.kid.as_str()) == signing {
            KeyState::Signing
        } else if facts.signs_from.is_some_and(|from| from > now) {
            KeyState::Next
        } else {
            KeyState::Verifying
        };
        Self { facts, state }
    }
}
