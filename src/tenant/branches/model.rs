//! Rows of `branches`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::branches;
use crate::error::{Invalid, Problem, Result};
use crate::tenant::regions::RegionId;

crate::id!(/** A branch. */ BranchId, "branch");

/// A branch as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = branches)]
pub struct Branch {
    pub id: BranchId,
    pub region_id: Option<RegionId>,
    pub name: String,
    pub code: String,
    pub address: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub time_zone: Option<String>,
    pub is_active: bool,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

/// A branch to be added.
#[derive(Debug, Clone)]
pub struct NewBranch {
    pub region_id: Option<RegionId>,
    pub name: String,
    pub code: String,
    pub address: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub time_zone: Option<String>,
}

impl NewBranch {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.name", &self.name, 100);
        text::code(&mut invalid, "input.code", &self.code);
        text::prose(&mut invalid, "input.address", &self.address, 500);
        let (phone, email) = (self.phone.as_deref(), self.email.as_deref());
        check_contact(&mut invalid, phone, email, self.time_zone.as_deref());
        invalid.finish()
    }
}

/// `None` leaves a column alone; `Some(None)` clears it.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = branches)]
pub struct BranchPatch {
    pub region_id: Option<Option<RegionId>>,
    pub name: Option<String>,
    pub code: Option<String>,
    pub address: Option<String>,
    pub phone: Option<Option<String>>,
    pub email: Option<Option<String>>,
    pub time_zone: Option<Option<String>>,
    pub is_active: Option<bool>,
}

impl BranchPatch {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            text::line(&mut invalid, "input.name", name, 100);
        }
        if let Some(code) = &self.code {
            text::code(&mut invalid, "input.code", code);
        }
        let address = self.address.as_deref().unwrap_or_default();
        text::prose(&mut invalid, "input.address", address, 500);
        let new = |text: &Option<Option<String>>| text.clone().flatten();
        let (phone, email, zone) = (new(&self.phone), new(&self.email), new(&self.time_zone));
        check_contact(&mut invalid, phone.as_deref(), email.as_deref(), zone.as_deref());
        invalid.finish()
    }
}

fn check_contact(
    invalid: &mut Invalid,
    phone: Option<&str>,
    email: Option<&str>,
    time_zone: Option<&str>,
) {
    if let Some(phone) = phone {
        text::line(invalid, "input.phone", phone, 50);
    }
    if let Some(email) = email {
        text::email(invalid, "input.email", email);
    }
    if time_zone.is_some_and(|zone| !is_time_zone(zone)) {
        let why = "is not the name of a time zone, such as Europe/Berlin";
        invalid.push(Problem::Invalid, "input.timeZone", why);
    }
}

/// The form of a name in the time zone database; which ones there are changes every year.
fn is_time_zone(zone: &str) -> bool {
    let sign = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+');
    let word = |w: &str| !w.is_empty() && w.chars().all(sign);
    zone.len() <= 64
        && zone.starts_with(|c: char| c.is_ascii_uppercase())
        && zone.split('/').all(word)
}
