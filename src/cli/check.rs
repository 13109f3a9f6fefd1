//! `taruvi check`: mistakes in the configuration and the database, each under an id that stays.
//! Where Django knows the same mistake, the number is Django's.

mod deploy;
mod found;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};

use self::found::{Found, error, warning};
use super::process::{Database, Process};
use super::report::{counted, explained, say};
use super::stop::Stop;
use super::{Global, Listen};
use crate::config::{Config, Loaded};
use crate::db::migrate;

/// PostgreSQL 14, as `server_version_num` has it.
const OLDEST: i32 = 140_000;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Also check what matters in production
    #[arg(long)]
    deploy: bool,
    /// From which level on to end with code 1
    #[arg(long, value_enum, default_value_t = Level::Error)]
    fail_level: Level,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Level {
    Warning,
    Error,
}

pub(super) async fn run(global: &Global, args: CheckArgs) -> Result<ExitCode> {
    let mut found = vec![];
    match Config::load(global.sources(Listen::default())) {
        Err(e) => found.extend(e.problems.into_iter().map(|p| error("config.E001", p, ""))),
        Ok(Loaded { mut config, notes, .. }) => {
            config.telemetry.filter = "error".to_owned();
            crate::telemetry::init(&config.telemetry, config.mode)?;
            found.extend(notes.into_iter().map(|note| warning("config.W001", note, "")));
            if args.deploy {
                found.extend(deploy::settings(&config));
            }
            found.extend(database(config, args.deploy).await?);
        }
    }
    found.sort_by_key(|f| (std::cmp::Reverse(f.level), f.id));
    for one in &found {
        say(one);
    }
    let errors = found.iter().filter(|f| f.level == Level::Error).count();
    say(format_args!("{}, {}", counted(errors, "error"), counted(found.len() - errors, "warning")));
    let failed = found.iter().any(|f| f.level >= args.fail_level);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn database(config: Config, deploy: bool) -> Result<Vec<Found>> {
    let database = match Database::open(&config).await {
        Ok(database) => database,
        Err(e) => return Ok(vec![unreachable(&e)]),
    };
    let stop = Stop::on_signals()?;
    let looked = stop.unless(look(config, &database, deploy)).await;
    let closed = database.close().await;
    looked.and_then(|found| closed.map(|()| found))
}

async fn look(config: Config, database: &Database, deploy: bool) -> Result<Vec<Found>> {
    let owner = &database.owner;
    let version = match owner.server_version().await {
        Ok(version) => version,
        Err(e) => return Ok(vec![unreachable(&e.into())]),
    };
    let mut found = vec![];
    if version < OLDEST {
        let what = format!("PostgreSQL {} is too old", version / 10_000);
        found.push(error("database.E002", what, "use PostgreSQL 14 or newer"));
    }
    if deploy {
        found.extend(deploy::connections(database));
    }
    let missing = migrate::missing_platform(owner).await?;
    if !missing.is_empty() {
        let what = format!("the platform lacks {}", missing.join(", "));
        found.push(error("database.E003", what, "run `taruvi migrate`"));
        return Ok(found);
    }
    found.extend(tenants(database).await?);
    match Process::start(config, database).await {
        Ok(process) => {
            if deploy {
                found.extend(deploy::accounts(&process.app).await?);
            }
            process.end();
        }
        Err(e) => {
            let what = format!("the server would not start: {}", explained(e.as_ref()));
            found.push(error("server.E001", what, ""));
        }
    }
    Ok(found)
}

async fn tenants(database: &Database) -> Result<Vec<Found>> {
    let mut found = vec![];
    let states = migrate::status(&mut database.owner.owner().await?, None).await?;
    let (behind, edited): (Vec<_>, Vec<_>) = (
        states.iter().filter(|s| !s.missing.is_empty()).collect(),
        states.iter().filter(|s| !s.edited.is_empty()).collect(),
    );
    if let Some(first) = behind.first() {
        let what = format!("{} behind, {} first", counted(behind.len(), "tenant"), first.schema);
        found.push(error("database.E004", what, "run `taruvi migrate`"));
    }
    if let Some(first) = edited.first() {
        let what = format!(
            "{} with migrations that were edited later: {}",
            counted(edited.len(), "tenant"),
            first.edited.join(", ")
        );
        found.push(warning("database.W001", what, "write a new migration instead"));
    }
    Ok(found)
}

fn unreachable(e: &anyhow::Error) -> Found {
    let what = format!("the database cannot be reached: {}", explained(e.as_ref()));
    error("database.E001", what, "see DATABASE_URL")
}
