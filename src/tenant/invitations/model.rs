//! Rows of `invitations`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::authz::Role;
use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::invitations;
use crate::error::{Invalid, Result};
use crate::tenant::groups::GroupId;

crate::id!(/** An invitation. */ InvitationId, "invitation");

crate::column_enum! {
    /// Whether the mail with the invitation has gone out.
    InvitationDelivery: Text as &'static str {
        /// Not yet. If it stays so, the server was stopped meanwhile: send it again.
        Queued = "queued",
        /// The mail server has taken it.
        Sent = "sent",
        /// The mail server has not taken it: check the address and send it again.
        Failed = "failed",
    }
}

/// What has become of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum InvitationStatus {
    /// It can be accepted.
    Pending,
    /// It was not accepted in time; it can be sent again.
    Expired,
    /// The person is a user now.
    Accepted,
    /// It was taken back.
    Revoked,
}

/// An invitation as stored, without its token.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = invitations)]
pub struct Invitation {
    pub id: InvitationId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub role: Role,
    #[diesel(column_name = group_ids)]
    pub groups: Vec<GroupId>,
    pub delivery: InvitationDelivery,
    pub expires_at: DateTime<Utc>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub accepted_by: Option<UserId>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

impl Invitation {
    pub fn status(&self, now: DateTime<Utc>) -> InvitationStatus {
        if self.accepted_at.is_some() {
            InvitationStatus::Accepted
        } else if self.revoked_at.is_some() {
            InvitationStatus::Revoked
        } else if self.expires_at <= now {
            InvitationStatus::Expired
        } else {
            InvitationStatus::Pending
        }
    }
}

/// Somebody to be invited.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub role: Role,
    /// Each once.
    pub groups: Vec<GroupId>,
}

impl NewInvitation {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::email(&mut invalid, "input.email", &self.email);
        text::optional_line(&mut invalid, "input.firstName", &self.first_name, 150);
        text::optional_line(&mut invalid, "input.lastName", &self.last_name, 150);
        invalid.finish()
    }
}

/// What somebody says who accepts an invitation. `None` takes what the invitation says.
#[derive(Debug, Clone)]
pub struct Acceptance {
    pub token: String,
    pub password: String,
    pub username: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
}
