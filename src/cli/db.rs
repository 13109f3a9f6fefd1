//! `taruvi db`: the database by hand.

use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};
use clap::Subcommand;
use tokio::signal::unix::{SignalKind, signal};

use super::Global;
use super::process::Database;
use crate::config::Config;
use crate::db::{TenantPlace, TenantSchema, migrate};

#[derive(Debug, Subcommand)]
pub(super) enum DbCommand {
    /// Open psql: as the owner on the platform's tables, or as a tenant's role in its schema
    Shell {
        /// The tenant's schema name (acme or t_acme)
        #[arg(long, value_name = "NAME")]
        tenant: Option<String>,
        /// Arguments for psql, after --
        #[arg(last = true)]
        arguments: Vec<String>,
    },
}

pub(super) async fn run(global: &Global, command: DbCommand) -> Result<ExitCode> {
    let DbCommand::Shell { tenant, arguments } = command;
    let config = global.load()?;
    let database = Database::open(&config).await?;
    // Ctrl-C is psql's: it cancels a query there, and must not end us underneath it.
    let _ignored = signal(SignalKind::interrupt())?;
    let done = shell(&config, &database, tenant, arguments).await;
    let closed = database.close().await;
    done.and_then(|code| closed.map(|()| code))
}

async fn shell(
    config: &Config,
    database: &Database,
    tenant: Option<String>,
    arguments: Vec<String>,
) -> Result<ExitCode> {
    let settings = match &tenant {
        Some(name) => {
            let place = place(database, name).await?;
            database.app.psql_environment(Some(&place))
        }
        None => database.owner.psql_environment(None),
    };
    let mut psql = Command::new("psql");
    psql.env_clear().envs(config.environment.for_children()).envs(settings);
    psql.args(arguments).stdin(Stdio::inherit());
    let status = tokio::task::spawn_blocking(move || psql.status()).await?;
    let status = status.context("cannot run psql (apt install postgresql-client)")?;
    Ok(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}

async fn place(database: &Database, name: &str) -> Result<TenantPlace> {
    let schema = TenantSchema::parse(name)
        .with_context(|| format!("{name:?} is not the name of a tenant"))?;
    let found = migrate::status(&mut database.owner.owner().await?, Some(schema.as_str())).await?;
    let state = found.first().with_context(|| format!("there is no tenant {}", schema.as_str()))?;
    Ok(TenantPlace::new(state.tenant, schema, 1))
}
