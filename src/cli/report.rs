//! How errors read on a terminal, and the codes commands end with: 0 done, 1 failed, 2 not
//! understood (by clap), 130 interrupted.

use std::error::Error;
use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use crate::error::{AppError, Problem};

/// A signal ended the command.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub(super) struct Interrupted;

/// Shows an error and gives the code to end with.
pub(super) fn failure(error: &anyhow::Error) -> ExitCode {
    if error.is::<Interrupted>() {
        return ExitCode::from(130);
    }
    complain(format_args!("error: {}", explained(error.as_ref())));
    ExitCode::FAILURE
}

/// The whole story. The sentences that tell callers of the API as little as possible are left
/// out: whoever runs a command may know.
pub(super) fn explained(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = vec![];
    for cause in std::iter::successors(Some(error), |&error| error.source()) {
        let text = match cause.downcast_ref::<AppError>() {
            Some(AppError::Internal(_) | AppError::Unavailable(_)) => continue,
            Some(AppError::Invalid(invalid)) => {
                invalid.0.iter().map(|f| fault(&f.field, &f.message, f.problem)).collect()
            }
            _ => cause.to_string(),
        };
        // Drivers like to repeat what they pass on.
        if parts.last().is_none_or(|last| !last.contains(&text)) {
            parts.push(text);
        }
    }
    parts.join(": ")
}

/// Prints a line. A reader who has gone away (`| head`) is no reason to stop, or to panic as
/// `println!` does.
pub(super) fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// The same on standard error.
pub(super) fn complain(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Prints lines that end already.
pub(super) fn show(lines: &str) {
    let _ = std::io::stdout().lock().write_all(lines.as_bytes());
}

/// `1 tenant`, `2 tenants`
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `schemaName: is already taken [TAKEN]`
fn fault(field: &[String], message: &str, problem: Problem) -> String {
    let field = field.iter().skip_while(|part| *part == "input").cloned();
    let words: Vec<String> = field.chain([message.to_owned()]).collect();
    format!("{} [{}]", words.join(": "), code(problem))
}

const fn code(problem: Problem) -> &'static str {
    match problem {
        Problem::Required => "REQUIRED",
        Problem::Invalid => "INVALID",
        Problem::TooLong => "TOO_LONG",
        Problem::Taken => "TAKEN",
        Problem::NotFound => "NOT_FOUND",
        Problem::StaleVersion => "STALE_VERSION",
        Problem::NotAllowed => "NOT_ALLOWED",
        Problem::LimitReached => "LIMIT_REACHED",
    }
}
