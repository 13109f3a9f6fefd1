//! `test_tokens.json`: signed-in owners for tests and scripts, in the shape the systems before
//! had (`.tenants[0].access_token`).

use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::{ADMIN, AT_ONCE};
use crate::base::clock::Clock;
use crate::cli::process::{in_tenant, on_platform};
use crate::ctx::App;
use crate::platform::operators;
use crate::tenant::{sessions, users};

/// Signs in the owners of the tenants named, and the administrator; writes the file, which only
/// its owner can read. Writes nothing when there is no tenant.
pub(in crate::cli) async fn write(
    app: &Arc<App>,
    tenants: &[String],
    port: u16,
    file: &Path,
) -> Result<()> {
    if tenants.is_empty() {
        return Ok(());
    }
    let entries: Vec<Option<Value>> = stream::iter(tenants)
        .map(|name| tenant(app, name, port))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let entries: Vec<Value> = entries.into_iter().flatten().collect();
    let generated_at = Clock::default().now().to_rfc3339();
    let platform = platform(app, port).await?;
    let content = json!({ "generated_at": generated_at, "tenants": entries, "platform": platform });
    save(file, &serde_json::to_string_pretty(&content)?)
        .with_context(|| format!("cannot write {}", file.display()))
}

/// `None` when the tenant has no owner of the usual address any more.
async fn tenant(app: &Arc<App>, name: &str, port: u16) -> Result<Option<Value>> {
    let ctx = in_tenant(app, name).await?;
    let tenant = ctx.tenant()?.clone();
    let email = format!("owner@{}", super::domain(&tenant.schema));
    let found = users::service::credentials(&*ctx.read().await?, Some(&email), None).await?;
    let Some(owner) = found.map(|found| found.user).filter(|owner| owner.is_active) else {
        return Ok(None);
    };
    let id = tenant.id.0;
    let open = async |tx: &_| sessions::service::open(&ctx, tx, id, owner, None).await;
    let signed_in = ctx.write(open).await?;
    let host = app.hosts.of_schema(&tenant.schema).context("there is no BASE_DOMAINS")?;
    Ok(Some(json!({
        "name": tenant.name,
        "schema": tenant.schema.as_str(),
        "host": host,
        "url": format!("http://{host}:{port}/graphql"),
        "email": email,
        "access_token": signed_in.access_token,
        "refresh_token": signed_in.refresh_token,
    })))
}

async fn platform(app: &Arc<App>, port: u16) -> Result<Value> {
    let ctx = on_platform(app);
    let Some(admin) = operators::service::by_name(&ctx, ADMIN).await? else {
        return Ok(Value::Null);
    };
    let open = async |tx: &_| operators::service::open(&ctx, tx, admin, None).await;
    let signed_in = ctx.write_platform(open).await?;
    let host = app.config.http.platform_hosts.first().map_or("localhost", String::as_str);
    Ok(json!({
        "host": host,
        "url": format!("http://{host}:{port}/graphql"),
        "email": ADMIN,
        "access_token": signed_in.access_token,
        "refresh_token": signed_in.refresh_token,
    }))
}

fn save(file: &Path, text: &str) -> std::io::Result<()> {
    if let Some(dir) = file.parent() {
        std::fs::create_dir_all(dir)?;
    }
    let mut options = std::fs::OpenOptions::new();
    let mut open = options.write(true).create(true).truncate(true).mode(0o600).open(file)?;
    // One that was there already may be open to others.
    open.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    writeln!(open, "{text}")
}
