//! `taruvi documents`: the GraphQL documents that a tenant's clients may run by their id.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use super::Global;
use super::process::{in_tenant, with_app};
use super::report::{counted, say};
use crate::tenant::trusted_documents::{NewTrustedDocument, service};

/// As many as are registered in one transaction.
const AT_ONCE: usize = 100;

#[derive(Debug, Subcommand)]
pub(super) enum DocumentsCommand {
    /// Register the documents that a code generator has found (persisted-documents.json)
    Add(AddArgs),
}

#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// A JSON object with the documents' texts by their ids
    file: PathBuf,
    /// The tenant's schema name (acme or t_acme)
    #[arg(long, value_name = "NAME")]
    tenant: String,
}

pub(super) async fn run(global: &Global, command: DocumentsCommand) -> Result<ExitCode> {
    let config = global.load()?;
    let DocumentsCommand::Add(AddArgs { file, tenant }) = command;
    let name = file.display();
    let text = std::fs::read_to_string(&file).with_context(|| format!("reading {name}"))?;
    let documents: BTreeMap<String, String> = serde_json::from_str(&text)
        .with_context(|| format!("{name} is no JSON object with texts by ids"))?;
    let new: Vec<NewTrustedDocument> = documents
        .into_iter()
        .map(|(id, text)| NewTrustedDocument { document_id: Some(id), text })
        .collect();
    with_app(config, async |app, _| {
        let ctx = in_tenant(app, &tenant).await?;
        for some in new.chunks(AT_ONCE) {
            service::register(&ctx, some.to_vec()).await?;
        }
        say(format_args!("{} registered", counted(new.len(), "document")));
        Ok(ExitCode::SUCCESS)
    })
    .await
}
