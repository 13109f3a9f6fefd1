//! Queries on direct permissions and on grants on single objects. No rules here.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{
    HeldPermission, Holder, NewObjectPermissions, ObjectPermission, ObjectPermissionId,
};
use crate::base::ids::UserId;
use crate::db::schema::tenant::{object_grants as grants, user_permissions};
use crate::db::{Listing, TenantConn, TenantTx};

/// What these users were given directly, by name.
pub async fn direct(
    mut conn: &TenantConn,
    users: &[UserId],
) -> QueryResult<Vec<(UserId, HeldPermission)>> {
    user_permissions::table
        .filter(user_permissions::user_id.eq_any(users))
        .order(user_permissions::permission)
        .select((
            user_permissions::user_id,
            (user_permissions::permission, user_permissions::scope),
        ))
        .load(&mut conn)
        .await
}

/// Replaces what a user was given directly.
pub async fn set_direct(tx: &TenantTx, user: UserId, held: &[HeldPermission]) -> QueryResult<()> {
    let mut conn: &TenantConn = tx;
    diesel::delete(user_permissions::table.filter(user_permissions::user_id.eq(user)))
        .execute(&mut conn)
        .await?;
    let rows: Vec<_> = held
        .iter()
        .map(|held| {
            (
                user_permissions::user_id.eq(user),
                user_permissions::permission.eq(&held.permission),
                user_permissions::scope.eq(held.scope),
            )
        })
        .collect();
    diesel::insert_into(user_permissions::table).values(rows).execute(&mut conn).await?;
    Ok(())
}

pub async fn page(mut conn: &TenantConn, listing: &Listing) -> QueryResult<Vec<ObjectPermission>> {
    grants::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(ObjectPermission::as_select())
        .load(&mut conn)
        .await
}

pub async fn count(mut conn: &TenantConn, listing: &Listing) -> QueryResult<i64> {
    grants::table.filter(listing.predicate.clone()).select(count_star()).first(&mut conn).await
}

/// Writes the grants that are not there yet.
pub async fn grant(
    tx: &TenantTx,
    new: &NewObjectPermissions,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Vec<ObjectPermission>> {
    let mut conn: &TenantConn = tx;
    let rows: Vec<_> = new
        .permissions
        .iter()
        .map(|permission| {
            (
                grants::id.eq(ObjectPermissionId::generate()),
                grants::permission.eq(permission),
                grants::object_kind.eq(&new.kind),
                grants::object_id.eq(new.object),
                grants::user_id.eq(new.holder.user()),
                grants::group_id.eq(new.holder.group()),
                grants::created_at.eq(now),
                grants::created_by.eq(by),
            )
        })
        .collect();
    diesel::insert_into(grants::table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(ObjectPermission::as_returning())
        .get_results(&mut conn)
        .await
}

/// What a holder was given on an object, of these permissions.
pub async fn held_on(
    mut conn: &TenantConn,
    these: &NewObjectPermissions,
) -> QueryResult<Vec<ObjectPermission>> {
    grants::table
        .filter(grants::holder_id.eq(holder_id(these.holder)))
        .filter(grants::permission.eq_any(&these.permissions))
        .filter(grants::object_id.eq(these.object))
        .order(grants::permission)
        .select(ObjectPermission::as_select())
        .load(&mut conn)
        .await
}

/// Takes grants back.
pub async fn revoke(
    tx: &TenantTx,
    these: &NewObjectPermissions,
) -> QueryResult<Vec<ObjectPermission>> {
    let mut conn: &TenantConn = tx;
    diesel::delete(
        grants::table
            .filter(grants::holder_id.eq(holder_id(these.holder)))
            .filter(grants::permission.eq_any(&these.permissions))
            .filter(grants::object_id.eq(these.object)),
    )
    .returning(ObjectPermission::as_returning())
    .get_results(&mut conn)
    .await
}

/// Which permissions the holders were given on which of the objects.
pub async fn granted_on(
    mut conn: &TenantConn,
    objects: &[Uuid],
    holders: &[Uuid],
) -> QueryResult<Vec<(Uuid, String)>> {
    grants::table
        .filter(grants::object_id.eq_any(objects).and(grants::holder_id.eq_any(holders)))
        .select((grants::object_id, grants::permission))
        .load(&mut conn)
        .await
}

fn holder_id(holder: Holder) -> Uuid {
    match holder {
        Holder::User(id) => id.0,
        Holder::Group(id) => id.0,
    }
}
