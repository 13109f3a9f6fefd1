//! Who sends a request: the bearer of a token, at an address.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue, header};

use super::reply::Failure;
use crate::auth::api_key::{ApiKeySecret, MARK};
use crate::auth::tokens::bearer;
use crate::auth::{Identity, Reason, Refused};
use crate::authz::Access;
use crate::ctx::{App, Origin, Scope, access_of, access_of_key};
use crate::db::Meter;

/// What a request shows for who sends it.
pub(super) enum Shown {
    Token(Identity),
    Key(ApiKeySecret),
}

/// What the request shows; `None` without anything. What is bad is refused, never ignored.
pub(super) fn identify(app: &App, headers: &HeaderMap) -> Result<Option<Shown>, Failure> {
    let all = headers.get_all(header::AUTHORIZATION);
    let verified = bearer(all.iter().map(HeaderValue::as_bytes))
        .and_then(|token| token.map(|token| read(app, token)).transpose());
    verified.map_err(|refused: Refused| {
        tracing::warn!(target: "security", reason = ?refused.reason(), "a token was refused");
        Failure::token_refused()
    })
}

fn read(app: &App, token: &str) -> Result<Shown, Refused> {
    if token.starts_with(MARK) {
        return Ok(Shown::Key(ApiKeySecret::parse(token).ok_or(Reason::ApiKey)?));
    }
    app.tokens.verify(token, app.clock.now().timestamp()).map(Shown::Token)
}

/// What the sender may do now in the scope that was agreed on. A revoked session, or an API key
/// that does not hold here, is refused like a bad token.
pub(super) async fn access(
    app: &App,
    shown: &Shown,
    scope: &Scope,
    meter: &Meter,
) -> Result<Access, Failure> {
    let access = match (shown, scope) {
        (Shown::Token(identity), _) => access_of(app, identity, meter).await?,
        (Shown::Key(secret), Scope::Tenant(tenant)) => {
            let access = access_of_key(app, tenant, secret, meter).await?;
            if access.is_none() {
                let (scope, prefix) = (tenant.schema.as_str(), secret.prefix());
                tracing::warn!(target: "security", scope, prefix, "an API key was refused");
            }
            access
        }
        (Shown::Key(_), Scope::Platform) => None,
    };
    access.ok_or_else(Failure::token_refused)
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
