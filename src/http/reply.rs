//! How refusals and results read in an answer. What is refused, and why, is decided elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use async_graphql::{Response, ServerError, Value};
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::codes::{code_of, is_retryable, tidy, tidy_all};
use super::negotiate::Media;
use crate::error::AppError;
use crate::graphql::document::DocumentError;

/// Those that are added on the way out, about.
const HEADERS: usize = 12;

/// A request that is refused as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
    /// The methods that would do, for 405.
    pub allow: Option<&'static str>,
    pub retry_after: Option<Duration>,
    /// The challenge that goes with 401.
    pub www_authenticate: Option<&'static str>,
    /// Set when only the document is wrong; then it tells where, and which limit was crossed.
    pub document: Option<Box<DocumentError>>,
}

impl Failure {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        let (allow, retry_after, www_authenticate, document) = (None, None, None, None);
        Self { status, code, message, allow, retry_after, www_authenticate, document }
    }

    /// The token does not hold here (RFC 6750, 3.1). Why is never said.
    pub fn token_refused() -> Self {
        let message = "the access token does not hold; sign in again";
        let failure = Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message);
        Self { www_authenticate: Some("Bearer error=\"invalid_token\""), ..failure }
    }

    /// Only streams are answered there.
    pub fn event_stream_only() -> Self {
        let message = "answers here are text/event-stream";
        Self::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
    }

    /// The operation may not be run with this method.
    pub fn method_not_allowed(allow: &'static str, message: &str) -> Self {
        let failure = Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message);
        Self { allow: Some(allow), ..failure }
    }

    /// The answer. An event stream that never began is answered in JSON.
    pub fn into_response(self, media: Media, request_id: &str) -> axum::response::Response {
        let status = match self.document {
            // As the specification asks; limits are answered with 400 in either form.
            Some(ref error) if media == Media::Json && error.limit.is_none() => StatusCode::OK,
            _ => self.status,
        };
        let mut headers = HeaderMap::new();
        if let Some(methods) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(methods));
        }
        if let Some(wait) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds(wait)));
        }
        if let Some(challenge) = self.www_authenticate {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        let mut error = ServerError::from(self);
        tidy(&mut error, request_id);
        let extensions = Extensions { others: &BTreeMap::new(), cost: None };
        let body = Body { errors: &[error], data: None, extensions };
        write(status, headers, media, &body)
    }
}

