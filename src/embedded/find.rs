//! The search for PostgreSQL's programs on this machine. Fetching them is `fetch`'s work.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::home::Home;
use super::{Options, fetch};

/// The oldest major version that will do.
const OLDEST: u32 = 14;

/// A directory with `initdb` and `postgres` of one major version.
#[derive(Debug, Clone)]
pub struct Programs {
    pub dir: PathBuf,
    pub major: u32,
}

impl Programs {
    /// The path of `initdb`.
    pub fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }

    /// The path of `postgres`.
    pub fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    fn at(dir: &Path) -> Option<Programs> {
        // Resolved, so that the same programs reached by two names are asked once, and because
        // PostgreSQL finds its other files from where it really is.
        let initdb = dir.join("initdb").canonicalize().ok()?;
        let dir = initdb.parent()?.to_path_buf();
        let postgres = dir.join("postgres");
        if !postgres.is_file() {
            return None;
        }
        let output = Command::new(&postgres).arg("--version").output().ok()?;
        let major = major(&String::from_utf8_lossy(&output.stdout))?;
        Some(Programs { dir, major })
    }
}

/// The programs to use: those of the major version that made the cluster, for a new cluster the
/// newest; fetched if there are none.
pub fn programs(
    options: &Options,
    places: fn(&Options) -> Vec<PathBuf>,
    home: &Home,
    wanted: Option<u32>,
) -> Result<Programs> {
    let found =
        match &options.bin_dir {
            Some(dir) => vec![Programs::at(dir).with_context(|| {
                format!("{} holds no initdb and postgres that run", dir.display())
            })?],
            None => search(places(options).into_iter().chain(fetch::places(home))),
        };
    let suits = |p: &&Programs| wanted.map_or(p.major >= OLDEST, |major| p.major == major);
    // The first of equals, as the places are in order of preference.
    let best = found.iter().rev().filter(suits).max_by_key(|p| p.major);
    if let Some(best) = best {
        tracing::debug!(dir = %best.dir.display(), major = best.major, "found PostgreSQL");
        return Ok(best.clone());
    }
    let fetchable = wanted.is_none_or(|major| major == fetch::MAJOR);
    if options.bin_dir.is_none() && fetchable {
        let dir = fetch::fetch(home, options.path.as_deref())?;
        return Programs::at(&dir).context("the fetched PostgreSQL does not run here");
    }
    let seen: Vec<String> = found.iter().map(|p| p.major.to_string()).collect();
    let seen = if seen.is_empty() { "none".to_owned() } else { seen.join(", ") };
    match wanted {
        Some(major) => bail!(
            "the cluster in {} needs PostgreSQL {major} (found: {seen}): install that version, or \
             move the cluster away to begin with a new one",
            home.data().display()
        ),
        None => bail!("PostgreSQL {OLDEST} or newer is needed (found: {seen})"),
    }
}

/// The directories where PostgreSQL is usually installed, preferred ones first.
pub fn usual_places(options: &Options) -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> =
        options.path.iter().flat_map(std::env::split_paths).filter(|p| p.is_absolute()).collect();
    let pg_config = places.iter().map(|dir| dir.join("pg_config")).find(|file| file.is_file());
    let output = pg_config.and_then(|file| Command::new(file).arg("--bindir").output().ok());
    places.extend(output.map(|it| PathBuf::from(String::from_utf8_lossy(&it.stdout).trim())));
    for (root, below) in [
        ("/usr/lib/postgresql", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "bin"),
    ] {
        places.extend(children(Path::new(root)).map(|dir| dir.join(below)));
    }
    places
}

/// The entries of a directory, none if it cannot be read.
pub fn children(dir: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn search(places: impl Iterator<Item = PathBuf>) -> Vec<Programs> {
    let mut seen = Vec::new();
    places
        .filter(|place| match place.join("initdb").canonicalize() {
            Ok(initdb) if !seen.contains(&initdb) => {
                seen.push(initdb);
                true
            }
            _ => false,
        })
        .filter_map(|place| Programs::at(&place))
        .collect()
}

/// From "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)", "… 18beta1", "… 19devel".
fn major(text: &str) -> Option<u32> {
    let version = text.split_once(") ")?.1;
    let end = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..end].parse().ok()
}
