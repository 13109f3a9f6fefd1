//! What is wrong with a configuration, and how it is said. No secret's value ever gets in here.

use super::{setting::Secrecy, source::Source};

/// Everything wrong with the configuration, one line each.
#[derive(Debug, thiserror::Error)]
#[error("the configuration is wrong:\n  {}", .problems.join("\n  "))]
pub struct ConfigError {
    pub problems: Vec<String>,
}

/// `PORT: "eighty" is not a port number (environment)`; without the value if it is a secret.
pub(super) fn wrong(
    name: &str,
    text: &str,
    secrecy: Secrecy,
    why: &str,
    source: &Source,
) -> String {
    match secrecy {
        Secrecy::Open => format!("{name}: {} {why} ({source})", quoted(text)),
        Secrecy::Url | Secrecy::Hidden => format!("{name}: the value {why} ({source})"),
    }
}

/// The value in quotes, cut when it is long.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.chars().count() <= LONGEST {
        return format!("{text:?}");
    }
    format!("{:?}…", text.chars().take(LONGEST).collect::<String>())
}
