//! Rows of `domains`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::ids::TenantId;
use crate::db::schema::platform::domains;
use crate::error::{Invalid, Problem};

crate::id!(/** A domain. */ DomainId, "domain");

/// A domain as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = domains)]
pub struct Domain {
    pub id: DomainId,
    pub tenant_id: TenantId,
    pub domain: String,
    pub is_primary: bool,
    pub created_at: DateTime<Utc>,
}

/// Checks a lower-case host name (RFC 1123): labels of letters, digits and hyphens.
pub fn check(invalid: &mut Invalid, field: &str, domain: &str) {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !l.starts_with('-')
            && !l.ends_with('-')
    };
    let numeric = |l: &str| l.bytes().all(|b| b.is_ascii_digit());
    if domain.len() > 253 {
        invalid.push(Problem::TooLong, field, "can't be longer than 253 characters");
    } else if !domain.split('.').all(label) || domain.split('.').next_back().is_some_and(numeric) {
        invalid.push(Problem::Invalid, field, "is not a host name");
    }
}
