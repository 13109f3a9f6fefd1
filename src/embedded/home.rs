//! The directories of a cluster: its home, its data, its socket; and who owns them. What lies in
//! them is written elsewhere.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{
    DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown, lchown,
};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::find::children;
use super::user::{User, effective_uid};

/// Takes clusters whose own place is closed to the user that root steps down to.
const SHARED_HOMES: &str = "/var/lib/taruvi";

/// The length that fits every system's socket addresses (Linux 107, macOS 103 bytes), less the
/// name of the socket itself.
const LONGEST_SOCKET_DIR: usize = 103 - "/.s.PGSQL.5432".len();

/// The directory that holds everything of one cluster.
#[derive(Debug)]
pub struct Home {
    dir: PathBuf,
    /// Who runs PostgreSQL, when we are root.
    step_down: Option<User>,
    uid: u32,
}

impl Home {
    /// The data directory itself, or a stable stand-in under `/var/lib/taruvi` when we are root
    /// and the user that runs PostgreSQL cannot enter it.
    pub fn choose(data_dir: &Path) -> Result<Home> {
        let uid = effective_uid()?;
        let dir = directory(data_dir, if uid == 0 { 0o711 } else { 0o700 })?;
        let home = if uid == 0 { Home::of_root(dir)? } else { Home { dir, step_down: None, uid } };
        home.claim()?;
        Ok(home)
    }

