//! The ledger: a row for each schema and migration. One query tells who is behind.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use super::{Migration, TENANT};
use crate::db::{PlatformConn, TenantSchema};
use crate::error::Result;

diesel::table! {
    public.migration_ledger (schema_name, version) {
        schema_name -> Text,
        version -> Text,
        checksum -> Text,
        state -> Text,
        error -> Nullable<Text>,
        started_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    public.tenants (id) {
        id -> Uuid,
        schema_name -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(migration_ledger, tenants);

const CREATE: &str = "CREATE TABLE IF NOT EXISTS public.migration_ledger (
    schema_name text NOT NULL,
    version text NOT NULL,
    checksum text NOT NULL,
    state text NOT NULL CHECK (state IN ('done', 'failed')),
    error text,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    PRIMARY KEY (schema_name, version)
)";

/// Where one tenant's schema stands.
#[derive(Debug, Clone)]
pub struct SchemaState {
    pub tenant: uuid::Uuid,
    pub schema: String,
    /// Versions not applied yet, oldest first.
    pub missing: Vec<&'static str>,
    /// Applied, but the script has changed since.
    pub edited: Vec<String>,
    /// Why the last try failed.
    pub error: Option<String>,
}

pub(super) async fn create(pg: &mut AsyncPgConnection) -> QueryResult<()> {
    pg.batch_execute(CREATE).await
}

/// One row of the ledger: version, checksum, state, error.
pub(super) type Entry = (String, String, String, Option<String>);

pub(super) async fn of_schema(pg: &mut AsyncPgConnection, schema: &str) -> QueryResult<Vec<Entry>> {
    use migration_ledger as l;
    l::table
        .filter(l::schema_name.eq(schema))
        .select((l::version, l::checksum, l::state, l::error))
        .load(pg)
        .await
}

/// The migrations of `tree` that `entries` does not have as done.
pub(super) fn missing(tree: &'static [Migration], entries: &[Entry]) -> Vec<&'static Migration> {
    let done = |v: &str| entries.iter().any(|e| e.0 == v && e.2 == "done");
    tree.iter().filter(|m| !done(m.version)).collect()
}

pub(super) async fn record(
    pg: &mut AsyncPgConnection,
    schema: &str,
    migration: &Migration,
    error: Option<&str>,
) -> QueryResult<()> {
    use migration_ledger as l;
    let now = diesel::dsl::now.into_sql::<diesel::sql_types::Timestamptz>();
    let values = (
        l::checksum.eq(migration.checksum()),
        l::state.eq(if error.is_some() { "failed" } else { "done" }),
        l::error.eq(error),
        l::started_at.eq(now),
        l::finished_at.eq(now.nullable()),
    );
    diesel::insert_into(l::table)
        .values((l::schema_name.eq(schema), l::version.eq(migration.version), values.clone()))
        .on_conflict((l::schema_name, l::version))
        .do_update()
        .set(values)
        .execute(pg)
        .await
        .map(|_| ())
}

pub(super) async fn erase(
    pg: &mut AsyncPgConnection,
    schema: &str,
    version: &str,
) -> QueryResult<()> {
    use migration_ledger as l;
    diesel::delete(l::table.filter(l::schema_name.eq(schema).and(l::version.eq(version))))
        .execute(pg)
        .await
        .map(|_| ())
}

/// The state of a schema that has no migration yet, whether or not a tenant is registered for it.
pub(super) fn status_of_new(tenant: uuid::Uuid, schema: &TenantSchema) -> SchemaState {
    SchemaState {
        tenant,
        schema: schema.as_str().to_owned(),
        missing: TENANT.iter().map(|m| m.version).collect(),
        edited: vec![],
        error: None,
    }
}

/// How many of the tenants' migrations a schema lacks.
pub async fn missing_in(mut conn: &PlatformConn, schema: &str) -> QueryResult<usize> {
    use migration_ledger as l;
    let done: Vec<String> = l::table
        .filter(l::schema_name.eq(schema).and(l::state.eq("done")))
        .select(l::version)
        .load(&mut conn)
        .await?;
    Ok(TENANT.iter().filter(|m| !done.iter().any(|v| v == m.version)).count())
}

/// Where every tenant stands (or the one named), by schema name, in one query.
pub async fn status(pg: &mut AsyncPgConnection, only: Option<&str>) -> Result<Vec<SchemaState>> {
    use {migration_ledger as l, tenants as t};
    let mut query = t::table
        .left_join(l::table.on(l::schema_name.eq(t::schema_name)))
        .select((t::id, t::schema_name, (l::version, l::checksum, l::state, l::error).nullable()))
        .order((t::schema_name, l::version))
        .into_boxed();
    if let Some(schema) = only {
        query = query.filter(t::schema_name.eq(schema));
    }
    let rows: Vec<(uuid::Uuid, String, Option<Entry>)> = query.load(pg).await?;
    let sums: Vec<(&str, String)> = TENANT.iter().map(|m| (m.version, m.checksum())).collect();
    let mut states = vec![];
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let entries: Vec<&Entry> = group.iter().filter_map(|row| row.2.as_ref()).collect();
        let done = |v: &str| entries.iter().any(|e| e.0 == v && e.2 == "done");
        let edited =
            |e: &&&Entry| e.2 == "done" && sums.iter().any(|(v, sum)| *v == e.0 && *sum != e.1);
        states.push(SchemaState {
            tenant: group[0].0,
            schema: group[0].1.clone(),
            missing: sums.iter().map(|(v, _)| *v).filter(|v| !done(v)).collect(),
            edited: entries.iter().filter(edited).map(|e| e.0.clone()).collect(),
            error: entries.iter().find_map(|e| e.3.clone()),
        });
    }
    Ok(states)
}
