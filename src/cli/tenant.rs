//! `taruvi tenant`: making, listing, using and deleting tenants.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{Args, Subcommand};
use serde_json::json;

use super::process::{on_platform, with_app};
use super::report::{say, show};
use super::table::aligned;
use super::{Global, ask, exec};
use crate::authz::Role;
use crate::config::Config;
use crate::ctx::App;
use crate::db::{TenantSchema, migrate};
use crate::platform::tenants::{self, NewTenant, TenantRecord};
use crate::tenant::users::NewUser;

#[derive(Debug, Subcommand)]
pub(super) enum TenantCommand {
    /// Make a tenant with its schema, role, tables and owner
    Create(CreateArgs),
    /// All tenants
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Run something in one tenant: `-- sql TEXT`, `-- graphql TEXT` (or - for standard input),
    /// `-- migrate`
    Exec {
        /// The tenant's schema name (acme or t_acme)
        tenant: String,
        /// What to run
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
    /// Run the same in every tenant, one after the other
    Each {
        /// What to run
        #[arg(last = true, required = true)]
        command: Vec<String>,
    },
    /// Drop a tenant with all its data
    Delete {
        /// The tenant's schema name (acme or t_acme)
        tenant: String,
        /// The schema name once more, instead of being asked for it
        #[arg(long, value_name = "SCHEMA")]
        confirm: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// What it is called
    #[arg(long)]
    name: String,
    /// Its schema name; the prefix t_ may be left out
    #[arg(long)]
    schema: String,
    /// A domain of its own
    #[arg(long)]
    domain: Option<String>,
    /// How many active users it may have
    #[arg(long, value_name = "N")]
    max_users: Option<i32>,
    /// The owner's address; owner@<schema>.test if not given (in development)
    #[arg(long, value_name = "ADDRESS")]
    owner_email: Option<String>,
    /// Read the owner's password from standard input; without it one is made up and shown
    #[arg(long)]
    password_stdin: bool,
}

pub(super) async fn run(global: &Global, command: TenantCommand) -> Result<ExitCode> {
    let config = global.load()?;
    match command {
        TenantCommand::Create(args) => create(config, args).await,
        TenantCommand::List { json } => {
            with_app(config, async |app, _| list(app, json).await).await?;
            Ok(ExitCode::SUCCESS)
        }
        TenantCommand::Exec { tenant, command } => exec::one(config, tenant, command).await,
        TenantCommand::Each { command } => exec::each(config, command).await,
        TenantCommand::Delete { tenant, confirm } => delete(config, tenant, confirm).await,
    }
}

async fn create(config: Config, args: CreateArgs) -> Result<ExitCode> {
    let email = match (args.owner_email, TenantSchema::parse(&args.schema)) {
        (Some(email), _) => email,
        (None, _) if config.mode.is_production() => bail!("--owner-email is needed"),
        (None, Some(schema)) => format!("owner@{}.test", schema.label()),
        (None, None) => "owner@tenant.test".to_owned(),
    };
    let given = args.password_stdin.then(|| ask::password(&config, true)).transpose()?;
    let made_up = given.is_none();
    let password = given.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(rand::random::<[u8; 15]>()));
    let new = NewTenant {
        name: args.name,
        organization: None,
        schema_name: args.schema,
        domain: args.domain.map(|domain| domain.to_lowercase()),
        max_users: args.max_users,
        owner: NewUser {
            email: email.clone(),
            username: None,
            first_name: String::new(),
            last_name: String::new(),
            role: Role::Owner,
            password: password.clone(),
        },
    };
    with_app(config, async |app, _| {
        let tenant = tenants::service::create(&on_platform(app), new).await?;
        say(format_args!("{} is there, as {}", tenant.schema_name, host(app, &tenant)));
        say(format_args!("owner     {email}"));
        if made_up {
            say(format_args!("password  {password}   (shown only now)"));
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

async fn list(app: &Arc<App>, json: bool) -> Result<()> {
    let all = tenants::service::all(&on_platform(app)).await?;
    let states = migrate::status(&mut app.db.owner().owner().await?, None).await?;
    let missing = |schema: &str| {
        states.iter().find(|s| s.schema == schema).map_or(0, |state| state.missing.len())
    };
    if json {
        let rows: Vec<_> = all.iter().map(|t| as_json(app, t, missing(&t.schema_name))).collect();
        say(serde_json::to_string_pretty(&rows)?);
        return Ok(());
    }
    let row = |t: &TenantRecord| {
        let behind = match missing(&t.schema_name) {
            0 => "current".to_owned(),
            count => format!("{count} behind"),
        };
        let active = if t.is_active { "yes" } else { "no" };
        let plan = t.subscription_status.stored();
        let since = t.created_on.to_string();
        let columns = [&t.schema_name, &t.name, &host(app, t), active, plan, &since, &behind];
        columns.map(str::to_owned).to_vec()
    };
    let header = ["schema", "name", "host", "active", "plan", "since", "tables"];
    show(&aligned(&header, &all.iter().map(row).collect::<Vec<_>>()));
    Ok(())
}

fn as_json(app: &Arc<App>, t: &TenantRecord, missing: usize) -> serde_json::Value {
    json!({
        "id": t.id.to_string(),
        "schema": t.schema_name,
        "name": t.name,
        "host": host(app, t),
        "is_active": t.is_active,
        "subscription_status": t.subscription_status.stored(),
        "max_users": t.max_users,
        "created_on": t.created_on,
        "missing_migrations": missing,
    })
}

fn host(app: &Arc<App>, tenant: &TenantRecord) -> String {
    let schema = TenantSchema::parse(&tenant.schema_name);
    schema.and_then(|schema| app.hosts.of_schema(&schema)).unwrap_or_default()
}

async fn delete(config: Config, name: String, confirm: Option<String>) -> Result<ExitCode> {
    let schema = TenantSchema::parse(&name)
        .with_context(|| format!("{name:?} is not the name of a tenant"))?;
    let schema = schema.as_str().to_owned();
    let question = format!("This drops {schema} with all its data. Type {schema} to go on");
    let confirm = match confirm {
        Some(confirm) => confirm,
        None => ask::text(&question, "--confirm")?,
    };
    with_app(config, async |app, _| {
        let ctx = on_platform(app);
        let tenant = tenants::service::by_schema(&ctx, &schema).await?;
        tenants::service::delete(&ctx, tenant.id, &confirm).await?;
        say(format_args!("{schema} is gone"));
        Ok(ExitCode::SUCCESS)
    })
    .await
}
