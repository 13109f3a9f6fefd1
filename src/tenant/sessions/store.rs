//! Queries on `sessions` and `refresh_tokens`. No rules here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::base::ids::UserId;
use crate::db::schema::tenant::{refresh_tokens, sessions};
use crate::db::{TenantConn, TenantTx};

crate::session_store!(Sessions: TenantTx, TenantConn; sessions, refresh_tokens; user_id: UserId);

pub async fn revoke_all(tx: &TenantTx, user: UserId, now: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(sessions::table.filter(sessions::user_id.eq(user)))
        .filter(sessions::revoked_at.is_null())
        .set(sessions::revoked_at.eq(now))
        .execute(&mut conn)
        .await
}
