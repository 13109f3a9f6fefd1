//! Queries on `sessions` and `refresh_tokens`. No rules here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{Session, SessionId};
use crate::base::ids::UserId;
use crate::db::schema::tenant::{refresh_tokens, sessions};
use crate::db::{TenantConn, TenantTx};

crate::session_store!(Sessions: TenantTx, TenantConn; sessions, refresh_tokens; user_id: UserId);

/// The user's sessions that have not ended, the last used first.
pub async fn live(
    mut conn: &TenantConn,
    user: UserId,
    now: DateTime<Utc>,
    limit: i64,
) -> QueryResult<Vec<Session>> {
    sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(now)))
        .order((sessions::last_used_at.desc(), sessions::id.desc()))
        .limit(limit)
        .select(Session::as_select())
        .load(&mut conn)
        .await
}

/// Ends one session of the user, if it has not ended.
pub async fn revoke_one(
    tx: &TenantTx,
    user: UserId,
    id: SessionId,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(sessions::table.filter(sessions::user_id.eq(user).and(sessions::id.eq(id))))
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(now)))
        .set(sessions::revoked_at.eq(now))
        .execute(&mut conn)
        .await
}

/// Ends the user's sessions, but for the one to keep.
pub async fn revoke_all(
    tx: &TenantTx,
    user: UserId,
    keep: Option<SessionId>,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(sessions::table.filter(sessions::user_id.eq(user)))
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(now)))
        .filter(sessions::id.nullable().is_distinct_from(keep))
        .set(sessions::revoked_at.eq(now))
        .execute(&mut conn)
        .await
}
