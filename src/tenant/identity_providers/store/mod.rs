//! Queries on `identity_providers`. No rules and no permissions here. Sign-ins on their way are in
//! `attempts`.

pub mod attempts;

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{IdentityProvider, IdentityProviderId, Settings};
use crate::base::ids::UserId;
use crate::db::schema::tenant::identity_providers;
use crate::db::{Listing, TenantConn, TenantTx};

pub async fn find(
    mut conn: &TenantConn,
    id: IdentityProviderId,
) -> QueryResult<Option<IdentityProvider>> {
    let row = identity_providers::table.find(id).select(IdentityProvider::as_select());
    row.first(&mut conn).await.optional()
}

/// The provider; nobody else changes it, and nobody signs in through it, before this transaction
/// ends.
pub async fn find_to_change(
    tx: &TenantTx,
    id: IdentityProviderId,
) -> QueryResult<Option<IdentityProvider>> {
    let mut conn: &TenantConn = tx;
    let row = identity_providers::table.find(id).select(IdentityProvider::as_select());
    row.for_no_key_update().first(&mut conn).await.optional()
}

/// The provider; nobody changes it before this transaction ends.
pub async fn find_to_use(
    tx: &TenantTx,
    id: IdentityProviderId,
) -> QueryResult<Option<IdentityProvider>> {
    let mut conn: &TenantConn = tx;
    let row = identity_providers::table.find(id).select(IdentityProvider::as_select());
    row.for_share().first(&mut conn).await.optional()
}

/// Those that are in use, by name.
pub async fn active(mut conn: &TenantConn) -> QueryResult<Vec<(IdentityProviderId, String)>> {
    identity_providers::table
        .filter(identity_providers::is_active)
        .order((identity_providers::name, identity_providers::id))
        .select((identity_providers::id, identity_providers::name))
        .load(&mut conn)
        .await
}

pub async fn page(mut conn: &TenantConn, listing: &Listing) -> QueryResult<Vec<IdentityProvider>> {
    identity_providers::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(IdentityProvider::as_select())
        .load(&mut conn)
        .await
}

pub async fn count(mut conn: &TenantConn, listing: &Listing) -> QueryResult<i64> {
    identity_providers::table
        .filter(listing.predicate.clone())
        .select(count_star())
        .first(&mut conn)
        .await
}

pub async fn count_all(mut conn: &TenantConn) -> QueryResult<i64> {
    identity_providers::table.select(count_star()).first(&mut conn).await
}

pub async fn insert(
    tx: &TenantTx,
    id: IdentityProviderId,
    settings: &Settings,
    secret: Option<&[u8]>,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<IdentityProvider> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(identity_providers::table)
        .values((
            identity_providers::id.eq(id),
            settings,
            identity_providers::client_secret.eq(secret),
            identity_providers::created_at.eq(now),
            identity_providers::updated_at.eq(now),
            identity_providers::created_by.eq(by),
            identity_providers::updated_by.eq(by),
        ))
        .returning(IdentityProvider::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn update(
    tx: &TenantTx,
    id: IdentityProviderId,
    settings: &Settings,
    secret: Option<&[u8]>,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<IdentityProvider> {
    let mut conn: &TenantConn = tx;
    diesel::update(identity_providers::table.find(id))
        .set((
            settings,
            identity_providers::client_secret.eq(secret),
            identity_providers::version.eq(identity_providers::version + 1),
            identity_providers::updated_at.eq(now),
            identity_providers::updated_by.eq(by),
        ))
        .returning(IdentityProvider::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn delete(tx: &TenantTx, id: IdentityProviderId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(identity_providers::table.find(id)).execute(&mut conn).await
}
