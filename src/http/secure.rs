//! Headers that protect browsers (OWASP's list), and the way from HTTP to HTTPS.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS, X_XSS_PROTECTION,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};

use crate::config::{Config, Http};

/// Pages bring their own policy; everything else is data, which no browser should run.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const DENY: HeaderValue = HeaderValue::from_static("DENY");
const REFERRER: HeaderValue = HeaderValue::from_static("strict-origin-when-cross-origin");
/// The filter that this header once switched on did more harm than good.
const NO_FILTER: HeaderValue = HeaderValue::from_static("0");
/// Asked by machines that stand behind no proxy.
const PLAIN: [&str; 3] = ["/livez", "/readyz", "/health"];

/// The headers that every answer carries.
pub struct Secure {
    /// `Strict-Transport-Security`, in production only.
    hsts: Option<HeaderValue>,
}

impl Secure {
    pub(super) fn new(config: &Config) -> Self {
        let age = config.http.hsts_seconds;
        let wanted = config.mode.is_production() && age > 0;
        let value = || HeaderValue::from_str(&format!("max-age={age}; includeSubDomains")).ok();
        Self { hsts: wanted.then(value).flatten() }
    }

    /// Puts them into an answer.
    pub(super) fn stamp(&self, headers: &mut HeaderMap) {
        headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
        headers.insert(X_FRAME_OPTIONS, DENY);
        headers.insert(REFERRER_POLICY, REFERRER);
        headers.insert(X_XSS_PROTECTION, NO_FILTER);
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(NOTHING);
        if let Some(hsts) = &self.hsts {
            headers.insert(STRICT_TRANSPORT_SECURITY, hsts.clone());
        }
    }
}

/// The answer to a request that came over plain HTTP where that is not wanted.
pub(super) fn redirect(http: &Http, request: &Request) -> Option<Response> {
    let path = request.uri().path();
    if !http.ssl_redirect || PLAIN.contains(&path.trim_end_matches('/')) || is_secure(http, request)
    {
        return None;
    }
    let host = request.headers().get(HOST)?.to_str().ok()?;
    let name = host.split(':').next().unwrap_or(host);
    let rest = request.uri().path_and_query().map_or(path, |rest| rest.as_str());
    let elsewhere = || Redirect::permanent(&format!("https://{name}{rest}")).into_response();
    http.allows(name).then(elsewhere)
}

/// This server speaks plain HTTP only: a proxy that it trusts has to say that TLS ended there.
fn is_secure(http: &Http, request: &Request) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let proto = request.headers().get("x-forwarded-proto").and_then(|proto| proto.to_str().ok());
    peer.is_some_and(|peer| http.trusts(peer.0.ip())) && proto == Some("https")
}
