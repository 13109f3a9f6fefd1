//! Who may enter a tenant.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::authz::{OperatorId, OrganizationRole};
use crate::base::ids::TenantId;
use crate::db::PlatformConn;
use crate::db::schema::platform::{operators, organization_members, tenants};

/// An operator, and what they are in a tenant's organization.
#[derive(Debug, Queryable)]
pub struct Place {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub role: OrganizationRole,
}

/// The operator's place in the organization of the tenant; `None`: in none.
pub async fn place(
    mut conn: &PlatformConn,
    operator: OperatorId,
    tenant: TenantId,
) -> QueryResult<Option<Place>> {
    let organization = organization_members::organization_id.nullable();
    operators::table
        .inner_join(organization_members::table)
        .inner_join(tenants::table.on(tenants::organization_id.eq(organization)))
        .filter(operators::id.eq(operator).and(tenants::id.eq(tenant)))
        .select((
            operators::email,
            operators::first_name,
            operators::last_name,
            organization_members::role,
        ))
        .first(&mut conn)
        .await
        .optional()
}
