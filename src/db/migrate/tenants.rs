//! The tenants' tree: many schemas in parallel, each in a transaction of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use diesel_async::{
    AnsiTransactionManager, AsyncPgConnection, SimpleAsyncConnection, TransactionManager,
};
use parking_lot::Mutex;
use tokio::task::JoinSet;

use super::super::names::{RoleName, TenantSchema};
use super::super::{Connector, owner::grants};
use super::ledger::{self, SchemaState};
use super::{Migration, TENANT};
use crate::db::errors::is_lock_timeout;
use crate::error::{AppError, Result};

/// Tries when another transaction holds a lock that the migration needs.
const LOCK_TRIES: u32 = 3;

/// How to migrate tenants.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Schemas at the same time.
    pub parallel: usize,
    /// Go on with the others after a failure. The failed one is reported in either case.
    pub keep_going: bool,
}

/// What became of one tenant.
#[derive(Debug)]
pub struct Outcome {
    pub schema: String,
    /// The versions that ran, or why none did.
    pub result: Result<Vec<&'static str>>,
}

/// Migrates the `behind`; `on_each` sees every outcome as it happens. A killed run resumes: what
/// is committed is in the ledger.
pub async fn migrate_tenants(
    owner: &Connector,
    behind: Vec<SchemaState>,
    plan: Plan,
    mut on_each: impl FnMut(&Outcome),
) -> Result<Vec<Outcome>> {
    let queue = Arc::new(Mutex::new(behind));
    let stop = Arc::new(AtomicBool::new(false));
    let (send, mut receive) = tokio::sync::mpsc::channel(plan.parallel.max(1));
    let mut workers = JoinSet::new();
    for _ in 0..plan.parallel.max(1) {
        let (owner, queue, stop, send) = (owner.clone(), queue.clone(), stop.clone(), send.clone());
        workers.spawn(async move {
            while !stop.load(Relaxed)
                && let Some(state) = next(&queue)
            {
                let result = migrate_one(&owner, &state).await;
                stop.fetch_or(result.is_err() && !plan.keep_going, Relaxed);
                if send.send(Outcome { schema: state.schema, result }).await.is_err() {
                    return;
                }
            }
        });
    }
    drop(send);
    let mut outcomes = vec![];
    while let Some(outcome) = receive.recv().await {
        on_each(&outcome);
        outcomes.push(outcome);
    }
    while workers.join_next().await.is_some() {}
    Ok(outcomes)
}

fn next(queue: &Mutex<Vec<SchemaState>>) -> Option<SchemaState> {
    queue.lock().pop()
}

async fn migrate_one(owner: &Connector, state: &SchemaState) -> Result<Vec<&'static str>> {
    let mut tries = 0;
    loop {
        tries += 1;
        let mut pg = owner.owner().await?;
        match run_missing(&mut pg, state).await {
            Ok(ran) => return Ok(ran.iter().map(|m| m.version).collect()),
            Err((_, e)) if is_lock_timeout(&e) && tries < LOCK_TRIES => {}
            Err((migration, e)) => {
                drop(pg); // with its transaction
                let mut pg = owner.owner().await?;
                ledger::record(&mut pg, &state.schema, migration, Some(&reason(&e))).await?;
                return Err(e);
            }
        }
    }
}

/// What the database said, for the ledger.
fn reason(e: &AppError) -> String {
    match e {
        AppError::Internal(cause) | AppError::Unavailable(cause) => format!("{cause:#}"),
        other => other.to_string(),
    }
}

/// Runs what is missing in one transaction, under a lock of the schema's own.
async fn run_missing(
    pg: &mut AsyncPgConnection,
    state: &SchemaState,
) -> Result<Vec<&'static Migration>, (&'static Migration, AppError)> {
    let first = &TENANT[0];
    let at_first = |e: diesel::result::Error| (first, AppError::from(e));
    let Some(schema) = TenantSchema::parse(&state.schema) else {
        return Err((first, AppError::internal("a schema name outside the rules")));
    };
    let name = schema.as_str();
    AnsiTransactionManager::begin_transaction(pg).await.map_err(at_first)?;
    pg.batch_execute(&format!(
        "SELECT pg_advisory_xact_lock(hashtextextended('migrate:{name}', 0));
         SET LOCAL search_path TO \"{name}\", extensions"
    ))
    .await
    .map_err(at_first)?;
    let entries = ledger::of_schema(pg, name).await.map_err(at_first)?;
    let missing = ledger::missing(TENANT, &entries);
    for migration in &missing {
        let failed = |e: diesel::result::Error| (*migration, AppError::from(e));
        pg.batch_execute(migration.up).await.map_err(failed)?;
        ledger::record(pg, name, migration, None).await.map_err(failed)?;
    }
    let role = RoleName::of_tenant(state.tenant);
    pg.batch_execute(&grants(name, role.as_str())).await.map_err(at_first)?;
    AnsiTransactionManager::commit_transaction(pg).await.map_err(at_first)?;
    Ok(missing)
}

/// Takes the newest migration of one schema back; its version.
pub async fn revert_schema(
    owner: &Connector,
    schema: &TenantSchema,
) -> Result<Option<&'static str>> {
    let mut pg = owner.owner().await?;
    let entries = ledger::of_schema(&mut pg, schema.as_str()).await?;
    let done = |v: &str| entries.iter().any(|e| e.0 == v && e.2 == "done");
    let Some(migration) = TENANT.iter().rev().find(|m| done(m.version)) else {
        return Ok(None);
    };
    AnsiTransactionManager::begin_transaction(&mut pg).await?;
    pg.batch_execute(&format!("SET LOCAL search_path TO \"{}\", extensions", schema.as_str()))
        .await?;
    pg.batch_execute(migration.down).await?;
    ledger::erase(&mut pg, schema.as_str(), migration.version).await?;
    AnsiTransactionManager::commit_transaction(&mut pg).await?;
    Ok(Some(migration.version))
}
