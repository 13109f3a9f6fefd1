//! What `postmaster.pid` says, and whether to believe it. It is PostgreSQL that writes it.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

const NAME: &str = "postmaster.pid";

/// Where clients connect.
#[derive(Debug)]
pub struct Socket {
    pub dir: PathBuf,
    pub port: u16,
}

/// The parts of `postmaster.pid` that we read.
#[derive(Debug)]
pub struct PidFile {
    pub pid: u32,
    /// Absent until the postmaster listens.
    pub socket: Option<Socket>,
    /// True from the moment that it takes connections until it begins to stop.
    pub ready: bool,
}

impl PidFile {
    /// Reads the file of a data directory; `None` when there is no file or no sense in it.
    pub fn read(data: &Path) -> Option<PidFile> {
        PidFile::parse(&fs::read_to_string(data.join(NAME)).ok()?)
    }

    fn parse(text: &str) -> Option<PidFile> {
        let lines: Vec<&str> = text.lines().collect();
        let socket = lines.get(3).zip(lines.get(4)).and_then(|(port, dir)| {
            let port = port.trim().parse().ok()?;
            (!dir.is_empty()).then(|| Socket { dir: PathBuf::from(dir), port })
        });
        Some(PidFile {
            pid: lines.first()?.trim().parse().ok()?,
            socket,
            ready: lines.get(7).is_some_and(|status| status.trim() == "ready"),
        })
    }

    /// Whether this postmaster is alive: not the leftover of a killed one, not even when its
    /// process number belongs to another process by now.
    pub fn alive(&self, data: &Path) -> bool {
        let Some(process) = Process::find(self.pid) else { return false };
        if !process.name.contains("postgres") {
            return false;
        }
        if let Some(dir) = process.dir {
            return dir == data;
        }
        let owned = fs::metadata(data).is_ok_and(|found| found.uid() == process.uid);
        owned && (!self.ready || self.socket.as_ref().is_some_and(Socket::answers))
    }
}

impl Socket {
    fn answers(&self) -> bool {
        UnixStream::connect(self.dir.join(format!(".s.PGSQL.{}", self.port))).is_ok()
    }
}

/// A living process, as the system describes it.
struct Process {
    name: String,
    uid: u32,
    /// Its working directory, where we may know it.
    dir: Option<PathBuf>,
}

impl Process {
    fn find(pid: u32) -> Option<Process> {
        let proc = PathBuf::from(format!("/proc/{pid}"));
        if !Path::new("/proc/self/stat").exists() {
            return Process::listed(pid);
        }
        // "pid (name) state …"; a zombie keeps its name.
        let stat = fs::read_to_string(proc.join("stat")).ok()?;
        let (name, rest) = stat.rsplit_once(") ")?;
        let uid = fs::metadata(&proc).ok()?.uid();
        let dir = fs::read_link(proc.join("cwd")).ok();
        (!rest.starts_with(['Z', 'X'])).then(|| Process { name: name.into(), uid, dir })
    }

    /// For systems without `/proc`.
    fn listed(pid: u32) -> Option<Process> {
        let mut ps = Command::new("ps");
        ps.args(["-o", "uid=", "-o", "stat=", "-o", "comm=", "-p", &pid.to_string()]);
        let text = String::from_utf8(ps.output().ok()?.stdout).ok()?;
        let mut fields = text.split_whitespace();
        let uid = fields.next()?.parse().ok()?;
        let alive = !fields.next()?.starts_with('Z');
        alive.then(|| Process { name: fields.collect(), uid, dir: None })
    }
}

/// Clears what a killed postmaster left, so that PostgreSQL never takes another process that now
/// has its number for it. What belongs to a living one stays.
pub fn clear_stale(data: &Path, socket_dir: &Path, port: u16) -> Result<()> {
    let path = data.join(NAME);
    let text = fs::read_to_string(&path).unwrap_or_default();
    if PidFile::parse(&text).is_some_and(|found| found.alive(data)) {
        return Ok(());
    }
    remove(&socket_dir.join(format!(".s.PGSQL.{port}.lock")))?;
    match text.split_once('\n') {
        // PostgreSQL takes its parent's number for stale too, and unlike after a removal it still
        // looks whether some backend lives on in the shared memory that the file names.
        Some((_, rest)) => fs::write(&path, format!("{}\n{rest}", std::process::id()))
            .with_context(|| format!("cannot write {}", path.display())),
        None => remove(&path),
    }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}
