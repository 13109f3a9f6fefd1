//! Rows of `operators`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::auth::password;
use crate::authz::OperatorId;
use crate::base::text;
use crate::db::schema::platform::operators;
use crate::error::{Invalid, Problem, Result};

crate::id!(/** A session of an operator. */ OperatorSessionId, "operator_session");

/// An operator as stored, without the password.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = operators)]
pub struct Operator {
    pub id: OperatorId,
    pub username: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub is_admin: bool,
    pub is_active: bool,
    pub last_sign_in_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What signing in needs to know of an operator.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = operators)]
pub struct Credentials {
    #[diesel(embed)]
    pub operator: Operator,
    pub password_hash: Option<String>,
}

/// An operator to be added.
#[derive(Debug, Clone)]
pub struct NewOperator {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// Whether they run the whole installation.
    pub is_admin: bool,
    pub password: String,
}

impl NewOperator {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::email(&mut invalid, "input.email", &self.email);
        text::optional_line(&mut invalid, "input.firstName", &self.first_name, 150);
        text::optional_line(&mut invalid, "input.lastName", &self.last_name, 150);
        if let Err(why) = password::policy(&self.password, &[&self.email]) {
            invalid.push(Problem::Invalid, "input.password", why);
        }
        invalid.finish()
    }
}

/// `None` leaves a column alone.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = operators)]
pub struct OperatorPatch {
    pub email: Option<String>,
    pub username: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub is_admin: Option<bool>,
    pub is_active: Option<bool>,
}

impl OperatorPatch {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(email) = &self.email {
            text::email(&mut invalid, "input.email", email);
        }
        if let Some(username) = &self.username {
            text::line(&mut invalid, "input.username", username, 254);
        }
        for (field, name) in
            [("input.firstName", &self.first_name), ("input.lastName", &self.last_name)]
        {
            text::optional_line(&mut invalid, field, name.as_deref().unwrap_or(""), 150);
        }
        invalid.finish()
    }

    /// Whether the operator may do something else afterwards: cached access has to go.
    pub fn changes_access(&self) -> bool {
        self.is_admin.is_some() || self.is_active.is_some()
    }
}
