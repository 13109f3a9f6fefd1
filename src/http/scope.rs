//! Which tenant a request is for: its host, agreeing with its token.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

use super::caller::Shown;
use super::reply::Failure;
use crate::auth::Realm;
use crate::base::ids::TenantId;
use crate::ctx::{App, Origin, Scope};
use crate::db::Meter;
use crate::error::AppError;
use crate::security::Kind;
use crate::tenancy::{Host, Tenant};

/// The host's tenant, or the platform.
pub(super) async fn of_host(
    app: &App,
    headers: &HeaderMap,
    uri: &Uri,
    meter: &Meter,
) -> Result<Scope, Failure> {
    let mut all = headers.get_all(header::HOST).iter();
    let (first, second) = (all.next(), all.next());
    // HTTP/2 has the host in the URI; a proxy may put it into both.
    let in_uri = uri.authority().map(|authority| authority.as_str());
    let differ = |host: &HeaderValue| {
        in_uri.is_some_and(|uri| !uri.as_bytes().eq_ignore_ascii_case(host.as_bytes()))
    };
    if second.is_some() || first.is_some_and(differ) {
        let message = "the request names two hosts";
        return Err(Failure::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message));
    }
    let name = first.map_or(in_uri, |host| host.to_str().ok());
    match name.and_then(|name| app.hosts.read(name)) {
        None => Err(AppError::TenantNotFound.into()),
        Some(Host::Platform) => Ok(Scope::Platform),
        Some(host) => {
            let tenant = app.directory.by_host(&host, meter).await?;
            Ok(Scope::Tenant(usable(tenant)?))
        }
    }
}

/// The scope after the token had its say: on a tenant's host they must agree; on a platform host
/// a tenant's token leads to its tenant.
pub(super) async fn agree(
    app: &App,
    host: Scope,
    shown: Option<&Shown>,
    origin: &Origin,
    meter: &Meter,
) -> Result<Scope, Failure> {
    let identity = match (shown, &host) {
        (Some(Shown::Token(identity)), _) => identity,
        // A key is one of the host's tenant, or none at all.
        (Some(Shown::Key(_)), Scope::Platform) => return Err(Failure::token_refused()),
        (Some(Shown::Key(_)), Scope::Tenant(_)) | (None, _) => return Ok(host),
    };
    match (host, identity.realm, identity.tenant) {
        (Scope::Tenant(tenant), Realm::Tenant, Some(claim)) if tenant.id.0 == claim => {
            Ok(Scope::Tenant(tenant))
        }
        (Scope::Platform, Realm::Tenant, Some(claim)) => {
            match app.directory.by_id(TenantId(claim), meter).await {
                Err(AppError::TenantNotFound) => Err(Failure::token_refused()),
                found => Ok(Scope::Tenant(usable(found?)?)),
            }
        }
        (Scope::Platform, Realm::Platform, None) => Ok(Scope::Platform),
        (host, ..) => {
            let claim = identity.tenant.map_or("the platform".to_owned(), |id| id.to_string());
            let note = |event| app.security.note(event);
            if let Scope::Tenant(tenant) = &host {
                // Whose token it is does not concern this tenant.
                note(origin.event(Some(&host), Kind::CrossTenant, ""));
                let detail = format!("a token of {claim} at {}", tenant.schema.as_str());
                note(origin.event(None, Kind::CrossTenant, detail));
            } else {
                note(origin.event(None, Kind::TokenRefused, format!("a token of {claim}")));
            }
            Err(Failure::token_refused())
        }
    }
}

fn usable(tenant: Arc<Tenant>) -> Result<Arc<Tenant>, Failure> {
    Ok(tenant.usable()?)
}
