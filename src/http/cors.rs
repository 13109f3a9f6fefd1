//! Which other sites' pages may call the API (CORS): those of the configuration, and those that
//! the host's tenant lists.

use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{cookies, live, scope};
use crate::ctx::{App, Scope};
use crate::db::Meter;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// Preflights are answered here, before anybody is signed in.
pub(super) fn layer(app: &Arc<App>) -> CorsLayer {
    let http = &app.config.http;
    let origin = if http.allows_any_origin() { AllowOrigin::any() } else { listed(app.clone()) };
    let mut headers = vec![
        AUTHORIZATION,
        CONTENT_TYPE,
        IDEMPOTENCY_KEY,
        CORRELATION_ID,
        live::STREAM_TOKEN,
        LAST_EVENT_ID,
    ];
    if http.cors_credentials {
        headers.push(cookies::SESSION);
    }
    CorsLayer::new()
        .allow_origin(origin)
        .allow_credentials(http.cors_credentials)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers(headers)
        .expose_headers([CORRELATION_ID, RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}

/// Compared as a whole: what merely begins or ends alike is somebody else.
fn listed(app: Arc<App>) -> AllowOrigin {
    AllowOrigin::async_predicate(move |origin: HeaderValue, parts: &Parts| {
        let (headers, uri) = (parts.headers.clone(), parts.uri.clone());
        async move {
            let Ok(origin) = origin.to_str() else { return false };
            if is_configured(&app, origin) {
                return true;
            }
            let scope = scope::of_host(&app, &headers, &uri, &Meter::default()).await;
            scope.is_ok_and(|scope| lists(&app, origin, &scope))
        }
    })
}

/// Whether the origin is listed for this host, by the configuration or by the host's tenant.
pub(super) fn lists(app: &App, origin: &str, host: &Scope) -> bool {
    is_configured(app, origin)
        || matches!(host, Scope::Tenant(tenant) if tenant.allows_origin(origin))
}

fn is_configured(app: &App, origin: &str) -> bool {
    app.config.http.cors_origins.iter().any(|known| known == origin)
}
