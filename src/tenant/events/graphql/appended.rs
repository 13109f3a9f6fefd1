//! Events as they happen, in the API.

use async_graphql::{Context, InputObject, SimpleObject};

use super::EventNode;
use crate::events::EventId;
use crate::graphql::live::{Told, follow};
use crate::graphql::{CtxExt, Result};
use crate::live::{Interest, cursor};
use crate::tenant::TRACKED;
use crate::tenant::changes::{matches, patterns};
use crate::tenant::events::service;

/// Something happened.
#[derive(SimpleObject)]
pub struct EventAppended {
    /// Its place among all that happens in the tenant: pass it as `after` to go on behind it.
    cursor: String,
    /// What happened, when, and who did it.
    event: EventNode,
}

/// Of which events to hear.
#[derive(Default, InputObject)]
pub struct EventAppendedFilter {
    /// Events that one of these patterns matches, at most 20 of them, such as `Client.*` or
    /// `Task.status.UPDATE`.
    event_types: Option<Vec<String>>,
}

#[derive(Default)]
pub struct Subscription;

#[async_graphql::Subscription(name = "EventSubscription")]
impl Subscription {
    /// Tells of each event about something that you may see, in the order in which they happened.
    async fn event_appended(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which events; all that you may see when left out.")] filter: Option<
            EventAppendedFilter,
        >,
        #[graphql(desc = "Events behind this cursor first; otherwise those from now on.")]
        after: Option<String>,
    ) -> Result<Told<EventAppended>> {
        let app = ctx.app();
        service::seen(app)?;
        let patterns = patterns(filter.unwrap_or_default().event_types.as_deref())?;
        let all = || {
            let kinds = TRACKED.iter().map(|tracked| tracked.kind()).collect();
            Ok(Interest { kinds, objects: None, names: None })
        };
        follow(ctx, after.as_deref(), all, async |row| {
            let event = service::visible(app, EventId(row.id.0)).await?;
            let event = event.filter(|event| matches(patterns.as_deref(), event));
            let cursor = cursor(app.tenant()?.id.0, row.seq);
            Ok(event.map(|event| EventAppended { cursor, event: event.into() }))
        })
        .await
    }
}
