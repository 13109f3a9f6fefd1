//! Queries on `notifications` and `notification_preferences`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{
    NewNotification, Notification, NotificationId, NotificationKind, NotificationPreference,
};
use crate::base::ids::UserId;
use crate::db::schema::tenant::{notification_preferences as preferences, notifications};
use crate::db::{Listing, TenantConn, TenantTx};

pub async fn page(mut conn: &TenantConn, listing: &Listing) -> QueryResult<Vec<Notification>> {
    notifications::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(Notification::as_select())
        .load(&mut conn)
        .await
}

pub async fn count(mut conn: &TenantConn, listing: &Listing) -> QueryResult<i64> {
    let query = notifications::table.filter(listing.predicate.clone());
    query.select(count_star()).first(&mut conn).await
}

pub async fn unread(mut conn: &TenantConn, user: UserId) -> QueryResult<i64> {
    notifications::table
        .filter(notifications::user_id.eq(user).and(notifications::read_at.is_null()))
        .select(count_star())
        .first(&mut conn)
        .await
}

/// Adds them, but for those that are there; what was added.
pub async fn insert(
    tx: &TenantTx,
    new: &[NewNotification],
) -> QueryResult<Vec<(NotificationId, UserId)>> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(notifications::table)
        .values(new)
        .on_conflict_do_nothing()
        .returning((notifications::id, notifications::user_id))
        .get_results(&mut conn)
        .await
}

/// Marks a user's notifications read: these, or all; which ones were not.
pub async fn read(
    tx: &TenantTx,
    user: UserId,
    ids: Option<&[NotificationId]>,
    now: DateTime<Utc>,
) -> QueryResult<Vec<NotificationId>> {
    let mut conn: &TenantConn = tx;
    let mut these = diesel::update(notifications::table).into_boxed();
    these = these.filter(notifications::user_id.eq(user).and(notifications::read_at.is_null()));
    if let Some(ids) = ids {
        these = these.filter(notifications::id.eq_any(ids));
    }
    these
        .set(notifications::read_at.eq(now))
        .returning(notifications::id)
        .get_results(&mut conn)
        .await
}

/// How many of these are the user's.
pub async fn count_own(
    mut conn: &TenantConn,
    user: UserId,
    ids: &[NotificationId],
) -> QueryResult<i64> {
    notifications::table
        .filter(notifications::user_id.eq(user).and(notifications::id.eq_any(ids)))
        .select(count_star())
        .first(&mut conn)
        .await
}

/// Throws away what is older.
pub async fn prune(tx: &TenantTx, before: DateTime<Utc>) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let old = notifications::table.filter(notifications::created_at.lt(before));
    diesel::delete(old).execute(&mut conn).await
}

/// What these users have said about a kind.
pub async fn preferences(
    mut conn: &TenantConn,
    users: &[UserId],
    kind: Option<NotificationKind>,
) -> QueryResult<Vec<NotificationPreference>> {
    let mut query = preferences::table.filter(preferences::user_id.eq_any(users)).into_boxed();
    if let Some(kind) = kind {
        query = query.filter(preferences::kind.eq(kind));
    }
    query.select(NotificationPreference::as_select()).load(&mut conn).await
}

pub async fn prefer(tx: &TenantTx, preference: &NotificationPreference) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(preferences::table)
        .values(preference)
        .on_conflict((preferences::user_id, preferences::kind))
        .do_update()
        .set((preferences::in_app.eq(preference.in_app), preferences::email.eq(preference.email)))
        .execute(&mut conn)
        .await
}
