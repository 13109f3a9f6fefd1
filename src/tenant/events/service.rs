//! Who may see which events.

use super::columns::{ID, OBJECT_ID, SEQ, of_kind};
use super::store;
use crate::audit::{self, Recorded};
use crate::base::page::PageArgs;
use crate::ctx::Ctx;
use crate::db::{Listing, Page, Predicate, Sort, TenantConn, Value};
use crate::error::{AppError, Result};
use crate::events::{Event, EventId, Tracked};
use crate::tenant::TRACKED;

/// The event, if the caller may see what it is about.
pub async fn get(ctx: &Ctx, id: EventId) -> Result<Event> {
    visible(ctx, id).await?.ok_or(AppError::NotFound("event"))
}

/// The event; `None` when the caller may not see what it is about.
pub async fn visible(ctx: &Ctx, id: EventId) -> Result<Option<Event>> {
    let only = Predicate::equal(ID, Value::Id(id.0));
    let sort = Sort { column: SEQ, descending: true };
    let listing = Listing::new(only, vec![sort], ID, PageArgs::default().window()?)?;
    Ok(list(ctx, listing, false).await?.rows.pop())
}

/// A page of events.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Event>> {
    let listing = listing.within(seen(ctx)?);
    let conn = ctx.read().await?;
    let rows = audit::page(&conn, &listing);
    let total =
        async { if total { audit::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    // All of them are events, since the caller sees no others.
    let events = rows.into_iter().filter_map(|row| {
        let tracked = TRACKED.iter().find(|t| t.kind() == row.object_kind)?;
        Some(shown(ctx, tracked, row))
    });
    let events = events.collect();
    Ok(listing.page(events, total))
}

/// A row about an entity that the caller sees, as the event that they may see.
pub fn shown(ctx: &Ctx, tracked: &Tracked, row: Recorded) -> Event {
    let event = Event::about(tracked, row);
    match tracked.guarded {
        Some((columns, permission)) if !ctx.holds(permission) => event.without(columns),
        _ => event,
    }
}

/// Events about what the caller may see. What is in the trash can be told of as before. Who may see
/// nothing that has events is refused.
pub fn seen(ctx: &Ctx) -> Result<Predicate> {
    let (mut any, mut refused) = (vec![], None);
    for tracked in TRACKED {
        match ctx.reach(tracked.view) {
            Ok(reach) if reach.is_all() => any.push(of_kind(tracked.kind())),
            Ok(reach) => {
                let which = reach.predicate(tracked.rows);
                let among = Predicate::Through(OBJECT_ID, tracked.rows.id, Box::new(which));
                any.push(of_kind(tracked.kind()).and(among));
            }
            Err(e) => refused = Some(e),
        }
    }
    match refused {
        Some(refused) if any.is_empty() => Err(refused),
        _ => Ok(Predicate::Any(any)),
    }
}

/// Whether nothing is to be done about events for the time being.
pub async fn is_paused(conn: &TenantConn) -> Result<bool> {
    Ok(store::cursor(conn).await?.is_paused)
}
