//! The id that ties the log lines, errors and rows of one request together: the caller's
//! `X-Correlation-ID` if it is well formed, else a new one. It goes back in the answer.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, request::Parts};

const HEADER: HeaderName = HeaderName::from_static("x-correlation-id");
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
    /// A request's own, or a new one.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Self::given(headers).unwrap_or_else(Self::generate)
    }

    /// Puts it into the answer.
    pub(super) fn stamp(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            headers.insert(HEADER, value);
        }
    }

    pub(super) fn generate() -> Self {
        Self(uuid::Uuid::now_v7().to_string().into())
    }

    fn given(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(HEADER)?.to_str().ok()?;
        let ok = (1..=MAX).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        ok.then(|| Self(text.into()))
    }
}
