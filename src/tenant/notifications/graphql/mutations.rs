//! Changes of notifications in the API.

use async_graphql::{Context, InputObject, Object};

use super::super::{NotificationId, NotificationKind, service};
use super::PreferenceNode;
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `notificationMarkRead` answers.
    NotificationMarkReadPayload {
        /// How many you had not read before.
        read_count: i32,
    }
}
crate::payload! {
    /// What `notificationMarkAllRead` answers.
    NotificationMarkAllReadPayload {
        /// How many you had not read before.
        read_count: i32,
    }
}
crate::payload! {
    /// What `notificationPreferenceSet` answers.
    NotificationPreferenceSetPayload {
        /// How you are told from now on.
        preference: PreferenceNode,
    }
}

/// How to tell you of one kind.
#[derive(InputObject)]
pub struct NotificationPreferenceSetInput {
    /// Which kind.
    kind: NotificationKind,
    /// Whether in the application.
    in_app: bool,
    /// Whether by mail.
    email: bool,
}

fn counted(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "NotificationMutation")]
impl Mutation {
    /// Marks notifications of yours read. Doing it twice is no mistake.
    async fn notification_mark_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones, at most 100.")] ids: Vec<NotificationId>,
    ) -> Result<NotificationMarkReadPayload> {
        let read = service::read(ctx.app(), Some(ids)).await;
        NotificationMarkReadPayload::from(read.map(counted))
    }

    /// Marks all notifications of yours read.
    async fn notification_mark_all_read(
        &self,
        ctx: &Context<'_>,
    ) -> Result<NotificationMarkAllReadPayload> {
        let read = service::read(ctx.app(), None).await;
        NotificationMarkAllReadPayload::from(read.map(counted))
    }

    /// Says how you want to be told of one kind. Without it: in the application and by mail.
    async fn notification_preference_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which kind, and how.")] input: NotificationPreferenceSetInput,
    ) -> Result<NotificationPreferenceSetPayload> {
        let set = service::prefer(ctx.app(), input.kind, input.in_app, input.email).await;
        NotificationPreferenceSetPayload::from(set.map(PreferenceNode::from))
    }
}
