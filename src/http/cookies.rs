//! Sessions in cookies, for pages of this host. A browser sends cookies by itself, whoever made it
//! ask; so they count only when the request asks for them with a header that pages of other
//! origins can't send, and comes from where it may (OWASP, Cross-Site Request Forgery Prevention).

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};

use super::cors;
use super::reply::Failure;
use crate::auth::cookies::{Jar, Slot};
use crate::ctx::{App, Origin, Scope};
use crate::security::Kind;

/// Asks for the session in the cookies, and says which.
pub(super) const SESSION: HeaderName = HeaderName::from_static("x-taruvi-session");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The session that a request for a WebSocket asks for, which can't have the header: in the
/// parameter `session`. Browsers say where such a request comes from.
pub(super) fn slot_in_query(uri: &Uri) -> Option<HeaderValue> {
    let parameters = uri.query()?.split('&');
    let slot = parameters.filter_map(|parameter| parameter.strip_prefix("session=")).next()?;
    HeaderValue::from_str(slot).ok()
}

/// The cookies that the request asks to be identified by; `None` when it does not, or shows who
/// it is in another way.
pub(super) fn of(
    app: &App,
    headers: &HeaderMap,
    uri: &Uri,
    host: &Scope,
    origin: &Origin,
) -> Result<Option<Jar>, Failure> {
    let mut asked = headers.get_all(SESSION).iter();
    let Some(slot) = asked.next().filter(|_| !headers.contains_key(header::AUTHORIZATION)) else {
        return Ok(None);
    };
    let slot = slot.to_str().ok().and_then(Slot::parse).filter(|_| asked.next().is_none());
    let Some(slot) = slot else {
        let message = "X-Taruvi-Session is 1 to 64 letters, digits and underscores";
        return Err(Failure::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message));
    };
    let secure = app.config.cookies_are_secure();
    if !comes_from_here(headers, uri, secure) && !comes_from_friends(app, headers, host) {
        app.security.note(origin.event(Some(host), Kind::CsrfRefused, ""));
        let message = "a page of another origin may not use this session";
        return Err(Failure::new(StatusCode::FORBIDDEN, "CSRF_PREVENTION", message));
    }
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    Ok(Some(Jar::read(slot, secure, sent)))
}

/// Whether a page of this very origin asks, or no page at all: browsers say where from.
fn comes_from_here(headers: &HeaderMap, uri: &Uri, secure: bool) -> bool {
    let site = headers.get(SEC_FETCH_SITE);
    if site.is_some_and(|site| site != "same-origin") {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(|authority| authority.as_str()));
    let here = |host: &str| {
        let (scheme, authority) = split(origin)?;
        let good_scheme = scheme == "https" || (scheme == "http" && !secure);
        Some(good_scheme && authority.eq_ignore_ascii_case(host))
    };
    host.and_then(here).unwrap_or(false)
}

/// Whether the origin is listed, and the configuration lets listed ones use cookies.
fn comes_from_friends(app: &App, headers: &HeaderMap, host: &Scope) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    app.config.http.cors_credentials && origin.is_some_and(|o| cors::lists(app, o, host))
}

fn split(origin: &HeaderValue) -> Option<(&str, &str)> {
    origin.to_str().ok()?.split_once("://")
}
