//! From rows to what a caller may do, in one round trip.

use std::sync::Arc;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::access::{Access, Held, OperatorId, Place, Through};
use super::entry::Entry;
use super::permission::{PermissionScope, Role};
use super::reach::Extent;
use crate::base::ids::UserId;
use crate::db::schema::platform::{operator_sessions, operators};
use crate::db::schema::tenant::{
    branches, group_members, group_permissions, second_factors, security_policy, sessions,
    user_permissions, users,
};
use crate::db::{PlatformConn, TenantConn, grants};

/// The access of a user's session, and where it began, if that was on the platform: then what is
/// there has to hold, too. `None` once it is revoked or the user inactive.
pub async fn of_user(
    conn: &TenantConn,
    user: UserId,
    session: Uuid,
) -> QueryResult<Option<(Access, Option<Entry>)>> {
    type Entered = (Option<Uuid>, Option<OperatorId>, Option<OperatorId>);
    type Found = ((Role, bool, Option<Vec<Role>>), Entered);
    let found = async {
        let mut conn = conn;
        let confirmed = second_factors::table.filter(
            second_factors::user_id.eq(user).and(second_factors::confirmed_at.is_not_null()),
        );
        // Whoever came through a provider has shown there what it asks for.
        let has_password_alone = users::password_hash
            .is_not_null()
            .and(sessions::identity_provider_id.is_null())
            .and(not(exists(confirmed)));
        let demanded =
            security_policy::table.select(security_policy::require_totp_for_roles).single_value();
        sessions::table
            .inner_join(users::table)
            .filter(sessions::id.eq(session).and(users::id.eq(user)))
            .filter(sessions::revoked_at.is_null().and(users::is_active))
            .select((
                (users::role, has_password_alone, demanded),
                (sessions::operator_session_id, users::operator_id, sessions::impersonator_id),
            ))
            .first::<Found>(&mut conn)
            .await
            .optional()
    };
    let (found, mut held) = futures_util::future::try_join(found, held_by(conn, user)).await?;
    Ok(found.map(|((role, has_password_alone, demanded), entered)| {
        held.must_enroll = has_password_alone && demanded.is_some_and(|of| of.contains(&role));
        let (operator_session, linked_to, impersonator) = entered;
        let entry = operator_session.map(|operator_session| Entry {
            session,
            operator_session,
            linked_to,
            impersonator,
        });
        (Access::user(user, role, Through::Session(session), held), entry)
    }))
}

const fn extent(grants: i64) -> Extent {
    match grants {
        ..=grants::FEW => Extent::Few,
        more if more <= grants::SOME => Extent::Some,
        _ => Extent::Many,
    }
}

/// What a user holds beyond their role.
pub async fn held_by(conn: &TenantConn, user: UserId) -> QueryResult<Held> {
    let direct = async {
        let mut conn = conn;
        user_permissions::table
            .filter(user_permissions::user_id.eq(user))
            .select((user_permissions::permission, user_permissions::scope))
            .load::<(String, PermissionScope)>(&mut conn)
            .await
    };
    let groups = async {
        let mut conn = conn;
        group_members::table
            .left_join(
                group_permissions::table
                    .on(group_permissions::group_id.eq(group_members::group_id)),
            )
            .filter(group_members::user_id.eq(user))
            .select((
                group_members::group_id,
                (group_permissions::permission, group_permissions::scope).nullable(),
            ))
            .load::<(Uuid, Option<(String, PermissionScope)>)>(&mut conn)
            .await
    };
    let granted = grants::extents(conn, user.0);
    let (direct, groups, granted, place) =
        futures_util::future::try_join4(direct, groups, granted, place_of(conn, user)).await?;
    let mut held = Held { tenant: conn.tenant(), place, ..Held::default() };
    let mut holders = vec![user.0];
    for (group, permission) in groups {
        holders.push(group);
        if let Some((permission, scope)) = permission {
            held.add(permission, scope);
        }
    }
    for (permission, scope) in direct {
        held.add(permission, scope);
    }
    holders.sort_unstable();
    holders.dedup();
    held.holders = Arc::from(holders);
    for (permission, kind, grants) in granted {
        held.granted.entry(permission.into()).or_default().push((kind.into(), extent(grants)));
    }
    Ok(held)
}

/// The branch of a user, and those of the same region.
async fn place_of(mut conn: &TenantConn, user: UserId) -> QueryResult<Option<Place>> {
    let near = diesel::alias!(branches as near);
    let near_id = near.field(branches::id);
    let same = near_id.eq(branches::id).or(near.field(branches::region_id).eq(branches::region_id));
    let found: Vec<(Uuid, Uuid)> = users::table
        .inner_join(branches::table.on(users::branch_id.eq(branches::id.nullable())))
        .inner_join(near.on(same))
        .filter(users::id.eq(user))
        .select((branches::id, near_id))
        .load(&mut conn)
        .await?;
    let branch = found.iter().map(|(own, _)| *own).next();
    let region = found.into_iter().map(|(_, near)| near).collect();
    Ok(branch.map(|branch| Place { branch, region }))
}

/// The access of an operator's session; `None` once it is revoked or the operator inactive.
pub async fn of_operator(
    mut conn: &PlatformConn,
    operator: OperatorId,
    session: Uuid,
) -> QueryResult<Option<Access>> {
    let found = operator_sessions::table
        .inner_join(operators::table)
        .filter(operator_sessions::id.eq(session).and(operators::id.eq(operator)))
        .filter(operator_sessions::revoked_at.is_null().and(operators::is_active))
        .select(operators::is_admin)
        .first::<bool>(&mut conn)
        .await
        .optional()?;
    Ok(found.map(|is_admin| Access::operator(operator, is_admin, session)))
}
