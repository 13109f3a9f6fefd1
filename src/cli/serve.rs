//! `taruvi serve`: the server alone, as it runs in production.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use tokio::net::TcpListener;

use super::process::{Database, Process, require_migrated};
use super::stop::Stop;
use super::{Global, Listen};
use crate::config::Config;
use crate::ctx::App;
use crate::db::migrate;
use crate::http;
use crate::worker::Worker;

#[derive(Debug, Default, Args)]
pub(super) struct ServeArgs {
    #[command(flatten)]
    listen: Listen,
    /// Handle events as well, which `taruvi worker` does otherwise
    #[arg(long)]
    worker: bool,
}

pub(super) async fn run(global: &Global, outer: Listen, args: ServeArgs) -> Result<ExitCode> {
    let config = global.load_to_serve(args.listen.or(outer))?.config;
    let database = Database::open(&config).await?;
    let stop = Stop::on_signals()?;
    let served = serve(config, &database, &stop, args.worker).await;
    let closed = database.close().await;
    served.and(closed).map(|()| ExitCode::SUCCESS)
}

async fn serve(config: Config, database: &Database, stop: &Stop, works: bool) -> Result<()> {
    let started = stop.unless(async {
        require_migrated(database).await?;
        tell_who_is_behind(database).await?;
        let listener = bind(&config).await?;
        let process = Process::start(config, database).await?;
        Ok((listener, process))
    });
    let (listener, process) = started.await?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "listening");
    let worker = works.then(|| Worker::start(&process.app));
    until_stopped(&process.app, listener, stop).await?;
    if let Some(worker) = worker {
        worker.stop(process.app.config.http.shutdown_timeout).await;
    }
    process.end().await;
    Ok(())
}

/// Opens the configured port.
pub(super) async fn bind(config: &Config) -> Result<TcpListener> {
    let address = SocketAddr::new(config.http.host, config.http.port);
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address} (another port: --port, or --port 0 for a free one)")
    })
}

/// Answers requests until a signal comes, and lets running ones end.
pub(super) async fn until_stopped(
    app: &Arc<App>,
    listener: TcpListener,
    stop: &Stop,
) -> Result<()> {
    http::serve(app.clone(), listener, stop.clone().requested()).await?;
    app.afterwards.finish(app.config.mail.timeout).await;
    tracing::info!("stopped");
    Ok(())
}

/// Tenants more than one migration behind are not served; that should not come as a surprise.
async fn tell_who_is_behind(database: &Database) -> Result<()> {
    let states = migrate::status(&mut database.owner.owner().await?, None).await?;
    let behind = states.iter().filter(|state| !state.missing.is_empty()).count();
    if behind > 0 {
        tracing::warn!(tenants = behind, "tenants are behind: run `taruvi migrate`");
    }
    Ok(())
}
