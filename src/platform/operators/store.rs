//! Queries on `operators` and their sessions. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{Credentials, NewOperator, Operator};
use crate::authz::OperatorId;
use crate::ctx::Origin;
use crate::db::schema::platform::{
    operator_refresh_tokens as tokens, operator_sessions as sessions, operators,
};
use crate::db::{PlatformConn, PlatformTx};

#[diesel::declare_sql_function]
extern "SQL" {
    fn lower(text: Text) -> Text;
}

pub async fn find(mut conn: &PlatformConn, id: OperatorId) -> QueryResult<Option<Operator>> {
    operators::table.find(id).select(Operator::as_select()).first(&mut conn).await.optional()
}

/// By address, or by user name.
pub async fn by_name(mut conn: &PlatformConn, name: &str) -> QueryResult<Option<Credentials>> {
    operators::table
        .filter(
            lower(operators::email).eq(lower(name)).or(lower(operators::username).eq(lower(name))),
        )
        .select(Credentials::as_select())
        .first(&mut conn)
        .await
        .optional()
}

pub async fn any(mut conn: &PlatformConn) -> QueryResult<bool> {
    let all = operators::table.select(operators::id);
    diesel::select(diesel::dsl::exists(all)).get_result(&mut conn).await
}

pub async fn insert(
    tx: &PlatformTx,
    new: &NewOperator,
    password_hash: &str,
    now: DateTime<Utc>,
) -> QueryResult<Operator> {
    let mut conn: &PlatformConn = tx;
    diesel::insert_into(operators::table)
        .values((
            operators::id.eq(OperatorId::generate()),
            operators::username.eq(&new.email),
            operators::email.eq(&new.email),
            operators::first_name.eq(&new.first_name),
            operators::last_name.eq(&new.last_name),
            operators::password_hash.eq(password_hash),
            operators::created_at.eq(now),
            operators::updated_at.eq(now),
        ))
        .returning(Operator::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn signed_in(
    tx: &PlatformTx,
    id: OperatorId,
    rehashed: Option<&str>,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::update(operators::table.find(id))
        .set((
            operators::last_sign_in_at.eq(now),
            rehashed.map(|hash| operators::password_hash.eq(hash)),
        ))
        .execute(&mut conn)
        .await
}

pub async fn insert_session(
    tx: &PlatformTx,
    id: Uuid,
    operator: OperatorId,
    origin: &Origin,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::operator_id.eq(operator),
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
    tx: &PlatformTx,
    hash: &[u8],
    session: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
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
    tx: &PlatformTx,
    hash: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<Option<Uuid>> {
    let mut conn: &PlatformConn = tx;
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
pub async fn of_token(mut conn: &PlatformConn, hash: &[u8]) -> QueryResult<Option<(Uuid, bool)>> {
    tokens::table
        .find(hash)
        .select((tokens::session_id, tokens::used_at.is_not_null()))
        .first(&mut conn)
        .await
        .optional()
}

/// Notes a use of the session: its operator.
pub async fn touch(
    tx: &PlatformTx,
    id: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<OperatorId> {
    let mut conn: &PlatformConn = tx;
    diesel::update(sessions::table.find(id))
        .set((sessions::last_used_at.eq(now), sessions::expires_at.eq(expires_at)))
        .returning(sessions::operator_id)
        .get_result(&mut conn)
        .await
}

pub async fn revoke(tx: &PlatformTx, id: Uuid, now: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::update(sessions::table.find(id))
        .filter(sessions::revoked_at.is_null())
        .set(sessions::revoked_at.eq(now))
        .execute(&mut conn)
        .await
}
