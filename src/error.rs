//! The one error type of the server. How it reads in a reply is decided in `graphql` and `http`.

use std::time::Duration;

/// What a use case can answer instead of a value.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Nobody is signed in, or the credentials do not hold.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// Signed in, but the permission named is missing.
    #[error("the permission {0} is required")]
    Forbidden(&'static str),
    /// Signed in with a password alone where the role needs more.
    #[error("your role needs a second factor; set one up first (totpEnroll)")]
    SecondFactorNeeded,
    /// Signed in, but in a way that this is barred to, whatever the permissions.
    #[error("{0}")]
    Barred(&'static str),
    /// Also the answer for rows the caller may not know about.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// What the caller can put right in the input.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The field belongs to the other kind of host (platform or tenant).
    #[error("{0}")]
    WrongHost(&'static str),
    #[error("there is no tenant at this address")]
    TenantNotFound,
    #[error("this tenant is not active")]
    TenantInactive,
    #[error("this tenant is being upgraded; try again shortly")]
    TenantMigrating,
    #[error("too many requests; try again in {} s", .retry_after.as_secs().max(1))]
    RateLimited { retry_after: Duration },
    /// The key was used before with another operation or other variables.
    #[error("this Idempotency-Key was used for another request")]
    IdempotencyKeyReused,
    /// The first request with this key has not ended yet, or ended while this one waited.
    #[error("the first request with this Idempotency-Key is still running")]
    IdempotencyInProgress,
    /// What comes behind the cursor is not kept any more, so nothing could be told without a gap.
    #[error("the events behind this cursor are not kept any more; read anew, and subscribe")]
    CursorExpired,
    /// The caller holds as many subscriptions as they may.
    #[error("there are too many subscriptions: at most {limit} {of}")]
    TooManySubscriptions { limit: u32, of: &'static str },
    /// Not the caller's fault, and worth another try.
    #[error("the service is busy or restarting; try again shortly")]
    Unavailable(#[source] anyhow::Error),
    /// A server that the tenant has chosen does not do its part. Who answers logs why.
    #[error("{0}")]
    Upstream(&'static str),
    /// Our fault.
    #[error("Something went wrong")]
    Internal(#[source] anyhow::Error),
}

pub type Result<T, E = AppError> = std::result::Result<T, E>;

/// What is wrong with one part of the input; the API's `UserErrorCode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    Required,
    Invalid,
    TooLong,
    Taken,
    NotFound,
    StaleVersion,
    NotAllowed,
    LimitReached,
}

/// One entry of [`Invalid`].
#[derive(Debug, Clone)]
pub struct Fault {
    pub problem: Problem,
    /// Path below the operation's arguments, e.g. `["input", "email"]`; empty for the whole call.
    pub field: Vec<String>,
    pub message: String,
}

/// Everything wrong with the input, reported together.
#[derive(Debug, Default, Clone, thiserror::Error)]
#[error("{}", .0.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join("; "))]
pub struct Invalid(pub Vec<Fault>);

impl Invalid {
    /// A single problem. `field` is a dotted path (`"input.email"`), empty for the whole call.
    pub fn new(problem: Problem, field: &str, message: impl Into<String>) -> Self {
        let mut invalid = Self::default();
        invalid.push(problem, field, message);
        invalid
    }

    pub fn push(&mut self, problem: Problem, field: &str, message: impl Into<String>) {
        let field = field.split('.').filter(|s| !s.is_empty()).map(str::to_owned).collect();
        self.0.push(Fault { problem, field, message: message.into() });
    }

    /// Adds the problem unless `ok`.
    #[must_use]
    pub fn check(mut self, ok: bool, problem: Problem, field: &str, message: &str) -> Self {
        if !ok {
            self.push(problem, field, message);
        }
        self
    }

    /// Fails if anything was found.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl AppError {
    /// Somebody else changed the object after the caller had read it.
    pub fn stale() -> Self {
        let why = "somebody else changed it first";
        Invalid::new(Problem::StaleVersion, "expectedVersion", why).into()
    }

    /// A bug or a broken part, with what is known of it; only the log shows the text.
    pub fn internal(what: impl Into<String>) -> Self {
        Self::Internal(anyhow::anyhow!(what.into()))
    }

    /// The stable code clients branch on (`errors[].extensions.code`).
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated(_) => "UNAUTHENTICATED",
            Self::Forbidden(_) | Self::Barred(_) | Self::SecondFactorNeeded => "FORBIDDEN",
            Self::NotFound(_) => "NOT_FOUND",
            Self::Invalid(_) => "BAD_USER_INPUT",
            Self::WrongHost(_) => "WRONG_HOST",
            Self::TenantNotFound => "TENANT_NOT_FOUND",
            Self::TenantInactive => "TENANT_INACTIVE",
            Self::TenantMigrating => "TENANT_MIGRATING",
            Self::RateLimited { .. } => "RATE_LIMITED",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::IdempotencyInProgress => "IDEMPOTENCY_IN_PROGRESS",
            Self::CursorExpired => "CURSOR_EXPIRED",
            Self::TooManySubscriptions { .. } => "TOO_MANY_SUBSCRIPTIONS",
            Self::Unavailable(_) | Self::Upstream(_) => "UNAVAILABLE",
            Self::Internal(_) => "INTERNAL_SERVER_ERROR",
        }
    }

    /// How long to wait before another try makes sense; `None` when it does not.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after } => Some((*retry_after).max(Duration::from_secs(1))),
            Self::Unavailable(_) | Self::Upstream(_) | Self::IdempotencyInProgress => {
                Some(Duration::from_secs(1))
            }
            Self::TenantMigrating => Some(Duration::from_secs(5)),
            _ => None,
        }
    }
}

/// Loaders share one failure between all who asked.
impl From<std::sync::Arc<AppError>> for AppError {
    fn from(e: std::sync::Arc<AppError>) -> Self {
        std::sync::Arc::try_unwrap(e).unwrap_or_else(|e| match &*e {
            Self::Unauthenticated(why) => Self::Unauthenticated(why),
            Self::Forbidden(permission) => Self::Forbidden(permission),
            Self::SecondFactorNeeded => Self::SecondFactorNeeded,
            Self::Barred(why) => Self::Barred(why),
            Self::WrongHost(why) => Self::WrongHost(why),
            Self::TenantNotFound => Self::TenantNotFound,
            Self::TenantInactive => Self::TenantInactive,
            Self::TenantMigrating => Self::TenantMigrating,
            Self::Unavailable(_) => Self::Unavailable(anyhow::anyhow!(e)),
            Self::Upstream(why) => Self::Upstream(why),
            _ => Self::Internal(anyhow::anyhow!(e)),
        })
    }
}
