//! Rows of `operators`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::auth::password;
use crate::authz::OperatorId;
use crate::base::text;
use crate::db::schema::platform::operators;
use crate::error::{Invalid, Problem, Result};

/// An operator as stored, without the password.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = operators)]
pub struct Operator {
    pub id: OperatorId,
    pub username: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub is_active: bool,
    pub last_sign_in_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
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
    pub password: String,
}

impl NewOperator {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::email(&mut invalid, "input.email", &self.email);
        text::optional_line(&mut invalid, "input.firstName", &self.first_name, 150);
        text::optional_line(&mut invalid, "input.lastName", &self.last_name, 150);
        if let Err(why) = password::policy(&self.password, &self.email) {
            invalid.push(Problem::Invalid, "input.password", why);
        }
        invalid.finish()
    }
}
