//! Questions to whoever runs a command: passwords without an echo, confirmations.

use std::io::{BufRead, IsTerminal};

use anyhow::{Context, Result, bail};
use console::Term;

use crate::config::Config;

/// For commands that nobody watches; not one of our settings.
const PASSWORD_VARIABLE: &str = "ADMIN_PASSWORD";

/// A password: from standard input, from `ADMIN_PASSWORD`, or typed twice.
pub(super) fn password(config: &Config, from_stdin: bool) -> Result<String> {
    if from_stdin {
        return line("a password");
    }
    if let Some(given) = config.environment.get(PASSWORD_VARIABLE) {
        let text = given.to_str().context("ADMIN_PASSWORD is not UTF-8 text")?;
        return Ok(text.to_owned());
    }
    let terminal = Term::stderr();
    if !std::io::stdin().is_terminal() {
        bail!("no terminal to ask for a password: use --password-stdin or {PASSWORD_VARIABLE}");
    }
    let ask = |question: &str| -> Result<String> {
        terminal.write_str(question)?;
        terminal.read_secure_line().context("cannot read the password")
    };
    let password = ask("Password: ")?;
    if ask("Again: ")? != password {
        bail!("the passwords differ");
    }
    Ok(password)
}

/// What somebody types, on a terminal only.
pub(super) fn text(question: &str, flag: &str) -> Result<String> {
    if !std::io::stdin().is_terminal() {
        bail!("no terminal to ask on: use {flag}");
    }
    Term::stderr().write_str(&format!("{question}: "))?;
    line(flag)
}

fn line(what: &str) -> Result<String> {
    let mut text = String::new();
    std::io::stdin().lock().read_line(&mut text).context("cannot read standard input")?;
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    if text.is_empty() {
        bail!("{what} was expected on standard input");
    }
    Ok(text)
}
