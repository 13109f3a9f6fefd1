//! Settings of the database and its pool. Connecting is the business of `db`.

use super::{
    secret::Secret,
    setting::section,
    url::{Address, DatabaseUrl},
    value::{Parsed, number, optional, port_number},
};

section! {
    /// The database; in development one is started when none is given.
    pub struct Database in "database." {
        /// `postgresql://user:password@host:port/name`
        url: Option<DatabaseUrl> = "", env ["DATABASE_URL"];
        /// The same for the owner, who migrates and creates tenants; default: the URL above.
        admin_url: Option<DatabaseUrl> = "", env ["DATABASE_ADMIN_URL"];
        /// Instead of the URL: host or socket directory; default localhost.
        host: Option<String> = "", env ["DB_HOST"];
        /// Instead of the URL: port.
        port: Option<u16> = "", env ["DB_PORT"], read optional(port_number);
        /// Instead of the URL: name of the database.
        name: Option<String> = "", env ["DB_NAME"];
        /// Instead of the URL: user; default postgres.
        user: Option<String> = "", env ["DB_USER"];
        /// Instead of the URL: password.
        password: Option<Secret> = "", env ["DB_PASSWORD"];
        /// Role that owns nothing and becomes a tenant's role for each piece of work.
        app_role: String = "taruvi_app", env ["DATABASE_APP_ROLE"], read role;
        /// Connections in the pool.
        pool_size: usize = "8", env ["DATABASE_POOL_SIZE"], read number(1..=200);
        /// Longest run of one statement, in milliseconds.
        statement_timeout_ms: u64 = "5000", read number(1..=600_000);
        /// Longest wait for a lock, in milliseconds.
        lock_timeout_ms: u64 = "3000", read number(1..=600_000);
        /// Longest pause inside a transaction, in milliseconds.
        idle_in_transaction_timeout_ms: u64 = "10000", read number(1..=600_000);
        /// Longest wait for a connection of the pool, in milliseconds.
        pool_wait_ms: u64 = "2000", read number(1..=600_000);
        /// Longest wait for a new connection, in milliseconds.
        connect_timeout_ms: u64 = "5000", read number(1..=600_000);
        /// Connections one tenant may hold at once; 0 is half of the pool.
        tenant_concurrency: usize = "0", read number(0..=200);
    }
}

impl Database {
    /// The URL for migrations and for creating tenants.
    pub fn admin(&self) -> Option<&DatabaseUrl> {
        self.admin_url.as_ref().or(self.url.as_ref())
    }

    /// Connections one tenant may hold at once: at least one, never more than there are.
    pub fn tenant_permits(&self) -> usize {
        match self.tenant_concurrency {
            0 => (self.pool_size / 2).max(1),
            permits => permits.min(self.pool_size),
        }
    }

    /// The URL that `DB_HOST` and the others stand for; none without a host or a name.
    pub(super) fn url_of_parts(&self) -> Option<DatabaseUrl> {
        if self.host.is_none() && self.name.is_none() {
            return None;
        }
        Some(DatabaseUrl::build(&Address {
            host: self.host.as_deref().unwrap_or("localhost"),
            port: self.port,
            name: self.name.as_deref(),
            user: self.user.as_deref().unwrap_or("postgres"),
            password: self.password.as_ref().map(Secret::expose),
        }))
    }
}

/// A role's name that needs no quoting.
fn role(text: &str) -> Parsed<String> {
    let fits = text.len() <= 63
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let wrong = "is not a role name of lower-case letters, digits and _ (at most 63)";
    if fits { Ok(text.to_owned()) } else { Err(wrong.into()) }
}
