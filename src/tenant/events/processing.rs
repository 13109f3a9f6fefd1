//! What is done about events: who handles which, one after the other, each once.
//!
//! A pass finds out who handles what has happened, then does what is due. What a handler does in
//! this database commits together with the word that it is done, so that it is done exactly once.
//! What it does outside comes first, so that it is done at least once.

use chrono::{DateTime, TimeDelta, Utc};

use super::effects;
use super::model::{Delivery, DeliveryStatus};
use super::store;
use crate::audit::{self, Recorded};
use crate::ctx::Ctx;
use crate::db::TenantConn;
use crate::error::{AppError, Result};
use crate::events::Event;
use crate::tenant::TRACKED;
use crate::tenant::event_handlers::{self, EventHandler, EventHandlerId, EventHandlerKind};
use crate::tenant::{notifications, webhooks};

/// Rows looked at in one transaction.
const ROWS: i64 = 200;
/// Deliveries of one pass.
const DELIVERIES: i64 = 50;
/// An attempt outside that has not ended after this long is given up for lost.
const LEASE: TimeDelta = TimeDelta::seconds(120);
/// Looking for what is too old costs something, so it is done once in so many rows.
const PRUNE_EVERY: i64 = 500;

/// What is left after a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// There is more to do at once.
    More,
    /// There is something to do at this time.
    At(DateTime<Utc>),
    /// There is nothing to do until something happens.
    Nothing,
    /// Events are not handled here until somebody says so.
    Paused,
}

/// One pass in the tenant of `ctx`. `anew` makes a context for the work on one event, of which it is
/// told the correlation id.
pub async fn pass(ctx: &Ctx, anew: impl Fn(&str) -> Ctx) -> Result<Left> {
    let dispatched = dispatch(ctx).await?;
    if dispatched == Some(Left::Paused) {
        return Ok(Left::Paused);
    }
    let handlers = event_handlers::service::enabled(&*ctx.read().await?).await?;
    let active: Vec<EventHandlerId> =
        handlers.iter().filter(|handler| !handler.is_paused).map(|handler| handler.id).collect();
    let due = store::due(&*ctx.read().await?, &active, ctx.now, DELIVERIES).await?;
    // The connection goes back: every delivery takes its own.
    ctx.release().await;
    for delivery in &due {
        if let Some(handler) = handlers.iter().find(|handler| handler.id == delivery.handler_id) {
            deliver(ctx, &anew, handler, delivery).await?;
        }
    }
    // What waited for one of these may be due now.
    if dispatched == Some(Left::More) || !due.is_empty() {
        return Ok(Left::More);
    }
    let next = store::next_due(&*ctx.read().await?, &active, ctx.now).await?;
    Ok(next.map_or(Left::Nothing, Left::At))
}

/// Finds out who handles what has happened. `None` when another worker does.
async fn dispatch(ctx: &Ctx) -> Result<Option<Left>> {
    ctx.write(async |tx| {
        let Some(cursor) = store::lock_cursor(tx).await? else { return Ok(None) };
        if cursor.is_paused {
            return Ok(Some(Left::Paused));
        }
        let rows = audit::behind(tx, cursor.seq, ROWS).await?;
        let Some(last) = rows.last().map(|row| row.seq) else { return Ok(Some(Left::Nothing)) };
        let handlers = event_handlers::service::enabled(tx).await?;
        let more = rows.len() as i64 == ROWS;
        let events: Vec<Event> = rows.into_iter().filter_map(event_of).collect();
        let new = wanted(&events, &handlers, ctx.now)?;
        if !new.is_empty() {
            store::begin(tx, &new).await?;
        }
        webhooks::outbox::tell(ctx, tx, &events).await?;
        store::move_cursor(tx, last).await?;
        if last / PRUNE_EVERY != cursor.seq / PRUNE_EVERY {
            let days = |days: u32| ctx.now - TimeDelta::days(i64::from(days));
            let settings = &ctx.app.config.worker;
            store::prune(tx, days(settings.delivery_days)).await?;
            webhooks::sending::prune(tx, days(settings.delivery_days)).await?;
            notifications::service::prune(tx, days(settings.notification_days)).await?;
        }
        Ok(Some(if more { Left::More } else { Left::Nothing }))
    })
    .await
}

/// Which handlers want which events.
pub(super) fn wanted(
    events: &[Event],
    handlers: &[EventHandler],
    now: DateTime<Utc>,
) -> Result<Vec<Delivery>> {
    let mut new = vec![];
    let mut known = vec![];
    for handler in handlers {
        known.push((handler.id, handler.pattern()?, handler.config()?));
    }
    for event in events {
        for (id, pattern, config) in &known {
            if pattern.matches(event) && config.applies_to(event) {
                new.push(Delivery::new(event.seq, *id, event.object, now));
            }
        }
    }
    Ok(new)
}

