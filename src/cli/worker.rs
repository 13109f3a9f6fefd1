//! `taruvi worker`: handles events, and listens nowhere.

use std::process::ExitCode;

use anyhow::Result;

use super::process::{Database, Process, require_migrated};
use super::stop::Stop;
use super::{Global, Listen};
use crate::config::Config;
use crate::worker::Worker;

pub(super) async fn run(global: &Global) -> Result<ExitCode> {
    let config = global.load_to_serve(Listen::default())?.config;
    let database = Database::open(&config).await?;
    let stop = Stop::on_signals()?;
    let worked = work(config, &database, &stop).await;
    let closed = database.close().await;
    worked.and(closed).map(|()| ExitCode::SUCCESS)
}

async fn work(config: Config, database: &Database, stop: &Stop) -> Result<()> {
    let started = stop.unless(async {
        require_migrated(database).await?;
        Process::start(config, database).await
    });
    let process = started.await?;
    let worker = Worker::start(&process.app);
    tracing::info!(concurrency = process.app.config.worker.concurrency, "working");
    stop.clone().requested().await;
    worker.stop(process.app.config.http.shutdown_timeout).await;
    tracing::info!("stopped");
    process.end().await;
    Ok(())
}
