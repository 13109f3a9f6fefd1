//! Migrations of both trees, and the ledger that says which schema has which.
//!
//! The platform's tree runs once, in `public`; the tenants' tree runs in each tenant's schema,
//! each tenant in a transaction of its own.

mod catalog;
mod ledger;
mod platform;
mod rehearsal;
mod tenants;

use std::fmt::Write as _;
use std::sync::LazyLock;

use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use sha2::{Digest, Sha256};

pub use catalog::Catalog;
use ledger::status_of_new;
pub use ledger::{SchemaState, missing_in, status};
pub use platform::{migrate_platform, missing_platform, revert_platform};
pub use rehearsal::{Rehearsed, rehearse};
pub use tenants::{Outcome, Plan, migrate_tenants, revert_schema};

/// One migration, embedded in the binary.
pub struct Migration {
    /// Its folder's name: a time stamp and a title, so that names sort by age.
    pub version: &'static str,
    pub up: &'static str,
    pub down: &'static str,
}

impl Migration {
    /// SHA-256 of the script, to notice one that was edited after it ran.
    pub fn checksum(&self) -> String {
        Sha256::digest(self.up).iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// All of the tenants' migrations as one script: a new tenant's tables in one round trip.
pub(super) fn tenant_script() -> &'static str {
    static SCRIPT: LazyLock<String> =
        LazyLock::new(|| TENANT.iter().map(|m| m.up).collect::<Vec<_>>().join("\n"));
    &SCRIPT
}

/// Notes in the ledger that `schema` has every tenant migration.
pub(super) async fn record_all(pg: &mut AsyncPgConnection, schema: &str) -> QueryResult<()> {
    static ROWS: LazyLock<Vec<(&'static str, String)>> =
        LazyLock::new(|| TENANT.iter().map(|m| (m.version, m.checksum())).collect());
    let rows: Vec<_> = ROWS
        .iter()
        .map(|(version, sum)| format!("('{schema}', '{version}', '{sum}', 'done', now(), now())"))
        .collect();
    pg.batch_execute(&format!(
        "INSERT INTO public.migration_ledger
           (schema_name, version, checksum, state, started_at, finished_at) VALUES {}",
        rows.join(", ")
    ))
    .await
}
