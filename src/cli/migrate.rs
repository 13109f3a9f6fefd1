//! `taruvi migrate`: the platform's tables and every tenant's, and where they stand.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use super::Global;
use super::process::{Database, with_database};
use super::progress::Progress;
use super::report::{complain, counted, explained, say, show};
use super::table::aligned;
use crate::db::migrate::{self, Outcome, Plan, Rehearsed, SchemaState};
use crate::db::{Connector, TenantSchema};

/// What `migrate dev` writes.
const FILES: [&str; 2] = ["src/db/schema/platform.rs", "src/db/schema/tenant.rs"];

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct MigrateArgs {
    #[command(subcommand)]
    command: Option<MigrateCommand>,
    /// The platform's tables only
    #[arg(long, conflicts_with_all = ["tenant", "schema"])]
    shared: bool,
    /// The tenants' tables only
    #[arg(long)]
    tenant: bool,
    /// One tenant's tables only (acme or t_acme)
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
    /// How many tenants at the same time
    #[arg(long, value_name = "N", default_value_t = 4)]
    parallel: usize,
    /// After a failure go on with the other tenants, and end with code 1. This is the default
    #[arg(long, overrides_with = "fail_fast")]
    keep_going: bool,
    /// Begin no other tenant after a failure
    #[arg(long)]
    fail_fast: bool,
}

#[derive(Debug, Subcommand)]
enum MigrateCommand {
    /// What has been applied, and who is behind
    Status {
        /// End with code 1 if anything is missing
        #[arg(long)]
        check: bool,
    },
    /// Rehearse all migrations (up, down, up) in a database made for it, and write src/db/schema
    Dev {
        /// Write nothing; end with code 1 if the files are not current
        #[arg(long)]
        check: bool,
    },
}

pub(super) async fn run(global: &Global, args: MigrateArgs) -> Result<ExitCode> {
    let config = global.load()?;
    with_database(&config, async |database| match args.command {
        Some(MigrateCommand::Status { check }) => status(&database.owner, check).await,
        Some(MigrateCommand::Dev { check }) => dev(&database.owner, check).await,
        None => apply(database, args).await,
    })
    .await
}

/// Migrates everything, four tenants at a time, and says what was done. For `taruvi dev`.
pub(super) async fn bring_up_to_date(database: &Database) -> Result<()> {
    let mut ran = shared(&database.owner).await?;
    let behind = behind(&database.owner, None).await?;
    ran |= !behind.is_empty();
    let plan = Plan { parallel: 4, keep_going: true };
    // Whoever is behind is told so by the API; the others can work.
    tenants(&database.owner, behind, plan).await?;
    if ran {
        database.wake_everything().await;
    }
    Ok(())
}

