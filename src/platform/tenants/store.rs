//! Queries on `tenants`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{NewTenant, TenantPatch, TenantRecord};
use crate::authz::OperatorId;
use crate::base::ids::TenantId;
use crate::db::schema::platform::{organization_members, tenants};
use crate::db::{Listing, PlatformConn, PlatformTx, Predicate, TenantSchema, per_parent};
use crate::platform::Sight;

type Boxed<'a> = tenants::BoxedQuery<'a, diesel::pg::Pg>;

/// Those of the tenants that the caller sees.
fn seen(query: Boxed<'_>, by: Sight) -> Boxed<'_> {
    match by {
        Sight::All => query,
        Sight::Of(operator) => {
            query.filter(tenants::organization_id.eq_any(organizations(operator)))
        }
    }
}

/// The organizations that an operator belongs to.
#[diesel::dsl::auto_type]
fn organizations(operator: OperatorId) -> _ {
    organization_members::table
        .filter(organization_members::operator_id.eq(operator))
        .select(organization_members::organization_id.nullable())
}

pub async fn find(
    mut conn: &PlatformConn,
    id: TenantId,
    by: Sight,
) -> QueryResult<Option<TenantRecord>> {
    seen(tenants::table.into_boxed(), by)
        .filter(tenants::id.eq(id))
        .select(TenantRecord::as_select())
        .first(&mut conn)
        .await
        .optional()
}

/// Whether the tenant is there; nobody else can lock it before this transaction ends.
pub async fn lock(tx: &PlatformTx, id: TenantId) -> QueryResult<bool> {
    let mut conn: &PlatformConn = tx;
    let found = tenants::table.find(id).select(tenants::id).for_no_key_update();
    Ok(found.first::<TenantId>(&mut conn).await.optional()?.is_some())
}

pub async fn by_schema(
    mut conn: &PlatformConn,
    schema: &TenantSchema,
) -> QueryResult<Option<TenantRecord>> {
    tenants::table
        .filter(tenants::schema_name.eq(schema.as_str()))
        .select(TenantRecord::as_select())
        .first(&mut conn)
        .await
        .optional()
}

pub async fn all(mut conn: &PlatformConn) -> QueryResult<Vec<TenantRecord>> {
    tenants::table
        .order(tenants::schema_name)
        .select(TenantRecord::as_select())
        .load(&mut conn)
        .await
}

pub async fn page(
    mut conn: &PlatformConn,
    listing: &Listing,
    by: Sight,
) -> QueryResult<Vec<TenantRecord>> {
    seen(tenants::table.into_boxed(), by)
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(TenantRecord::as_select())
        .load(&mut conn)
        .await
}

pub async fn count(mut conn: &PlatformConn, listing: &Listing, by: Sight) -> QueryResult<i64> {
    seen(tenants::table.into_boxed(), by)
        .filter(listing.predicate.clone())
        .select(count_star())
        .first(&mut conn)
        .await
}

/// The first tenants of each organization; the listing's predicate ties them to it.
pub async fn pages_of(
    mut conn: &PlatformConn,
    organizations: Vec<Uuid>,
    listing: &Listing,
) -> QueryResult<Vec<TenantRecord>> {
    let query = tenants::table
        .filter(listing.filter())
        .order(listing.order())
        .limit(listing.limit())
        .offset(listing.offset())
        .select(TenantRecord::as_select());
    RunQueryDsl::load::<TenantRecord>(per_parent(organizations, query), &mut conn).await
}

pub async fn counts_of(
    mut conn: &PlatformConn,
    organizations: Vec<Uuid>,
    predicate: Predicate,
) -> QueryResult<Vec<(Uuid, i64)>> {
    tenants::table
        .filter(tenants::organization_id.eq_any(organizations))
        .filter(predicate)
        .group_by(tenants::organization_id)
        .select((tenants::organization_id.assume_not_null(), count_star()))
        .load(&mut conn)
        .await
}

pub async fn insert(
    tx: &PlatformTx,
    id: TenantId,
    schema: &TenantSchema,
    new: &NewTenant,
    now: DateTime<Utc>,
) -> QueryResult<TenantRecord> {
    let mut conn: &PlatformConn = tx;
    diesel::insert_into(tenants::table)
        .values((
            tenants::id.eq(id),
            tenants::organization_id.eq(new.organization),
            tenants::schema_name.eq(schema.as_str()),
            tenants::name.eq(&new.name),
            tenants::created_on.eq(now.date_naive()),
            new.max_users.map(|n| tenants::max_users.eq(n)),
            tenants::created_at.eq(now),
            tenants::updated_at.eq(now),
        ))
        .returning(TenantRecord::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn update(
    tx: &PlatformTx,
    id: TenantId,
    expected_version: Option<i32>,
    patch: &TenantPatch,
    now: DateTime<Utc>,
) -> QueryResult<Option<TenantRecord>> {
    let mut conn: &PlatformConn = tx;
    let mut query = diesel::update(tenants::table.find(id))
        .set((patch, tenants::version.eq(tenants::version + 1), tenants::updated_at.eq(now)))
        .returning(TenantRecord::as_returning())
        .into_boxed();
    if let Some(version) = expected_version {
        query = query.filter(tenants::version.eq(version));
    }
    query.get_result(&mut conn).await.optional()
}

pub async fn delete(tx: &PlatformTx, id: TenantId) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::delete(tenants::table.find(id)).execute(&mut conn).await
}
