//! Rows of `users`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::auth::password;
use crate::authz::Role;
use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::users;
use crate::error::{Invalid, Problem, Result};
use crate::tenant::branches::BranchId;

crate::column_enum! {
    /// Who stands behind an account.
    UserKind: Text as &'static str {
        /// A person who works in the tenant, and takes a seat of its plan.
        Person = "person",
        /// A user of the platform who has entered the tenant.
        Linked = "linked",
        /// A program: a service account. It can't sign in; it has API keys.
        Service = "service",
    }
}

/// A user as stored, without the password.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = users)]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub role: Role,
    pub kind: UserKind,
    pub branch_id: Option<BranchId>,
    pub is_active: bool,
    pub last_sign_in_at: Option<DateTime<Utc>>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

impl User {
    /// First and last name, or the user name of somebody who gave neither.
    pub fn display_name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        match name.trim() {
            "" => self.username.clone(),
            name => name.to_owned(),
        }
    }
}

/// What signing in needs to know of a user.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Credentials {
    #[diesel(embed)]
    pub user: User,
    pub password_hash: Option<String>,
}

/// A user to be added.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub email: String,
    /// The address when left out.
    pub username: Option<String>,
    pub first_name: String,
    pub last_name: String,
    pub role: Role,
    pub password: String,
}

impl NewUser {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::email(&mut invalid, "input.email", &self.email);
        if let Some(username) = &self.username {
            text::line(&mut invalid, "input.username", username, 254);
        }
        text::optional_line(&mut invalid, "input.firstName", &self.first_name, 150);
        text::optional_line(&mut invalid, "input.lastName", &self.last_name, 150);
        if let Err(why) = password::policy(&self.password, &self.names()) {
            invalid.push(Problem::Invalid, "input.password", why);
        }
        invalid.finish()
    }

    /// What the password may not be.
    fn names(&self) -> Vec<&str> {
        self.username.iter().chain(std::iter::once(&self.email)).map(String::as_str).collect()
    }
}

/// `None` leaves a column alone.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = users)]
pub struct UserPatch {
    pub username: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub role: Option<Role>,
    pub branch_id: Option<Option<BranchId>>,
    pub is_active: Option<bool>,
}

impl UserPatch {
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

    /// Whether the user would be signed in otherwise afterwards: cached access has to go.
    pub fn changes_access(&self) -> bool {
        self.role.is_some() || self.is_active.is_some() || self.branch_id.is_some()
    }
}