    /// The directory that keeps the log, the locks and fetched programs.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// PostgreSQL's own data directory.
    pub fn data(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    /// The major version that made the cluster, if there is one.
    pub fn version(&self) -> Result<Option<u32>> {
        let file = self.data().join("PG_VERSION");
        match fs::read_to_string(&file) {
            Ok(text) => Ok(Some(text.trim().parse().context("PG_VERSION holds no number")?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
        }
    }

    /// Where the socket goes: the data directory, which only its owner can enter, or a short name
    /// under the temp directory when that makes no usable address.
    pub fn socket_dir(&self) -> Result<PathBuf> {
        let data = self.data();
        let fits = data.as_os_str().len() <= LONGEST_SOCKET_DIR;
        let plain = data.to_str().is_some_and(|s| !s.chars().any(|c| c == '"' || c.is_control()));
        if fits && plain {
            return Ok(data);
        }
        let temp = Path::new("/tmp");
        let temp = if temp.is_dir() { temp.to_path_buf() } else { std::env::temp_dir() };
        // Others may have taken a name in a directory open to all; then the next one does.
        let name = format!("taruvi-{:016x}", fingerprint(&self.dir));
        (0..8)
            .map(|turn| temp.join(if turn == 0 { name.clone() } else { format!("{name}-{turn}") }))
            .find(|dir| self.private(dir))
            .with_context(|| format!("no socket directory can be made in {}", temp.display()))
    }

    /// A program to be run as the user that owns the cluster, standing in `dir`, with nothing of
    /// our environment.
    pub fn command(&self, program: &Path, dir: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin");
        command.current_dir(dir).stdin(Stdio::null());
        if let Some(user) = self.step_down {
            command.uid(user.uid).gid(user.gid);
        }
        command
    }

    /// Opens a file of the home to read and append; a new one belongs to the cluster's user.
    pub fn file(&self, name: &str) -> Result<File> {
        let path = self.dir.join(name);
        let mut open = OpenOptions::new();
        open.read(true).append(true).mode(0o600);
        let file = match open.clone().create_new(true).open(&path) {
            Ok(file) => match self.step_down {
                Some(user) => fchown(&file, Some(user.uid), Some(user.gid)).map(|()| file),
                None => Ok(file),
            },
            Err(error) if error.kind() == ErrorKind::AlreadyExists => open.open(&path),
            Err(error) => Err(error),
        };
        file.with_context(|| format!("cannot open {}", path.display()))
    }

    /// Makes an empty directory in the home, in which something can be built to be moved to its
    /// place when complete. A program that a killed process ran may still be writing to its own,
    /// so each process has another.
    pub fn fresh(&self, name: &str, mode: u32) -> Result<PathBuf> {
        let dir = self.dir.join(format!("{name}.new-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        DirBuilder::new()
            .mode(mode)
            .create(&dir)
            .and_then(|()| fs::set_permissions(&dir, Permissions::from_mode(mode)))
            .with_context(|| format!("cannot create {}", dir.display()))?;
        Ok(dir)
    }

    /// Removes what killed processes left half built, as far as it goes.
    pub fn sweep(&self) {
        for path in children(&self.dir) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("postgres.new-") || name.starts_with("pg-bin.new-") {
                let _ = fs::remove_dir_all(&path);
            }
        }
    }

    /// Hands a directory that was just created to the cluster's user.
    pub fn give(&self, dir: &Path) -> Result<()> {
        let Some(user) = self.step_down else { return Ok(()) };
        lchown(dir, Some(user.uid), Some(user.gid))
            .with_context(|| format!("cannot give {} to user {}", dir.display(), user.uid))
    }

    fn of_root(dir: PathBuf) -> Result<Home> {
        let moved = stand_in(&dir);
        let has_cluster = |dir: &Path| dir.join("postgres/PG_VERSION").exists();
        let here = has_cluster(&dir);
        let user = User::for_root(&if here { &dir } else { &moved }.join("postgres"))?;
        let uid = user.uid;
        let enters = user.can_enter(&dir);
        ensure!(!here || enters, "user {uid} cannot enter {}, where its cluster is", dir.display());
        if here || (enters && !has_cluster(&moved)) {
            return Ok(Home { dir, step_down: Some(user), uid: 0 });
        }
        tracing::info!(
            data_dir = %dir.display(),
            home = %moved.display(),
            uid,
            "PostgreSQL cannot run as root, and the user it runs as cannot enter the data \
             directory: the cluster is kept elsewhere",
        );
        directory(Path::new(SHARED_HOMES), 0o755)?;
        let dir = directory(&moved, 0o711)?;
        ensure!(user.can_enter(&dir), "user {uid} cannot enter {}", dir.display());
        Ok(Home { dir, step_down: Some(user), uid: 0 })
    }

    /// Makes sure that the user who will run an existing cluster is its owner.
    fn claim(&self) -> Result<()> {
        let data = self.data();
        let Ok(found) = fs::metadata(&data) else { return Ok(()) };
        let owner = found.uid();
        let Some(user) = self.step_down else {
            ensure!(
                owner == self.uid,
                "{} belongs to user {owner}: run as that user or as root",
                data.display()
            );
            return Ok(());
        };
        if owner == user.uid || self.version()?.is_none() {
            return Ok(());
        }
        // Root's own: a copy or a restored backup.
        let status = Command::new("chown")
            .arg("-hR")
            .arg(format!("{}:{}", user.uid, user.gid))
            .arg(&data)
            .status()
            .context("cannot run chown")?;
        ensure!(status.success(), "cannot give {} to user {}", data.display(), user.uid);
        Ok(())
    }

    /// Whether this directory is, or could be made, one that only the cluster's user can enter.
    fn private(&self, dir: &Path) -> bool {
        let made = DirBuilder::new().mode(0o700).create(dir).is_ok();
        if made && self.give(dir).is_err() {
            return false;
        }
        let owner = self.step_down.map_or(self.uid, |user| user.uid);
        fs::symlink_metadata(dir).is_ok_and(|found| {
            found.is_dir() && found.uid() == owner && found.permissions().mode() & 0o077 == 0
        })
    }
}

/// Creates a directory unless it is there, and gives its full path.
fn directory(dir: &Path, mode: u32) -> Result<PathBuf> {
    let make = || -> std::io::Result<PathBuf> {
        if !dir.is_dir() {
            fs::create_dir_all(dir)?;
            fs::set_permissions(dir, Permissions::from_mode(mode))?;
        }
        dir.canonicalize()
    };
    make().with_context(|| format!("cannot use the directory {}", dir.display()))
}

fn stand_in(dir: &Path) -> PathBuf {
    let name = dir.parent().and_then(Path::file_name).unwrap_or(dir.as_os_str());
    let name = name.to_string_lossy().replace(['/', '"'], "");
    Path::new(SHARED_HOMES).join(format!("{name}-{:016x}", fingerprint(dir)))
}

/// FNV-1a of a path: the same in every build, which std's hashers do not promise.
fn fingerprint(path: &Path) -> u64 {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &b| (hash ^ u64::from(b)).wrapping_mul(0x100_0000_01b3))
}
