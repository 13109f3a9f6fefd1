//! `taruvi schema`: the GraphQL schema as a file.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::config::emit;
use crate::registry;

const FILE: &str = "schema.graphql";

#[derive(Debug, Subcommand)]
pub(super) enum SchemaCommand {
    /// Print the schema in GraphQL's own language
    Print(Output),
}

/// Where generated text goes: standard output, unless told otherwise.
#[derive(Debug, Args)]
pub(super) struct Output {
    /// Write the file in this folder instead
    #[arg(long, conflicts_with = "check")]
    pub write: bool,
    /// Only compare with the file in this folder; end with code 1 if it is not current
    #[arg(long)]
    pub check: bool,
}

pub(super) fn run(command: SchemaCommand) -> Result<ExitCode> {
    let SchemaCommand::Print(output) = command;
    emit(&output, Path::new(FILE), &registry::sdl(), "schema print")
}