impl From<AppError> for Failure {
    fn from(e: AppError) -> Self {
        if let AppError::Internal(source) | AppError::Unavailable(source) = &e {
            tracing::error!(error = ?source, code = e.code(), "a request failed");
        }
        let status = match &e {
            AppError::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            AppError::Forbidden(_)
            | AppError::Barred(_)
            | AppError::SecondFactorNeeded
            | AppError::TenantInactive => StatusCode::FORBIDDEN,
            AppError::NotFound(_) | AppError::TenantNotFound => StatusCode::NOT_FOUND,
            AppError::Invalid(_) | AppError::WrongHost(_) => StatusCode::BAD_REQUEST,
            AppError::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            AppError::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::IdempotencyInProgress => StatusCode::CONFLICT,
            AppError::CursorExpired => StatusCode::GONE,
            AppError::TooManySubscriptions { .. } => StatusCode::TOO_MANY_REQUESTS,
            AppError::TenantMigrating | AppError::Unavailable(_) | AppError::Upstream(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            AppError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let failure = Self::new(status, e.code(), e.to_string());
        Self { retry_after: e.retry_after(), ..failure }
    }
}

impl From<DocumentError> for Failure {
    fn from(e: DocumentError) -> Self {
        let failure = Self::new(StatusCode::BAD_REQUEST, e.code, e.message.clone());
        Self { document: Some(Box::new(e)), ..failure }
    }
}

/// For transports that put errors into messages of their own; see `codes::tidy`.
impl From<Failure> for ServerError {
    fn from(failure: Failure) -> Self {
        if let Some(error) = failure.document {
            return Self::from(*error);
        }
        let mut error = Self::new(failure.message, None);
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("code", failure.code);
        if let Some(wait) = failure.retry_after {
            extensions.set("retryAfterMs", wait.as_millis() as u64);
        }
        error
    }
}

/// What an operation took from its caller's bucket, as the answer tells it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// What it might have cost, which the bucket had to hold.
    pub requested: u32,
    /// What it did cost; the rest is back in the bucket.
    pub actual: u32,
    /// What a full bucket holds.
    pub limit: u32,
    pub remaining: u32,
    /// When the bucket is full again.
    pub reset_at: DateTime<Utc>,
}

/// Writes the result of an operation.
pub fn render(
    mut response: Response,
    cost: Option<&Cost>,
    media: Media,
    request_id: &str,
) -> axum::response::Response {
    tidy_all(&mut response, request_id);
    let refused = is_refused(&response);
    let mut headers = std::mem::take(&mut response.http_headers);
    let status = match unanswered(&response) {
        Some((status, wait)) => {
            if let Some(wait) = wait {
                headers.insert(RETRY_AFTER, HeaderValue::from(seconds(wait)));
            }
            status
        }
        None if refused && media == Media::GraphqlResponse => StatusCode::BAD_REQUEST,
        None => StatusCode::OK,
    };
    let data = (!refused).then_some(&response.data);
    let extensions = Extensions { others: &response.extensions, cost };
    let body = Body { errors: &response.errors, data, extensions };
    write(status, headers, media, &body)
}

/// The result of an operation as JSON text, for transports that put it into messages of their own.
pub fn payload(mut response: Response, cost: Option<&Cost>, request_id: &str) -> String {
    tidy_all(&mut response, request_id);
    let data = (!is_refused(&response)).then_some(&response.data);
    let extensions = Extensions { others: &response.extensions, cost };
    written(&Body { errors: &response.errors, data, extensions })
}

/// Errors as JSON text: a list.
pub fn errors(mut response: Response, request_id: &str) -> String {
    tidy_all(&mut response, request_id);
    written(&response.errors)
}

fn written(body: &impl Serialize) -> String {
    serde_json::to_string(body).unwrap_or_else(|e| {
        tracing::error!(error = %e, "a result cannot be written");
        "null".to_owned()
    })
}

/// Whether the operation never began: such a result has no `data`.
pub fn is_refused(response: &Response) -> bool {
    let errors = &response.errors;
    response.data == Value::Null
        && !errors.is_empty()
        && errors.iter().all(|error| error.path.is_empty())
}

/// The status for a result without any data, when its errors tell more than 200 would.
fn unanswered(response: &Response) -> Option<(StatusCode, Option<Duration>)> {
    let nothing = match &response.data {
        Value::Object(fields) => fields.values().all(|field| *field == Value::Null),
        data => *data == Value::Null,
    };
    let mut errors = response.errors.iter().filter(|_| nothing);
    errors.find_map(|error| {
        let code = code_of(error)?;
        let status = match code {
            "RATE_LIMITED" => StatusCode::TOO_MANY_REQUESTS,
            "UNAVAILABLE" | "TENANT_MIGRATING" => StatusCode::SERVICE_UNAVAILABLE,
            "IDEMPOTENCY_IN_PROGRESS" => StatusCode::CONFLICT,
            "IDEMPOTENCY_KEY_REUSED" => StatusCode::UNPROCESSABLE_ENTITY,
            _ => return None,
        };
        let wait = match error.extensions.as_ref().and_then(|all| all.get("retryAfterMs")) {
            Some(Value::Number(wait)) => wait.as_u64().map(Duration::from_millis),
            _ => None,
        };
        Some((status, wait.or(is_retryable(code).then_some(Duration::from_secs(1)))))
    })
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "Extensions::is_empty")]
    extensions: Extensions<'a>,
}

#[derive(Serialize)]
struct Extensions<'a> {
    #[serde(flatten)]
    others: &'a BTreeMap<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<&'a Cost>,
}

impl Extensions<'_> {
    fn is_empty(&self) -> bool {
        self.others.is_empty() && self.cost.is_none()
    }
}

fn write(
    status: StatusCode,
    mut headers: HeaderMap,
    media: Media,
    body: &Body<'_>,
) -> axum::response::Response {
    headers.reserve(HEADERS);
    headers.insert(CONTENT_TYPE, media.content_type());
    match serde_json::to_vec(body) {
        Ok(text) => (status, headers, text).into_response(),
        Err(e) => {
            tracing::error!(error = %e, "a result cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Whole seconds, at least one.
fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).max(1) as u64
}
