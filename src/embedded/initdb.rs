//! The creation of a cluster. It is complete when it appears under its name; nothing here starts
//! it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};

use super::find::Programs;
use super::home::Home;
use super::{Options, SUPERUSER};

/// Runs `initdb` beside the final place and moves the result there.
pub fn create(home: &Home, programs: &Programs, options: &Options) -> Result<()> {
    let data = home.data();
    tracing::info!(
        dir = %data.display(),
        major = programs.major,
        "creating a PostgreSQL cluster",
    );
    let new = match attempt(home, programs, options, "C.UTF-8")? {
        // Some systems have no C.UTF-8.
        Err(said) if said.contains("locale") => attempt(home, programs, options, "C")?,
        done => done,
    };
    let new = new.map_err(|said| anyhow!("initdb failed:\n{said}"))?;
    fs::rename(&new, &data)
        .with_context(|| format!("{} is in the way of the cluster", data.display()))
}

/// The inner error is what initdb said.
fn attempt(
    home: &Home,
    programs: &Programs,
    options: &Options,
    locale: &str,
) -> Result<std::result::Result<PathBuf, String>> {
    let new = home.fresh("postgres", 0o700)?;
    home.give(&new)?;
    let mut command = home.command(&programs.initdb(), &new);
    command.arg("-D").arg(&new).args(["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-sync"]);
    command.arg(format!("--locale={locale}")).arg("--no-instructions");
    if !options.durable {
        command.arg("--wal-segsize=1");
    }
    let output =
        command.output().with_context(|| format!("cannot run {}", programs.initdb().display()))?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Ok(if output.status.success() { Ok(new) } else { Err(said) })
}
