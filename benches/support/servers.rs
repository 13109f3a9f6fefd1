//! The two servers, each in a process of its own.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::bed::Bed;
use super::http::Client;
use super::requests::{AUDIENCE, ISSUER, KEY, Side};
use crate::floor;

/// The binary that Cargo has built for this bench, in the same profile.
pub const BINARY: &str = env!("CARGO_BIN_EXE_taruvi");
pub const POOL_SIZE: usize = 16;
/// What tokio reads the number of its threads from.
const WORKERS: &str = "TOKIO_WORKER_THREADS";
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; it ends when dropped.
pub struct Server {
    pub side: Side,
    pub address: SocketAddr,
    child: Child,
}

impl Server {
    /// Starts one of the two, and waits until it answers.
    pub async fn start(side: Side, bed: &Bed) -> Result<Self> {
        match side {
            Side::Ours => Self::ours(bed, Stdio::null(), &[]).await,
            Side::Floor => Self::floor(bed).await,
        }
    }

    /// Ours, with its log in a file.
    pub async fn logging(bed: &Bed, log: &Path) -> Result<Self> {
        Self::ours(bed, File::create(log)?.into(), &[]).await
    }

    /// Ours, with these in its environment.
    pub async fn with(bed: &Bed, settings: &[(&str, &str)]) -> Result<Self> {
        Self::ours(bed, Stdio::null(), settings).await
    }

    async fn ours(bed: &Bed, log: Stdio, settings: &[(&str, &str)]) -> Result<Self> {
        let address = free_address()?;
        let mut command = ours(bed);
        command.arg("serve").env("PORT", address.port().to_string()).env(WORKERS, workers());
        command.envs(settings.iter().copied());
        let child = command.stderr(log).spawn().context("cannot run taruvi")?;
        Self { side: Side::Ours, address, child }.ready().await
    }

    async fn floor(bed: &Bed) -> Result<Self> {
        let address = free_address()?;
        let child = Command::new(std::env::current_exe()?)
            .args([floor::COMMAND, &bed.owner_url(), &address.to_string(), KEY, ISSUER, AUDIENCE])
            .env(WORKERS, workers())
            .spawn()
            .context("cannot run the hand-written server")?;
        Self { side: Side::Floor, address, child }.ready().await
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What its connections are called in `pg_stat_activity`.
    pub fn application_name(&self) -> &'static str {
        match self.side {
            Side::Ours => "taruvi",
            Side::Floor => floor::APPLICATION_NAME,
        }
    }

    async fn ready(mut self) -> Result<Self> {
        let since = Instant::now();
        while !answers(self.address).await {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended: {status}", self.side.name());
            }
            ensure!(since.elapsed() < PATIENCE, "{} does not answer", self.side.name());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(self)
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) -> Result<()> {
        terminate(&mut self.child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Our binary with the settings of production; the command is still to be said.
pub fn ours(bed: &Bed) -> Command {
    let mut command = bare();
    command
        .env("TARUVI_MODE", "production")
        .env("DATABASE_URL", bed.app_url())
        .env("DATABASE_ADMIN_URL", bed.owner_url())
        .env("DATABASE_POOL_SIZE", POOL_SIZE.to_string())
        .env("JWT_SIGNING_KEY", KEY)
        .env("RATE_LIMIT_ENABLE", "false");
    command
}

/// Our binary with nothing set, standing where no `.env` and no `taruvi.toml` can be.
pub fn bare() -> Command {
    let mut command = Command::new(BINARY);
    let environment = taruvi::config::process_environment();
    let kept = environment.into_iter().filter(|(name, _)| name == "PATH" || name == "HOME");
    command.env_clear().envs(kept).env("RUST_LOG", "info").current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// SIGTERM, and the wait for the end; std can only kill, so a shell sends it.
pub fn terminate(child: &mut Child) -> Result<()> {
    Command::new("/bin/sh").args(["-c", "kill \"$0\"", &child.id().to_string()]).status()?;
    let since = Instant::now();
    while child.try_wait()?.is_none() {
        if since.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            bail!("the server did not stop when it was asked to");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Half of the cores for either server: PostgreSQL runs here too.
fn workers() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    (cores / 2).max(1).to_string()
}

/// An address that nobody listens on.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

async fn answers(address: SocketAddr) -> bool {
    let request = b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let asked = async { Client::connect(address).await?.ask(request).await.map(|a| a.status) };
    asked.await.is_ok()
}
