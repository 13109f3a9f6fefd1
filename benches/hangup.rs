//! Callers that hang up in mid-request: they must not cost the server a connection. Afterwards
//! every connection of the pool has to be seen at work at the same moment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::report::Report;
use crate::support::bed::Bed;
use crate::support::http::Client;
use crate::support::load::{CONNECTIONS, PATIENCE};
use crate::support::requests::{self, Callers, Pick, Query, Side};
use crate::support::seed;
use crate::support::servers::{POOL_SIZE, Server};

const REQUESTS: usize = 2_000;
/// Every third is cut, so long after it was sent.
const CUT_AFTER: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_micros(300),
    Duration::from_millis(1),
    Duration::from_millis(3),
];
/// In which the whole pool has to answer.
const AFTERWARDS: Duration = Duration::from_secs(2);

pub async fn run(bed: &Bed, report: &mut Report) -> Result<()> {
    let callers = Arc::new(Callers::new(bed.tenants())?);
    let server = Server::start(Side::Ours, bed).await?;
    let mut workers = JoinSet::new();
    let picks: Arc<[Pick]> = requests::random(REQUESTS, bed.tenants(), 3).into();
    for worker in 0..CONNECTIONS {
        let (picks, callers) = (picks.clone(), callers.clone());
        let (side, address) = (server.side, server.address);
        workers.spawn(async move {
            let mut errors = 0;
            for at in (worker..picks.len()).step_by(CONNECTIONS) {
                let query = Query::ALL[at % 2];
                let mut request = vec![];
                callers.write(side, query, picks[at], &mut request);
                let mut client = Client::connect(address).await?;
                if at % 3 == 0 {
                    client.send(&request).await?;
                    sleep(CUT_AFTER[at / 3 % CUT_AFTER.len()]).await;
                } else {
                    let asked = timeout(PATIENCE, client.ask(&request)).await;
                    errors += usize::from(!matches!(asked, Ok(Ok(a)) if a.status == 200));
                }
            }
            anyhow::Ok(errors)
        });
    }
    let mut errors = 0;
    while let Some(worker) = workers.join_next().await {
        errors += worker??;
    }
    let (at_work, answered) = all_at_once(bed, &server, &callers).await?;
    let lost = POOL_SIZE.saturating_sub(at_work);
    let cut = REQUESTS.div_ceil(3);
    report.figure(
        &format!("connections lost after {cut} of {REQUESTS} requests were hung up on"),
        &format!("{lost} of {POOL_SIZE}; {errors} errors among the others"),
        "0",
    );
    if lost + errors > 0 || answered < POOL_SIZE {
        report.failure(format!("{lost} connections lost, {answered} of {POOL_SIZE} answers"));
    }
    server.stop()
}

/// Holds up a query of as many tenants as the pool has connections, so that each needs one of its
/// own; how many were at work together, and how many good answers came when they were let go.
async fn all_at_once(bed: &Bed, server: &Server, callers: &Arc<Callers>) -> Result<(usize, usize)> {
    let holder = bed.client().await?;
    let size = u32::try_from(POOL_SIZE)?;
    let tables: Vec<_> = (1..=size).map(|n| format!("t_{}.tasks", seed::name(n))).collect();
    holder.batch_execute(&format!("BEGIN; LOCK TABLE {}", tables.join(", "))).await?;
    let mut asking = JoinSet::new();
    for tenant in 1..=size {
        let mut request = vec![];
        callers.write(server.side, Query::Point, Pick { tenant, task: 0 }, &mut request);
        let address = server.address;
        asking.spawn(async move {
            let answer = async {
                let mut client = Client::connect(address).await?;
                client.ask(&request).await.map(|a| a.body.starts_with(Query::Point.beginning()))
            };
            matches!(timeout(AFTERWARDS * 2, answer).await, Ok(Ok(true)))
        });
    }
    let watcher = bed.client().await?;
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE application_name = $1 AND wait_event_type = 'Lock'";
    let since = Instant::now();
    let mut at_work = 0;
    while at_work < POOL_SIZE && since.elapsed() < AFTERWARDS {
        let count: i64 = watcher.query_one(waiting, &[&server.application_name()]).await?.get(0);
        at_work = usize::try_from(count).context("a count")?;
        sleep(Duration::from_millis(10)).await;
    }
    holder.batch_execute("COMMIT").await?;
    Ok((at_work, asking.join_all().await.into_iter().filter(|good| *good).count()))
}
