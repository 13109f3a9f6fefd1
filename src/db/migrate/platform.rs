//! The platform's tree, and the application's role, which has to exist before it.

use diesel::ExpressionMethods;
use diesel::sql_types::Text;
use diesel_async::{
    AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection,
    TransactionManager,
};

use super::super::Connector;
use super::super::chain::revokes;
use super::{PLATFORM, ledger};
use crate::error::Result;

#[diesel::declare_sql_function]
extern "SQL" {
    fn to_regclass(name: Text) -> diesel::sql_types::Nullable<diesel::sql_types::Oid>;
}

/// One migrator at a time in a database; an arbitrary number that only this uses.
const LOCK: i64 = 0x7461_7275_7669;

/// Brings schema `public` up to date; the versions it ran. A killed run leaves nothing half done.
pub async fn migrate_platform(owner: &Connector) -> Result<Vec<&'static str>> {
    let mut pg = owner.owner().await?;
    pg.batch_execute(&format!("SET lock_timeout = '60s'; SELECT pg_advisory_lock({LOCK})")).await?;
    prepare_role(&mut pg, owner).await?;
    ledger::create(&mut pg).await?;
    let entries = ledger::of_schema(&mut pg, "public").await?;
    let mut ran = vec![];
    for migration in ledger::missing(PLATFORM, &entries) {
        AnsiTransactionManager::begin_transaction(&mut pg).await?;
        pg.batch_execute("SET LOCAL search_path TO public, extensions").await?;
        pg.batch_execute(migration.up).await?;
        ledger::record(&mut pg, "public", migration, None).await?;
        AnsiTransactionManager::commit_transaction(&mut pg).await?;
        ran.push(migration.version);
    }
    let app = owner.app_role().as_str();
    pg.batch_execute(&format!(
        "GRANT USAGE ON SCHEMA public TO \"{app}\";
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO \"{app}\";
         REVOKE CREATE ON SCHEMA public FROM PUBLIC;
         {}",
        revokes("public", app)
    ))
    .await?;
    Ok(ran)
}

/// The platform's migrations that this database lacks, oldest first; all of a fresh one.
pub async fn missing_platform(owner: &Connector) -> Result<Vec<&'static str>> {
    let mut pg = owner.owner().await?;
    let begun = diesel::select(to_regclass("public.migration_ledger").is_not_null());
    let entries = match begun.get_result(&mut pg).await? {
        true => ledger::of_schema(&mut pg, "public").await?,
        false => vec![],
    };
    Ok(ledger::missing(PLATFORM, &entries).iter().map(|m| m.version).collect())
}

/// Takes the newest platform migration back; its version.
pub async fn revert_platform(owner: &Connector) -> Result<Option<&'static str>> {
    let mut pg = owner.owner().await?;
    let entries = ledger::of_schema(&mut pg, "public").await?;
    let done = |v: &str| entries.iter().any(|e| e.0 == v && e.2 == "done");
    let Some(migration) = PLATFORM.iter().rev().find(|m| done(m.version)) else {
        return Ok(None);
    };
    AnsiTransactionManager::begin_transaction(&mut pg).await?;
    pg.batch_execute("SET LOCAL search_path TO public, extensions").await?;
    pg.batch_execute(migration.down).await?;
    ledger::erase(&mut pg, "public", migration.version).await?;
    AnsiTransactionManager::commit_transaction(&mut pg).await?;
    Ok(Some(migration.version))
}

/// The role every session of the server starts under. It inherits nothing: a tenant's rights
/// come only with the tenant's role.
async fn prepare_role(pg: &mut AsyncPgConnection, owner: &Connector) -> Result<()> {
    let app = owner.app_role().as_str();
    pg.batch_execute(&format!(
        "DO $$ BEGIN
           IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '{app}') THEN
             CREATE ROLE \"{app}\" NOLOGIN NOINHERIT;
           END IF;
           IF session_user <> '{app}'
              AND NOT pg_catalog.pg_has_role(session_user, '{app}', 'MEMBER') THEN
             EXECUTE pg_catalog.format('GRANT %I TO %I', '{app}', session_user);
           END IF;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
         END $$"
    ))
    .await?;
    Ok(())
}
