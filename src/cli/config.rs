//! `taruvi config`: the configuration in force, and the example of a `.env`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Subcommand;

use super::report::{complain, say, show};
use super::schema::Output;
use super::{Global, Listen};
use crate::config::{self, Config};

const FILE: &str = ".env.example";

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Every value in force and where it comes from; secrets are hidden
    Show {
        /// Only what is not a default
        #[arg(long)]
        diff: bool,
    },
    /// Print a .env with every setting and its default
    Example(Output),
}

pub(super) fn run(global: &Global, command: ConfigCommand) -> Result<ExitCode> {
    match command {
        ConfigCommand::Show { diff } => {
            let loaded = Config::load(global.sources(Listen::default()))?;
            show(&if diff { config::diff(&loaded) } else { config::show(&loaded) });
            Ok(ExitCode::SUCCESS)
        }
        ConfigCommand::Example(output) => {
            emit(&output, Path::new(FILE), &config::env_example(), "config example")
        }
    }
}

/// Prints generated text, writes it to its file, or compares it with that.
pub(super) fn emit(output: &Output, file: &Path, text: &str, command: &str) -> Result<ExitCode> {
    let name = file.display();
    if output.check {
        let there = std::fs::read_to_string(file).with_context(|| format!("cannot read {name}"))?;
        if there == text {
            say(format_args!("{name} is current"));
            return Ok(ExitCode::SUCCESS);
        }
        complain(format_args!("{name} is not current: run `taruvi {command} --write`"));
        return Ok(ExitCode::FAILURE);
    }
    if output.write {
        std::fs::write(file, text).with_context(|| format!("cannot write {name}"))?;
        say(format_args!("{name} written"));
    } else {
        show(text);
    }
    Ok(ExitCode::SUCCESS)
}
