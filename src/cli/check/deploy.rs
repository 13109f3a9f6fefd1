//! What other servers and the database tell of an installation that is to go into production.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use super::found::Found;
use super::items;
use crate::cli::demo;
use crate::cli::process::{Database, on_platform};
use crate::config::Config;
use crate::ctx::App;
use crate::platform::{operators, tenants};
use crate::redis::Redis;

/// How long another server may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// The name server and Redis.
pub(super) async fn surroundings(config: &Config) -> Vec<Found> {
    let mut found = vec![];
    for base in config.http.base_domains.iter().filter(|base| base.contains('.')) {
        let name = format!("taruvi-check.{base}");
        let asked = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((&*name, 443))).await;
        if !asked.is_ok_and(|found| found.is_ok_and(|mut all| all.next().is_some())) {
            found.push(Found::new(&items::NO_WILDCARD, format!("{name} has no address")));
        }
    }
    if config.redis.url.is_some() && !redis_answers(config).await {
        found.push(Found::new(&items::REDIS_SILENT, "Redis does not answer"));
    }
    found
}

async fn redis_answers(config: &Config) -> bool {
    // Opening the connection takes longer than an answer may take later.
    let patient = crate::config::Redis { timeout: PATIENCE, ..config.redis.clone() };
    match Redis::open(&patient) {
        Ok(Some(redis)) => redis.answers().await,
        _ => false,
    }
}

/// How the database would be reached.
pub(super) fn way(database: &Database) -> Vec<Found> {
    let mut found = vec![];
    let mut add = |item, what: &str| found.push(Found::new(item, what));
    if database.cluster().is_some() {
        add(&items::OWN_CLUSTER, "the database is the one in the data folder");
    }
    if database.app.may_be_overheard() || database.owner.may_be_overheard() {
        add(&items::PLAIN_DATABASE, "the connection to the database might not be encrypted");
    }
    if database.cluster().is_none() && database.app.login() == database.owner.login() {
        add(&items::ONE_LOGIN, "the server logs in as the owner of all schemas");
    }
    found
}

/// How the database is run.
pub(super) async fn server(database: &Database) -> Result<Vec<Found>> {
    let mut found = vec![];
    let mut add = |item, what: &str| found.push(Found::new(item, what));
    let standing = database.app.standing().await?;
    if standing.by_transaction || database.owner.standing().await?.by_transaction {
        let what = "a pooler hands out connections by transaction: what is set for one tenant's \
                    work would hold for another's";
        add(&items::POOLED, what);
    }
    if standing.forgets {
        add(&items::FORGETFUL, "fsync is off: a crash loses what was written, or everything");
    }
    if standing.is_superuser {
        let what = format!("{} is a superuser: nothing separates tenants", database.app.login());
        add(&items::SUPERUSER, &what);
    }
    Ok(found)
}

/// Accounts that everybody knows.
pub(super) async fn accounts(app: &Arc<App>) -> Result<Vec<Found>> {
    let ctx = on_platform(app);
    let mut found = vec![];
    if operators::service::by_name(&ctx, demo::ADMIN).await?.is_some() {
        let what = format!("{} is there, whose password is in the manual", demo::ADMIN);
        found.push(Found::new(&items::DEMO_ADMIN, what));
    }
    if !operators::service::any(&ctx).await? {
        found.push(Found::new(&items::NOBODY, "nobody runs the installation"));
    }
    if tenants::service::all(&ctx).await?.iter().any(|t| demo::is_demo(&t.schema_name)) {
        let what = "there are tenants named like the demo's (acme, globex)";
        found.push(Found::new(&items::DEMO_TENANTS, what));
    }
    Ok(found)
}
