//! Names of schemas and roles. Only these constructors make them, so they are safe to quote.

use uuid::Uuid;

/// Each tenant's schema starts with this, so that it can never be one of PostgreSQL's or ours.
pub const SCHEMA_PREFIX: &str = "t_";

/// The schema of one tenant: `t_` and up to 61 of `a-z`, `0-9` and `_`, a letter first, no `_` last.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TenantSchema(String);

impl TenantSchema {
    /// Accepts the name with or without its prefix; hyphens become underscores, as host names
    /// can't hold those. `None` when it is not a name.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.strip_prefix(SCHEMA_PREFIX).unwrap_or(text).replace('-', "_");
        let ok = (1..=63 - SCHEMA_PREFIX.len()).contains(&name.len())
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && !name.ends_with('_') // a host name can't end in a hyphen
            && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        ok.then(|| Self(format!("{SCHEMA_PREFIX}{name}")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part without the prefix, as host names carry it: `t_acme_law` is `acme-law`.
    pub fn label(&self) -> String {
        self.0[SCHEMA_PREFIX.len()..].replace('_', "-")
    }
}

/// A database role.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoleName(String);

impl RoleName {
    /// Roles belong to the whole cluster, schemas to a database: the tenant's id keeps two
    /// databases' tenants of one name apart.
    pub fn of_tenant(tenant: Uuid) -> Self {
        Self(format!("{SCHEMA_PREFIX}{}", tenant.simple()))
    }

    /// A configured name; `None` when it would need quoting.
    pub fn parse(text: &str) -> Option<Self> {
        let ok = (1..=63).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        ok.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
