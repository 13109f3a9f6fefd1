//! Queries on `sessions` and `refresh_tokens`. No rules here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::base::ids::UserId;
use crate::ctx::Origin;
use crate::db::schema::tenant::{refresh_tokens as tokens, sessions};
use crate::db::{TenantConn, TenantTx};

pub async fn insert(
    tx: &TenantTx,
    id: Uuid,
    user: UserId,
    origin: &Origin,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::user_id.eq(user),
            sessions::created_at.eq(now),
            sessions::last_used_at.eq(now),
            sessions::expires_at.eq(expires_at),
            sessions::ip.eq(origin.ip.map(|ip| ip.to_string())),
            sessions::user_agent.eq(&origin.user_agent),
        ))
        .execute(&mut conn)
        .await
}

pub async fn insert_token(
    tx: &TenantTx,
    hash: &[u8],
    session: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(tokens::table)
        .values((
            tokens::hash.eq(hash),
            tokens::session_id.eq(session),
            tokens::created_at.eq(now),
            tokens::expires_at.eq(expires_at),
        ))
        .execute(&mut conn)
        .await
}

/// Uses a token up, if it is good: its session. One statement, so that of two uses one wins.
pub async fn use_token(
    tx: &TenantTx,
    hash: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<Option<Uuid>> {
    let mut conn: &TenantConn = tx;
    let live = sessions::table.filter(sessions::revoked_at.is_null()).select(sessions::id);
    diesel::update(tokens::table.find(hash))
        .filter(tokens::used_at.is_null().and(tokens::expires_at.gt(now)))
        .filter(tokens::session_id.eq_any(live))
        .set(tokens::used_at.eq(now))
        .returning(tokens::session_id)
        .get_result(&mut conn)
        .await
        .optional()
}

/// The session of a token, and whether the token was used before.
pub async fn of_token(mut conn: &TenantConn, hash: &[u8]) -> QueryResult<Option<(Uuid, bool)>> {
    tokens::table
        .find(hash)
        .select((tokens::session_id, tokens::used_at.is_not_null()))
        .first(&mut conn)
        .await
        .optional()
}

/// Notes a use of the session: its user.
pub async fn touch(
    tx: &TenantTx,
    id: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<UserId> {
    let mut conn: &TenantConn = tx;
    diesel::update(sessions::table.find(id))
        .set((sessions::last_used_at.eq(now), sessions::expires_at.eq(expires_at)))
        .returning(sessions::user_id)
        .get_result(&mut conn)
        .await
}

pub async fn revoke(tx: &TenantTx, id: Uuid, now: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(sessions::table.find(id))
        .filter(sessions::revoked_at.is_null())
        .set(sessions::revoked_at.eq(now))
        .execute(&mut conn)
        .await
}

pub async fn revoke_all(tx: &TenantTx, user: UserId, now: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(sessions::table.filter(sessions::user_id.eq(user)))
        .filter(sessions::revoked_at.is_null())
        .set(sessions::revoked_at.eq(now))
        .execute(&mut conn)
        .await
}
