//! The column `allowed_origins` of `tenants`. No rules and no permissions here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::base::ids::TenantId;
use crate::db::schema::platform::tenants;
use crate::db::{PlatformConn, PlatformTx};

/// The list, which nobody else changes before this transaction ends.
pub async fn locked(tx: &PlatformTx, tenant: TenantId) -> QueryResult<Option<Vec<String>>> {
    let mut conn: &PlatformConn = tx;
    let row = tenants::table.find(tenant).select(tenants::allowed_origins).for_no_key_update();
    row.first(&mut conn).await.optional()
}

pub async fn set(
    tx: &PlatformTx,
    tenant: TenantId,
    origins: &[String],
    now: DateTime<Utc>,
) -> QueryResult<usize> {
    let mut conn: &PlatformConn = tx;
    diesel::update(tenants::table.find(tenant))
        .set((
            tenants::allowed_origins.eq(origins),
            tenants::version.eq(tenants::version + 1),
            tenants::updated_at.eq(now),
        ))
        .execute(&mut conn)
        .await
}
