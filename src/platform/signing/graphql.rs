//! Signing keys in the API: what they do, never what they are.

use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::DateTime as ChronoDateTime;

use super::{KeyState, SigningKey, service};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Result};

/// What a signing key does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SigningKeyState {
    /// Published, and signs soon.
    Next,
    /// Signs new tokens.
    Signing,
    /// Verifies tokens that it signed before.
    Verifying,
    /// Its tokens are refused.
    Retired,
}

/// A key that signs access tokens.
#[derive(SimpleObject)]
#[graphql(name = "SigningKey")]
pub struct SigningKeyNode {
    /// Its id, as tokens name it in their header.
    kid: String,
    /// How it signs: `EdDSA`, `RS256` or `HS256`.
    algorithm: &'static str,
    /// What it does now.
    state: SigningKeyState,
    /// Whether it comes from the configuration, not from `taruvi keys rotate`.
    is_configured: bool,
    /// Since when, or from when on, it may sign; null for a configured key.
    signs_from: Option<DateTime>,
    /// Until when its tokens are accepted; null while no end is set.
    verifies_until: Option<DateTime>,
}

impl From<SigningKey> for SigningKeyNode {
    fn from(SigningKey { facts, state }: SigningKey) -> Self {
        let time = |at: Option<i64>| {
            at.and_then(|at| ChronoDateTime::from_timestamp(at, 0)).map(Into::into)
        };
        Self {
            kid: facts.kid,
            algorithm: facts.algorithm,
            state: match state {
                KeyState::Next => SigningKeyState::Next,
                KeyState::Signing => SigningKeyState::Signing,
                KeyState::Verifying => SigningKeyState::Verifying,
                KeyState::Retired => SigningKeyState::Retired,
            },
            is_configured: facts.is_configured,
            signs_from: time(facts.signs_from),
            verifies_until: time(facts.verifies_until),
        }
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "SigningKeyQuery")]
impl Query {
    /// The keys that sign access tokens, and those that did. Platform administrators only;
    /// `taruvi keys rotate` makes a new one.
    async fn signing_keys(&self, ctx: &Context<'_>) -> Result<Vec<SigningKeyNode>> {
        Ok(service::list(ctx.app()).await?.into_iter().map(Into::into).collect())
    }
}
