//! Rows of `account_tokens`.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use crate::auth::once::Purpose;
use crate::base::ids::UserId;
use crate::db::schema::tenant::account_tokens;

/// How long a link holds.
pub const LIFETIME: TimeDelta = TimeDelta::hours(1);
/// The shortest time between two mails to one person for the same thing, so that nobody's mailbox
/// is filled by others.
pub const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// A token to be kept until it is used.
#[derive(Insertable)]
#[diesel(table_name = account_tokens)]
pub struct NewToken<'a> {
    pub hash: &'a [u8],
    pub user_id: UserId,
    pub purpose: &'static str,
    /// Where the mail goes.
    pub email: &'a str,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// As the column holds it.
pub const fn stored(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::PasswordReset => "password_reset",
        Purpose::EmailChange => "email_change",
        Purpose::Invitation => "invitation",
        Purpose::SignIn => "sign_in",
        Purpose::ProviderState => "provider_state",
        Purpose::ProviderBinding => "provider_binding",
    }
}
