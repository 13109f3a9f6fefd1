//! Notifications as they come, in the API.

use async_graphql::{Context, SimpleObject};

use super::super::{NotificationId, service};
use super::NotificationNode;
use crate::graphql::live::{Told, follow};
use crate::graphql::{CtxExt, Result};
use crate::live::{Interest, cursor};

/// You were told something.
#[derive(SimpleObject)]
pub struct NotificationReceived {
    /// Its place among all that happens in the tenant: pass it as `after` to go on behind it.
    cursor: String,
    /// What you were told.
    notification: NotificationNode,
    /// How many you have not read, this one among them.
    unread_count: i32,
}

#[derive(Default)]
pub struct Subscription;

#[async_graphql::Subscription(name = "NotificationSubscription")]
impl Subscription {
    /// Tells of each notification that you get.
    async fn notification_received(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those behind this cursor first; otherwise those from now on.")]
        after: Option<String>,
    ) -> Result<Told<NotificationReceived>> {
        let app = ctx.app();
        let user = service::owner(app)?;
        let own = || {
            let kinds = vec![NotificationId::PREFIX];
            Ok(Interest { kinds, objects: None, names: Some(user.to_string()) })
        };
        follow(ctx, after.as_deref(), own, async |row| {
            let Some(found) = service::get(app, NotificationId(row.object_id)).await? else {
                return Ok(None);
            };
            let cursor = cursor(app.tenant()?.id.0, row.seq);
            let unread_count = i32::try_from(service::unread(app).await?).unwrap_or(i32::MAX);
            Ok(Some(NotificationReceived { cursor, notification: found.into(), unread_count }))
        })
        .await
    }
}
