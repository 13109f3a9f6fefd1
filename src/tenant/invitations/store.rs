//! Queries on `invitations`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

use super::model::{Invitation, InvitationDelivery, InvitationId, NewInvitation};
use crate::base::ids::UserId;
use crate::db::schema::tenant::invitations;
use crate::db::{Listing, TenantConn, TenantTx};

#[diesel::declare_sql_function]
extern "SQL" {
    fn lower(text: Text) -> Text;
}

/// Neither accepted nor taken back.
#[diesel::dsl::auto_type(no_type_alias)]
fn is_open() -> _ {
    invitations::accepted_at.is_null().and(invitations::revoked_at.is_null())
}

pub async fn find(mut conn: &TenantConn, id: InvitationId) -> QueryResult<Option<Invitation>> {
    invitations::table.find(id).select(Invitation::as_select()).first(&mut conn).await.optional()
}

/// The open invitation that this token is of, until it expires.
pub async fn by_token(
    mut conn: &TenantConn,
    hash: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<Option<Invitation>> {
    invitations::table
        .filter(invitations::token_hash.eq(hash).and(is_open()))
        .filter(invitations::expires_at.gt(now))
        .select(Invitation::as_select())
        .first(&mut conn)
        .await
        .optional()
}

pub async fn page(mut conn: &TenantConn, listing: &Listing) -> QueryResult<Vec<Invitation>> {
    invitations::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(Invitation::as_select())
        .load(&mut conn)
        .await
}

pub async fn count(mut conn: &TenantConn, listing: &Listing) -> QueryResult<i64> {
    invitations::table.filter(listing.predicate.clone()).select(count_star()).first(&mut conn).await
}

/// Invitations that can be accepted now, but for this one.
pub async fn count_pending(
    mut conn: &TenantConn,
    but: Option<InvitationId>,
    now: DateTime<Utc>,
) -> QueryResult<i64> {
    invitations::table
        .filter(is_open().and(invitations::expires_at.gt(now)))
        .filter(invitations::id.nullable().is_distinct_from(but))
        .select(count_star())
        .first(&mut conn)
        .await
}

/// Takes those back that this address can't accept any more.
pub async fn revoke_expired(tx: &TenantTx, email: &str, now: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(invitations::table)
        .filter(lower(invitations::email).eq(lower(email)).and(is_open()))
        .filter(invitations::expires_at.le(now))
        .set(invitations::revoked_at.eq(now))
        .execute(&mut conn)
        .await
}

pub async fn insert(
    tx: &TenantTx,
    new: &NewInvitation,
    (hash, expires_at): (&[u8], DateTime<Utc>),
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Invitation> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(InvitationId::generate()),
            invitations::email.eq(&new.email),
            invitations::first_name.eq(&new.first_name),
            invitations::last_name.eq(&new.last_name),
            invitations::role.eq(new.role),
            invitations::group_ids.eq(&new.groups),
            invitations::token_hash.eq(hash),
            invitations::delivery.eq(InvitationDelivery::Queued),
            invitations::expires_at.eq(expires_at),
            invitations::created_at.eq(now),
            invitations::updated_at.eq(now),
            invitations::created_by.eq(by),
            invitations::updated_by.eq(by),
        ))
        .returning(Invitation::as_returning())
        .get_result(&mut conn)
        .await
}

/// Gives an open invitation another token and more time.
pub async fn renew(
    tx: &TenantTx,
    id: InvitationId,
    (hash, expires_at): (&[u8], DateTime<Utc>),
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Option<Invitation>> {
    let mut conn: &TenantConn = tx;
    diesel::update(invitations::table.find(id))
        .filter(is_open())
        .set((
            invitations::token_hash.eq(hash),
            invitations::delivery.eq(InvitationDelivery::Queued),
            invitations::expires_at.eq(expires_at),
            invitations::updated_at.eq(now),
            invitations::updated_by.eq(by),
        ))
        .returning(Invitation::as_returning())
        .get_result(&mut conn)
        .await
        .optional()
}

/// Takes an open invitation back.
pub async fn revoke(
    tx: &TenantTx,
    id: InvitationId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Option<Invitation>> {
    let mut conn: &TenantConn = tx;
    diesel::update(invitations::table.find(id))
        .filter(is_open())
        .set((
            invitations::revoked_at.eq(now),
            invitations::updated_at.eq(now),
            invitations::updated_by.eq(by),
        ))
        .returning(Invitation::as_returning())
        .get_result(&mut conn)
        .await
        .optional()
}

/// Uses the token up. One statement, so that of two uses one wins.
pub async fn accept(
    tx: &TenantTx,
    hash: &[u8],
    now: DateTime<Utc>,
) -> QueryResult<Option<Invitation>> {
    let mut conn: &TenantConn = tx;
    diesel::update(invitations::table)
        .filter(invitations::token_hash.eq(hash).and(is_open()))
        .filter(invitations::expires_at.gt(now))
        .set((invitations::accepted_at.eq(now), invitations::updated_at.eq(now)))
        .returning(Invitation::as_returning())
        .get_result(&mut conn)
        .await
        .optional()
}

/// Notes whom an invitation has made a user.
pub async fn accepted_by(tx: &TenantTx, id: InvitationId, user: UserId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(invitations::table.find(id))
        .set((invitations::accepted_by.eq(user), invitations::updated_by.eq(user)))
        .execute(&mut conn)
        .await
}

/// Notes what has become of the mail with this token, unless another one was sent meanwhile.
pub async fn delivered(
    tx: &TenantTx,
    hash: &[u8],
    delivery: InvitationDelivery,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::update(invitations::table.filter(invitations::token_hash.eq(hash)))
        .set(invitations::delivery.eq(delivery))
        .execute(&mut conn)
        .await
}
