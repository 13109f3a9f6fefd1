//! `taruvi keys`: the keys that sign tokens.

use std::process::ExitCode;

use anyhow::Result;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Subcommand;
use serde_json::json;

use super::Global;
use super::process::{on_platform, with_app};
use super::report::{say, show};
use super::table::aligned;
use crate::platform::signing::SigningKey;
use crate::platform::signing::service::{self, When};

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Make a new key. It signs in ten minutes; the one before verifies until its last token ends
    Rotate {
        /// Sign with it at once; those who verify tokens elsewhere may not know it yet
        #[arg(long)]
        now: bool,
    },
    /// All keys, and what they do now
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Refuse a key's tokens from now on: for one that somebody else may have
    Retire {
        /// The key's id, as `taruvi keys list` shows it
        kid: String,
    },
}

pub(super) async fn run(global: &Global, command: KeysCommand) -> Result<ExitCode> {
    let config = global.load()?;
    with_app(config, async |app, _| {
        let ctx = on_platform(app);
        match command {
            KeysCommand::Rotate { now } => {
                let when = if now { When::AtOnce } else { When::Published };
                let key = service::rotate(&ctx, when).await?;
                let from = time(key.facts.signs_from, "now");
                say(format_args!("{} signs from {from} on", key.facts.kid));
            }
            KeysCommand::List { json } => {
                let keys = service::list(&ctx).await?;
                match json {
                    true => {
                        let all: Vec<_> = keys.iter().map(as_json).collect();
                        say(serde_json::to_string_pretty(&all)?);
                    }
                    false => show(&table(&keys)),
                }
            }
            KeysCommand::Retire { kid } => {
                service::retire(&ctx, &kid).await?;
                say(format_args!("tokens signed with {kid} are refused from now on"));
            }
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

fn table(keys: &[SigningKey]) -> String {
    let row = |key: &SigningKey| {
        vec![
            key.facts.kid.clone(),
            key.facts.algorithm.to_owned(),
            key.state.name().to_owned(),
            time(key.facts.signs_from, "configured"),
            time(key.facts.verifies_until, ""),
        ]
    };
    let rows: Vec<_> = keys.iter().map(row).collect();
    aligned(&["KEY", "ALGORITHM", "STATE", "SIGNS FROM", "VERIFIES UNTIL"], &rows)
}

fn as_json(key: &SigningKey) -> serde_json::Value {
    let time = |at: Option<i64>| at.map(|at| self::time(Some(at), ""));
    json!({
        "kid": key.facts.kid,
        "algorithm": key.facts.algorithm,
        "state": key.state.name(),
        "isConfigured": key.facts.is_configured,
        "signsFrom": time(key.facts.signs_from),
        "verifiesUntil": time(key.facts.verifies_until),
    })
}

fn time(at: Option<i64>, otherwise: &str) -> String {
    let at = at.and_then(|at| DateTime::<Utc>::from_timestamp(at, 0));
    at.map_or(otherwise.to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
}
