//! Queries on `operators` and their sessions. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use super::model::{Credentials, NewOperator, Operator, OperatorPatch};
use crate::authz::OperatorId;
use crate::db::schema::platform::{operator_refresh_tokens, operator_sessions, operators};
use crate::db::{Listing, PlatformConn, PlatformTx};

#[diesel::declare_sql_function]
extern "SQL" {
    fn lower(text: Text) -> Text;
}

crate::session_store!(
    Sessions: PlatformTx, PlatformConn;
    operator_sessions, operator_refresh_tokens; operator_id: OperatorId
);

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

pub async fn credentials(
    mut conn: &PlatformConn,
    id: OperatorId,
) -> QueryResult<Option<Credentials>> {
    operators::table.find(id).select(Credentials::as_select()).first(&mut conn).await.optional()
}

pub async fn page(mut conn: &PlatformConn, listing: &Listing) -> QueryResult<Vec<Operator>> {
    operators::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(Operator::as_select())
        .load(&mut conn)
        .await
}

pub async fn count(mut conn: &PlatformConn, listing: &Listing) -> QueryResult<i64> {
    operators::table.filter(listing.predicate.clone()).select(count_star()).first(&mut conn).await
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
            operators::is_admin.eq(new.is_admin),
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

/// The active administrators; nobody else can change one of them before this transaction ends, so
/// that two can't both leave as the last.
pub async fn lock_admins(tx: &PlatformTx) -> QueryResult<Vec<OperatorId>> {
    let mut conn: &PlatformConn = tx;
    operators::table
        .filter(operators::is_admin.and(operators::is_active))
        .order(operators::id)
        .select(operators::id)
        .for_update()
        .load(&mut conn)
        .await
}

pub async fn update(
    tx: &PlatformTx,
    id: OperatorId,
    expected_version: Option<i32>,
    patch: &OperatorPatch,
    now: DateTime<Utc>,
) -> QueryResult<Option<Operator>> {
    let mut conn: &PlatformConn = tx;
    let mut query = diesel::update(operators::table.find(id))
        .set((patch, operators::version.eq(operators::version + 1), operators::updated_at.eq(now)))
        .returning(Operator::as_returning())
        .into_boxed();
    if let Some(version) = expected_version {
        query = query.filter(operators::version.eq(version));
    }
    query.get_result(&mut conn).await.optional()
}

/// Replaces the password, unless that was done meanwhile.
pub async fn set_password(
    tx: &PlatformTx,
    id: OperatorId,
    before: Option<&str>,
    hash: &str,
    now: DateTime<Utc>,
) -> QueryResult<Option<Operator>> {
    let mut conn: &PlatformConn = tx;
    diesel::update(operators::table.find(id))
        .filter(operators::password_hash.is_not_distinct_from(before))
        .set((
            operators::password_hash.eq(hash),
            operators::version.eq(operators::version + 1),
            operators::updated_at.eq(now),
        ))
        .returning(Operator::as_returning())
        .get_result(&mut conn)
        .await
        .optional()
}
