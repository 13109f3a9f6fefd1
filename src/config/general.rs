//! Settings of the process as a whole. What belongs to one room is in that room's file.

use std::path::PathBuf;

use super::{
    secret::Secret,
    setting::section,
    value::{Parsed, Value, choice},
};

choice! {
    /// How careful the server is with itself.
    pub enum Mode {
        /// Runs with nothing set: `.env` is read, keys and a database are made when missing.
        Development = "development",
        /// Refuses to start without real keys and a database.
        Production = "production",
    }
}

impl Mode {
    pub fn is_production(self) -> bool {
        self == Self::Production
    }
}

section! {
    /// The process as a whole.
    pub struct General in "" {
        /// development or production; production refuses to start without keys and a database.
        mode: Mode = "development", env ["TARUVI_MODE", "DEBUG" via mode_of_debug];
        /// Folder for what the server keeps itself: the development database, keys, files.
        data_dir: PathBuf = ".taruvi", env ["TARUVI_DATA_DIR"];
        /// Seals what the database keeps; signs tokens if no other key does, from 50 characters on.
        secret_key: Option<Secret> = "", env ["SECRET_KEY"];
        /// File that the backup touches when it has succeeded; `check --deploy` looks at its age.
        backup_stamp: Option<PathBuf> = "", env ["BACKUP_STAMP"];
    }
}

/// Django's `DEBUG=True` is our development.
fn mode_of_debug(text: &str) -> Parsed<String> {
    let mode = if bool::parse(text)? { Mode::Development } else { Mode::Production };
    Ok(mode.as_str().to_owned())
}
