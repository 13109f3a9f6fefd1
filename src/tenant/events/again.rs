//! Handling events anew, and not for the time being: for those who may change handlers.

use chrono::{DateTime, Utc};

use super::columns::{AT, ID, SEQ};
use super::model::{Cursor, Delivery, DeliveryStatus};
use super::processing::{event_of, wanted};
use super::{service, store};
use crate::audit::{self, Change};
use crate::base::page::PageArgs;
use crate::base::text;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::{Lane, Listing, Predicate, Sort, Test, Value, lane};
use crate::error::{Invalid, Problem, Result};
use crate::events::EventId;
use crate::tenant::event_handlers::service::{CHANGE, VIEW};
use crate::tenant::event_handlers::{EventHandler, EventHandlerId};

/// Events that are replayed at once.
const MAX_REPLAYED: i64 = 1_000;
const MAX_REASON: usize = 500;

/// Lets the handlers that have given up an event try again: all of them, or one. How many do.
pub async fn retry(ctx: &Ctx, id: EventId, handler: Option<EventHandlerId>) -> Result<usize> {
    ctx.require(&CHANGE)?;
    let event = service::get(ctx, id).await?;
    ctx.write(async |tx| {
        let all = store::of_events(tx, &[event.seq]).await?;
        let given_up = all.into_iter().filter(|delivery| {
            delivery.status == DeliveryStatus::Failed
                && handler.is_none_or(|handler| handler == delivery.handler_id)
        });
        let anew: Vec<Delivery> =
            given_up.map(|d| Delivery::new(d.seq, d.handler_id, d.object_id, ctx.now)).collect();
        if !anew.is_empty() {
            store::begin(tx, &anew).await?;
            ctx.audit(Change::done("event.retry", "event", id.0));
        }
        Ok(anew.len())
    })
    .await
}

/// Lets a handler handle what has happened in this time, also what it has handled before. How many
/// events these are.
pub async fn replay(
    ctx: &Ctx,
    id: EventHandlerId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<usize> {
    ctx.require(&CHANGE)?;
    ctx.write(async |tx| {
        let handler: EventHandler = ctx.locked(tx, id, &CHANGE, &VIEW).await?;
        if to <= from {
            return Err(Invalid::new(Problem::Invalid, "to", "is not after from").into());
        }
        let span = Predicate::Is(AT, Test::GreaterOrEqual, Value::Time(from)).and(Predicate::Is(
            AT,
            Test::Less,
            Value::Time(to),
        ));
        let sort = Sort { column: SEQ, descending: false };
        let whole = Listing::new(span.clone(), vec![sort], ID, PageArgs::default().window()?)?;
        if audit::count(tx, &whole).await? > MAX_REPLAYED {
            let why = format!("holds more than {MAX_REPLAYED} changes; replay them bit by bit");
            return Err(Invalid::new(Problem::TooLong, "to", why).into());
        }
        let rows = audit::between(tx, from, to).await?;
        let events: Vec<_> = rows.into_iter().filter_map(event_of).collect();
        let anew = wanted(&events, &[handler], ctx.now)?;
        if !anew.is_empty() {
            store::begin(tx, &anew).await?;
        }
        ctx.audit(Change::done("event_handler.replay", "event_handler", id));
        Ok(anew.len())
    })
    .await
}

/// Whether events are handled here.
pub async fn state(ctx: &Ctx) -> Result<Cursor> {
    ctx.require(&VIEW)?;
    Ok(store::cursor(&*ctx.read().await?).await?)
}

/// Stops handling the tenant's events, or goes on. Nothing is lost meanwhile.
pub async fn pause(ctx: &Ctx, is_paused: bool, reason: &str) -> Result<Cursor> {
    ctx.require(&CHANGE)?;
    check_reason(is_paused, reason)?;
    let tenant = ctx.tenant()?.id;
    ctx.write(async |tx| {
        store::pause(tx, is_paused, reason).await?;
        // Those who handle events are told by the entry below.
        lane::note_backlog(tx, Lane::Webhooks).await?;
        ctx.wake(Wake::Work);
        let verb = if is_paused { "event_processing.pause" } else { "event_processing.resume" };
        ctx.audit(Change::done(verb, "tenant", tenant));
        Ok(store::cursor(tx).await?)
    })
    .await
}

/// Whoever pauses says why.
pub fn check_reason(is_paused: bool, reason: &str) -> Result<()> {
    let mut invalid = Invalid::default();
    if is_paused {
        text::line(&mut invalid, "reason", reason, MAX_REASON);
    }
    invalid.finish()
}