async fn apply(database: &Database, args: MigrateArgs) -> Result<ExitCode> {
    let begun = Instant::now();
    let owner = &database.owner;
    let mut ran = false;
    if !args.tenant && args.schema.is_none() {
        ran |= shared(owner).await?;
    } else if !migrate::missing_platform(owner).await?.is_empty() {
        bail!("the platform's tables come first: run `taruvi migrate --shared`");
    }
    let mut failed = 0;
    if !args.shared {
        let behind = behind(owner, args.schema.as_deref()).await?;
        ran |= !behind.is_empty();
        let plan = Plan { parallel: args.parallel, keep_going: !args.fail_fast };
        failed = tenants(owner, behind, plan).await?;
    }
    if ran {
        database.wake_everything().await;
    } else {
        say(format_args!("nothing to do ({:.2} s)", begun.elapsed().as_secs_f32()));
    }
    Ok(if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Migrates the platform; whether there was anything to do.
async fn shared(owner: &Connector) -> Result<bool> {
    let ran = migrate::migrate_platform(owner).await.context("the platform's migrations")?;
    for version in &ran {
        say(format_args!("platform: {version}"));
    }
    Ok(!ran.is_empty())
}

async fn behind(owner: &Connector, schema: Option<&str>) -> Result<Vec<SchemaState>> {
    let schema = schema.map(|name| {
        TenantSchema::parse(name).with_context(|| format!("{name:?} is not the name of a tenant"))
    });
    let schema = schema.transpose()?;
    let schema = schema.as_ref().map(TenantSchema::as_str);
    let mut states = migrate::status(&mut owner.owner().await?, schema).await?;
    if let (Some(name), true) = (schema, states.is_empty()) {
        bail!("there is no tenant {name}");
    }
    states.retain(|state| !state.missing.is_empty());
    Ok(states)
}

/// Migrates those behind and tells about each; how many failed.
async fn tenants(owner: &Connector, behind: Vec<SchemaState>, plan: Plan) -> Result<usize> {
    if behind.is_empty() {
        return Ok(0);
    }
    let (begun, total) = (Instant::now(), behind.len());
    let progress = Progress::new(total, "tenants");
    let tell = |outcome: &Outcome| match &outcome.result {
        Ok(ran) => progress.done(&format!("{}: {}", outcome.schema, ran.join(", "))),
        Err(e) => progress.failed(&format!("{}: {}", outcome.schema, explained(e))),
    };
    let outcomes = migrate::migrate_tenants(owner, behind, plan, tell).await?;
    drop(progress);
    let (done, failed): (Vec<_>, Vec<_>) = outcomes.iter().partition(|o| o.result.is_ok());
    let (done, failed, seconds) = (done.len(), failed.len(), begun.elapsed().as_secs_f32());
    say(format_args!("{} migrated, {failed} failed ({seconds:.1} s)", counted(done, "tenant")));
    if total > done + failed {
        complain(format_args!("{} not tried", counted(total - done - failed, "tenant")));
    }
    Ok(failed)
}

async fn status(owner: &Connector, check: bool) -> Result<ExitCode> {
    let missing = migrate::missing_platform(owner).await?;
    let total = migrate::PLATFORM.len();
    say(format_args!("platform  {} of {total} applied", total - missing.len()));
    for version in &missing {
        say(format_args!("          {version} is missing"));
    }
    if missing.len() == total {
        return Ok(if check { ExitCode::FAILURE } else { ExitCode::SUCCESS });
    }
    let states = migrate::status(&mut owner.owner().await?, None).await?;
    let current = states.iter().filter(|s| s.missing.is_empty()).count();
    say(format_args!("tenants   {current} of {} current", states.len()));
    let odd = |s: &&SchemaState| !s.missing.is_empty() || !s.edited.is_empty();
    let rows: Vec<Vec<String>> = states.iter().filter(odd).map(row).collect();
    if !rows.is_empty() {
        let header = ["schema", "missing", "edited since", "last error"];
        show(&format!("\n{}", aligned(&header, &rows)));
    }
    let current = missing.is_empty() && current == states.len();
    Ok(if check && !current { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn row(state: &SchemaState) -> Vec<String> {
    let error = state.error.as_deref().unwrap_or_default();
    let error = error.lines().next().unwrap_or_default().to_owned();
    vec![state.schema.clone(), state.missing.join(" "), state.edited.join(" "), error]
}

async fn dev(owner: &Connector, check: bool) -> Result<ExitCode> {
    if !Path::new(FILES[0]).exists() {
        bail!("{} is not here: run this in the project's folder", FILES[0]);
    }
    let Rehearsed { platform, tenant } = migrate::rehearse(owner).await?;
    say("up, down, up: both trees lead to the same tables");
    let mut stale = false;
    for (file, text) in FILES.into_iter().zip([platform, tenant]) {
        let current = std::fs::read_to_string(file).with_context(|| file.to_owned())? == text;
        stale |= !current;
        match (current, check) {
            (true, _) => say(format_args!("{file} is current")),
            (false, true) => say(format_args!("{file} is not current: run `taruvi migrate dev`")),
            (false, false) => {
                std::fs::write(file, &text).with_context(|| file.to_owned())?;
                say(format_args!("{file} written"));
            }
        }
    }
    Ok(if stale && check { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
