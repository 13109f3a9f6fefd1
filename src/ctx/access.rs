//! From what a request shows to what its sender may do now.

use chrono::TimeDelta;

use super::App;
use crate::auth::api_key::{ApiKeySecret, digest};
use crate::auth::{Identity, Realm};
use crate::authz::{self, Access, OperatorId, Through};
use crate::base::ids::{TenantId, UserId};
use crate::db::{Meter, TenantPlace};
use crate::error::Result;
use crate::tenancy::Tenant;

/// How exactly the last use of a key is known.
const NOTED_EVERY: TimeDelta = TimeDelta::seconds(60);

/// The access of a verified token's session; `None` once it is revoked, or the account or its
/// tenant gone.
pub async fn access_of(app: &App, identity: &Identity, meter: &Meter) -> Result<Option<Access>> {
    if let (Some(scopes), Some(tenant)) = (&identity.client, identity.tenant) {
        return access_of_client(app, identity, scopes, TenantId(tenant), meter).await;
    }
    let load = async || match (identity.realm, identity.tenant) {
        (Realm::Tenant, Some(tenant)) => {
            let tenant = app.directory.by_id(TenantId(tenant), meter).await?;
            of_user(app, &tenant, identity, meter).await
        }
        (Realm::Platform, None) => {
            let conn = app.db.platform(meter).await?;
            let operator = OperatorId(identity.subject);
            Ok(authz::of_operator(&conn, operator, identity.session).await?)
        }
        _ => Ok(None),
    };
    let access = app.access.get(identity.tenant, identity.session, load).await?;
    Ok(access.filter(|access| {
        access.subject() == identity.subject
            && access.impersonator.map(|operator| operator.0) == identity.actor
    }))
}

/// One connection after the other: two at once, by everybody, could wait for each other.
async fn of_user(
    app: &App,
    tenant: &Tenant,
    identity: &Identity,
    meter: &Meter,
) -> Result<Option<Access>> {
    let found = {
        let conn = app.db.tenant(&tenant.place, meter).await?;
        authz::of_user(&conn, UserId(identity.subject), identity.session).await?
    };
    match found {
        Some((access, Some(entry))) => {
            let conn = app.db.platform(meter).await?;
            Ok(authz::of_entry(&conn, tenant.id, access, entry, app.clock.now()).await?)
        }
        found => Ok(found.map(|(access, _)| access)),
    }
}

/// The access of whoever shows this API key in its tenant; `None` when it does not hold there.
pub async fn access_of_key(
    app: &App,
    tenant: &Tenant,
    secret: &ApiKeySecret,
    meter: &Meter,
) -> Result<Option<Access>> {
    let now = app.clock.now();
    let load = async || {
        let conn = app.db.tenant(&tenant.place, meter).await?;
        Ok(authz::of_secret(&conn, secret, now).await?)
    };
    let access = app.access.get(Some(tenant.id.0), secret.remembered_as(), load).await?;
    let access = access.filter(|access| access.holds_at(now));
    note_use(app, &tenant.place, access.as_ref());
    Ok(access)
}

/// The access of a token that an API key was exchanged for.
async fn access_of_client(
    app: &App,
    identity: &Identity,
    scopes: &str,
    tenant: TenantId,
    meter: &Meter,
) -> Result<Option<Access>> {
    let (now, key, user) = (app.clock.now(), identity.session, UserId(identity.subject));
    let tenant = app.directory.by_id(tenant, meter).await?;
    let load = async || {
        let conn = app.db.tenant(&tenant.place, meter).await?;
        Ok(authz::of_client(&conn, user, key, scopes, now).await?)
    };
    // Each set of scopes is a memory of its own.
    let name = digest(&[b"client", key.as_bytes(), scopes.as_bytes()]);
    let access = app.access.get(Some(tenant.id.0), name, load).await?;
    let access = access.filter(|a| a.holds_at(now) && a.subject() == identity.subject);
    note_use(app, &tenant.place, access.as_ref());
    Ok(access)
}

/// Writes down that a key is used, now and then, and without the request waiting for it.
fn note_use(app: &App, place: &TenantPlace, access: Option<&Access>) {
    let Some(Through::Key(key)) = access.map(|access| access.through) else { return };
    let now = app.clock.now();
    if app.key_uses.get(&key).is_some_and(|noted| now - noted < NOTED_EVERY) {
        return;
    }
    app.key_uses.insert(key, now);
    let (db, place) = (app.db.clone(), place.clone());
    tokio::spawn(async move {
        let noted = async {
            let conn = db.tenant(&place, &Meter::default()).await?;
            authz::note_use(&conn, key, now, now - NOTED_EVERY).await?;
            Result::<()>::Ok(())
        };
        if let Err(e) = noted.await {
            tracing::warn!(error = ?e, "the use of an API key was not noted");
        }
    });
}
