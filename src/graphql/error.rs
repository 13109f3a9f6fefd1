//! How failures read in a reply: what the caller can fix goes into the payload's `userErrors`, the
//! rest into `errors`, each with its code.

use async_graphql::{Enum, ErrorExtensions, SimpleObject};

use crate::error::{AppError, Fault, Problem};

/// An [`AppError`] on its way out of a resolver.
///
/// It has no `Display` on purpose: async-graphql turns anything that has one into a bare message,
/// and the code would be lost.
#[derive(Debug)]
pub struct ApiError(AppError);

pub type Result<T, E = ApiError> = std::result::Result<T, E>;

impl<E: Into<AppError>> From<E> for ApiError {
    fn from(e: E) -> Self {
        Self(e.into())
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(ApiError(e): ApiError) -> Self {
        if let AppError::Internal(source) | AppError::Unavailable(source) = &e {
            tracing::error!(error = ?source, code = e.code(), "an operation failed");
        }
        let field = match &e {
            AppError::Invalid(invalid) => invalid.0.first().map(|f| f.field.join(".")),
            _ => None,
        };
        let message = match &field {
            Some(field) if !field.is_empty() => format!("{field}: {e}"),
            _ => e.to_string(),
        };
        Self::new(message).extend_with(|_, x| {
            x.set("code", e.code());
            if let Some(field) = &field {
                x.set("field", field.as_str());
            }
            if let Some(after) = e.retry_after() {
                x.set("retryAfterMs", after.as_millis() as u64);
            }
        })
    }
}

/// What is wrong with the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum UserErrorCode {
    /// A value is missing.
    Required,
    /// The value can't be used.
    Invalid,
    /// The text is longer than allowed.
    TooLong,
    /// Something else has this value already.
    Taken,
    /// There is no such object, or none the caller may know of.
    NotFound,
    /// Somebody else changed the object first.
    StaleVersion,
    /// The rules do not allow it in the present state.
    NotAllowed,
    /// The plan allows no more.
    LimitReached,
}

impl From<Problem> for UserErrorCode {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Required => Self::Required,
            Problem::Invalid => Self::Invalid,
            Problem::TooLong => Self::TooLong,
            Problem::Taken => Self::Taken,
            Problem::NotFound => Self::NotFound,
            Problem::StaleVersion => Self::StaleVersion,
            Problem::NotAllowed => Self::NotAllowed,
            Problem::LimitReached => Self::LimitReached,
        }
    }
}

/// Something the person using the app can put right.
#[derive(Debug, Clone, SimpleObject)]
pub struct UserError {
    /// What kind of mistake it is; stable, for programs.
    code: UserErrorCode,
    /// Path into the mutation's arguments, for example `["input", "email"]`; null when it concerns
    /// the whole call.
    field: Option<Vec<String>>,
    /// For people; never parse it.
    message: String,
}

impl From<Fault> for UserError {
    fn from(fault: Fault) -> Self {
        let field = (!fault.field.is_empty()).then_some(fault.field);
        Self { code: fault.problem.into(), field, message: fault.message }
    }
}

/// Splits a failed mutation: `Ok` for what belongs into the payload.
pub fn user_errors(e: AppError) -> Result<Vec<UserError>> {
    match e {
        AppError::Invalid(invalid) => Ok(invalid.0.into_iter().map(UserError::from).collect()),
        AppError::NotFound(what) => Ok(vec![UserError {
            code: UserErrorCode::NotFound,
            field: Some(vec!["id".to_owned()]),
            message: format!("{what} not found"),
        }]),
        e => Err(e.into()),
    }
}

/// The result of a nullable field: an error nulls this field and leaves its siblings, as the
/// specification asks. (async-graphql nulls the parent for `Result<Option<_>>`.)
pub type Nullable<T> = Option<std::result::Result<T, async_graphql::Error>>;

/// `NotFound` reads as null; everything else is an error.
pub fn or_null<T>(r: crate::error::Result<T>) -> Nullable<T> {
    match r {
        Err(AppError::NotFound(_)) => None,
        r => Some(r.map_err(|e| ApiError(e).into())),
    }
}

/// The same for what may be absent without being an error.
pub fn nullable<T>(r: crate::error::Result<Option<T>>) -> Nullable<T> {
    r.map_err(|e| ApiError(e).into()).transpose()
}
