//! From a configuration to a running process: the database, ours or another's, and the `App` on
//! it. What the process then does is up to the command.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::task::AbortHandle;

use super::stop::Stop;
use crate::auth::keys::{KeyRing, development_secret};
use crate::auth::tokens::{TokenSettings, Tokens};
use crate::auth::vault::Vault;
use crate::base::clock::Clock;
use crate::bus::{Bus, Wake};
use crate::config::{Config, Secret};
use crate::ctx::{Actor, App, Core, Ctx, Origin, Scope};
use crate::db::{Connector, Db, Meter, TenantSchema};
use crate::embedded::{Cluster, Options, SUPERUSER};
use crate::platform::signing;

/// The database of a cluster of our own.
const DATABASE: &str = "taruvi";
/// Connections that a command needs at most; the server has its own number.
const COMMAND_POOL: usize = 4;
/// How long an end waits for what is still to be written.
const NOTES_PATIENCE: Duration = Duration::from_secs(5);
/// How long a start waits for the bus; without it nothing is cached, but everything works.
const BUS_PATIENCE: Duration = Duration::from_secs(1);

/// Where the database is. Started by us, it has to be closed.
pub(super) struct Database {
    pub app: Connector,
    pub owner: Connector,
    cluster: Option<Cluster>,
}

impl Database {
    /// The configured database, or the one in the data folder, which is made and started.
    pub(super) async fn open(config: &Config) -> Result<Self> {
        let settings = &config.database;
        if let (Some(url), Some(owner)) = (&settings.url, settings.admin()) {
            let (app, owner) = Db::connectors(config, url.expose(), owner.expose())?;
            return Ok(Self { app, owner, cluster: None });
        }
        if settings.admin_url.is_some() {
            bail!("DATABASE_ADMIN_URL is given, but not DATABASE_URL");
        }
        let cluster = Cluster::start(options(config)).await?;
        let url = cluster.url(&settings.app_role, DATABASE);
        let owner_url = cluster.url(SUPERUSER, DATABASE);
        let (app, owner) = Db::connectors(config, &url, &owner_url)?;
        owner.prepare_server().await?;
        Ok(Self { app, owner, cluster: Some(cluster) })
    }

    /// Stops what was started.
    pub(super) async fn close(self) -> Result<()> {
        match self.cluster {
            Some(cluster) => cluster.stop().await.context("stopping PostgreSQL"),
            None => Ok(()),
        }
    }

    /// The server of our own, if it is one.
    pub(super) fn cluster(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }

    /// Tells all processes to forget what they have cached.
    pub(super) async fn wake_everything(&self) {
        let bus = Bus::default();
        let task = tokio::spawn(bus.clone().run(self.owner.clone())).abort_handle();
        wait_for(&bus).await;
        bus.publish(Wake::Everything).await;
        task.abort();
    }
}

/// Opens the database, does the work unless a signal comes first, and closes the database.
pub(super) async fn with_database<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Database) -> Result<T>,
) -> Result<T> {
    let database = Database::open(config).await?;
    let stop = Stop::on_signals()?;
    let done = stop.unless(work(&database)).await;
    let closed = database.close().await;
    done.and_then(|value| closed.map(|()| value))
}

/// The same with an `App` on the database.
pub(super) async fn with_app<T>(
    mut config: Config,
    work: impl AsyncFnOnce(&Arc<App>, &Database) -> Result<T>,
) -> Result<T> {
    config.database.pool_size = config.database.pool_size.min(COMMAND_POOL);
    with_database(&config.clone(), async |database| {
        require_migrated(database).await?;
        let process = Process::start(config, database).await?;
        let done = work(&process.app, database).await;
        process.end().await;
        done
    })
    .await
}

/// Fails unless the platform's tables are as this release needs them.
pub(super) async fn require_migrated(database: &Database) -> Result<()> {
    let missing = crate::db::migrate::missing_platform(&database.owner).await?;
    if missing.is_empty() {
        return Ok(());
    }
    bail!("the database lacks {}: run `taruvi migrate` first", missing.join(", "))
}

/// The `App`, and the tasks that keep its bus connected and its signing keys current.
pub(super) struct Process {
    pub app: Arc<App>,
    bus: AbortHandle,
    keys: AbortHandle,
}

