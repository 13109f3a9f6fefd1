//! Queries on second factors, challenges and the policy. No rules here.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{Factor, MAX_TRIES, SecurityPolicy};
use crate::base::ids::UserId;
use crate::db::schema::tenant::{
    recovery_codes, second_factors, security_policy, sign_in_challenges,
};
use crate::db::{TenantConn, TenantTx};
use crate::tenant::identity_providers::IdentityProviderId;

pub async fn find(mut conn: &TenantConn, user: UserId) -> QueryResult<Option<Factor>> {
    second_factors::table.find(user).select(Factor::as_select()).first(&mut conn).await.optional()
}

/// A new secret in place of one that was never confirmed; none when there is a confirmed one.
pub async fn begin(
    tx: &TenantTx,
    user: UserId,
    secret: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let unconfirmed = second_factors::table.find(user);
    diesel::delete(unconfirmed.filter(second_factors::confirmed_at.is_null()))
        .execute(&mut conn)
        .await?;
    diesel::insert_into(second_factors::table)
        .values((
            second_factors::user_id.eq(user),
            second_factors::secret.eq(secret),
            second_factors::created_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(&mut conn)
        .await
}

/// Confirms a secret by the first code, of this period.
pub async fn confirm(
    tx: &TenantTx,
    user: UserId,
    step: i64,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(second_factors::table.find(user))
        .filter(second_factors::confirmed_at.is_null())
        .set((second_factors::confirmed_at.eq(now), second_factors::last_step.eq(step)))
        .execute(&mut conn)
        .await
}

/// Uses the code of a period up, unless it or a later one was used before.
pub async fn use_step(tx: &TenantTx, user: UserId, step: i64) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(second_factors::table.find(user))
        .filter(second_factors::last_step.lt(step).and(second_factors::confirmed_at.is_not_null()))
        .set(second_factors::last_step.eq(step))
        .execute(&mut conn)
        .await
}

/// Uses a code on paper up.
pub async fn use_recovery_code(
    tx: &TenantTx,
    user: UserId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(recovery_codes::table.find(hash))
        .filter(recovery_codes::user_id.eq(user).and(recovery_codes::used_at.is_null()))
        .set(recovery_codes::used_at.eq(now))
        .execute(&mut conn)
        .await
}

/// New codes on paper in place of the old ones.
pub async fn set_recovery_codes(
    tx: &TenantTx,
    user: UserId,
    hashes: &[[u8; 32]],
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user)))
        .execute(&mut conn)
        .await?;
    let row = |hash: &[u8; 32]| {
        (
            recovery_codes::hash.eq(hash.to_vec()),
            recovery_codes::user_id.eq(user),
            recovery_codes::created_at.eq(now),
        )
    };
    let rows: Vec<_> = hashes.iter().map(row).collect();
    diesel::insert_into(recovery_codes::table).values(rows).execute(&mut conn).await
}

pub async fn count_recovery_codes(mut conn: &TenantConn, user: UserId) -> QueryResult<i64> {
    recovery_codes::table
        .filter(recovery_codes::user_id.eq(user).and(recovery_codes::used_at.is_null()))
        .select(count_star())
        .first(&mut conn)
        .await
}

/// Forgets somebody's app and codes; how many apps.
pub async fn remove(tx: &TenantTx, user: UserId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user)))
        .execute(&mut conn)
        .await?;
    diesel::delete(second_factors::table.find(user)).execute(&mut conn).await
}

/// Keeps a sign-in that waits, and forgets the user's expired ones.
pub async fn insert_challenge(
    tx: &TenantTx,
    (user, through): (UserId, Option<IdentityProviderId>),
    hash: &[u8],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let old = sign_in_challenges::table.filter(sign_in_challenges::user_id.eq(user));
    diesel::delete(old.filter(sign_in_challenges::expires_at.le(now))).execute(&mut conn).await?;
    diesel::insert_into(sign_in_challenges::table)
        .values((
            sign_in_challenges::hash.eq(hash),
            sign_in_challenges::user_id.eq(user),
            sign_in_challenges::identity_provider_id.eq(through),
            sign_in_challenges::created_at.eq(now),
            sign_in_challenges::expires_at.eq(expires_at),
        ))
        .execute(&mut conn)
        .await
}

/// Whose sign-in it is.
pub async fn challenged(
    mut conn: &TenantConn,
    hash: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<Option<UserId>> {
    sign_in_challenges::table
        .find(hash)
        .filter(sign_in_challenges::expires_at.gt(now))
        .select(sign_in_challenges::user_id)
        .first(&mut conn)
        .await
        .optional()
}

/// Takes one of the sign-in's tries; none when there are no more. Whose it is, and through which
/// provider they came.
pub async fn try_challenge(
    tx: &TenantTx,
    hash: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<Option<(UserId, Option<IdentityProviderId>)>> {
    let mut conn: &TenantConn = tx;
    diesel::update(sign_in_challenges::table.find(hash))
        .filter(sign_in_challenges::expires_at.gt(now))
        .filter(sign_in_challenges::tries.lt(MAX_TRIES))
        .set(sign_in_challenges::tries.eq(sign_in_challenges::tries + 1))
        .returning((sign_in_challenges::user_id, sign_in_challenges::identity_provider_id))
        .get_result(&mut conn)
        .await
        .optional()
}

/// Ends somebody's sign-ins that wait.
pub async fn end_challenges(tx: &TenantTx, user: UserId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let theirs = sign_in_challenges::table.filter(sign_in_challenges::user_id.eq(user));
    diesel::delete(theirs).execute(&mut conn).await
}

/// Ends the sign-ins that wait after a first proof of this provider.
pub async fn end_challenges_through(
    tx: &TenantTx,
    provider: IdentityProviderId,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let through = sign_in_challenges::identity_provider_id.eq(provider);
    diesel::delete(sign_in_challenges::table.filter(through)).execute(&mut conn).await
}

pub async fn policy(mut conn: &TenantConn) -> QueryResult<Option<SecurityPolicy>> {
    security_policy::table.select(SecurityPolicy::as_select()).first(&mut conn).await.optional()
}

pub async fn set_policy(
    tx: &TenantTx,
    policy: &SecurityPolicy,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let values = (
        security_policy::require_totp_for_roles.eq(&policy.require_totp_for_roles),
        security_policy::updated_at.eq(now),
        security_policy::updated_by.eq(by),
    );
    diesel::insert_into(security_policy::table)
        .values((security_policy::id.eq(true), values))
        .on_conflict(security_policy::id)
        .do_update()
        .set(values)
        .execute(&mut conn)
        .await
}
