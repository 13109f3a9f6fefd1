//! The web pages' files, embedded in the binary. Built from `playground/` when Node is at hand.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/web"]
struct Files;

/// Scripts only of ours; the editor's workers; styles that the editor writes into the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
/// The schema's picture is laid out by a WebAssembly module.
const POLICY_OF_PICTURE: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// Whether the pages were built into this binary.
pub(super) fn are_there() -> bool {
    Files::get("index.html").is_some()
}

/// The file at `path`, compressed if the caller takes that; 404 when there is none.
pub(super) fn serve(path: &str, headers: &HeaderMap) -> Response {
    let takes_gzip = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.split(',').any(|e| e.trim().starts_with("gzip")));
    let packed = takes_gzip.then(|| Files::get(&format!("{path}.gz"))).flatten();
    let gzip = packed.is_some();
    let Some(file) = packed.or_else(|| Files::get(path)) else {
        return (StatusCode::NOT_FOUND, "there is no such file\n").into_response();
    };
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let body: axum::body::Body = match file.data {
        Cow::Borrowed(bytes) => bytes.into(),
        Cow::Owned(bytes) => bytes.into(),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, kind.as_ref());
    set(header::VARY, "accept-encoding");
    let picture = path.starts_with("voyager/");
    let policy = if picture { POLICY_OF_PICTURE } else { POLICY };
    set(header::CONTENT_SECURITY_POLICY, policy);
    // Names under assets/ carry a hash of the content.
    let kept = path.starts_with("assets/");
    let cache = if kept { "public, max-age=31536000, immutable" } else { "no-cache" };
    set(header::CACHE_CONTROL, cache);
    if gzip {
        set(header::CONTENT_ENCODING, "gzip");
    }
    response
}
