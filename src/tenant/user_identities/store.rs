//! Queries on `user_identities`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::{count_star, exists};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{Identity, UserIdentity, UserIdentityId};
use crate::base::ids::UserId;
use crate::db::schema::tenant::{identity_providers, user_identities};
use crate::db::{TenantConn, TenantTx};
use crate::tenant::identity_providers::IdentityProviderId;

pub async fn find(mut conn: &TenantConn, id: UserIdentityId) -> QueryResult<Option<UserIdentity>> {
    let row = user_identities::table.find(id).select(UserIdentity::as_select());
    row.first(&mut conn).await.optional()
}

/// The account that this subject of the provider opens.
pub async fn by_subject(
    mut conn: &TenantConn,
    provider: IdentityProviderId,
    subject: &str,
) -> QueryResult<Option<UserIdentity>> {
    user_identities::table
        .filter(user_identities::provider_id.eq(provider))
        .filter(user_identities::subject.eq(subject))
        .select(UserIdentity::as_select())
        .first(&mut conn)
        .await
        .optional()
}

/// The user's, the oldest first.
pub async fn of_user(
    mut conn: &TenantConn,
    user: UserId,
    limit: i64,
) -> QueryResult<Vec<Identity>> {
    user_identities::table
        .inner_join(identity_providers::table)
        .filter(user_identities::user_id.eq(user))
        .order((user_identities::created_at, user_identities::id))
        .limit(limit)
        .select((UserIdentity::as_select(), identity_providers::name))
        .load(&mut conn)
        .await
}

pub async fn count_of_user(mut conn: &TenantConn, user: UserId) -> QueryResult<i64> {
    let theirs = user_identities::table.filter(user_identities::user_id.eq(user));
    theirs.select(count_star()).first(&mut conn).await
}

/// Whether the provider knows anybody.
pub async fn has_any(mut conn: &TenantConn, provider: IdentityProviderId) -> QueryResult<bool> {
    let theirs = user_identities::table.filter(user_identities::provider_id.eq(provider));
    diesel::select(exists(theirs)).get_result(&mut conn).await
}

pub async fn insert(tx: &TenantTx, row: &UserIdentity) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(user_identities::table).values(row).execute(&mut conn).await
}

/// Notes a use; an address that was told takes the place of the one before.
pub async fn used(
    tx: &TenantTx,
    id: UserIdentityId,
    email: Option<&str>,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let email = email.map(|email| user_identities::email.eq(email));
    diesel::update(user_identities::table.find(id))
        .set((user_identities::last_used_at.eq(now), email))
        .execute(&mut conn)
        .await
}

pub async fn delete(tx: &TenantTx, id: UserIdentityId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(user_identities::table.find(id)).execute(&mut conn).await
}
