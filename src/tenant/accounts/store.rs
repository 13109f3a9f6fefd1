//! Queries on `account_tokens`. No rules here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::NewToken;
use crate::base::ids::UserId;
use crate::db::schema::tenant::account_tokens;
use crate::db::{TenantConn, TenantTx};

/// Whether the user was sent a token since then.
pub async fn sent_since(
    mut conn: &TenantConn,
    user: UserId,
    purpose: &str,
    since: DateTime<Utc>,
) -> QueryResult<bool> {
    let newer = account_tokens::table
        .filter(account_tokens::user_id.eq(user).and(account_tokens::purpose.eq(purpose)))
        .filter(account_tokens::created_at.gt(since));
    diesel::select(diesel::dsl::exists(newer)).get_result(&mut conn).await
}

/// Keeps a token, and forgets the user's expired ones.
pub async fn insert(tx: &TenantTx, token: &NewToken<'_>) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(account_tokens::table)
        .filter(account_tokens::user_id.eq(token.user_id))
        .filter(account_tokens::expires_at.le(token.created_at))
        .execute(&mut conn)
        .await?;
    diesel::insert_into(account_tokens::table).values(token).execute(&mut conn).await
}

/// Whose token it is, and where it was sent.
pub async fn find(
    mut conn: &TenantConn,
    hash: &[u8],
    purpose: &str,
    now: DateTime<Utc>,
) -> QueryResult<Option<(UserId, String)>> {
    account_tokens::table
        .find(hash)
        .filter(account_tokens::purpose.eq(purpose).and(account_tokens::expires_at.gt(now)))
        .select((account_tokens::user_id, account_tokens::email))
        .first(&mut conn)
        .await
        .optional()
}

/// Uses a token up. One statement, so that of two uses one wins.
pub async fn take(
    tx: &TenantTx,
    hash: &[u8],
    purpose: &str,
    now: DateTime<Utc>,
) -> QueryResult<Option<(UserId, String)>> {
    let mut conn: &TenantConn = tx;
    diesel::delete(account_tokens::table.find(hash))
        .filter(account_tokens::purpose.eq(purpose).and(account_tokens::expires_at.gt(now)))
        .returning((account_tokens::user_id, account_tokens::email))
        .get_result(&mut conn)
        .await
        .optional()
}

/// Forgets all of a user's tokens.
pub async fn clear(tx: &TenantTx, user: UserId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(account_tokens::table.filter(account_tokens::user_id.eq(user)))
        .execute(&mut conn)
        .await
}
