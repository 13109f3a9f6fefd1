//! What a tenant feels of another that floods the server: the time of 99 in 100 of its requests,
//! with the flood and without. Rate limits are off, so that nothing but the tenants' shares holds
//! the flood back. The flood's senders get what the servers leave of the machine: elsewhere they
//! would be on other machines.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use tokio::task::JoinSet;

use crate::report::Report;
use crate::support::bed::Bed;
use crate::support::http::Client;
use crate::support::requests::{Callers, Pick, Query, Side};
use crate::support::seed;
use crate::support::servers::Server;
use crate::support::stats::{Spread, millis, percentile};

/// Connections of the flood, each asking again as soon as it is answered.
const FLOOD: usize = 64;
/// Requests of the other tenant in a round, and how often it asks.
const ASKED: usize = 600;
const EVERY: Duration = Duration::from_millis(5);
const ROUNDS: usize = 3;
const FLOODING: u32 = 1;
const OTHER: u32 = 2;

pub async fn run(bed: &Bed, report: &mut Report) -> Result<()> {
    ensure!(bed.tenants() >= 2, "fairness takes two tenants");
    let callers = Arc::new(Callers::new(bed.tenants())?);
    let server = Server::start(Side::Ours, bed).await?;
    let address = server.address;
    let (mut alone, mut flooded, mut answered) = (vec![], vec![], 0);
    other(address, &callers).await?; // nothing is measured before the server is warm
    for _ in 0..ROUNDS {
        alone.push(other(address, &callers).await?);
        let flood = Flood::start(address, callers.clone());
        tokio::time::sleep(Duration::from_millis(500)).await;
        let felt = other(address, &callers).await;
        answered += flood.stop()?;
        flooded.push(felt?);
    }
    let ratio = Spread::of(alone.iter().zip(&flooded).map(|(alone, flooded)| flooded / alone));
    let (alone, flooded) = (Spread::of(alone).median, Spread::of(flooded).median);
    report.figure(
        &format!("99 in 100 requests of a tenant while {FLOOD} connections of another flood"),
        &format!(
            "{alone:.1} ms alone, {flooded:.1} ms then: {:.2} ({:.2}–{:.2})",
            ratio.median, ratio.min, ratio.max
        ),
        "below 2",
    );
    ensure!(answered > ASKED, "there was no flood");
    server.stop()
}

/// The time of 99 in 100 point reads of the other tenant, in milliseconds. They are sent from a
/// thread of their own, so that the flood's own work is not measured.
async fn other(address: SocketAddr, callers: &Arc<Callers>) -> Result<f64> {
    let callers = callers.clone();
    let asked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut client = Client::connect(address).await?;
            let mut ticks = tokio::time::interval(EVERY);
            let (mut times, mut request) = (Vec::with_capacity(ASKED), vec![]);
            for at in 0..u32::try_from(ASKED)? {
                ticks.tick().await;
                let pick = Pick { tenant: OTHER, task: at % seed::TASKS };
                callers.write(Side::Ours, Query::Point, pick, &mut request);
                let since = Instant::now();
                let answer = client.ask(&request).await?;
                ensure!(answer.body.starts_with(Query::Point.beginning()), "{}", answer.status);
                times.push(since.elapsed());
            }
            anyhow::Ok(millis(percentile(&mut times, 0.99)))
        })
    });
    tokio::task::spawn_blocking(|| joined(asked)).await.context("waiting for a thread")?
}

/// A flood, in a thread of its own until it is told to stop.
struct Flood {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<usize>>,
}

impl Flood {
    fn start(address: SocketAddr, callers: Arc<Callers>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || {
            give_way()?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut workers = JoinSet::new();
                for worker in 0..FLOOD {
                    workers.spawn(flood(address, callers.clone(), stopped.clone(), worker));
                }
                let mut answered = 0;
                while let Some(worker) = workers.join_next().await {
                    answered += worker??;
                }
                anyhow::Ok(answered)
            })
        });
        Self { stop, thread }
    }

    /// How many requests were answered.
    fn stop(self) -> Result<usize> {
        self.stop.store(true, Relaxed);
        joined(self.thread)
    }
}

/// Lets all others have the processor before this thread.
fn give_way() -> Result<()> {
    let this = std::fs::read_link("/proc/thread-self").context("finding this thread")?;
    let id = this.file_name().context("a thread has a number")?;
    let done = Command::new("renice").args(["-n", "19", "-p"]).arg(id).output();
    let done = done.context("running renice")?;
    ensure!(done.status.success(), "renice: {}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}

/// Sends one request after the other; what the server refuses counts as answered.
async fn flood(
    address: SocketAddr,
    callers: Arc<Callers>,
    stop: Arc<AtomicBool>,
    worker: usize,
) -> Result<usize> {
    let mut client = Client::connect(address).await?;
    let (mut answered, mut request) = (0, vec![]);
    let pick = Pick { tenant: FLOODING, task: u32::try_from(worker)? % seed::TASKS };
    callers.write(Side::Ours, Query::Page, pick, &mut request);
    while !stop.load(Relaxed) {
        client.ask(&request).await?;
        answered += 1;
    }
    Ok(answered)
}

fn joined<T>(thread: JoinHandle<Result<T>>) -> Result<T> {
    thread.join().map_err(|_| anyhow!("a thread panicked"))?
}
