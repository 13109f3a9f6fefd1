//! Rows of `impersonations`, and the rules that need no database.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::authz::OperatorId;
use crate::base::ids::{TenantId, UserId};
use crate::base::text;
use crate::db::schema::platform::impersonations;
use crate::error::{Invalid, Problem, Result};

crate::id!(/** An impersonation. */ ImpersonationId, "impersonation");

/// The longest that one may last.
const MAX_MINUTES: i32 = 60;
/// A reason that says something is no shorter.
const MIN_REASON: usize = 10;

/// An impersonation as stored. Its id is that of the session in the tenant.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = impersonations)]
pub struct Impersonation {
    pub id: ImpersonationId,
    pub operator_id: OperatorId,
    #[serde(skip)]
    pub operator_session_id: uuid::Uuid,
    pub tenant_id: Option<TenantId>,
    pub user_id: UserId,
    pub user_email: String,
    pub reason: String,
    pub started_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// An impersonation with the names of what it refers to.
#[derive(Debug, Clone, Queryable)]
pub struct Named {
    pub impersonation: Impersonation,
    pub operator_email: String,
    pub tenant_name: Option<String>,
}

/// An impersonation to begin.
#[derive(Debug, Clone)]
pub struct NewImpersonation {
    pub tenant: TenantId,
    pub user: UserId,
    pub reason: String,
    pub minutes: i32,
}

impl NewImpersonation {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.reason", &self.reason, 500);
        let length = self.reason.chars().count();
        if (1..MIN_REASON).contains(&length) {
            let why = format!("has to say why, in at least {MIN_REASON} characters");
            invalid.push(Problem::Invalid, "input.reason", why);
        }
        if !(1..=MAX_MINUTES).contains(&self.minutes) {
            let why = format!("has to be between 1 and {MAX_MINUTES}");
            invalid.push(Problem::Invalid, "input.minutes", why);
        }
        invalid.finish()
    }

    pub fn lasts(&self) -> TimeDelta {
        TimeDelta::minutes(self.minutes.into())
    }
}
