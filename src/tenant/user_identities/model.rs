//! Rows of `user_identities`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::ids::UserId;
use crate::db::schema::tenant::user_identities;
use crate::tenant::identity_providers::IdentityProviderId;

crate::id!(/** An account's identity at a provider. */ UserIdentityId, "user_identity");

/// Subjects are not longer (OpenID Connect Core, section 2).
pub const MAX_SUBJECT: usize = 255;

/// An identity as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = user_identities)]
pub struct UserIdentity {
    pub id: UserIdentityId,
    pub provider_id: IdentityProviderId,
    pub subject: String,
    pub user_id: UserId,
    /// As the provider last told it.
    pub email: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

/// An identity, and the name of its provider.
#[derive(Debug, Clone, Queryable)]
pub struct Identity {
    pub identity: UserIdentity,
    pub provider: String,
}
