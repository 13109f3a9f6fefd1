//! The id that ties the log lines, errors and rows of one request together: the caller's
//! `X-Correlation-ID` if it is well formed, else a new one. It goes back in the answer.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::{HeaderMap, HeaderValue, request::Parts};
use axum::middleware::Next;
use axum::response::Response;

const HEADER: &str = "x-correlation-id";
const MAX: usize = 128;

/// A request's id.
#[derive(Debug, Clone)]
pub(super) struct Correlation(pub Arc<str>);

impl<S: Sync> FromRequestParts<S> for Correlation {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_else(Self::generate))
    }
}

impl Correlation {
    fn generate() -> Self {
        Self(uuid::Uuid::now_v7().to_string().into())
    }

    fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(HEADER)?.to_str().ok()?;
        let ok = (1..=MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        ok.then(|| Self(text.into()))
    }
}

/// Gives every request its id.
pub(super) async fn tie(mut request: Request, next: Next) -> Response {
    let id = Correlation::of(request.headers()).unwrap_or_else(Correlation::generate);
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
