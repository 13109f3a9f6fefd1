//! The two locks by which processes share one cluster. Who holds them is known to the kernel
//! alone, which lets go of a killed process's locks; no file here is ever deleted.

use std::fs::{File, TryLockError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::home::Home;

/// Long enough for another process to fetch PostgreSQL.
const PATIENCE: Duration = Duration::from_secs(300);

/// The lock files, open for as long as the process uses the cluster.
#[derive(Debug)]
pub struct Locks {
    /// Held shared by each process that uses PostgreSQL; exclusively only together with `start`.
    users: File,
    /// Held exclusively while PostgreSQL is started or stopped.
    start: File,
}

impl Locks {
    /// Opens both files, holding neither lock.
    pub fn open(home: &Home) -> Result<Locks> {
        Ok(Locks { users: home.file("users.lock")?, start: home.file("start.lock")? })
    }

    /// Waits until no other process starts or stops PostgreSQL, and keeps them from it.
    pub fn begin(&self) -> Result<()> {
        let since = Instant::now();
        let mut told = false;
        while !taken(&self.start)? {
            if since.elapsed() > PATIENCE {
                bail!("another process has been starting or stopping PostgreSQL for too long");
            }
            if !told && since.elapsed() > Duration::from_secs(2) {
                tracing::info!("waiting for another process that starts or stops PostgreSQL");
                told = true;
            }
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Lets other processes start and stop PostgreSQL again.
    pub fn end(&self) -> Result<()> {
        self.start.unlock().context("cannot release start.lock")
    }

    /// Tells other processes that this one uses PostgreSQL. Only between `begin` and `end`.
    pub fn share(&self) -> Result<()> {
        self.users.lock_shared().context("cannot lock users.lock")
    }

    /// Stops using PostgreSQL; true if nobody else does. Only after `begin`.
    pub fn alone(&self) -> Result<bool> {
        self.users.unlock().context("cannot release users.lock")?;
        taken(&self.users)
    }
}

fn taken(file: &File) -> Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error).context("cannot lock a file here"),
    }
}
