//! From what a token says to what its bearer may do now.

use super::App;
use crate::auth::{Identity, Realm};
use crate::authz::{self, Access, OperatorId};
use crate::base::ids::{TenantId, UserId};
use crate::db::Meter;
use crate::error::Result;

/// The access of a verified token's session; `None` once it is revoked, or the account or its
/// tenant gone.
pub async fn access_of(app: &App, identity: &Identity, meter: &Meter) -> Result<Option<Access>> {
    let load = async || match (identity.realm, identity.tenant) {
        (Realm::Tenant, Some(tenant)) => {
            let tenant = app.directory.by_id(TenantId(tenant), meter).await?;
            let conn = app.db.tenant(&tenant.place, meter).await?;
            let user = UserId(identity.subject);
            Ok(authz::of_user(&conn, user, identity.session).await?)
        }
        (Realm::Platform, None) => {
            let conn = app.db.platform(meter).await?;
            let operator = OperatorId(identity.subject);
            Ok(authz::of_operator(&conn, operator, identity.session).await?)
        }
        _ => Ok(None),
    };
    let access = app.access.get(identity.tenant, identity.session, load).await?;
    Ok(access.filter(|access| access.subject() == identity.subject))
}
