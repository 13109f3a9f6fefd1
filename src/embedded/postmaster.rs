//! The PostgreSQL server process: its settings, its start, its stop. Who may start or stop it is
//! decided by the locks, held by the caller.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::Options;
use super::find::Programs;
use super::guard::Guard;
use super::home::Home;
use super::pidfile::{PidFile, Socket, clear_stale};

/// Names the socket; nothing listens on the network.
pub const PORT: u16 = 5432;

const TICK: Duration = Duration::from_millis(5);

/// Covers the recovery after a crash, and the last checkpoint of a stop.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long backends may outlive a killed postmaster.
const ORPHANS_PATIENCE: Duration = Duration::from_secs(10);

const LOG: &str = "postgres.log";

const LARGEST_LOG: u64 = 4 << 20;

/// A server that takes connections.
#[derive(Debug)]
pub struct Postmaster {
    pub pid: u32,
    pub socket: Socket,
    /// Set when this process started it.
    child: Option<Child>,
}

impl Postmaster {
    /// The server of a data directory that runs already, once it is ready; `None` if none runs.
    pub fn adopt(data: &Path) -> Result<Option<Postmaster>> {
        let since = Instant::now();
        loop {
            let Some(found) = PidFile::read(data).filter(|found| found.alive(data)) else {
                return Ok(None);
            };
            if found.ready {
                let socket = found.socket.context("the running PostgreSQL has no socket")?;
                tracing::debug!(pid = found.pid, "PostgreSQL runs already");
                return Ok(Some(Postmaster { pid: found.pid, socket, child: None }));
            }
            ensure!(
                since.elapsed() < PATIENCE,
                "PostgreSQL (process {}) is neither starting nor stopping any further",
                found.pid
            );
            sleep(TICK);
        }
    }

    /// Starts the server and waits until it is ready.
    pub fn launch(
        home: &Home,
        programs: &Programs,
        options: &Options,
        guard: &mut Guard,
    ) -> Result<Postmaster> {
        let data = home.data();
        let socket = Socket { dir: home.socket_dir()?, port: PORT };
        let since = Instant::now();
        loop {
            if let Some(running) = Postmaster::adopt(&data)? {
                return Ok(running);
            }
            clear_stale(&data, &socket.dir, PORT)?;
            let mut log = Log::open(home)?;
            let mut child = spawn(home, programs, options, &socket, &log)?;
            guard.watch(child.id())?;
            if ready(&mut child, &data).with_context(|| log.tail())? {
                tracing::debug!(pid = child.id(), major = programs.major, "PostgreSQL started");
                return Ok(Postmaster { pid: child.id(), socket, child: Some(child) });
            }
            let last = log.tail();
            // Backends of a killed postmaster notice its death soon; and a process that was killed
            // right after it started a postmaster may have been faster than we saw.
            let taken = last.contains("still in use") || last.contains("already exists");
            if since.elapsed() > ORPHANS_PATIENCE || !taken {
                bail!("PostgreSQL did not start; {} ends with:\n{last}", log.path.display());
            }
            sleep(Duration::from_millis(200));
        }
    }

    /// Shuts the server down, which ends open connections, and waits until it is gone.
    pub fn stop(mut self, data: &Path) -> Result<()> {
        let since = Instant::now();
        // The file knows better than we do when another process started it anew; when the file
        // is gone with the whole directory, our own child may be there still.
        let running = PidFile::read(data).filter(|found| found.alive(data));
        if let Some(pid) = running.map(|found| found.pid).or_else(|| self.child_pid()) {
            interrupt(pid)?;
        }
        let file_tells = |data| PidFile::read(data).is_some_and(|found| found.alive(data));
        while file_tells(data) || self.child_pid().is_some() {
            ensure!(since.elapsed() < PATIENCE, "PostgreSQL (process {}) does not stop", self.pid);
            sleep(TICK);
        }
        if self.socket.dir != data {
            // Of use again at the next start; whether it goes is of no matter.
            let _ = fs::remove_dir(&self.socket.dir);
        }
        Ok(())
    }

    fn child_pid(&mut self) -> Option<u32> {
        let child = self.child.as_mut()?;
        matches!(child.try_wait(), Ok(None)).then(|| child.id())
    }
}

fn spawn(
    home: &Home,
    programs: &Programs,
    options: &Options,
    socket: &Socket,
    log: &Log,
) -> Result<Child> {
    let data = home.data();
    let mut command = home.command(&programs.postgres(), &data);
    command.arg("-D").arg(&data);
    for setting in settings(options, socket) {
        command.arg("-c").arg(setting);
    }
    command
        .stdout(log.file.try_clone()?)
        .stderr(log.file.try_clone()?)
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot run {}", programs.postgres().display()))
}

fn settings(options: &Options, socket: &Socket) -> Vec<String> {
    let durable = if options.durable { "on" } else { "off" };
    vec![
        "listen_addresses=".into(),
        format!("port={}", socket.port),
        format!("unix_socket_directories=\"{}\"", socket.dir.display()),
        "unix_socket_permissions=0700".into(),
        format!("max_connections={}", options.max_connections.max(10)),
        "shared_buffers=128MB".into(),
        "max_locks_per_transaction=256".into(),
        "min_wal_size=32MB".into(),
        "max_wal_size=1GB".into(),
        format!("fsync={durable}"),
        format!("full_page_writes={durable}"),
        format!("synchronous_commit={durable}"),
        "jit=off".into(),
        "timezone=UTC".into(),
        "log_timezone=UTC".into(),
        "logging_collector=off".into(),
    ]
}

/// Waits until the child takes connections; false if it ended instead.
fn ready(child: &mut Child, data: &Path) -> Result<bool> {
    let since = Instant::now();
    while child.try_wait().context("cannot watch PostgreSQL")?.is_none() {
        if PidFile::read(data).is_some_and(|found| found.pid == child.id() && found.ready) {
            return Ok(true);
        }
        ensure!(since.elapsed() < PATIENCE, "PostgreSQL does not get ready");
        sleep(TICK);
    }
    Ok(false)
}

/// Asks for a fast shutdown. std can only kill, so a shell sends the signal.
fn interrupt(pid: u32) -> Result<()> {
    Command::new("/bin/sh")
        .args(["-c", "kill -s INT \"$0\"", &pid.to_string()])
        .status()
        .with_context(|| format!("cannot send a signal to process {pid}"))?;
    Ok(())
}

/// What PostgreSQL prints.
struct Log {
    path: PathBuf,
    file: File,
    start: u64,
}

impl Log {
    fn open(home: &Home) -> Result<Log> {
        let path = home.dir().join(LOG);
        if fs::metadata(&path).is_ok_and(|found| found.len() > LARGEST_LOG) {
            fs::rename(&path, path.with_extension("log.old")).context("cannot rename the log")?;
        }
        let file = home.file(LOG)?;
        let start = file.metadata()?.len();
        Ok(Log { path, file, start })
    }

    /// The last lines since it was opened.
    fn tail(&mut self) -> String {
        let mut bytes = Vec::new();
        let read = self.file.seek(SeekFrom::Start(self.start));
        if let Err(error) = read.and_then(|_| self.file.read_to_end(&mut bytes)) {
            return error.to_string();
        }
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }
}
