//! Who sends a request: the bearer of a token, at an address.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue, header};

use super::reply::Failure;
use crate::auth::tokens::bearer;
use crate::auth::{Identity, Refused};
use crate::authz::Access;
use crate::ctx::{App, Origin, access_of};
use crate::db::Meter;

/// Whose token the request carries; `None` without one. A bad one is refused, never ignored.
pub(super) fn identify(app: &App, headers: &HeaderMap) -> Result<Option<Identity>, Failure> {
    let all = headers.get_all(header::AUTHORIZATION);
    let verified = bearer(all.iter().map(HeaderValue::as_bytes)).and_then(|token| {
        token.map(|t| app.tokens.verify(t, app.clock.now().timestamp())).transpose()
    });
    verified.map_err(|refused: Refused| {
        tracing::warn!(target: "security", reason = ?refused.reason(), "a token was refused");
        Failure::token_refused()
    })
}

/// What the token's session may do now. A revoked session is refused like a bad token.
pub(super) async fn access(
    app: &App,
    identity: &Identity,
    meter: &Meter,
) -> Result<Access, Failure> {
    access_of(app, identity, meter).await?.ok_or_else(Failure::token_refused)
}

/// Where the request came from. Proxies' headers count only if the proxy is trusted.
pub(super) fn origin(app: &App, peer: IpAddr, headers: &HeaderMap, correlation: &str) -> Origin {
    let text = |name: header::HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    let forwarded = || {
        let chain = headers.get("x-forwarded-for")?.to_str().ok()?;
        // The last address that no trusted proxy has is the caller's.
        let mut addresses = chain.rsplit(',').map(|a| a.trim().parse::<IpAddr>());
        addresses.find_map(|a| a.ok().filter(|a| !app.config.http.trusts(*a)))
    };
    let ip = if app.config.http.trusts(peer) { forwarded().unwrap_or(peer) } else { peer };
    Origin {
        correlation_id: correlation.to_owned(),
        ip: Some(ip),
        user_agent: text(header::USER_AGENT).map(|agent| agent.chars().take(300).collect()),
    }
}
