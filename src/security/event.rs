//! One event: as it is noted, and as it is stored.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::audit::ActorKind;
use crate::db::TenantPlace;
use crate::db::schema::tenant::security_events;

crate::id!(/** A security event. */ SecurityEventId, "security_event");

/// No detail is longer.
const MAX_DETAIL: usize = 500;

crate::column_enum! {
    /// What happened.
    #[graphql(name = "SecurityEventKind")]
    Kind: Text as &'static str {
        /// Somebody signed in.
        SignIn = "sign_in",
        /// Somebody tried to sign in and was refused; the detail is the name they gave.
        SignInFailed = "sign_in_failed",
        /// A refresh token was used twice: its session has ended, since two have it.
        TokenReused = "token_reused",
        /// An access token did not hold, or its session has ended.
        TokenRefused = "token_refused",
        /// A token of another tenant, or of the platform, was used here.
        CrossTenant = "cross_tenant",
        /// Somebody asked more often than they may.
        RateLimited = "rate_limited",
        /// Somebody asked for what they may not do; the detail names the permission.
        PermissionDenied = "permission_denied",
        /// The program calls itself like a scanner, or by no name.
        SuspiciousAgent = "suspicious_agent",
        /// A path or a value tries to leave its folder. Nothing was refused for it.
        PathTraversal = "path_traversal",
        /// A path or a value holds a script. Nothing was refused for it; text is stored as it came.
        ScriptInjection = "script_injection",
        /// A page of another origin tried to use the session in the cookies.
        CsrfRefused = "csrf_refused",
        /// A request for a host that no tenant has.
        UnknownHost = "unknown_host",
        /// A password was changed.
        PasswordChanged = "password_changed",
        /// A password was to be changed, and the current one was wrong.
        PasswordRefused = "password_refused",
        /// Somebody asked for a message to set a new password.
        PasswordResetRequested = "password_reset_requested",
        /// A second factor was set up, replaced or taken away.
        SecondFactorChanged = "second_factor_changed",
        /// The code of a second factor was wrong.
        SecondFactorFailed = "second_factor_failed",
        /// An account can be opened through a provider from now on.
        IdentityLinked = "identity_linked",
        /// An account can't be opened through a provider any more.
        IdentityRemoved = "identity_removed",
        /// An address was changed.
        EmailChanged = "email_changed",
        /// Sessions were ended before their time.
        SessionsRevoked = "sessions_revoked",
        /// Somebody was given another role, or rights beyond it.
        RoleChanged = "role_changed",
        /// A user was added.
        UserAdded = "user_added",
        /// A user was deactivated or deleted.
        UserRemoved = "user_removed",
        /// An API key was made.
        KeyCreated = "key_created",
        /// An API key got a new secret.
        KeyRotated = "key_rotated",
        /// An API key was taken back.
        KeyRevoked = "key_revoked",
        /// A key did not hold.
        KeyRefused = "key_refused",
        /// A platform administrator began to act as a user.
        ImpersonationStarted = "impersonation_started",
        /// A platform administrator ceased to act as a user.
        ImpersonationEnded = "impersonation_ended",
        /// A platform user entered the tenant.
        TenantEntered = "tenant_entered",
        /// A tenant was made, suspended, opened again or deleted.
        TenantChanged = "tenant_changed",
        /// Settings of security were changed.
        SettingsChanged = "settings_changed",
        /// More happened than could be written down; the count says how much more.
        EventsDropped = "events_dropped",
    }
}

impl Kind {
    /// Whether it is part of a normal day.
    fn is_routine(self) -> bool {
        matches!(self, Self::SignIn | Self::PasswordChanged | Self::SessionsRevoked)
    }
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    pub kind: Kind,
    /// The tenant it concerns; `None`: the platform.
    pub place: Option<TenantPlace>,
    pub actor: ActorKind,
    pub actor_id: Option<Uuid>,
    pub key_id: Option<Uuid>,
    pub impersonator_id: Option<Uuid>,
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
    pub correlation_id: String,
    pub detail: String,
}

impl Event {
    /// An event without a known actor or origin.
    pub fn new(kind: Kind, place: Option<TenantPlace>, detail: impl Into<String>) -> Self {
        let mut detail: String = detail.into();
        if detail.contains('\0') || detail.len() > MAX_DETAIL {
            detail = detail.chars().filter(|c| *c != '\0').take(MAX_DETAIL).collect();
        }
        Self {
            kind,
            place,
            actor: ActorKind::Anonymous,
            actor_id: None,
            key_id: None,
            impersonator_id: None,
            ip: None,
            user_agent: None,
            correlation_id: String::new(),
            detail,
        }
    }

    /// The same, done by somebody who has only just shown who they are.
    #[must_use]
    pub fn by(self, actor: ActorKind, id: impl Into<Uuid>) -> Self {
        Self { actor, actor_id: Some(id.into()), ..self }
    }

    /// One line with the target `security`.
    pub(super) fn log(&self) {
        let tenant = self.place.as_ref().map_or("platform", |place| place.schema().as_str());
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "security",
                    kind = self.kind.stored(),
                    tenant,
                    actor = self.actor.stored(),
                    actor_id = self.actor_id.map(tracing::field::display),
                    ip = self.ip.map(tracing::field::display),
                    correlation_id = self.correlation_id,
                    detail = self.detail,
                    "security event"
                )
            };
        }
        if self.kind.is_routine() { line!(info) } else { line!(warn) }
    }
}

/// An event as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = security_events)]
pub struct SecurityEvent {
    pub id: SecurityEventId,
    pub at: DateTime<Utc>,
    pub kind: Kind,
    pub count: i32,
    pub detail: String,
    pub actor_kind: ActorKind,
    pub actor_id: Option<Uuid>,
    pub key_id: Option<Uuid>,
    pub impersonator_id: Option<Uuid>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub correlation_id: String,
}

impl SecurityEvent {
    /// The row for `count` events like this one, the last of them at this time.
    pub(super) fn of(event: &Event, at: DateTime<Utc>, count: i32) -> Self {
        Self {
            id: SecurityEventId::generate(),
            at,
            kind: event.kind,
            count,
            detail: event.detail.clone(),
            actor_kind: event.actor,
            actor_id: event.actor_id,
            key_id: event.key_id,
            impersonator_id: event.impersonator_id,
            ip: event.ip.map(|ip| ip.to_string()),
            user_agent: event.user_agent.as_ref().map(|agent| agent.replace('\0', "")),
            correlation_id: event.correlation_id.clone(),
        }
    }
}
