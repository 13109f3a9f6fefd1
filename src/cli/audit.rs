//! `taruvi audit`: whether the records of changes are as they were written.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use super::Global;
use super::process::{in_tenant, on_platform, with_app};
use super::report::{counted, say};
use crate::audit::{self, Chain, Fault, Verdict};
use crate::ctx::App;
use crate::platform::tenants;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Compute the hashes of records anew; ends with code 1 and names the first entry that was
    /// altered or is missing
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    which: Which,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The record of one tenant
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// The platform's own record
    #[arg(long)]
    platform: bool,
    /// All records: the platform's and those of all tenants
    #[arg(long)]
    all: bool,
}

pub(super) async fn run(global: &Global, command: AuditCommand) -> Result<ExitCode> {
    let AuditCommand::Verify(VerifyArgs { which, json }) = command;
    with_app(global.load()?, async |app, _| {
        let mut found = vec![];
        if which.platform || which.all {
            let conn = app.db.platform_aside().await?;
            found.push(("platform".to_owned(), audit::verify(&conn, Chain::Platform).await?));
        }
        for name in names(app, which).await? {
            let ctx = in_tenant(app, &name).await?;
            let tenant = ctx.tenant()?;
            let conn = app.db.tenant_aside(&tenant.place).await?;
            let verdict = audit::verify(&conn, Chain::Tenant(tenant.id.0)).await?;
            found.push((tenant.schema.as_str().to_owned(), verdict));
        }
        if json {
            let all: Vec<_> = found.iter().map(|(name, verdict)| as_json(name, verdict)).collect();
            say(serde_json::to_string_pretty(&all)?);
        } else {
            for (name, verdict) in &found {
                say(format_args!("{name}: {}", told(verdict)));
            }
        }
        let whole = found.iter().all(|(_, verdict)| verdict.fault.is_none());
        Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
    .await
}

async fn names(app: &Arc<App>, which: Which) -> Result<Vec<String>> {
    if !which.all {
        return Ok(which.tenant.into_iter().collect());
    }
    let all = tenants::service::all(&on_platform(app)).await?;
    Ok(all.into_iter().map(|tenant| tenant.schema_name).collect())
}

fn told(verdict: &Verdict) -> String {
    let entries = usize::try_from(verdict.good).unwrap_or_default();
    let good = counted(entries, "entry").replace("entrys", "entries");
    match &verdict.fault {
        None if verdict.hash.is_empty() => "nothing is recorded".to_owned(),
        None => format!("{good}, whole, ending with {}", audit::hex(&verdict.hash)),
        Some(Fault::Altered { seq, action }) => {
            format!("entry {seq} ({action}) is not what was written there; {good} before it")
        }
        Some(Fault::Missing { seq }) => format!("entry {seq} is missing; {good} before it"),
        Some(Fault::Added { seq }) => {
            format!("entry {seq} was added past the server, behind the end")
        }
        Some(Fault::End) => format!("the end does not fit what is recorded; {good} read"),
    }
}

fn as_json(name: &str, verdict: &Verdict) -> serde_json::Value {
    let fault = verdict.fault.as_ref().map(|fault| match fault {
        Fault::Altered { .. } => "altered",
        Fault::Missing { .. } => "missing",
        Fault::Added { .. } => "added",
        Fault::End => "end",
    });
    json!({
        "record": name,
        "whole": fault.is_none(),
        "entries": verdict.good,
        "hash": audit::hex(&verdict.hash),
        "fault": fault,
        "sequence": verdict.fault.as_ref().and_then(Fault::seq),
    })
}
