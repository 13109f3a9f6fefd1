//! Headers that protect browsers (OWASP's list), and CORS.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS, X_XSS_PROTECTION,
};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::Api;
use crate::config::Http;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// Pages bring their own policy; everything else is data, which no browser should run.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Which other sites' pages may call the API.
pub(super) fn cors(http: &Http) -> CorsLayer {
    let origin = if http.allows_any_origin() {
        AllowOrigin::any()
    } else {
        let known = http.cors_origins.iter().filter_map(|o| HeaderValue::from_str(o).ok());
        AllowOrigin::list(known)
    };
    CorsLayer::new()
        .allow_origin(origin)
        .allow_credentials(http.cors_credentials)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, IDEMPOTENCY_KEY, CORRELATION_ID])
        .expose_headers([CORRELATION_ID, axum::http::header::RETRY_AFTER])
        .max_age(std::time::Duration::from_secs(600))
}

/// Adds the headers that every answer carries.
pub(super) async fn secure(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    // The filter that this header once switched on did more harm than good.
    headers.insert(X_XSS_PROTECTION, HeaderValue::from_static("0"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    let (mode, age) = (api.app.config.mode, api.app.config.http.hsts_seconds);
    if mode.is_production()
        && age > 0
        && let Ok(value) = HeaderValue::from_str(&format!("max-age={age}; includeSubDomains"))
    {
        headers.insert(STRICT_TRANSPORT_SECURITY, value);
    }
    response
}
