//! Queries on `event_backlog` and `event_processing`. What adds to the backlog is in `db::chain`.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{Processing, Taken};
use crate::authz::OperatorId;
use crate::db::schema::platform::{event_backlog as backlog, event_processing};
use crate::db::{Lane, PlatformConn, PlatformTx};

/// A tenant with something to do by now, which no other worker is about to take.
pub async fn due(tx: &PlatformTx, lane: Lane, now: DateTime<Utc>) -> QueryResult<Option<Taken>> {
    let mut conn: &PlatformConn = tx;
    backlog::table
        .filter(backlog::lane.eq(lane))
        .filter(backlog::due_at.is_null().or(backlog::due_at.le(now)))
        .order(backlog::due_at.asc().nulls_first())
        .select(Taken::as_select())
        .for_update()
        .skip_locked()
        .first(&mut conn)
        .await
        .optional()
}

/// When the next tenant has something to do.
pub async fn next_due(mut conn: &PlatformConn, lane: Lane) -> QueryResult<Option<DateTime<Utc>>> {
    let times = backlog::table
        .filter(backlog::lane.eq(lane).and(backlog::due_at.is_not_null()))
        .order(backlog::due_at);
    let first: Option<Option<_>> =
        times.select(backlog::due_at).first(&mut conn).await.optional()?;
    Ok(first.flatten())
}

/// Says when there is something to do again, unless something has happened since.
pub async fn postpone(tx: &PlatformTx, taken: Taken, until: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::update(
        backlog::table.find((taken.tenant, taken.lane)).filter(backlog::mark.eq(taken.mark)),
    )
    .set(backlog::due_at.eq(until))
    .execute(&mut conn)
    .await
}

/// Says that there is nothing to do, unless something has happened since.
pub async fn done(tx: &PlatformTx, taken: Taken) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::delete(
        backlog::table.find((taken.tenant, taken.lane)).filter(backlog::mark.eq(taken.mark)),
    )
    .execute(&mut conn)
    .await
}

/// How many tenants have events to handle, or wait for a time.
pub async fn count(mut conn: &PlatformConn) -> QueryResult<i64> {
    backlog::table
        .filter(backlog::lane.eq(Lane::Events))
        .select(count_star())
        .first(&mut conn)
        .await
}

pub async fn processing(mut conn: &PlatformConn) -> QueryResult<Processing> {
    event_processing::table.select(Processing::as_select()).first(&mut conn).await
}

pub async fn set_processing(
    tx: &PlatformTx,
    is_paused: bool,
    reason: &str,
    by: Option<OperatorId>,
    now: DateTime<Utc>,
) -> QueryResult<Processing> {
    let mut conn: &PlatformConn = tx;
    diesel::update(event_processing::table)
        .set((
            event_processing::is_paused.eq(is_paused),
            event_processing::reason.eq(reason),
            event_processing::changed_at.eq(now),
            event_processing::changed_by.eq(by),
        ))
        .returning(Processing::as_returning())
        .get_result(&mut conn)
        .await
}
