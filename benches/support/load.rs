//! A load on one server: so many connections, each sending its next request when the answer to
//! the last one is there.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::http::Client;
use super::requests::{Callers, Pick, Query, Side};

pub const CONNECTIONS: usize = 16;
/// No answer in this time is an error.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Where requests go, and what they ask.
#[derive(Clone)]
pub struct Target {
    pub side: Side,
    pub query: Query,
    pub address: SocketAddr,
    pub callers: Arc<Callers>,
}

/// What came of a load.
#[derive(Debug, Default)]
pub struct Outcome {
    pub took: Duration,
    /// How long each good answer took.
    pub times: Vec<Duration>,
    /// Wrong answers, broken connections, and hangs.
    pub errors: usize,
    /// Of the errors, those without an answer in time.
    pub hangs: usize,
}

/// Sends all picks.
pub async fn run(target: &Target, picks: Vec<Pick>) -> Result<Outcome> {
    let picks: Arc<[Pick]> = picks.into();
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    let since = Instant::now();
    for _ in 0..CONNECTIONS {
        workers.spawn(worker(target.clone(), picks.clone(), next.clone()));
    }
    let mut all = Outcome::default();
    while let Some(one) = workers.join_next().await {
        let one = one??;
        all.times.extend(one.times);
        all.errors += one.errors;
        all.hangs += one.hangs;
    }
    all.took = since.elapsed();
    Ok(all)
}

async fn worker(target: Target, picks: Arc<[Pick]>, next: Arc<AtomicUsize>) -> Result<Outcome> {
    let mut client = Client::connect(target.address).await.context("connecting")?;
    let mut outcome = Outcome::default();
    let mut request = vec![];
    while let Some(pick) = picks.get(next.fetch_add(1, Relaxed)) {
        target.callers.write(target.side, target.query, *pick, &mut request);
        let since = Instant::now();
        let answer = timeout(PATIENCE, client.ask(&request)).await;
        let good = match &answer {
            Ok(Ok(a)) => a.status == 200 && a.body.starts_with(target.query.beginning()),
            _ => false,
        };
        if good {
            outcome.times.push(since.elapsed());
            continue;
        }
        outcome.errors += 1;
        outcome.hangs += usize::from(answer.is_err());
        if !matches!(answer, Ok(Ok(_))) {
            client = Client::connect(target.address).await.context("connecting again")?;
        }
    }
    Ok(outcome)
}
