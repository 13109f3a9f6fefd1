//! Queries on `oidc_sign_ins`.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::super::model::{Attempt, IdentityProviderId};
use crate::db::schema::tenant::oidc_sign_ins;
use crate::db::{TenantConn, TenantTx};

pub async fn insert(tx: &TenantTx, attempt: &Attempt) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(oidc_sign_ins::table).values(attempt).execute(&mut conn).await
}

/// Takes an attempt out. One statement, so that of two who come back with it one does.
pub async fn take(tx: &TenantTx, state_hash: &[u8]) -> QueryResult<Option<Attempt>> {
    let mut conn: &TenantConn = tx;
    diesel::delete(oidc_sign_ins::table.find(state_hash))
        .returning(Attempt::as_returning())
        .get_result(&mut conn)
        .await
        .optional()
}

/// Forgets those that nobody came back with.
pub async fn sweep(tx: &TenantTx, now: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let over = oidc_sign_ins::table.filter(oidc_sign_ins::expires_at.le(now));
    diesel::delete(over).execute(&mut conn).await
}

/// Forgets those to this provider.
pub async fn end(tx: &TenantTx, provider: IdentityProviderId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let theirs = oidc_sign_ins::table.filter(oidc_sign_ins::provider_id.eq(provider));
    diesel::delete(theirs).execute(&mut conn).await
}
