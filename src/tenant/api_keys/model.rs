//! Rows of `api_keys`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::authz::{Permission, Scopes};
use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::api_keys;
use crate::error::{Invalid, Problem, Result};

crate::id!(/** An API key. */ ApiKeyId, "api_key");

/// A key as stored, without its secrets.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = api_keys)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub user_id: UserId,
    pub name: String,
    pub scopes: String,
    pub prefix: String,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
}

impl ApiKey {
    /// Whether it was neither revoked nor is over.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|until| until > now)
    }
}

/// A key to be made.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    pub name: String,
    /// The caller's own when left out.
    pub service_account: Option<UserId>,
    pub scopes: Vec<String>,
    pub expires_at: Option<DateTime<Utc>>,
}

impl NewApiKey {
    /// The scopes, if all is well. `known` are the permissions there are.
    pub fn validate<'a>(
        &self,
        known: impl Iterator<Item = &'a Permission> + Clone,
        now: DateTime<Utc>,
    ) -> Result<Scopes> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.name", &self.name, 100);
        let scopes = Scopes::of(self.scopes.iter().map(String::as_str));
        if scopes.is_empty() {
            let why = "name at least one permission, or * for all of the account's";
            invalid.push(Problem::Required, "input.scopes", why);
        }
        for name in self.scopes.iter().filter(|name| *name != crate::authz::ALL_SCOPES) {
            match known.clone().find(|permission| permission.name == name) {
                None => {
                    // What was sent is quoted shortened: it may be anything.
                    let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
                    let why = format!("{name:?} is no permission");
                    invalid.push(Problem::Invalid, "input.scopes", why);
                }
                Some(permission) if permission.is_for_people() => {
                    let why = format!("no key can have {name}");
                    invalid.push(Problem::NotAllowed, "input.scopes", why);
                }
                Some(_) => {}
            }
        }
        if self.expires_at.is_some_and(|until| until <= now) {
            invalid.push(Problem::Invalid, "input.expiresAt", "has to be in the future");
        }
        invalid.finish()?;
        Ok(scopes)
    }
}

/// What a key was exchanged for.
#[derive(Debug)]
pub struct ClientToken {
    pub access_token: String,
    /// Seconds until it ends.
    pub expires_in: i64,
    pub scopes: Scopes,
}
