//! The process's environment: read here once, kept without our settings for child processes.

use std::{
    env,
    ffi::{OsStr, OsString},
    fmt,
    path::PathBuf,
};

use super::{layer::is_known, reserved::is_reserved};

/// The variables of this process.
pub fn process_environment() -> Vec<(OsString, OsString)> {
    env::vars_os().collect()
}

/// The variables that are not settings: `PATH`, `HOME`, `LANG` …; so children get no secrets.
#[derive(Clone, Default)]
pub struct Environment(Vec<(OsString, OsString)>);

impl Environment {
    pub(super) fn of(variables: Vec<(OsString, OsString)>) -> Self {
        let is_ours = |name: &OsStr| name.to_str().is_some_and(|n| is_known(n) || is_reserved(n));
        Self(variables.into_iter().filter(|(name, _)| !is_ours(name)).collect())
    }

    /// The value, unless the variable is one of our settings.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_os_str())
    }

    /// The folders of `PATH`.
    pub fn search_path(&self) -> Vec<PathBuf> {
        self.get("PATH").map(|path| env::split_paths(path).collect()).unwrap_or_default()
    }

    /// For `Command::env_clear().envs(…)`.
    pub fn for_children(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}

/// Names only: values may be secrets of others.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