impl Process {
    /// Opens the pools of a migrated database.
    pub(super) async fn start(config: Config, database: &Database) -> Result<Self> {
        let keys = key_ring(&config)?;
        let config = with_secret(config)?;
        let vault = vault(&config)?;
        let tokens = Tokens::new(
            keys,
            TokenSettings {
                issuer: config.auth.issuer.clone(),
                audience: config.auth.audience.clone(),
                ttl: Duration::from_secs(config.auth.access_seconds),
                leeway: Duration::from_secs(config.auth.leeway_seconds),
            },
        )?;
        let bus = Bus::default();
        let task = tokio::spawn(bus.clone().run(database.app.clone())).abort_handle();
        let (app, owner) = (database.app.clone(), database.owner.clone());
        let opened = Db::connect(app, owner, &config.database);
        let (db, ()) = tokio::join!(opened, wait_for(&bus));
        let app = App::new(config, Clock::default(), db?, bus, tokens, vault);
        let keys = signing::service::keep_current(&app).await?;
        Ok(Self { app, bus: task, keys })
    }

    /// Writes what is noted, and lets go of the database.
    pub(super) async fn end(self) {
        if tokio::time::timeout(NOTES_PATIENCE, self.app.security.flush()).await.is_err() {
            tracing::warn!("not all security events could be written");
        }
        self.bus.abort();
        self.keys.abort();
        self.app.db.forget_idle();
    }
}

async fn wait_for(bus: &Bus) {
    let healthy = async {
        while !bus.healthy() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    if tokio::time::timeout(BUS_PATIENCE, healthy).await.is_err() {
        tracing::warn!("no messages from other processes: nothing is cached");
    }
}

fn options(config: &Config) -> Options {
    let settings = &config.database;
    // Room for a second process, and for commands beside them.
    let connections = u16::try_from(settings.pool_size * 2 + 40).unwrap_or(u16::MAX);
    Options {
        data_dir: config.data_dir.clone(),
        bin_dir: None,
        path: config.environment.get("PATH").map(ToOwned::to_owned),
        durable: true,
        max_connections: connections.max(100),
    }
}

/// The first PEM signs; without one the secret; in development a key of our own making.
fn key_ring(config: &Config) -> Result<KeyRing> {
    let auth = &config.auth;
    let secret = auth.signing_key.as_ref().map(Secret::expose);
    let secret = secret.map(|key| KeyRing::from_secret(key.as_bytes())).transpose()?;
    if auth.keys.is_empty() {
        return match secret {
            Some(ring) => Ok(ring),
            None if config.mode.is_production() => bail!("there is no key to sign tokens with"),
            None => Ok(KeyRing::load_or_create(&config.data_dir)?),
        };
    }
    let read = |path: &std::path::PathBuf| {
        let name = path.display().to_string();
        let pem = std::fs::read(path).with_context(|| format!("signing key {name}"))?;
        Ok((name, pem))
    };
    let pems = auth.keys.iter().map(read).collect::<Result<Vec<_>>>()?;
    let ring = KeyRing::from_pems(pems)?;
    Ok(match secret {
        Some(other) => ring.and(other),
        None => ring,
    })
}

/// Development encrypts with the key of its own making too; production says its secrets.
fn with_secret(mut config: Config) -> Result<Config> {
    let given = config.secret_key.is_some() || config.auth.signing_key.is_some();
    if !given && !config.mode.is_production() {
        config.secret_key = Some(Secret::new(KeyRing::development_key(&config.data_dir)?));
    }
    Ok(config)
}

/// Seals with the first secret there is that is long enough; in development one of our own making.
fn vault(config: &Config) -> Result<Vault> {
    let given = [&config.secret_key, &config.auth.signing_key].into_iter().flatten();
    let given: Vec<_> = given.map(|secret| secret.expose().as_bytes()).collect();
    let good: Vec<_> = given.into_iter().filter(|secret| secret.len() >= 32).collect();
    Ok(match good.split_first() {
        Some((first, older)) => Vault::new(first, older)?,
        None if config.mode.is_production() => bail!("there is no SECRET_KEY of 32 bytes"),
        None => Vault::new(&development_secret(&config.data_dir)?, &[])?,
    })
}

/// The server itself, on the platform.
pub(super) fn on_platform(app: &Arc<App>) -> Ctx {
    context(app, Scope::Platform)
}

/// The server itself, in the tenant of this name (`acme` or `t_acme`), active or not.
pub(super) async fn in_tenant(app: &Arc<App>, name: &str) -> Result<Ctx> {
    let schema = TenantSchema::parse(name)
        .with_context(|| format!("{name:?} is not the name of a tenant"))?;
    let found = app.directory.by_schema(&schema, &Meter::default()).await;
    let tenant = found.with_context(|| format!("tenant {}", schema.as_str()))?;
    Ok(context(app, Scope::Tenant(tenant)))
}

fn context(app: &Arc<App>, scope: Scope) -> Ctx {
    let agent = concat!("taruvi/", env!("CARGO_PKG_VERSION"), " (command line)");
    let origin = Origin { user_agent: Some(agent.to_owned()), ..Origin::default() };
    Ctx::new(Core::new(app.clone(), scope, Actor::System, origin))
}
