//! What can be run in a tenant from the command line: SQL under the tenant's role, GraphQL as the
//! server itself, migrations.

use std::io::Read as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::process::{Database, in_tenant, on_platform, with_app};
use super::report::{complain, counted, explained, say, show};
use super::table::aligned;
use crate::config::Config;
use crate::ctx::App;
use crate::db::Answer;
use crate::db::migrate::{self, Plan};
use crate::platform::tenants;
use crate::registry;

enum Action {
    Sql(String),
    Graphql(String),
    Migrate,
}

impl Action {
    /// `sql TEXT`, `graphql TEXT`, `migrate`; a text of `-` is read from standard input.
    fn parse(words: &[String]) -> Result<Self> {
        let (kind, words) = words.split_first().context("nothing to run")?;
        let text = || match words {
            [] => bail!("{kind} what?"),
            [dash] if dash == "-" => {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text)?;
                Ok(text)
            }
            words => Ok(words.join(" ")),
        };
        match kind.as_str() {
            "sql" => Ok(Self::Sql(text()?)),
            "graphql" => Ok(Self::Graphql(text()?)),
            "migrate" if words.is_empty() => Ok(Self::Migrate),
            other => bail!("{other:?} is none of sql, graphql and migrate"),
        }
    }
}

pub(super) async fn one(config: Config, tenant: String, words: Vec<String>) -> Result<ExitCode> {
    let action = Action::parse(&words)?;
    with_app(config, async |app, database| {
        let worked = run(database, app, &tenant, &action).await?;
        Ok(if worked { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
    .await
}

/// A failure in one tenant does not keep the others from their turn.
pub(super) async fn each(config: Config, words: Vec<String>) -> Result<ExitCode> {
    let action = Action::parse(&words)?;
    with_app(config, async |app, database| {
        let mut failed = 0;
        for tenant in tenants::service::all(&on_platform(app)).await? {
            say(format_args!("== {}", tenant.schema_name));
            match run(database, app, &tenant.schema_name, &action).await {
                Ok(true) => {}
                Ok(false) => failed += 1,
                Err(e) => {
                    failed += 1;
                    complain(format_args!("{}: {}", tenant.schema_name, explained(e.as_ref())));
                }
            }
        }
        if failed > 0 {
            complain(format_args!("{} failed", counted(failed, "tenant")));
        }
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
    .await
}

/// Whether it worked; what it answered is shown.
async fn run(database: &Database, app: &Arc<App>, tenant: &str, action: &Action) -> Result<bool> {
    match action {
        Action::Sql(text) => sql(database, app, tenant, text).await,
        Action::Graphql(text) => graphql(app, tenant, text).await,
        Action::Migrate => migrate(database, app, tenant).await,
    }
}

async fn sql(database: &Database, app: &Arc<App>, tenant: &str, text: &str) -> Result<bool> {
    let ctx = in_tenant(app, tenant).await?;
    for answer in database.app.run_as(&ctx.tenant()?.place, text).await? {
        let Answer { columns, rows, count } = answer;
        if columns.is_empty() {
            say(format_args!("done, {}", counted(count as usize, "row")));
            continue;
        }
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let shown = |value: Option<String>| value.unwrap_or_else(|| "∅".to_owned());
        let rows: Vec<Vec<String>> =
            rows.into_iter().map(|row| row.into_iter().map(shown).collect()).collect();
        show(&aligned(&columns, &rows));
    }
    Ok(true)
}

async fn graphql(app: &Arc<App>, tenant: &str, text: &str) -> Result<bool> {
    let ctx = Arc::new(in_tenant(app, tenant).await?);
    let request = async_graphql::Request::new(text).data(ctx.clone());
    let response = ctx.carry(registry::schema().execute(request)).await;
    say(serde_json::to_string_pretty(&response)?);
    Ok(response.is_ok())
}

async fn migrate(database: &Database, app: &Arc<App>, tenant: &str) -> Result<bool> {
    let schema = in_tenant(app, tenant).await?.tenant()?.schema.clone();
    let owner = &database.owner;
    let mut states = migrate::status(&mut owner.owner().await?, Some(schema.as_str())).await?;
    states.retain(|state| !state.missing.is_empty());
    if states.is_empty() {
        say("nothing to do");
        return Ok(true);
    }
    let plan = Plan { parallel: 1, keep_going: true };
    for outcome in migrate::migrate_tenants(owner, states, plan, |_| ()).await? {
        say(outcome.result?.join(", "));
    }
    app.bus.publish(crate::bus::Wake::Everything).await;
    Ok(true)
}
