//! The database that is measured on: a PostgreSQL of its own in a temporary directory, which is
//! gone afterwards.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use taruvi::db::migrate::migrate_platform;
use taruvi::db::{Connector, RoleName, Timeouts};
use taruvi::embedded::{Cluster, Options, SUPERUSER};
use tokio_postgres::{Client, NoTls};

use super::{cpu, seed};

const DATABASE: &str = "bench";
/// The login of our server: it may become the application's role, and nothing else.
const LOGIN: &str = "bench_login";
const APP_ROLE: &str = "taruvi_app";

/// A running PostgreSQL with tenants numbered from 1.
pub struct Bed {
    cluster: Cluster,
    /// Of its processes, the first.
    pub postmaster: u32,
    owner: Connector,
    dir: TempDir,
    tenants: u32,
}

impl Bed {
    pub async fn start() -> Result<Self> {
        let dir = TempDir::new("taruvi-bench")?;
        let cluster = Cluster::start(Options {
            data_dir: dir.0.clone(),
            bin_dir: None,
            path: taruvi::config::process_environment().into_iter().find_map(path),
            durable: true,
            max_connections: 100,
        })
        .await?;
        let first = connect(&cluster.url(SUPERUSER, "postgres")).await?;
        // Otherwise it would count as work for the requests.
        first.batch_execute("ALTER SYSTEM SET autovacuum = off").await?;
        first.batch_execute("SELECT pg_reload_conf()").await?;
        first.batch_execute(&format!("CREATE DATABASE {DATABASE}")).await?;
        let pid: i32 = first.query_one("SELECT pg_backend_pid()", &[]).await?.get(0);
        let postmaster = cpu::parent(u32::try_from(pid)?)?;
        let owner = owner(&cluster)?;
        migrate_platform(&owner).await?;
        let bed = Self { cluster, postmaster, owner, dir, tenants: 0 };
        let client = bed.client().await?;
        let login = format!("CREATE ROLE {LOGIN} LOGIN NOINHERIT IN ROLE {APP_ROLE}");
        client.batch_execute(&login).await?;
        seed::operator(&client).await?;
        Ok(bed)
    }

    pub fn tenants(&self) -> u32 {
        self.tenants
    }

    /// Adds tenants until there are so many; how long it took.
    pub async fn grow(&mut self, tenants: u32) -> Result<Duration> {
        let since = Instant::now();
        let new = self.tenants + 1..tenants + 1;
        if new.is_empty() {
            return Ok(Duration::ZERO);
        }
        seed::tenants(&self.owner, new.clone()).await?;
        self.tenants = tenants;
        let clients = [self.client().await?, self.client().await?];
        seed::settle(&clients, new).await?;
        Ok(since.elapsed())
    }

    /// A session that may do everything.
    pub async fn client(&self) -> Result<Client> {
        connect(&self.owner_url()).await
    }

    /// The URL of the owner, who migrates and makes tenants.
    pub fn owner_url(&self) -> String {
        self.cluster.url(SUPERUSER, DATABASE)
    }

    /// The URL of the login without rights of its own.
    pub fn app_url(&self) -> String {
        self.cluster.url(LOGIN, DATABASE)
    }

    pub async fn stop(self) -> Result<()> {
        self.cluster.stop().await?;
        drop(self.dir);
        Ok(())
    }
}

fn owner(cluster: &Cluster) -> Result<Connector> {
    let second = Duration::from_secs(1);
    let timeouts = Timeouts {
        connect: 5 * second,
        statement: 60 * second,
        lock: 30 * second,
        idle_in_transaction: 60 * second,
    };
    let role = RoleName::parse(APP_ROLE).context("a role's name")?;
    Ok(Connector::parse(&cluster.url(SUPERUSER, DATABASE), role, timeouts)?)
}

async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

fn path((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<std::ffi::OsString> {
    (name == "PATH").then_some(value)
}

/// A directory that others can enter (PostgreSQL is not run as root), removed when dropped.
pub struct TempDir(pub PathBuf);

impl TempDir {
    pub fn new(name: &str) -> Result<Self> {
        let dir = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        fs::create_dir(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755))?;
        Ok(Self(dir))
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
