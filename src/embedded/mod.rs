//! The PostgreSQL that the server finds (or fetches), sets up and runs by itself, for development
//! and tests. What is stored in it is not known here: the caller gets a URL.

mod fetch;
mod find;
mod guard;
mod home;
mod initdb;
mod locks;
mod pidfile;
mod postmaster;
mod user;

use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use self::guard::Guard;
use self::home::Home;
use self::locks::Locks;
use self::postmaster::Postmaster;

/// The role that owns the cluster.
pub const SUPERUSER: &str = "postgres";

/// Where the cluster lives and how it behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// Keeps the cluster (in `postgres`), its log, its locks and fetched programs (`pg-bin`).
    pub data_dir: PathBuf,
    /// The only place to look for `initdb` and `postgres`, when given.
    pub bin_dir: Option<PathBuf>,
    /// `PATH`: searched for PostgreSQL's programs and for npm.
    pub path: Option<OsString>,
    /// False trades crash safety for speed, for tests. Ignored when a running server is adopted.
    pub durable: bool,
    /// At least 10. Ignored when a running server is adopted.
    pub max_connections: u16,
}

/// A running PostgreSQL that this process uses. Dropping it, or dying, stops PostgreSQL a moment
/// later unless another process uses it too; [`Cluster::stop`] does it now and says if it failed.
#[derive(Debug)]
pub struct Cluster {
    // Dropped before `guard`, which looks at them as soon as it is alone.
    locks: Locks,
    guard: Guard,
    postmaster: Postmaster,
    home: Home,
    created: bool,
    version: u32,
}

impl Cluster {
    /// Finds or fetches PostgreSQL, creates the cluster if there is none, starts it or adopts the
    /// one that runs, and returns once it takes connections.
    pub async fn start(options: Options) -> Result<Cluster> {
        Cluster::start_from(options, find::usual_places).await
    }

    /// [`Cluster::start`] with another list of directories to search, for tests.
    #[doc(hidden)]
    pub async fn start_from(
        options: Options,
        places: fn(&Options) -> Vec<PathBuf>,
    ) -> Result<Cluster> {
        // On a blocking thread as one piece: a caller that stops waiting cannot leave a server
        // behind, because the `Cluster` is made all the same and then dropped.
        tokio::task::spawn_blocking(move || start(&options, places))
            .await
            .context("starting PostgreSQL was interrupted")?
    }

    /// The URL of a database as seen by a role; no password is asked on the Unix socket.
    pub fn url(&self, user: &str, database: &str) -> String {
        let socket = &self.postmaster.socket;
        let mut url = format!(
            "postgres://{}@/{}?host={}",
            percent_encoded(user.as_bytes()),
            percent_encoded(database.as_bytes()),
            percent_encoded(socket.dir.as_os_str().as_encoded_bytes()),
        );
        if socket.port != postmaster::PORT {
            url.push_str(&format!("&port={}", socket.port));
        }
        url
    }

    /// The directory that keeps the cluster; not the data directory where that is closed to the
    /// user who runs PostgreSQL.
    pub fn dir(&self) -> &Path {
        self.home.dir()
    }

    /// Whether the cluster was created by this start, so that it has no databases yet.
    pub fn created(&self) -> bool {
        self.created
    }

    /// The major version, such as 18.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Stops using PostgreSQL. The last user shuts it down, closing connections that are still
    /// open, and waits until it is gone.
    pub async fn stop(self) -> Result<()> {
        tokio::task::spawn_blocking(move || stop(self))
            .await
            .context("stopping PostgreSQL was interrupted")?
    }
}

fn start(options: &Options, places: fn(&Options) -> Vec<PathBuf>) -> Result<Cluster> {
    let home = Home::choose(&options.data_dir)?;
    let locks = Locks::open(&home)?;
    locks.begin()?;
    locks.share()?;
    home.sweep();
    let mut guard = Guard::spawn(&home)?;
    let mut created = false;
    let postmaster = match Postmaster::adopt(&home.data())? {
        Some(running) => running,
        None => {
            let wanted = home.version()?;
            let programs = find::programs(options, places, &home, wanted)?;
            if wanted.is_none() {
                initdb::create(&home, &programs, options)?;
                created = true;
            }
            Postmaster::launch(&home, &programs, options, &mut guard)?
        }
    };
    guard.watch(postmaster.pid)?;
    let version = home.version()?.context("the cluster lost its PG_VERSION file")?;
    locks.end()?;
    Ok(Cluster { locks, guard, postmaster, home, created, version })
}

fn stop(cluster: Cluster) -> Result<()> {
    let Cluster { locks, guard, postmaster, home, .. } = cluster;
    locks.begin()?;
    if locks.alone()? {
        postmaster.stop(&home.data())?;
    }
    guard.dismiss()
}

fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}
