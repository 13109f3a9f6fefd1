//! Settings of the logs. Writing them is the business of the room `telemetry`.

use std::path::PathBuf;

use super::{
    general::Mode,
    setting::section,
    value::{Parsed, choice, number},
};

choice! {
    /// How log lines look.
    pub enum LogFormat {
        /// Pretty in development, JSON in production.
        Auto = "auto",
        Pretty = "pretty",
        Json = "json",
    }
}

impl LogFormat {
    /// Whether lines are JSON in this mode.
    pub fn is_json(self, mode: Mode) -> bool {
        match self {
            Self::Auto => mode.is_production(),
            Self::Pretty => false,
            Self::Json => true,
        }
    }
}

section! {
    /// The logs.
    pub struct Telemetry in "telemetry." {
        /// auto (pretty in development, json in production), pretty or json.
        format: LogFormat = "auto", env ["LOG_FORMAT"];
        /// What is logged: a level, or a filter such as `info,taruvi::db=debug`.
        filter: String = "info", env ["RUST_LOG", "LOG_LEVEL" via filter_of_level];
        /// Requests slower than this are logged as slow, in milliseconds.
        slow_ms: u64 = "500", read number(0..=600_000);
        /// Folder for log files; without it logs go to standard error only.
        log_dir: Option<PathBuf> = "", env ["LOG_DIR"];
    }
}

/// Django's level names; ours pass.
fn filter_of_level(text: &str) -> Parsed<String> {
    let lower = text.to_ascii_lowercase();
    Ok(match lower.as_str() {
        "warning" => "warn".into(),
        "critical" | "fatal" => "error".into(),
        "debug" | "info" | "error" => lower,
        _ => text.to_owned(),
    })
}
