//! Queries on `signing_keys`. No rules here.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;

use super::model::Row;
use crate::db::schema::platform::signing_keys as keys;
use crate::db::{PlatformConn, PlatformTx};

#[diesel::declare_sql_function]
extern "SQL" {
    fn pg_advisory_xact_lock(key: BigInt) -> diesel::sql_types::Bool;
}

/// An arbitrary number that only rotations use.
const LOCK: i64 = 0x7369_676e_6b65;

/// Of the transactions that ask for this, one at a time goes on.
pub async fn one_at_a_time(tx: &PlatformTx) -> QueryResult<()> {
    let mut conn: &PlatformConn = tx;
    diesel::select(pg_advisory_xact_lock(LOCK)).execute(&mut conn).await?;
    Ok(())
}

pub async fn all(mut conn: &PlatformConn) -> QueryResult<Vec<Row>> {
    keys::table.order((keys::created_at, keys::kid)).select(Row::as_select()).load(&mut conn).await
}

pub async fn insert(tx: &PlatformTx, row: &Row) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::insert_into(keys::table).values(row).execute(&mut conn).await
}

/// Sets a key's end; one that is configured gets a row for it.
pub async fn end(tx: &PlatformTx, end: &Row) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::insert_into(keys::table)
        .values(end)
        .on_conflict(keys::kid)
        .do_update()
        .set(keys::verifies_until.eq(end.verifies_until))
        .execute(&mut conn)
        .await
}

/// Throws the private parts of keys away that have had their time.
pub async fn forget_ended(tx: &PlatformTx, now: i64) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::update(keys::table.filter(keys::verifies_until.le(now).and(keys::sealed.is_not_null())))
        .set(keys::sealed.eq(None::<Vec<u8>>))
        .execute(&mut conn)
        .await
}