pub(super) fn event_of(row: Recorded) -> Option<Event> {
    let tracked = TRACKED.iter().find(|tracked| tracked.kind() == row.object_kind)?;
    Some(Event::about(tracked, row))
}

/// Lets the handler do its work, and notes how that went.
async fn deliver(
    ctx: &Ctx,
    anew: impl Fn(&str) -> Ctx,
    handler: &EventHandler,
    delivery: &Delivery,
) -> Result<()> {
    let found = record_of(&*ctx.read().await?, delivery.seq).await?;
    ctx.release().await;
    let Some(event) = found.and_then(event_of) else {
        let gone = counted(delivery).failed("the event is gone", ctx.now, 0.0);
        return note(ctx, delivery.attempts, gone).await;
    };
    let ctx = anew(&event.correlation_id);
    let done = match handler.kind {
        EventHandlerKind::Notification | EventHandlerKind::Webhook | EventHandlerKind::Task => {
            inside(&ctx, handler, delivery, &event).await
        }
        EventHandlerKind::Email => outside(&ctx, handler, delivery, &event).await,
    };
    let Err(Failed { attempts, error }) = done else { return Ok(()) };
    let failed = Delivery { attempts, ..delivery.clone() };
    let failed = if attempts == delivery.attempts { counted(&failed) } else { failed };
    let why = explained(&error);
    tracing::warn!(
        handler = %handler.id,
        seq = delivery.seq,
        attempts = failed.attempts,
        error = why,
        "a handler of events failed"
    );
    note(&ctx, attempts, failed.failed(&why, ctx.now, rand::random())).await
}

/// An attempt that failed, and how many were counted until then.
struct Failed {
    attempts: i32,
    error: AppError,
}

/// Work in this database: one transaction with the word that it is done.
async fn inside(
    ctx: &Ctx,
    handler: &EventHandler,
    delivery: &Delivery,
    event: &Event,
) -> std::result::Result<(), Failed> {
    let done = ctx.write(async |tx| {
        if store::lock(tx, delivery).await?.is_none() {
            return Ok(());
        }
        effects::inside(ctx, tx, handler, event).await?;
        store::set(tx, delivery.attempts, &completed(&counted(delivery), ctx)).await?;
        Ok(())
    });
    done.await.map_err(|error| Failed { attempts: delivery.attempts, error })
}

/// Work elsewhere: begun in one transaction, ended in another.
async fn outside(
    ctx: &Ctx,
    handler: &EventHandler,
    delivery: &Delivery,
    event: &Event,
) -> std::result::Result<(), Failed> {
    let begun = Delivery {
        status: DeliveryStatus::Processing,
        due_at: ctx.now + LEASE,
        updated_at: ctx.now,
        ..counted(delivery)
    };
    let letters = ctx.write(async |tx| {
        if store::lock(tx, delivery).await?.is_none() {
            return Ok(None);
        }
        let letters = effects::letters(ctx, tx, handler, event).await?;
        store::set(tx, delivery.attempts, &begun).await?;
        Ok(Some(letters))
    });
    let letters = letters.await;
    let letters = letters.map_err(|error| Failed { attempts: delivery.attempts, error })?;
    let Some(letters) = letters else { return Ok(()) };
    ctx.release().await;
    let failed = |error| Failed { attempts: begun.attempts, error };
    for letter in letters {
        ctx.app.mail.send(letter).await.map_err(failed)?;
    }
    note(ctx, begun.attempts, completed(&begun, ctx)).await.map_err(failed)
}

async fn note(ctx: &Ctx, attempts: i32, to: Delivery) -> Result<()> {
    ctx.write(async |tx| {
        store::set(tx, attempts, &to).await?;
        Ok(())
    })
    .await
}

/// One attempt more.
fn counted(delivery: &Delivery) -> Delivery {
    Delivery { attempts: delivery.attempts + 1, ..delivery.clone() }
}

fn completed(attempt: &Delivery, ctx: &Ctx) -> Delivery {
    Delivery {
        status: DeliveryStatus::Completed,
        last_error: None,
        updated_at: ctx.now,
        ..attempt.clone()
    }
}

/// What went wrong, for those who look after handlers.
fn explained(error: &AppError) -> String {
    match error {
        AppError::Invalid(invalid) => {
            invalid.0.iter().map(|fault| fault.message.clone()).collect::<Vec<_>>().join("; ")
        }
        AppError::Internal(_) => "something went wrong; the log has the details".to_owned(),
        AppError::Unavailable(source) => format!("{source:#}"),
        error => error.to_string(),
    }
}

async fn record_of(conn: &TenantConn, seq: i64) -> Result<Option<Recorded>> {
    Ok(audit::behind(conn, seq - 1, 1).await?.pop().filter(|row| row.seq == seq))
}
