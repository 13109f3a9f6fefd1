//! What matters in production only.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::Result;

use super::found::{Found, error, warning};
use crate::cli::demo;
use crate::cli::process::{Database, on_platform};
use crate::config::{Config, HostPattern, Introspection, LogFormat, Secret};
use crate::ctx::App;
use crate::platform::{operators, tenants};

/// A year, as browsers' preload lists ask for.
const HSTS: u64 = 31_536_000;

/// What the settings alone tell.
pub(super) fn settings(config: &Config) -> Vec<Found> {
    let mut found = vec![];
    if !config.mode.is_production() {
        let what = "the mode is development: errors, keys and accounts are those of a developer";
        found.push(error("security.E018", what, "TARUVI_MODE=production (or DEBUG=False)"));
    }
    keys(config, &mut found);
    hosts(config, &mut found);
    api(config, &mut found);
    if config.telemetry.format == LogFormat::Pretty {
        let what = "logs are written for people";
        found.push(warning("telemetry.W001", what, "LOG_FORMAT=json"));
    }
    found
}

fn keys(config: &Config, found: &mut Vec<Found>) {
    let secret = config.auth.signing_key.as_ref().map(Secret::expose);
    if secret.is_none() && config.auth.keys.is_empty() {
        let what = "tokens are signed with a key made up by this machine";
        found.push(error("security.E001", what, "JWT_KEYS, JWT_SIGNING_KEY or SECRET_KEY"));
    }
    let letters = |key: &str| key.chars().collect::<HashSet<_>>().len();
    if secret.is_some_and(|key| letters(key) < 16) {
        let what = "the signing key repeats few characters: it can be guessed";
        found.push(warning("security.W009", what, "openssl rand -base64 48"));
    }
}

fn hosts(config: &Config, found: &mut Vec<Found>) {
    let http = &config.http;
    if http.hsts_seconds == 0 {
        let what = "browsers are not told to use HTTPS only";
        found.push(warning("security.W004", what, "SECURE_HSTS_SECONDS=31536000"));
    } else if http.hsts_seconds < HSTS {
        let what = "browsers are told for less than a year to use HTTPS only";
        found.push(warning("security.W110", what, "SECURE_HSTS_SECONDS=31536000"));
    }
    if !http.ssl_redirect {
        let what = "plain HTTP is not redirected";
        found.push(warning("security.W008", what, "SECURE_SSL_REDIRECT=true, or in the proxy"));
    }
    if http.allowed_hosts.is_empty() || http.allowed_hosts.contains(&HostPattern::Any) {
        let what = "any host name is answered that is a known domain";
        found.push(warning("security.W020", what, "ALLOWED_HOSTS=.example.com"));
    }
    let local = |name: &String| name == "localhost" || name.ends_with(".nip.io");
    if http.base_domains.iter().any(local) || http.platform_hosts.iter().any(local) {
        let what = "hosts of a developer's machine are answered";
        found.push(warning("security.W101", what, "BASE_DOMAINS, PLATFORM_HOSTS"));
    }
    if http.allows_any_origin() {
        let what = "pages of any origin may call the API";
        found.push(warning("security.W102", what, "CORS_ALLOWED_ORIGINS"));
    }
}

fn api(config: &Config, found: &mut Vec<Found>) {
    if config.graphql.introspection == Introspection::Public {
        let what = "anybody may read the schema";
        found.push(warning("security.W103", what, "GRAPHQL_INTROSPECTION=authenticated"));
    }
    if config.graphql.playground {
        let what = "the playground is served";
        found.push(warning("security.W104", what, "GRAPHQL_PLAYGROUND=false"));
    }
    if !config.limits.enabled {
        let what = "requests are not limited: passwords can be tried without end";
        found.push(error("security.E105", what, "RATE_LIMIT_ENABLE=true"));
    }
}

/// How the database is reached.
pub(super) fn connections(database: &Database) -> Vec<Found> {
    let mut found = vec![];
    if database.cluster().is_some() {
        let what = "the database is the one in the data folder";
        found.push(error("database.E005", what, "DATABASE_URL"));
    }
    if database.app.may_be_overheard() || database.owner.may_be_overheard() {
        let what = "the connection to the database might not be encrypted";
        found.push(warning("security.W106", what, "sslmode=require in DATABASE_URL"));
    }
    if database.cluster().is_none() && database.app.login() == database.owner.login() {
        let what = "the server logs in as the owner of all schemas";
        found.push(warning("security.W107", what, "DATABASE_ADMIN_URL for the owner"));
    }
    found
}

/// Accounts that everybody knows.
pub(super) async fn accounts(app: &Arc<App>) -> Result<Vec<Found>> {
    let ctx = on_platform(app);
    let mut found = vec![];
    if operators::service::by_name(&ctx, demo::ADMIN).await?.is_some() {
        let what = format!("{} is there, whose password is in the manual", demo::ADMIN);
        found.push(error("security.E108", what, "set up a database without demo data"));
    }
    if !operators::service::any(&ctx).await? {
        let what = "nobody runs the installation";
        found.push(warning("platform.W001", what, "taruvi platform create-admin"));
    }
    if tenants::service::all(&ctx).await?.iter().any(|t| demo::is_demo(&t.schema_name)) {
        let what = "there are tenants named like the demo's (acme, globex)";
        found.push(warning("security.W109", what, "taruvi tenant delete, if they are"));
    }
    Ok(found)
}
