//! Where values come from. Reading each kind of source is in `layer`, `file` and `dotenv`.

use std::{
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

/// Where a value was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Default,
    /// A TOML file.
    File(PathBuf),
    /// The `.env` file.
    Dotenv(PathBuf),
    Environment,
    /// A flag of the command.
    Flag,
    /// Follows from other settings.
    Derived,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) | Self::Dotenv(path) => write!(f, "{}", path.display()),
            Self::Environment => f.write_str("environment"),
            Self::Flag => f.write_str("flag"),
            Self::Derived => f.write_str("derived"),
        }
    }
}

/// All that is read, weakest first: files in order, `.env`, environment, flags.
#[derive(Default)]
pub struct Sources {
    /// TOML files; each must exist, later ones win.
    pub files: Vec<PathBuf>,
    /// Read in development only, and only if it exists.
    pub dotenv: Option<PathBuf>,
    pub environment: Vec<(OsString, OsString)>,
    /// Values given by flags, by key (`http.port`).
    pub overrides: Vec<(&'static str, String)>,
}

impl Sources {
    /// What a command reads: the files named by `--config`, else `taruvi.toml` if there is one;
    /// `.env`; the process's environment.
    pub fn of_process(files: Vec<PathBuf>, overrides: Vec<(&'static str, String)>) -> Self {
        let usual = Path::new("taruvi.toml");
        let files = if files.is_empty() && usual.exists() { vec![usual.into()] } else { files };
        let dotenv = Some(".env".into());
        Self { files, dotenv, environment: super::process_environment(), overrides }
    }
}
