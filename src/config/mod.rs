//! The configuration: the only room that reads the environment. What values mean for a room is
//! decided there.
//!
//! Each setting is declared once, in the file of its section, with `setting::section!`: field,
//! type, default, meaning and environment names. Loading, checking, `config show` and
//! `.env.example` follow from that. Stronger sources win: defaults, TOML files, `.env` (in
//! development), environment, flags. Every wrong value is reported, not the first one only.

mod auth;
mod database;
mod dotenv;
mod environment;
mod error;
mod file;
mod general;
mod graphql;
mod host;
mod http;
mod layer;
mod limits;
mod live;
mod mail;
mod nearest;
mod outbound;
mod redis;
mod reserved;
mod rules;
mod secret;
mod security;
mod setting;
mod show;
mod source;
mod telemetry;
mod url;
mod value;
mod values;
mod worker;

use std::path::PathBuf;

use general::General;
use setting::Section;
use values::Values;

pub use self::{
    auth::Auth,
    database::Database,
    environment::{Environment, process_environment},
    error::ConfigError,
    general::Mode,
    graphql::{Graphql, Introspection},
    host::{HostPattern, Network, origin},
    http::Http,
    limits::Limits,
    live::Live,
    mail::{Mail, MailTls},
    outbound::Outbound,
    redis::Redis,
    reserved::RESERVED,
    secret::Secret,
    security::Security,
    setting::{Name, Secrecy, Setting},
    show::{diff, env_example, show},
    source::{Source, Sources},
    telemetry::{LogFormat, Telemetry},
    url::DatabaseUrl,
    values::Entry,
    worker::Worker,
};

/// The values in force, typed and checked.
#[derive(Debug, Clone)]
pub struct Config {
    pub mode: Mode,
    pub data_dir: PathBuf,
    pub secret_key: Option<Secret>,
    pub backup_stamp: Option<PathBuf>,
    pub http: Http,
    pub database: Database,
    pub auth: Auth,
    pub mail: Mail,
    pub outbound: Outbound,
    pub limits: Limits,
    pub live: Live,
    pub redis: Redis,
    pub graphql: Graphql,
    pub security: Security,
    pub worker: Worker,
    pub telemetry: Telemetry,
    /// The variables that are not settings, for child processes.
    pub environment: Environment,
}

/// A configuration together with where it came from.
#[derive(Debug)]
pub struct Loaded {
    pub config: Config,
    /// One for each setting, in the order of declaration.
    pub entries: Vec<Entry>,
    /// What was given and has no effect, in sentences for the log.
    pub notes: Vec<String>,
}

/// Every section: what it is about, and its settings.
const SECTIONS: &[(&str, &[Setting])] = &[
    (General::ABOUT, General::SETTINGS),
    (Http::ABOUT, Http::SETTINGS),
    (Database::ABOUT, Database::SETTINGS),
    (Auth::ABOUT, Auth::SETTINGS),
    (Mail::ABOUT, Mail::SETTINGS),
    (Outbound::ABOUT, Outbound::SETTINGS),
    (Limits::ABOUT, Limits::SETTINGS),
    (Live::ABOUT, Live::SETTINGS),
    (Redis::ABOUT, Redis::SETTINGS),
    (Graphql::ABOUT, Graphql::SETTINGS),
    (Security::ABOUT, Security::SETTINGS),
    (Worker::ABOUT, Worker::SETTINGS),
    (Telemetry::ABOUT, Telemetry::SETTINGS),
];

/// Every setting, in the order of declaration.
pub fn settings() -> impl Iterator<Item = &'static Setting> {
    SECTIONS.iter().flat_map(|(_, settings)| settings.iter())
}

fn find(key: &str) -> Option<&'static Setting> {
    settings().find(|setting| setting.key == key)
}

impl Config {
    /// Whether browsers are told to send cookies over HTTPS only.
    pub fn cookies_are_secure(&self) -> bool {
        self.http.cookie_secure.unwrap_or(self.mode.is_production())
    }

    /// Reads and checks everything, or says all that is wrong.
    pub fn load(sources: Sources) -> Result<Loaded, ConfigError> {
        let mut values = Values::gather(&sources);
        let general = General::read(&mut values);
        let http = Http::read(&mut values);
        let mut database = Database::read(&mut values);
        let mut auth = Auth::read(&mut values);
        let mail = Mail::read(&mut values);
        let outbound = Outbound::read(&mut values);
        let limits = Limits::read(&mut values);
        let live = Live::read(&mut values);
        let redis = Redis::read(&mut values);
        let graphql = Graphql::read(&mut values);
        let security = Security::read(&mut values);
        let worker = Worker::read(&mut values);
        let telemetry = Telemetry::read(&mut values);

        if let (Some(general), Some(http), Some(database), Some(auth)) =
            (&general, &http, &mut database, &mut auth)
        {
            rules::derive(general, auth, database, &mut values);
            values.problems.extend(rules::check(general, http, auth, database));
        }
        if let (Some(limits), Some(graphql)) = (&limits, &graphql) {
            values.problems.extend(rules::check_cost(limits, graphql));
        }
        let config = || {
            let General { mode, data_dir, secret_key, backup_stamp } = general?;
            Some(Self {
                mode,
                data_dir,
                secret_key,
                backup_stamp,
                http: http?,
                database: database?,
                auth: auth?,
                mail: mail?,
                outbound: outbound?,
                limits: limits?,
                live: live?,
                redis: redis?,
                graphql: graphql?,
                security: security?,
                worker: worker?,
                telemetry: telemetry?,
                environment: Environment::of(sources.environment),
            })
        };
        match config() {
            Some(config) if values.problems.is_empty() => {
                Ok(Loaded { config, entries: values.entries, notes: values.notes })
            }
            _ => Err(ConfigError { problems: values.problems }),
        }
    }
}
