//! Queries on `organizations`. No rules here; what an operator may see is a condition of the
//! statement.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{NewOrganization, Organization, OrganizationId, OrganizationPatch};
use crate::authz::OperatorId;
use crate::db::schema::platform::{organization_members, organizations, tenants};
use crate::db::{Listing, PlatformConn, PlatformTx};
use crate::platform::Sight;

type Boxed<'a> = organizations::BoxedQuery<'a, diesel::pg::Pg>;

/// Those of the organizations that the caller sees.
fn seen(query: Boxed<'_>, by: Sight) -> Boxed<'_> {
    match by {
        Sight::All => query,
        Sight::Of(operator) => query.filter(organizations::id.eq_any(of(operator))),
    }
}

/// The organizations that an operator belongs to.
#[diesel::dsl::auto_type]
fn of(operator: OperatorId) -> _ {
    organization_members::table
        .filter(organization_members::operator_id.eq(operator))
        .select(organization_members::organization_id)
}

pub async fn find(
    mut conn: &PlatformConn,
    id: OrganizationId,
    by: Sight,
) -> QueryResult<Option<Organization>> {
    seen(organizations::table.into_boxed(), by)
        .filter(organizations::id.eq(id))
        .select(Organization::as_select())
        .first(&mut conn)
        .await
        .optional()
}

pub async fn by_ids(
    mut conn: &PlatformConn,
    ids: &[OrganizationId],
) -> QueryResult<Vec<Organization>> {
    organizations::table
        .filter(organizations::id.eq_any(ids))
        .select(Organization::as_select())
        .load(&mut conn)
        .await
}

pub async fn page(
    mut conn: &PlatformConn,
    listing: &Listing,
    by: Sight,
) -> QueryResult<Vec<Organization>> {
    seen(organizations::table.into_boxed(), by)
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(Organization::as_select())
        .load(&mut conn)
        .await
}

pub async fn count(mut conn: &PlatformConn, listing: &Listing, by: Sight) -> QueryResult<i64> {
    seen(organizations::table.into_boxed(), by)
        .filter(listing.predicate.clone())
        .select(count_star())
        .first(&mut conn)
        .await
}

/// The organization; nobody else can lock it before this transaction ends. What counts its owners
/// or tenants does this first.
pub async fn lock(tx: &PlatformTx, id: OrganizationId) -> QueryResult<Option<Organization>> {
    let mut conn: &PlatformConn = tx;
    organizations::table
        .find(id)
        .select(Organization::as_select())
        .for_no_key_update()
        .first(&mut conn)
        .await
        .optional()
}

pub async fn count_tenants(mut conn: &PlatformConn, id: OrganizationId) -> QueryResult<i64> {
    tenants::table
        .filter(tenants::organization_id.eq(id))
        .select(count_star())
        .first(&mut conn)
        .await
}

pub async fn insert(
    tx: &PlatformTx,
    new: &NewOrganization,
    now: DateTime<Utc>,
) -> QueryResult<Organization> {
    let mut conn: &PlatformConn = tx;
    diesel::insert_into(organizations::table)
        .values((
            organizations::id.eq(OrganizationId::generate()),
            organizations::name.eq(&new.name),
            new.max_tenants.map(|n| organizations::max_tenants.eq(n)),
            organizations::created_at.eq(now),
            organizations::updated_at.eq(now),
        ))
        .returning(Organization::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn update(
    tx: &PlatformTx,
    id: OrganizationId,
    expected_version: Option<i32>,
    patch: &OrganizationPatch,
    now: DateTime<Utc>,
) -> QueryResult<Option<Organization>> {
    let mut conn: &PlatformConn = tx;
    let next = organizations::version.eq(organizations::version + 1);
    let mut query = diesel::update(organizations::table.find(id))
        .set((patch, next, organizations::updated_at.eq(now)))
        .returning(Organization::as_returning())
        .into_boxed();
    if let Some(version) = expected_version {
        query = query.filter(organizations::version.eq(version));
    }
    query.get_result(&mut conn).await.optional()
}

pub async fn delete(tx: &PlatformTx, id: OrganizationId) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::delete(organizations::table.find(id)).execute(&mut conn).await
}
