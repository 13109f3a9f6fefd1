//! `taruvi check`: mistakes in the configuration and the database, and with `--deploy` everything
//! that matters in production. What is looked at is listed in `items`.

mod deploy;
mod found;
mod items;
mod settings;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};

use self::found::{Findings, Found};
use self::items::Part;
use super::process::{Database, Process};
use super::report::{counted, explained, say, show};
use super::stop::Stop;
use super::{Global, Listen};
use crate::config::{Config, Loaded};
use crate::db::migrate;

/// PostgreSQL 14, as `server_version_num` has it.
const OLDEST: i32 = 140_000;

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Also check what matters in production, and list what is as it should be
    #[arg(long)]
    deploy: bool,
    /// From which level on to end with code 1
    #[arg(long, value_enum, default_value_t = Level::Error)]
    fail_level: Level,
    /// Leave these out
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = known)]
    ignore: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Look at nothing; print everything that would be looked at, as Markdown
    #[arg(long)]
    list: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum Level {
    #[value(alias = "warn")]
    Warning,
    Error,
}

fn known(id: &str) -> Result<String, String> {
    items::find(id).map(|item| item.id.to_owned()).ok_or_else(|| "is the id of no check".to_owned())
}

pub(super) async fn run(global: &Global, args: CheckArgs) -> Result<ExitCode> {
    if args.list {
        show(&items::manual());
        return Ok(ExitCode::SUCCESS);
    }
    let mut findings = Findings::without(args.ignore);
    match Config::load(global.sources(Listen::default())) {
        Err(e) => {
            let of = |problem| Found::new(&items::UNREADABLE, problem);
            e.problems.into_iter().map(of).for_each(|one| findings.add(one));
        }
        Ok(Loaded { mut config, notes, .. }) => {
            let of = |note| Found::new(&items::NO_EFFECT, note);
            findings.looked(Part::Configuration, notes.into_iter().map(of).collect());
            if args.deploy {
                findings.looked(Part::Settings, settings::look(&config));
                findings.looked(Part::Surroundings, deploy::surroundings(&config).await);
            }
            config.telemetry.filter = "error".to_owned();
            crate::telemetry::init(&config.telemetry, config.mode)?;
            database(config, args.deploy, &mut findings).await?;
        }
    }
    if args.json {
        say(format_args!("{:#}", findings.json()));
    } else {
        findings.print(args.deploy);
    }
    let failed = findings.any(args.fail_level);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn database(config: Config, deploy: bool, findings: &mut Findings) -> Result<()> {
    let database = match Database::open(&config).await {
        Ok(database) => database,
        Err(e) => {
            findings.add(unreachable(&e));
            return Ok(());
        }
    };
    if deploy {
        findings.looked(Part::Way, deploy::way(&database));
    }
    let stop = Stop::on_signals()?;
    let looked = stop.unless(look(config, &database, deploy, findings)).await;
    let closed = database.close().await;
    looked.and(closed)
}

async fn look(
    config: Config,
    database: &Database,
    deploy: bool,
    findings: &mut Findings,
) -> Result<()> {
    let owner = &database.owner;
    let version = match owner.server_version().await {
        Ok(version) => version,
        Err(e) => {
            findings.add(unreachable(&e.into()));
            return Ok(());
        }
    };
    let old = || Found::new(&items::TOO_OLD, format!("it is PostgreSQL {}", version / 10_000));
    findings.looked(Part::Database, (version < OLDEST).then(old).into_iter().collect());
    if deploy {
        match deploy::server(database).await {
            Ok(found) => {
                let pooled = found.iter().any(|one| one.item.id == items::POOLED.id);
                findings.looked(Part::Server, found);
                if pooled {
                    // What sets something for a session would only find what another has set.
                    return Ok(());
                }
            }
            Err(e) => {
                findings.add(unreachable(&e));
                return Ok(());
            }
        }
    }
    let missing = migrate::missing_platform(owner).await?;
    if !missing.is_empty() {
        let what = format!("the platform lacks {}", missing.join(", "));
        findings.add(Found::new(&items::PLATFORM_BEHIND, what));
        return Ok(());
    }
    let mut found = tenants(database).await?;
    match Process::start(config, database).await {
        Ok(process) => {
            if deploy {
                findings.looked(Part::Accounts, deploy::accounts(&process.app).await?);
            }
            process.end().await;
        }
        Err(e) => found.push(Found::new(&items::NO_START, explained(e.as_ref()))),
    }
    findings.looked(Part::Tables, found);
    Ok(())
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
        found.push(Found::new(&items::TENANTS_BEHIND, what));
    }
    if let Some(first) = edited.first() {
        let what = format!(
            "{} with migrations that were edited later: {}",
            counted(edited.len(), "tenant"),
            first.edited.join(", ")
        );
        found.push(Found::new(&items::EDITED, what));
    }
    Ok(found)
}

fn unreachable(e: &anyhow::Error) -> Found {
    let what = format!("the database cannot be reached: {}", explained(e.as_ref()));
    Found::new(&items::UNREACHABLE, what)
}
