//! The codes of errors, also of those that async-graphql makes without one. Statuses are in `reply`.
//!
//! What async-graphql finds while it validates has no path, what it finds while it executes has
//! one. Beyond that only its wording tells errors apart: the lists below are complete for the
//! pinned version, and what they do not know is answered as a fault of ours, without its text.

use async_graphql::{Response, ServerError, Value};

use crate::graphql::document::shorten;

/// No answer holds more errors.
const MAX_ERRORS: usize = 5;
const INTERNAL: &str = "INTERNAL_SERVER_ERROR";
const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
const INTERNAL_MESSAGE: &str = "Something went wrong";

/// How the errors of validation begin.
const VALIDATION: [&str; 12] = [
    "Cannot spread fragment ",
    "Directive ",
    "Duplicate directive ",
    "Field ",
    "Fields ",
    "Fragment ",
    "Invalid default value ",
    "Schema is not configured ",
    "The Upload type ",
    "There can only be one ",
    "Unknown ",
    "Variable ",
];

/// How other errors begin that have no path.
const BEFORE_EXECUTION: [(&str, &str); 9] = [
    ("Invalid value for argument ", "BAD_USER_INPUT"),
    ("Operation name required", "OPERATION_RESOLUTION_FAILURE"),
    ("Unknown operation named ", "OPERATION_RESOLUTION_FAILURE"),
    ("Subscriptions are not supported", "BAD_REQUEST"),
    ("The recursion depth ", "QUERY_TOO_DEEP"),
    ("Query is nested too deep", "QUERY_TOO_DEEP"),
    ("Query is too complex", "QUERY_TOO_COMPLEX"),
    ("The amount of aliases ", "QUERY_TOO_COMPLEX"),
    ("The number of directives ", "QUERY_TOO_COMPLEX"),
];

/// How the errors of arguments begin that turn out wrong only when they are used.
const COERCION: [&str; 2] = ["Expected input type ", "Failed to parse "];

/// Makes the errors of a result fit for clients: few, short, with codes.
pub fn tidy_all(response: &mut Response, request_id: &str) {
    // Validation walks the document twice, and finds some things both times.
    response.errors.dedup();
    response.errors.truncate(MAX_ERRORS);
    for error in &mut response.errors {
        tidy(error, request_id);
    }
}

/// Makes one error fit for clients. To do it twice changes nothing.
pub fn tidy(error: &mut ServerError, request_id: &str) {
    error.source = None;
    let code = match code_of(error) {
        Some(code) => code.to_owned(),
        None => code_by_wording(error).to_owned(),
    };
    if code == INTERNAL && error.message != INTERNAL_MESSAGE {
        tracing::error!(error = error.message, path = ?error.path, "an error without a code");
        error.message = INTERNAL_MESSAGE.to_owned();
    }
    // A suggestion tells names of the schema; that for arguments of directives cannot be turned off.
    if code == VALIDATION_FAILED
        && let Some(at) = error.message.find(" Did you mean ")
    {
        error.message.truncate(at);
    }
    error.message = shorten(std::mem::take(&mut error.message));
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("retryable", is_retryable(&code));
    extensions.set("code", code);
    extensions.set("requestId", request_id);
}

/// The code an error has by itself.
pub fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        Value::Enum(code) => Some(code),
        _ => None,
    }
}

/// Whether the same request may succeed a little later.
pub fn is_retryable(code: &str) -> bool {
    matches!(
        code,
        "RATE_LIMITED"
            | "UNAVAILABLE"
            | "TENANT_MIGRATING"
            | "IDEMPOTENCY_IN_PROGRESS"
            | "REQUEST_TIMEOUT"
    )
}

fn code_by_wording(error: &ServerError) -> &'static str {
    let message = error.message.as_str();
    if COERCION.iter().any(|start| message.starts_with(start)) {
        return "BAD_USER_INPUT";
    }
    if !error.path.is_empty() {
        return INTERNAL;
    }
    match BEFORE_EXECUTION.iter().find(|(start, _)| message.starts_with(start)) {
        Some((_, code)) => code,
        None if VALIDATION.iter().any(|start| message.starts_with(start)) => VALIDATION_FAILED,
        None => INTERNAL,
    }
}
