//! Queries on `groups`, their permissions and members. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{Group, GroupId, GroupPatch, NewGroup};
use crate::base::ids::UserId;
use crate::db::schema::tenant::{group_members, group_permissions, groups, users};
use crate::db::{Listing, TenantConn, TenantTx, per_parent};
use crate::tenant::permissions::HeldPermission;
use crate::tenant::users::User;

pub async fn find(mut conn: &TenantConn, id: GroupId) -> QueryResult<Option<Group>> {
    groups::table.find(id).select(Group::as_select()).first(&mut conn).await.optional()
}

/// The group; nobody else can change it before this transaction ends.
pub async fn lock(tx: &TenantTx, id: GroupId) -> QueryResult<Option<Group>> {
    let mut conn: &TenantConn = tx;
    groups::table.find(id).select(Group::as_select()).for_update().first(&mut conn).await.optional()
}

pub async fn by_ids(mut conn: &TenantConn, ids: &[GroupId]) -> QueryResult<Vec<Group>> {
    groups::table.filter(groups::id.eq_any(ids)).select(Group::as_select()).load(&mut conn).await
}

pub async fn page(mut conn: &TenantConn, listing: &Listing) -> QueryResult<Vec<Group>> {
    groups::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(Group::as_select())
        .load(&mut conn)
        .await
}

pub async fn count(mut conn: &TenantConn, listing: &Listing) -> QueryResult<i64> {
    groups::table.filter(listing.predicate.clone()).select(count_star()).first(&mut conn).await
}

/// The groups of these users, by name.
pub async fn of_users(
    mut conn: &TenantConn,
    users: &[UserId],
) -> QueryResult<Vec<(UserId, Group)>> {
    group_members::table
        .inner_join(groups::table)
        .filter(group_members::user_id.eq_any(users))
        .order((groups::name, groups::id))
        .select((group_members::user_id, Group::as_select()))
        .load(&mut conn)
        .await
}

/// What these groups hold, by name.
pub async fn permissions_of(
    mut conn: &TenantConn,
    ids: &[GroupId],
) -> QueryResult<Vec<(GroupId, HeldPermission)>> {
    group_permissions::table
        .filter(group_permissions::group_id.eq_any(ids))
        .order(group_permissions::permission)
        .select((
            group_permissions::group_id,
            (group_permissions::permission, group_permissions::scope),
        ))
        .load(&mut conn)
        .await
}

/// The first members of each group; the listing's predicate ties them to it.
pub async fn members_of(
    mut conn: &TenantConn,
    parents: Vec<Uuid>,
    listing: &Listing,
) -> QueryResult<Vec<(Uuid, User)>> {
    let query = group_members::table
        .inner_join(users::table)
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select((group_members::group_id, User::as_select()));
    RunQueryDsl::load(per_parent(parents, query), &mut conn).await
}

/// How many members of each group the listing holds for.
pub async fn member_counts(
    mut conn: &TenantConn,
    parents: Vec<Uuid>,
    listing: &Listing,
) -> QueryResult<Vec<(Uuid, i64)>> {
    group_members::table
        .inner_join(users::table)
        .filter(group_members::group_id.eq_any(parents))
        .filter(listing.predicate.clone())
        .group_by(group_members::group_id)
        .select((group_members::group_id, count_star()))
        .load(&mut conn)
        .await
}

pub async fn insert(
    tx: &TenantTx,
    new: &NewGroup,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Group> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(groups::table)
        .values((
            groups::id.eq(GroupId::generate()),
            groups::name.eq(&new.name),
            groups::description.eq(&new.description),
            groups::created_at.eq(now),
            groups::updated_at.eq(now),
            groups::created_by.eq(by),
            groups::updated_by.eq(by),
        ))
        .returning(Group::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn update(
    tx: &TenantTx,
    id: GroupId,
    patch: &GroupPatch,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Group> {
    let mut conn: &TenantConn = tx;
    diesel::update(groups::table.find(id))
        .set((
            patch.name.as_ref().map(|name| groups::name.eq(name)),
            patch.description.as_ref().map(|text| groups::description.eq(text)),
            groups::version.eq(groups::version + 1),
            groups::updated_at.eq(now),
            groups::updated_by.eq(by),
        ))
        .returning(Group::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn delete(tx: &TenantTx, id: GroupId) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    diesel::delete(groups::table.find(id)).execute(&mut conn).await
}

/// Replaces what a group holds.
pub async fn set_permissions(
    tx: &TenantTx,
    id: GroupId,
    held: &[HeldPermission],
) -> QueryResult<()> {
    let mut conn: &TenantConn = tx;
    diesel::delete(group_permissions::table.filter(group_permissions::group_id.eq(id)))
        .execute(&mut conn)
        .await?;
    let rows: Vec<_> = held
        .iter()
        .map(|held| {
            (
                group_permissions::group_id.eq(id),
                group_permissions::permission.eq(&held.permission),
                group_permissions::scope.eq(held.scope),
            )
        })
        .collect();
    diesel::insert_into(group_permissions::table).values(rows).execute(&mut conn).await?;
    Ok(())
}

/// Adds members; those who are in it already stay.
pub async fn add_members(
    tx: &TenantTx,
    groups: &[GroupId],
    members: &[UserId],
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let pairs = groups.iter().flat_map(|group| members.iter().map(move |user| (*group, *user)));
    let rows: Vec<_> = pairs
        .map(|(group, user)| {
            (
                group_members::group_id.eq(group),
                group_members::user_id.eq(user),
                group_members::created_at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(group_members::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(&mut conn)
        .await
}

pub async fn remove_members(tx: &TenantTx, id: GroupId, members: &[UserId]) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    let which = group_members::group_id.eq(id).and(group_members::user_id.eq_any(members));
    diesel::delete(group_members::table.filter(which)).execute(&mut conn).await
}

/// The most groups that any of these users is in.
pub async fn most_groups(mut conn: &TenantConn, members: &[UserId]) -> QueryResult<i64> {
    let counts: Vec<i64> = group_members::table
        .filter(group_members::user_id.eq_any(members))
        .group_by(group_members::user_id)
        .select(count_star())
        .load(&mut conn)
        .await?;
    Ok(counts.into_iter().max().unwrap_or_default())
}
