//! Rows of the second factor, and what somebody shows.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::authz::Role;
use crate::db::schema::tenant::{second_factors, security_policy};
use crate::error::{Invalid, Problem, Result};

/// How long a sign-in may wait for the second proof.
pub const CHALLENGE_LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// How many codes one sign-in may try.
pub const MAX_TRIES: i32 = 5;

/// Somebody's app, as stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = second_factors)]
pub struct Factor {
    pub secret: Vec<u8>,
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// What shows that somebody has their second factor.
#[derive(Debug, Clone)]
pub enum Proof {
    /// What the app shows now.
    Code(String),
    /// A code on paper, good once.
    RecoveryCode(String),
}

impl Proof {
    /// One of the two, as callers give them.
    pub fn of(code: Option<String>, recovery_code: Option<String>) -> Result<Self> {
        match (code, recovery_code) {
            (Some(code), None) => Ok(Self::Code(code)),
            (None, Some(code)) => Ok(Self::RecoveryCode(code)),
            (None, None) => {
                let why = "give a code, or a recovery code";
                Err(Invalid::new(Problem::Required, "input.code", why).into())
            }
            (Some(_), Some(_)) => {
                let why = "give a code or a recovery code, not both";
                Err(Invalid::new(Problem::Invalid, "input.recoveryCode", why).into())
            }
        }
    }

    /// Where a wrong one stood in the input.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Code(_) => "input.code",
            Self::RecoveryCode(_) => "input.recoveryCode",
        }
    }
}

/// What a tenant demands of its users.
#[derive(Debug, Clone, Default, Queryable, Selectable, Serialize)]
#[diesel(table_name = security_policy)]
pub struct SecurityPolicy {
    /// Who has to have a second factor.
    pub require_totp_for_roles: Vec<Role>,
}

/// How somebody stands with their second factor.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    pub is_enabled: bool,
    pub is_required: bool,
    pub recovery_codes_left: i64,
}
