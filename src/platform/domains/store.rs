//! Queries on `domains`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::model::{Domain, DomainId};
use crate::base::ids::TenantId;
use crate::db::schema::platform::domains;
use crate::db::{PlatformConn, PlatformTx};

/// The primary one of each tenant first.
pub async fn of_tenants(mut conn: &PlatformConn, tenants: &[TenantId]) -> QueryResult<Vec<Domain>> {
    domains::table
        .filter(domains::tenant_id.eq_any(tenants))
        .order((domains::is_primary.desc(), domains::domain))
        .select(Domain::as_select())
        .load(&mut conn)
        .await
}

pub async fn find(mut conn: &PlatformConn, id: DomainId) -> QueryResult<Option<Domain>> {
    domains::table.find(id).select(Domain::as_select()).first(&mut conn).await.optional()
}

pub async fn insert(
    tx: &PlatformTx,
    tenant: TenantId,
    domain: &str,
    is_primary: bool,
    now: DateTime<Utc>,
) -> QueryResult<Domain> {
    let mut conn: &PlatformConn = tx;
    diesel::insert_into(domains::table)
        .values((
            domains::id.eq(DomainId::generate()),
            domains::tenant_id.eq(tenant),
            domains::domain.eq(domain),
            domains::is_primary.eq(is_primary),
            domains::created_at.eq(now),
        ))
        .returning(Domain::as_returning())
        .get_result(&mut conn)
        .await
}

/// No domain of the tenant is primary any more.
pub async fn clear_primary(tx: &PlatformTx, tenant: TenantId) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::update(domains::table.filter(domains::tenant_id.eq(tenant)))
        .filter(domains::is_primary)
        .set(domains::is_primary.eq(false))
        .execute(&mut conn)
        .await
}

pub async fn make_primary(tx: &PlatformTx, id: DomainId) -> QueryResult<Domain> {
    let mut conn: &PlatformConn = tx;
    diesel::update(domains::table.find(id))
        .set(domains::is_primary.eq(true))
        .returning(Domain::as_returning())
        .get_result(&mut conn)
        .await
}

pub async fn delete(tx: &PlatformTx, id: DomainId) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::delete(domains::table.find(id)).execute(&mut conn).await
}
