//! Who is calling: signing keys, access tokens, refresh tokens, passwords, what other providers say;
//! and the server's secret.
//! Reads no table, and does not decide what a caller may do.

pub mod api_key;
pub mod cookies;
pub mod keys;
pub mod oidc;
pub mod once;
pub mod password;
pub mod refresh;
pub mod seal;
pub mod tokens;
pub mod totp;
pub mod vault;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::AppError;

/// Which of the two kinds of account somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Realm {
    /// A user of one tenant.
    Tenant,
    /// An operator of the whole installation.
    Platform,
}

/// What a verified access token says about its bearer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub realm: Realm,
    /// Always there in the realm of tenants, never in the realm of the platform.
    pub tenant: Option<Uuid>,
    pub subject: Uuid,
    /// The session (family of refresh tokens) this token belongs to.
    pub session: Uuid,
    /// Unix seconds; sockets close then.
    pub expires_at: i64,
    /// Who acts in the subject's place (RFC 8693, 4.1).
    pub actor: Option<Uuid>,
    /// What a program may use it for, when an API key was exchanged for it: then `session` is that
    /// key. `None` for a person's token.
    pub client: Option<Box<str>>,
}

/// The credentials do not hold. The caller is never told why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the credentials do not hold")]
pub struct Refused(Reason);

/// Why credentials were refused: for the security log only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The Authorization header is not one bearer token.
    Authorization,
    TooLong,
    /// Not three parts of base64url.
    Shape,
    /// A header we would not write: unknown members, none where one is needed, another type.
    Header,
    UnknownKey,
    /// Not the one algorithm of the key.
    Algorithm,
    Signature,
    /// A claim is missing, twice there, or of the wrong type.
    Claims,
    /// A refresh token or something else, not an access token.
    Use,
    Issuer,
    Audience,
    /// No tenant where one is needed, or one where none may be.
    Tenant,
    /// Issued in the future, or for longer than we issue.
    Lifetime,
    NotYetValid,
    Expired,
    /// Not of the shape of a refresh token.
    RefreshToken,
    /// Not of the shape of an API key, or of none that holds here.
    ApiKey,
}

impl Refused {
    /// For the security log; never part of an answer.
    pub const fn reason(self) -> Reason {
        self.0
    }
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Self(reason)
    }
}

impl From<Refused> for AppError {
    fn from(_: Refused) -> Self {
        Self::Unauthenticated("the credentials do not hold")
    }
}
