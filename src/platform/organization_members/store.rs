//! Queries on `organization_members`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::{auto_type, count_star};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{Member, MemberId, Membership, Person};
use crate::authz::{OperatorId, OrganizationRole};
use crate::db::schema::platform::{operators, organization_members as members};
use crate::db::{Listing, Ordering, PlatformConn, PlatformTx, Predicate, per_parent};
use crate::platform::organizations::OrganizationId;

/// The listed part of the members, with who they are.
#[auto_type(no_type_alias)]
fn listed(listing: &Listing) -> _ {
    let filter: Predicate = listing.filter();
    let order: Ordering = listing.order();
    let (limit, offset): (i64, i64) = (listing.limit(), listing.offset());
    members::table
        .inner_join(operators::table)
        .filter(filter)
        .order(order)
        .limit(limit)
        .offset(offset)
}

fn row() -> (
    diesel::dsl::AsSelect<Membership, diesel::pg::Pg>,
    diesel::dsl::AsSelect<Person, diesel::pg::Pg>,
) {
    (Membership::as_select(), Person::as_select())
}

/// The first members of each organization; the listing's predicate ties them to it.
pub async fn pages_of(
    mut conn: &PlatformConn,
    organizations: Vec<Uuid>,
    listing: &Listing,
) -> QueryResult<Vec<Member>> {
    let query = per_parent(organizations, listed(listing).select(row()));
    RunQueryDsl::load::<Member>(query, &mut conn).await
}

pub async fn counts_of(
    mut conn: &PlatformConn,
    organizations: Vec<Uuid>,
    predicate: Predicate,
) -> QueryResult<Vec<(Uuid, i64)>> {
    members::table
        .inner_join(operators::table)
        .filter(members::organization_id.eq_any(organizations))
        .filter(predicate)
        .group_by(members::organization_id)
        .select((members::organization_id, count_star()))
        .load(&mut conn)
        .await
}

pub async fn find(mut conn: &PlatformConn, id: MemberId) -> QueryResult<Option<Member>> {
    members::table
        .inner_join(operators::table)
        .filter(members::id.eq(id))
        .select(row())
        .first(&mut conn)
        .await
        .optional()
}

/// What an operator is in an organization; `None`: not of it.
pub async fn role(
    mut conn: &PlatformConn,
    organization: OrganizationId,
    operator: OperatorId,
) -> QueryResult<Option<OrganizationRole>> {
    members::table
        .filter(members::organization_id.eq(organization).and(members::operator_id.eq(operator)))
        .select(members::role)
        .first(&mut conn)
        .await
        .optional()
}

/// What an operator is in each of the organizations that they belong to.
pub async fn roles(
    mut conn: &PlatformConn,
    organizations: &[OrganizationId],
    operator: OperatorId,
) -> QueryResult<Vec<(OrganizationId, OrganizationRole)>> {
    members::table
        .filter(members::organization_id.eq_any(organizations))
        .filter(members::operator_id.eq(operator))
        .select((members::organization_id, members::role))
        .load(&mut conn)
        .await
}

/// The operator with this address, if they may sign in.
pub async fn operator(mut conn: &PlatformConn, email: &str) -> QueryResult<Option<OperatorId>> {
    operators::table
        .filter(lower(operators::email).eq(lower(email)).and(operators::is_active))
        .select(operators::id)
        .first(&mut conn)
        .await
        .optional()
}

#[diesel::declare_sql_function]
extern "SQL" {
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// Whether an active owner other than this one remains.
pub async fn has_other_owner(
    mut conn: &PlatformConn,
    organization: OrganizationId,
    id: MemberId,
) -> QueryResult<bool> {
    let others = members::table
        .inner_join(operators::table)
        .filter(members::organization_id.eq(organization).and(members::id.ne(id)))
        .filter(members::role.eq(OrganizationRole::Owner).and(operators::is_active));
    diesel::select(diesel::dsl::exists(others)).get_result(&mut conn).await
}

pub async fn insert(
    tx: &PlatformTx,
    organization: OrganizationId,
    operator: OperatorId,
    role: OrganizationRole,
    now: DateTime<Utc>,
) -> QueryResult<Membership> {
    let mut conn: &PlatformConn = tx;
    diesel::insert_into(members::table)
        .values((
            members::id.eq(MemberId::generate()),
            members::organization_id.eq(organization),
            members::operator_id.eq(operator),
            members::role.eq(role),
            members::created_at.eq(now),
        ))
        .returning(Membership::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn set_role(tx: &PlatformTx, id: MemberId, role: OrganizationRole) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::update(members::table.find(id)).set(members::role.eq(role)).execute(&mut conn).await
}

pub async fn delete(tx: &PlatformTx, id: MemberId) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::delete(members::table.find(id)).execute(&mut conn).await
}
