//! What of a request is told to those who watch over security. Nothing is refused here.

use std::net::SocketAddr;

use async_graphql::Response;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, Uri, header};
use serde_json::{Map, Value};

use super::codes::code_of;
use super::correlation::Correlation;
use super::reply::Failure;
use super::{Api, caller, scope};
use crate::ctx::{App, Core, Ctx, Origin};
use crate::db::Meter;
use crate::limits::Policy;
use crate::security::{Kind, suspicion};

/// A request whose path looks like an attack.
pub(super) struct Seen {
    kind: Kind,
    uri: Uri,
    headers: HeaderMap,
    origin: Origin,
}

/// Looks at the path of any request, also of those that lead nowhere.
pub(super) fn path(api: &Api, request: &Request, correlation: &Correlation) -> Option<Seen> {
    let (uri, headers) = (request.uri(), request.headers());
    let path = uri.path_and_query()?.as_str();
    // Most requests have nothing to look at.
    if !path.contains("..") && !path.contains(['%', '<', ':']) {
        return None;
    }
    let kind = suspicion::of_path(path)?;
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    let origin = caller::origin(&api.app, peer.ip(), headers, &correlation.0);
    Some(Seen { kind, uri: uri.clone(), headers: headers.clone(), origin })
}

impl Seen {
    /// Notes it at the tenant whose host it is.
    pub(super) async fn note(self, api: &Api) {
        let Self { kind, uri, headers, origin } = self;
        let meter = Meter::default();
        let host = scope::of_host(&api.app, &headers, &uri, &meter).await.ok();
        api.app.security.note(origin.event(host.as_ref(), kind, uri.to_string()));
    }
}

/// A host that nobody has.
pub(super) fn host(app: &App, origin: &Origin, headers: &HeaderMap, failure: &Failure) {
    if failure.code == "TENANT_NOT_FOUND" {
        let named = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        app.security.note(origin.event(None, Kind::UnknownHost, named.unwrap_or_default()));
    }
}

/// What the caller's program calls itself.
pub(super) fn agent(core: &Core) {
    if let Some(why) = suspicion::of_agent(core.origin.user_agent.as_deref()) {
        core.app.security.note_once(core.event(Kind::SuspiciousAgent, why));
    }
}

/// A limit that was reached.
pub(super) fn limit(core: &Core, policy: Option<Policy>) {
    if let Some(policy) = policy {
        core.alert(Kind::RateLimited, policy.name());
    }
}

/// What the variables hold. The values themselves are not noted: they may be anybody's secrets.
pub(super) fn variables(core: &Core, variables: &Map<String, Value>) {
    if let Some((name, kind)) = suspicion::of_variables(variables) {
        core.alert(kind, format!("${name}"));
    }
}

/// What the use cases refused.
pub(super) fn errors(ctx: &Ctx, response: &Response) {
    for error in &response.errors {
        match code_of(error) {
            Some("FORBIDDEN") => ctx.alert(Kind::PermissionDenied, error.message.as_str()),
            Some("RATE_LIMITED") => ctx.alert(Kind::RateLimited, error.message.as_str()),
            _ => {}
        }
    }
}
