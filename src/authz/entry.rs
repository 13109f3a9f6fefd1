//! Sessions in a tenant that began on the platform: they hold as long as what they began with.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::access::{Access, OperatorId};
use super::organization::OrganizationRole;
use crate::base::ids::TenantId;
use crate::db::PlatformConn;
use crate::db::schema::platform::{
    impersonations, operator_sessions, operators, organization_members, tenants,
};

/// What a tenant's session says of where it began.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub session: Uuid,
    /// The platform's session.
    pub operator_session: Uuid,
    /// Whom the user is the account of, if it is a linked one.
    pub linked_to: Option<OperatorId>,
    pub impersonator: Option<OperatorId>,
}

/// The access of a session that began on the platform; `None` once the session there has ended,
/// the operator is inactive, or has lost what let them in.
pub async fn of_entry(
    conn: &PlatformConn,
    tenant: TenantId,
    access: Access,
    entry: Entry,
    now: DateTime<Utc>,
) -> QueryResult<Option<Access>> {
    if let Some(operator) = entry.impersonator {
        let open = impersonates(conn, tenant, operator, entry, now).await?;
        return Ok(open.then(|| access.impersonated_by(operator)));
    }
    let Some(operator) = entry.linked_to else { return Ok(None) };
    let role = role_of(conn, tenant, operator, entry, now).await?;
    Ok(role.map(|role| access.entered_by(operator, role.in_tenants())))
}

/// What the operator is in the tenant's organization, as long as their own session lasts.
async fn role_of(
    mut conn: &PlatformConn,
    tenant: TenantId,
    operator: OperatorId,
    entry: Entry,
    now: DateTime<Utc>,
) -> QueryResult<Option<OrganizationRole>> {
    let members = organization_members::table;
    let organization = organization_members::organization_id.nullable();
    operators::table
        .inner_join(operator_sessions::table)
        .inner_join(members)
        .inner_join(tenants::table.on(tenants::organization_id.eq(organization)))
        .filter(tenants::id.eq(tenant).and(operators::id.eq(operator)))
        .filter(operators::is_active.and(operator_sessions::id.eq(entry.operator_session)))
        .filter(operator_sessions::revoked_at.is_null().and(operator_sessions::expires_at.gt(now)))
        .select(organization_members::role)
        .first(&mut conn)
        .await
        .optional()
}

/// Whether the impersonation goes on: neither ended nor over, by an administrator who is still one
/// and signed in.
async fn impersonates(
    mut conn: &PlatformConn,
    tenant: TenantId,
    operator: OperatorId,
    entry: Entry,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let open = impersonations::table
        .inner_join(operators::table.inner_join(operator_sessions::table))
        .filter(impersonations::id.eq(entry.session).and(impersonations::tenant_id.eq(tenant)))
        .filter(impersonations::ended_at.is_null().and(impersonations::ends_at.gt(now)))
        .filter(operators::id.eq(operator).and(operators::is_active).and(operators::is_admin))
        .filter(operator_sessions::id.eq(entry.operator_session))
        .filter(operator_sessions::revoked_at.is_null().and(operator_sessions::expires_at.gt(now)));
    diesel::select(diesel::dsl::exists(open)).get_result(&mut conn).await
}
