//! Queries on `event_cursor` and `event_deliveries`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;

use super::model::{Cursor, Delivery, DeliveryStatus};
use crate::db::schema::tenant::{event_cursor, event_deliveries as deliveries};
use crate::db::{TenantConn, TenantTx};
use crate::tenant::event_handlers::EventHandlerId;

const UNFINISHED: [DeliveryStatus; 2] = [DeliveryStatus::Pending, DeliveryStatus::Processing];

/// The cursor, locked; `None` while another worker has it.
pub async fn lock_cursor(tx: &TenantTx) -> QueryResult<Option<Cursor>> {
    let mut conn: &TenantConn = tx;
    event_cursor::table
        .select((event_cursor::seq, event_cursor::is_paused, event_cursor::pause_reason))
        .for_update()
        .skip_locked()
        .first(&mut conn)
        .await
        .optional()
}

pub async fn cursor(mut conn: &TenantConn) -> QueryResult<Cursor> {
    event_cursor::table
        .select((event_cursor::seq, event_cursor::is_paused, event_cursor::pause_reason))
        .first(&mut conn)
        .await
}

pub async fn move_cursor(tx: &TenantTx, seq: i64) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(event_cursor::table).set(event_cursor::seq.eq(seq)).execute(&mut conn).await
}

/// Stops handling events, or goes on.
pub async fn pause(tx: &TenantTx, is_paused: bool, reason: &str) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(event_cursor::table)
        .set((event_cursor::is_paused.eq(is_paused), event_cursor::pause_reason.eq(reason)))
        .execute(&mut conn)
        .await
}

/// Adds deliveries; those that are there begin anew.
pub async fn begin(tx: &TenantTx, new: &[Delivery]) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(deliveries::table)
        .values(new)
        .on_conflict((deliveries::seq, deliveries::handler_id))
        .do_update()
        .set((
            deliveries::status.eq(excluded(deliveries::status)),
            deliveries::attempts.eq(excluded(deliveries::attempts)),
            deliveries::due_at.eq(excluded(deliveries::due_at)),
            deliveries::updated_at.eq(excluded(deliveries::updated_at)),
        ))
        .execute(&mut conn)
        .await
}

/// What these handlers have to do by now, the earliest first. Of what concerns one object, a
/// handler does one thing after the other.
pub async fn due(
    mut conn: &TenantConn,
    handlers: &[EventHandlerId],
    now: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<Delivery>> {
    let earlier = diesel::alias!(deliveries as earlier);
    let before = earlier
        .filter(earlier.field(deliveries::handler_id).eq(deliveries::handler_id))
        .filter(earlier.field(deliveries::object_id).eq(deliveries::object_id))
        .filter(earlier.field(deliveries::seq).lt(deliveries::seq))
        .filter(earlier.field(deliveries::status).eq_any(UNFINISHED));
    deliveries::table
        .filter(deliveries::status.eq_any(UNFINISHED).and(deliveries::due_at.le(now)))
        .filter(deliveries::handler_id.eq_any(handlers))
        .filter(not(exists(before)))
        .order((deliveries::seq, deliveries::handler_id))
        .limit(limit)
        .select(Delivery::as_select())
        .load(&mut conn)
        .await
}

/// When these handlers have something to do after this time.
pub async fn next_due(
    mut conn: &TenantConn,
    handlers: &[EventHandlerId],
    after: DateTime<Utc>,
) -> QueryResult<Option<DateTime<Utc>>> {
    deliveries::table
        .filter(deliveries::status.eq_any(UNFINISHED).and(deliveries::due_at.gt(after)))
        .filter(deliveries::handler_id.eq_any(handlers))
        .order(deliveries::due_at)
        .select(deliveries::due_at)
        .first(&mut conn)
        .await
        .optional()
}

/// The delivery, locked, if it is as it was seen; `None` when another worker has it.
pub async fn lock(tx: &TenantTx, seen: &Delivery) -> QueryResult<Option<Delivery>> {
    let mut conn: &TenantConn = tx;
    deliveries::table
        .find((seen.seq, seen.handler_id))
        .filter(deliveries::status.eq(seen.status))
        .filter(deliveries::attempts.eq(seen.attempts))
        .filter(deliveries::due_at.eq(seen.due_at))
        .select(Delivery::as_select())
        .for_update()
        .skip_locked()
        .first(&mut conn)
        .await
        .optional()
}

/// Says how an attempt stands, unless there was another one since `attempts` of them.
pub async fn set(tx: &TenantTx, attempts: i32, to: &Delivery) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(deliveries::table.find((to.seq, to.handler_id)))
        .filter(deliveries::attempts.eq(attempts))
        .set((
            deliveries::status.eq(to.status),
            deliveries::attempts.eq(to.attempts),
            deliveries::due_at.eq(to.due_at),
            deliveries::last_error.eq(&to.last_error),
            deliveries::updated_at.eq(to.updated_at),
        ))
        .execute(&mut conn)
        .await
}

/// All that is known of these events.
pub async fn of_events(mut conn: &TenantConn, seqs: &[i64]) -> QueryResult<Vec<Delivery>> {
    deliveries::table
        .filter(deliveries::seq.eq_any(seqs))
        .order((deliveries::seq, deliveries::handler_id))
        .select(Delivery::as_select())
        .load(&mut conn)
        .await
}

/// Throws away what was done longer ago.
pub async fn prune(tx: &TenantTx, before: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let old = deliveries::table
        .filter(deliveries::status.eq(DeliveryStatus::Completed))
        .filter(deliveries::updated_at.lt(before));
    diesel::delete(old).execute(&mut conn).await
}
