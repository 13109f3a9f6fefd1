//! `taruvi dev`: a database, its migrations, demo data and the server, in one command; and the
//! demo data alone.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use super::banner::Banner;
use super::demo::{self, tokens};
use super::migrate::bring_up_to_date;
use super::process::{Database, Process, on_platform, with_database};
use super::report::{counted, explained, say};
use super::serve::{bind, until_stopped};
use super::stop::Stop;
use super::{Global, Listen};
use crate::config::{Config, Loaded};
use crate::ctx::App;
use crate::platform::{operators, tenants};
use crate::worker::Worker;

/// Inside the data folder.
const TOKENS: &str = "test_tokens.json";

#[derive(Debug, Default, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct DevArgs {
    #[command(flatten)]
    listen: Listen,
    #[command(subcommand)]
    command: Option<DevCommand>,
}

#[derive(Debug, Subcommand)]
enum DevCommand {
    /// Make the demo data: a platform administrator and the tenants acme and globex
    Setup,
    /// Make many tenants with data, and a file of tokens for tests
    Seed(SeedArgs),
}

#[derive(Debug, Clone, Args)]
pub(super) struct SeedArgs {
    /// How many tenants there shall be: tenant_0001 and so on; those that exist stay as they are
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=9999))]
    tenants: u16,
    /// How many clients each new tenant works for: a project for each, with six or seven tasks and
    /// a document or two
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u16).range(0..=20_000))]
    clients: u16,
    /// Where the tokens go
    #[arg(long, default_value = TOKENS, value_name = "FILE")]
    out: PathBuf,
}

pub(super) async fn run(global: &Global, outer: Listen, args: DevArgs) -> Result<ExitCode> {
    let begun = Instant::now();
    let Loaded { mut config, entries, .. } = match args.command {
        None => global.load_to_serve(args.listen.or(outer))?,
        Some(_) => Loaded { config: global.load()?, entries: vec![], notes: vec![] },
    };
    if config.mode.is_production() {
        bail!("dev makes accounts with a known password: not in production. See `taruvi serve`");
    }
    let is_default = |key| entries.iter().any(|e| e.setting.key == key && e.is_default());
    if is_default("limits.enabled") {
        config.limits.enabled = false;
    }
    match args.command {
        None => serve(config, begun).await?,
        Some(DevCommand::Setup) => setup(config).await?,
        Some(DevCommand::Seed(seed)) => self::seed(config, seed).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: Config, begun: Instant) -> Result<()> {
    let listener = bind(&config).await?;
    let database = Database::open(&config).await?;
    let stop = Stop::on_signals()?;
    let served = async {
        let (process, demo) = stop.unless(prepare(config, &database)).await?;
        let port = listener.local_addr()?.port();
        let file = tokens_file(&process.app.config.data_dir);
        if let Err(e) = tokens::write(&process.app, &demo, port, &file).await {
            tracing::warn!("no file of tokens: {}", explained(e.as_ref()));
        }
        let banner = Banner { port, begun, demo: !demo.is_empty(), tokens: file };
        banner.print(&process.app, &database).await?;
        let worker = Worker::start(&process.app);
        until_stopped(&process.app, listener, &stop).await?;
        worker.stop(process.app.config.http.shutdown_timeout).await;
        process.end().await;
        Ok(())
    };
    let served = served.await;
    let closed = database.close().await;
    served.and(closed)
}

/// A process with demo data, and the names of the demo tenants.
async fn prepare(config: Config, database: &Database) -> Result<(Process, Vec<String>)> {
    bring_up_to_date(database).await?;
    let process = Process::start(config, database).await?;
    if demo_is_wanted(&process.app).await? {
        demo::make(&process.app).await?;
    }
    let demo = demo::present(&process.app).await?;
    Ok((process, demo))
}

/// Only a database that nobody has begun to use gets demo data. The administrator is made last,
/// so that a start that was killed half way is made up for by the next one.
async fn demo_is_wanted(app: &Arc<App>) -> Result<bool> {
    let ctx = on_platform(app);
    if operators::service::any(&ctx).await? {
        return Ok(false);
    }
    Ok(tenants::service::all(&ctx).await?.iter().all(|t| demo::is_demo(&t.schema_name)))
}

async fn setup(config: Config) -> Result<()> {
    with_database(&config.clone(), async |database| {
        let port = config.http.port;
        let file = tokens_file(&config.data_dir);
        bring_up_to_date(database).await?;
        let process = Process::start(config, database).await?;
        demo::make(&process.app).await?;
        let demo = demo::present(&process.app).await?;
        tokens::write(&process.app, &demo, port, &file).await?;
        Banner { port, begun: Instant::now(), demo: true, tokens: file }
            .print_accounts(&process.app)
            .await?;
        process.end().await;
        Ok(())
    })
    .await
}

async fn seed(config: Config, args: SeedArgs) -> Result<()> {
    with_database(&config.clone(), async |database| {
        let begun = Instant::now();
        let port = config.http.port;
        bring_up_to_date(database).await?;
        let process = Process::start(config, database).await?;
        let (names, made) = demo::seed(&process.app, args.tenants, args.clients).await?;
        tokens::write(&process.app, &names, port, &args.out).await?;
        process.end().await;
        let (file, seconds) = (args.out.display(), begun.elapsed().as_secs_f32());
        let all = counted(names.len(), "tenant");
        say(format_args!("{all}, {made} of them new ({seconds:.1} s); tokens: {file}"));
        Ok(())
    })
    .await
}

fn tokens_file(data_dir: &Path) -> PathBuf {
    data_dir.join(TOKENS)
}
