//! Queries on `event_handlers`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::columns::ROWS;
use super::model::{EventHandler, EventHandlerId, HandlerPatch, NewHandler};
use crate::base::ids::UserId;
use crate::db::schema::tenant::event_handlers;
use crate::db::{Predicate, TenantConn, TenantTx};

crate::stored! { event_handlers: EventHandler, EventHandlerId, ROWS, live: Predicate::True }
crate::updated! { event_handlers: EventHandler, HandlerPatch, live: Predicate::True }
crate::listed_alone! { event_handlers: EventHandler, live: Predicate::True }

pub async fn insert(
    tx: &TenantTx,
    new: &NewHandler,
    config: &str,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<EventHandler> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(event_handlers::table)
        .values((
            event_handlers::id.eq(EventHandlerId::generate()),
            event_handlers::name.eq(&new.name),
            event_handlers::event_type.eq(&new.event_type),
            event_handlers::kind.eq(new.kind),
            event_handlers::config.eq(config),
            event_handlers::is_enabled.eq(new.is_enabled),
            event_handlers::is_paused.eq(false),
            event_handlers::created_at.eq(now),
            event_handlers::updated_at.eq(now),
            event_handlers::created_by.eq(by),
            event_handlers::updated_by.eq(by),
        ))
        .returning(EventHandler::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn delete(tx: &TenantTx, id: EventHandlerId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(event_handlers::table.find(id)).execute(&mut conn).await
}

/// Those that are to handle what happens.
pub async fn enabled(mut conn: &TenantConn) -> QueryResult<Vec<EventHandler>> {
    event_handlers::table
        .filter(event_handlers::is_enabled)
        .order(event_handlers::id)
        .select(EventHandler::as_select())
        .load(&mut conn)
        .await
}
