//! Which other sites' pages may call the API (CORS).

use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use axum::http::{HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::config::Http;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// As configured: none unless some are named.
pub(super) fn layer(http: &Http) -> CorsLayer {
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
        .expose_headers([CORRELATION_ID, RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}
