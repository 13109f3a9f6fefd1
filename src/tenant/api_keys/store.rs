//! Queries on `api_keys` and `api_key_secrets`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{ApiKey, ApiKeyId};
use crate::auth::api_key::ApiKeySecret;
use crate::base::ids::UserId;
use crate::db::schema::tenant::{api_key_secrets, api_keys};
use crate::db::{Listing, TenantConn, TenantTx};

pub async fn find(mut conn: &TenantConn, id: ApiKeyId) -> QueryResult<Option<ApiKey>> {
    api_keys::table.find(id).select(ApiKey::as_select()).first(&mut conn).await.optional()
}

/// The same, so that nobody else changes it before the transaction ends.
pub async fn find_to_change(tx: &TenantTx, id: ApiKeyId) -> QueryResult<Option<ApiKey>> {
    let mut conn: &TenantConn = tx;
    let row = api_keys::table.find(id).for_update().select(ApiKey::as_select());
    row.first(&mut conn).await.optional()
}

pub async fn page(mut conn: &TenantConn, listing: &Listing) -> QueryResult<Vec<ApiKey>> {
    api_keys::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(ApiKey::as_select())
        .load(&mut conn)
        .await
}

pub async fn count(mut conn: &TenantConn, listing: &Listing) -> QueryResult<i64> {
    api_keys::table.filter(listing.predicate.clone()).select(count_star()).first(&mut conn).await
}

/// The account's keys that are not revoked.
pub async fn count_of(mut conn: &TenantConn, user: UserId) -> QueryResult<i64> {
    let live = api_keys::user_id.eq(user).and(api_keys::revoked_at.is_null());
    api_keys::table.filter(live).select(count_star()).first(&mut conn).await
}

/// A row to be written.
#[derive(Insertable)]
#[diesel(table_name = api_keys)]
pub struct Insert<'a> {
    pub id: ApiKeyId,
    pub user_id: UserId,
    pub name: &'a str,
    pub scopes: &'a str,
    pub prefix: &'a str,
    pub expires_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
}

pub async fn insert(tx: &TenantTx, row: &Insert<'_>) -> QueryResult<ApiKey> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(api_keys::table)
        .values(row)
        .returning(ApiKey::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn insert_secret(
    tx: &TenantTx,
    id: ApiKeyId,
    secret: &ApiKeySecret,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(api_key_secrets::table)
        .values((
            api_key_secrets::prefix.eq(secret.prefix()),
            api_key_secrets::api_key_id.eq(id),
            api_key_secrets::hash.eq(secret.hash().as_slice()),
            api_key_secrets::created_at.eq(now),
        ))
        .execute(&mut conn)
        .await
}

/// The key's secrets hold until then at most.
pub async fn end_secrets(tx: &TenantTx, id: ApiKeyId, until: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let longer = api_key_secrets::expires_at.is_null().or(api_key_secrets::expires_at.gt(until));
    diesel::update(api_key_secrets::table.filter(api_key_secrets::api_key_id.eq(id)))
        .filter(longer)
        .set(api_key_secrets::expires_at.eq(until))
        .execute(&mut conn)
        .await
}

/// Removes the key's secrets that do not hold any more.
pub async fn forget_secrets(tx: &TenantTx, id: ApiKeyId, now: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(api_key_secrets::table.filter(api_key_secrets::api_key_id.eq(id)))
        .filter(api_key_secrets::expires_at.le(now))
        .execute(&mut conn)
        .await
}

pub async fn set_prefix(tx: &TenantTx, id: ApiKeyId, prefix: &str) -> QueryResult<ApiKey> {
    let mut conn: &TenantConn = tx;
    diesel::update(api_keys::table.find(id))
        .set(api_keys::prefix.eq(prefix))
        .returning(ApiKey::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn revoke(tx: &TenantTx, id: ApiKeyId, now: DateTime<Utc>) -> QueryResult<ApiKey> {
    let mut conn: &TenantConn = tx;
    diesel::update(api_keys::table.find(id))
        .set(api_keys::revoked_at.eq(now))
        .returning(ApiKey::as_returning())
        .get_result(&mut conn)
        .await
}
