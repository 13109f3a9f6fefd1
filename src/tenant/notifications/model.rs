//! Rows of `notifications` and `notification_preferences`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;
use uuid::Uuid;

use crate::base::ids::UserId;
use crate::db::schema::tenant::{notification_preferences, notifications};

crate::id!(/** A notification. */ NotificationId, "notification");

crate::column_enum! {
    /// What a notification is about.
    #[derive(Default)]
    NotificationKind: Text as &'static str {
        /// Something was assigned to the user.
        Assignment = "assignment",
        /// Something is in another stage.
        Stage = "stage",
        /// Something should have been done by now.
        Overdue = "overdue",
        /// The user was mentioned.
        Mention = "mention",
        /// Anything else.
        #[default]
        Other = "other",
    }
}

/// A notification as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = notifications)]
pub struct Notification {
    pub id: NotificationId,
    pub user_id: UserId,
    pub kind: NotificationKind,
    pub title: String,
    pub body: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub read_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// A notification to be added: one user is told of one event by one handler once.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = notifications)]
pub struct NewNotification {
    pub id: NotificationId,
    pub user_id: UserId,
    pub kind: NotificationKind,
    pub title: String,
    pub body: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub event_seq: i64,
    pub handler_id: Uuid,
    pub created_at: DateTime<Utc>,
}

/// What the record says of a notification: not its words.
#[derive(Debug, Serialize)]
pub struct Recorded {
    pub user_id: UserId,
    pub kind: NotificationKind,
}

/// How a user wants to be told of one kind.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize,
)]
#[diesel(table_name = notification_preferences)]
pub struct NotificationPreference {
    pub user_id: UserId,
    pub kind: NotificationKind,
    pub in_app: bool,
    pub email: bool,
}

impl NotificationPreference {
    /// Of who has said nothing.
    pub const fn unsaid(user_id: UserId, kind: NotificationKind) -> Self {
        Self { user_id, kind, in_app: true, email: true }
    }
}
