//! The commands. What they do is done by the services; here it is asked for and shown. Nothing
//! else in the crate prints.

mod aliases;
mod ask;
mod audit;
mod banner;
mod check;
mod config;
mod db;
mod demo;
mod dev;
mod documents;
mod exec;
mod keys;
mod migrate;
mod platform;
mod process;
mod progress;
mod report;
mod schema;
mod serve;
mod stop;
mod table;
mod tenant;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{Config, Loaded, Sources};

/// A multi-tenant GraphQL backend. Without a command: `taruvi dev`.
#[derive(Debug, Parser)]
#[command(name = "taruvi", version, after_help = aliases::HELP, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(flatten)]
    listen: Listen,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
struct Global {
    /// A TOML file of settings; may be given more than once, later ones win
    #[arg(long, global = true, value_name = "FILE")]
    config: Vec<PathBuf>,
    /// The folder for what the server keeps itself; .taruvi if not given
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// Where to listen.
#[derive(Debug, Clone, Default, Args)]
struct Listen {
    /// Address to listen on; 0.0.0.0 for all
    #[arg(long, value_name = "ADDRESS")]
    host: Option<String>,
    /// Port to listen on; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    port: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything for development: database, migrations, demo data, server
    Dev(dev::DevArgs),
    /// Run the server; in production. Migrates nothing
    Serve(serve::ServeArgs),
    /// Handle events, without serving: as many processes of these as are needed
    Worker,
    /// Bring the database up to date
    Migrate(migrate::MigrateArgs),
    /// Make, list, use and delete tenants
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// The GraphQL documents that a tenant's clients may run by their id
    #[command(subcommand)]
    Documents(documents::DocumentsCommand),
    /// Who runs the installation
    #[command(subcommand)]
    Platform(platform::PlatformCommand),
    /// The keys that sign tokens
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// The records of changes
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// The GraphQL schema
    #[command(subcommand)]
    Schema(schema::SchemaCommand),
    /// The configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// The database
    #[command(subcommand)]
    Db(db::DbCommand),
    /// Look for mistakes in the configuration and the database
    Check(check::CheckArgs),
}

/// Does what the command line says; every error is shown here.
pub async fn run() -> ExitCode {
    let cli = Cli::parse_from(aliases::expanded(std::env::args_os()));
    match dispatch(cli).await {
        Ok(code) => code,
        Err(e) => report::failure(&e),
    }
}

async fn dispatch(cli: Cli) -> anyhow::Result<ExitCode> {
    let Cli { global, listen, command } = cli;
    match command.unwrap_or_else(|| Command::Dev(dev::DevArgs::default())) {
        Command::Dev(args) => dev::run(&global, listen, args).await,
        Command::Serve(args) => serve::run(&global, listen, args).await,
        Command::Worker => worker::run(&global).await,
        Command::Migrate(args) => migrate::run(&global, args).await,
        Command::Tenant(command) => tenant::run(&global, command).await,
        Command::Documents(command) => documents::run(&global, command).await,
        Command::Platform(command) => platform::run(&global, command).await,
        Command::Keys(command) => keys::run(&global, command).await,
        Command::Audit(command) => audit::run(&global, command).await,
        Command::Schema(command) => schema::run(command),
        Command::Config(command) => config::run(&global, command),
        Command::Db(command) => db::run(&global, command).await,
        Command::Check(args) => check::run(&global, args).await,
    }
}

impl Listen {
    /// What was given here, else there.
    fn or(self, other: Self) -> Self {
        Self { host: self.host.or(other.host), port: self.port.or(other.port) }
    }
}

impl Global {
    /// Reads the configuration of a command that listens nowhere. Only its warnings are logged,
    /// unless the configuration says otherwise.
    fn load(&self) -> anyhow::Result<Config> {
        let Loaded { mut config, entries, .. } = Config::load(self.sources(Listen::default()))?;
        let key = "telemetry.filter";
        if entries.iter().any(|entry| entry.setting.key == key && entry.is_default()) {
            config.telemetry.filter = "warn".to_owned();
        }
        crate::telemetry::init(&config.telemetry, config.mode)?;
        Ok(config)
    }

    /// Reads the configuration of a command that serves.
    fn load_to_serve(&self, listen: Listen) -> anyhow::Result<Loaded> {
        let loaded = Config::load(self.sources(listen))?;
        crate::telemetry::init(&loaded.config.telemetry, loaded.config.mode)?;
        for note in &loaded.notes {
            tracing::info!("{note}");
        }
        Ok(loaded)
    }

    fn sources(&self, listen: Listen) -> Sources {
        let dir = self.data_dir.as_ref().map(|dir| dir.to_string_lossy().into_owned());
        let given = [("data_dir", dir), ("http.host", listen.host), ("http.port", listen.port)];
        let overrides = given.into_iter().filter_map(|(key, value)| Some((key, value?)));
        Sources::of_process(self.config.clone(), overrides.collect())
    }
}
