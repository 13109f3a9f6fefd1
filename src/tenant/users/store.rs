//! Queries on `users`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;

use super::model::{Credentials, User, UserKind, UserPatch};
use crate::authz::{OperatorId, Role};
use crate::base::ids::{TenantId, UserId};
use crate::db::schema::tenant::users;
use crate::db::{Listing, TenantConn, TenantTx};

#[diesel::declare_sql_function]
extern "SQL" {
    fn lower(text: Text) -> Text;
    fn pg_advisory_xact_lock(key: BigInt) -> diesel::sql_types::Bool;
}

pub async fn find(mut conn: &TenantConn, id: UserId) -> QueryResult<Option<User>> {
    users::table.find(id).select(User::as_select()).first(&mut conn).await.optional()
}

pub async fn credentials(mut conn: &TenantConn, id: UserId) -> QueryResult<Option<Credentials>> {
    users::table.find(id).select(Credentials::as_select()).first(&mut conn).await.optional()
}

/// The same; nobody else changes the user before this transaction ends.
pub async fn lock(tx: &TenantTx, id: UserId) -> QueryResult<Option<Credentials>> {
    let mut conn: &TenantConn = tx;
    let row = users::table.find(id).select(Credentials::as_select());
    row.for_no_key_update().first(&mut conn).await.optional()
}

pub async fn by_ids(mut conn: &TenantConn, ids: &[UserId]) -> QueryResult<Vec<User>> {
    users::table.filter(users::id.eq_any(ids)).select(User::as_select()).load(&mut conn).await
}

pub async fn by_email(mut conn: &TenantConn, email: &str) -> QueryResult<Option<Credentials>> {
    users::table
        .filter(lower(users::email).eq(lower(email)).and(users::operator_id.is_null()))
        .select(Credentials::as_select())
        .first(&mut conn)
        .await
        .optional()
}

pub async fn by_username(mut conn: &TenantConn, name: &str) -> QueryResult<Option<Credentials>> {
    users::table
        .filter(lower(users::username).eq(lower(name)).and(users::operator_id.is_null()))
        .select(Credentials::as_select())
        .first(&mut conn)
        .await
        .optional()
}

pub async fn page(mut conn: &TenantConn, listing: &Listing) -> QueryResult<Vec<User>> {
    users::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(User::as_select())
        .load(&mut conn)
        .await
}

pub async fn count(mut conn: &TenantConn, listing: &Listing) -> QueryResult<i64> {
    users::table.filter(listing.predicate.clone()).select(count_star()).first(&mut conn).await
}

/// Of the transactions that ask for this, one at a time goes on: those who count users can't both
/// take the last seat, or both leave as the last owner. Tenants do not wait for each other.
pub async fn one_at_a_time(tx: &TenantTx, tenant: TenantId) -> QueryResult<()> {
    let mut conn: &TenantConn = tx;
    let key = tenant.0.as_u64_pair().1.cast_signed();
    diesel::select(pg_advisory_xact_lock(key)).execute(&mut conn).await?;
    Ok(())
}

/// Active people.
pub async fn count_seats(mut conn: &TenantConn) -> QueryResult<i64> {
    let seats = users::is_active.and(users::kind.eq(UserKind::Person));
    users::table.filter(seats).select(count_star()).first(&mut conn).await
}

/// Whether an active owner other than `id` remains.
/// The active users with these names or addresses, which are in small letters.
pub async fn by_names(mut conn: &TenantConn, names: &[String]) -> QueryResult<Vec<UserId>> {
    users::table
        .filter(lower(users::username).eq_any(names).or(lower(users::email).eq_any(names)))
        .filter(users::is_active.and(users::operator_id.is_null()))
        .order(users::id)
        .select(users::id)
        .load(&mut conn)
        .await
}

pub async fn owners(mut conn: &TenantConn) -> QueryResult<Vec<UserId>> {
    let owners = users::table.filter(users::role.eq(Role::Owner).and(users::is_active));
    owners.order(users::id).select(users::id).load(&mut conn).await
}

pub async fn has_other_owner(mut conn: &TenantConn, id: UserId) -> QueryResult<bool> {
    let others = users::table
        .filter(users::role.eq(Role::Owner).and(users::is_active).and(users::id.ne(id)))
        .filter(users::kind.eq(UserKind::Person));
    diesel::select(diesel::dsl::exists(others)).get_result(&mut conn).await
}

/// A row to be written.
#[derive(Insertable)]
#[diesel(table_name = users)]
pub struct Insert<'a> {
    pub id: UserId,
    pub username: &'a str,
    pub email: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub role: Role,
    pub kind: UserKind,
    pub password_hash: Option<&'a str>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

pub async fn insert(tx: &TenantTx, row: &Insert<'_>) -> QueryResult<User> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(users::table)
        .values(row)
        .returning(User::as_returning())
        .get_result(&mut conn)
        .await
}

/// The account of a platform user.
pub async fn linked(mut conn: &TenantConn, operator: OperatorId) -> QueryResult<Option<User>> {
    users::table
        .filter(users::operator_id.eq(operator))
        .select(User::as_select())
        .first(&mut conn)
        .await
        .optional()
}

pub async fn insert_linked(
    tx: &TenantTx,
    row: &Insert<'_>,
    operator: OperatorId,
) -> QueryResult<User> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(users::table)
        .values((row, users::operator_id.eq(operator)))
        .returning(User::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn update(
    tx: &TenantTx,
    id: UserId,
    expected_version: Option<i32>,
    patch: &UserPatch,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Option<User>> {
    let mut conn: &TenantConn = tx;
    let version = expected_version;
    diesel::update(users::table.find(id))
        .filter(
            version
                .into_sql::<diesel::sql_types::Nullable<diesel::sql_types::Integer>>()
                .is_null()
                .or(users::version.nullable().eq(version)),
        )
        .set((
            patch,
            users::version.eq(users::version + 1),
            users::updated_at.eq(now),
            users::updated_by.eq(by),
        ))
        .returning(User::as_returning())
        .get_result(&mut conn)
        .await
        .optional()
}

/// Notes a sign-in, and keeps the password in today's form if it was in an older one.
pub async fn signed_in(
    tx: &TenantTx,
    id: UserId,
    rehashed: Option<&str>,
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(users::table.find(id))
        .set((users::last_sign_in_at.eq(now), rehashed.map(|h| users::password_hash.eq(h))))
        .execute(&mut conn)
        .await
}

/// Keeps the same password in another form.
pub async fn rehashed(tx: &TenantTx, id: UserId, hash: &str) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let row = diesel::update(users::table.find(id));
    row.set(users::password_hash.eq(hash)).execute(&mut conn).await
}

/// Replaces the password, unless that was done meanwhile.
pub async fn set_password(
    tx: &TenantTx,
    id: UserId,
    before: Option<&str>,
    hash: &str,
    now: DateTime<Utc>,
) -> QueryResult<Option<User>> {
    let mut conn: &TenantConn = tx;
    diesel::update(users::table.find(id))
        .filter(users::password_hash.is_not_distinct_from(before))
        .set((
            users::password_hash.eq(hash),
            users::version.eq(users::version + 1),
            users::updated_at.eq(now),
            users::updated_by.eq(id),
        ))
        .returning(User::as_returning())
        .get_result(&mut conn)
        .await
        .optional()
}

pub async fn delete(tx: &TenantTx, id: UserId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(users::table.find(id)).execute(&mut conn).await
}
