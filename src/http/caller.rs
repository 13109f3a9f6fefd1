//! Who sends a request: the bearer of a token, at an address.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

use super::reply::Failure;
use super::{cookies, scope};
use crate::audit::ActorKind;
use crate::auth::api_key::{ApiKeySecret, MARK};
use crate::auth::cookies::Jar;
use crate::auth::tokens::bearer;
use crate::auth::{Identity, Reason, Refused};
use crate::authz::Access;
use crate::ctx::{Actor, App, Origin, Scope, access_of, access_of_key};
use crate::db::Meter;
use crate::security::Kind;

/// What a request shows for who sends it.
pub(super) enum Shown {
    Token(Identity),
    Key(ApiKeySecret),
}

/// What the request shows; `None` without anything. What is bad is refused, never ignored.
pub(super) fn identify(
    app: &App,
    headers: &HeaderMap,
    host: &Scope,
    origin: &Origin,
) -> Result<Option<Shown>, Failure> {
    let all = headers.get_all(header::AUTHORIZATION);
    let verified = bearer(all.iter().map(HeaderValue::as_bytes))
        .and_then(|token| token.map(|token| read(app, token)).transpose());
    verified.map_err(|refused: Refused| {
        let detail = format!("{:?}", refused.reason());
        app.security.note(origin.event(Some(host), Kind::TokenRefused, detail));
        Failure::token_refused()
    })
}

/// Who sends a request, where it takes place, and what they may do there.
pub(super) struct Recognized {
    /// The cookies it asked to be identified by.
    pub jar: Option<Jar>,
    pub scope: Scope,
    pub actor: Actor,
}

impl Shown {
    /// When it ends by itself: in Unix seconds.
    pub(super) fn expires_at(&self) -> Option<i64> {
        match self {
            Self::Token(identity) => Some(identity.expires_at),
            Self::Key(_) => None,
        }
    }

    /// Whether both are of one person at one place.
    pub(super) fn is_same_caller(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Token(one), Self::Token(other)) => {
                let whose =
                    |i: &Identity| (i.realm, i.tenant, i.subject, i.actor, i.client.clone());
                whose(one) == whose(other)
            }
            (Self::Key(one), Self::Key(other)) => one.prefix() == other.prefix(),
            _ => false,
        }
    }
}

/// What the headers of a request show, or its cookies if it asks for them.
pub(super) fn shown(
    app: &App,
    host: &Scope,
    headers: &HeaderMap,
    uri: &Uri,
    origin: &Origin,
) -> Result<Option<Shown>, Failure> {
    match cookies::of(app, headers, uri, host, origin)? {
        Some(jar) => Ok(in_cookies(app, &jar, host, origin)),
        None => identify(app, headers, host, origin),
    }
}

/// Finds out who sends a request to a host, by what its headers show.
pub(super) async fn recognize(
    app: &App,
    host: Scope,
    headers: &HeaderMap,
    uri: &Uri,
    origin: &Origin,
    meter: &Meter,
) -> Result<Recognized, Failure> {
    let jar = cookies::of(app, headers, uri, &host, origin)?;
    let shown = match &jar {
        Some(jar) => in_cookies(app, jar, &host, origin),
        None => identify(app, headers, &host, origin)?,
    };
    match sign_in(app, host.clone(), shown.as_ref(), origin, meter).await {
        Ok((scope, actor)) => Ok(Recognized { jar, scope, actor }),
        // A cookie comes along by itself: one that does not hold any more is as good as none.
        Err(failure) if jar.is_some() && failure.status == StatusCode::UNAUTHORIZED => {
            Ok(Recognized { jar, scope: host, actor: Actor::Anonymous })
        }
        Err(failure) => Err(failure),
    }
}

/// Where the operation takes place, and what who sends it may do there.
pub(super) async fn sign_in(
    app: &App,
    host: Scope,
    shown: Option<&Shown>,
    origin: &Origin,
    meter: &Meter,
) -> Result<(Scope, Actor), Failure> {
    let scope = scope::agree(app, host, shown, origin, meter).await?;
    let actor = match shown {
        None => Actor::Anonymous,
        Some(shown) => Actor::SignedIn(access(app, shown, &scope, origin, meter).await?),
    };
    Ok((scope, actor))
}

/// The token in the cookies, if it holds. One that does not is noted, and as good as none.
pub(super) fn in_cookies(app: &App, jar: &Jar, host: &Scope, origin: &Origin) -> Option<Shown> {
    let token = app.tokens.verify(jar.access()?, app.clock.now().timestamp());
    let token = token.inspect_err(|refused| {
        let detail = format!("{:?}", refused.reason());
        app.security.note(origin.event(Some(host), Kind::TokenRefused, detail));
    });
    token.ok().map(Shown::Token)
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
    origin: &Origin,
    meter: &Meter,
) -> Result<Access, Failure> {
    let refused = |detail: &str| origin.event(Some(scope), Kind::TokenRefused, detail);
    let (access, event) = match (shown, scope) {
        (Shown::Token(identity), _) => {
            let kind =
                if identity.tenant.is_some() { ActorKind::User } else { ActorKind::Operator };
            let event = refused("its session has ended").by(kind, identity.subject);
            (access_of(app, identity, meter).await?, event)
        }
        (Shown::Key(secret), Scope::Tenant(tenant)) => {
            let event = refused(&format!("the API key {}", secret.prefix()));
            (access_of_key(app, tenant, secret, meter).await?, event)
        }
        (Shown::Key(_), Scope::Platform) => (None, refused("an API key on the platform's host")),
    };
    access.ok_or_else(|| {
        app.security.note(event);
        Failure::token_refused()
    })
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
