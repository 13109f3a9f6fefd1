//! CPU time of server and PostgreSQL for each request: ours against the hand-written server, in
//! turns, on the same data. The two servers are in `floor` and `support::servers`.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::report::{Report, Row};
use crate::support::bed::Bed;
use crate::support::cpu;
use crate::support::http::Client;
use crate::support::load::{self, Target};
use crate::support::requests::{self, Callers, Query, Side};
use crate::support::servers::{POOL_SIZE, Server};
use crate::support::stats::{Spread, micros, millis, percentile};

/// Requests before anything is measured, at the least.
const WARM_UP: usize = 5_000;
const SIDES: [Side; 2] = [Side::Ours, Side::Floor];

/// What one round showed; times are for each request, in microseconds.
struct Round {
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    server: f64,
    postgres: f64,
    errors: usize,
}

impl Round {
    fn cpu(&self) -> f64 {
        self.server + self.postgres
    }
}

/// Measures both queries with the tenants that there are.
pub async fn run(bed: &Bed, rounds: usize, report: &mut Report) -> Result<()> {
    let callers = Arc::new(Callers::new(bed.tenants())?);
    let servers = [Server::start(SIDES[0], bed).await?, Server::start(SIDES[1], bed).await?];
    compare(&servers, &callers, bed.tenants()).await?;
    for query in Query::ALL {
        let target = |server: &Server| Target {
            side: server.side,
            query,
            address: server.address,
            callers: callers.clone(),
        };
        for server in &servers {
            warm_up(&target(server), bed.tenants()).await?;
        }
        let mut measured: [Vec<Round>; 2] = [vec![], vec![]];
        for round in 0..rounds {
            for at in if round % 2 == 0 { [0, 1] } else { [1, 0] } {
                let picks = requests::random(count(query), bed.tenants(), round as u64);
                let one = measure(&target(&servers[at]), &servers[at], bed, picks).await?;
                measured[at].push(one);
            }
        }
        let memory =
            servers.iter().map(|s| cpu::resident_mib(s.pid())).collect::<Result<Vec<_>>>()?;
        summarise(bed.tenants(), query, &measured, &memory, report);
    }
    let [ours, floor] = servers;
    drop(floor);
    ours.stop()
}

/// Requests in a round: about a second or two.
const fn count(query: Query) -> usize {
    match query {
        Query::Point => 8_000,
        Query::Page => 4_000,
    }
}

/// Both servers have to say the same, or there is nothing to compare.
async fn compare(servers: &[Server; 2], callers: &Callers, tenants: u32) -> Result<()> {
    for query in Query::ALL {
        for pick in requests::random(10, tenants, 7) {
            let mut said = vec![];
            for server in servers {
                let mut request = vec![];
                callers.write(server.side, query, pick, &mut request);
                let mut client = Client::connect(server.address).await?;
                let answer = client.ask(&request).await?;
                let text = String::from_utf8_lossy(answer.body);
                ensure!(answer.status == 200, "{}: {} {text}", server.side.name(), answer.status);
                ensure!(answer.body.starts_with(query.beginning()), "{text}");
                said.push(serde_json::from_slice::<Value>(answer.body).context("no JSON")?);
            }
            ensure!(said[0] == said[1], "two answers: {} and {}", said[0], said[1]);
        }
    }
    Ok(())
}

/// Until every connection has met what it will meet.
async fn warm_up(target: &Target, tenants: u32) -> Result<()> {
    let mut picks = requests::in_turn(tenants, u32::try_from(POOL_SIZE)?);
    let more = WARM_UP.saturating_sub(picks.len()).max(2_000);
    picks.extend(requests::random(more, tenants, u64::MAX));
    load::run(target, picks).await.map(drop)
}

async fn measure(
    target: &Target,
    server: &Server,
    bed: &Bed,
    picks: Vec<requests::Pick>,
) -> Result<Round> {
    let each = picks.len() as f64;
    let clock = || anyhow::Ok((cpu::of_process(server.pid())?, cpu::of_postgres(bed.postmaster)?));
    let before = clock()?;
    let mut outcome = load::run(target, picks).await?;
    let after = clock()?;
    Ok(Round {
        rate: each / outcome.took.as_secs_f64(),
        p50_ms: millis(percentile(&mut outcome.times, 0.5)),
        p99_ms: millis(percentile(&mut outcome.times, 0.99)),
        server: micros(after.0.saturating_sub(before.0)) / each,
        postgres: micros(after.1.saturating_sub(before.1)) / each,
        errors: outcome.errors,
    })
}

fn summarise(
    tenants: u32,
    query: Query,
    measured: &[Vec<Round>; 2],
    memory: &[f64],
    report: &mut Report,
) {
    let [ours, floor] = measured;
    let ratio = Spread::of(ours.iter().zip(floor).map(|(a, b)| a.cpu() / b.cpu()));
    for ((side, rounds), memory) in SIDES.iter().zip(measured).zip(memory) {
        let median = |of: fn(&Round) -> f64| Spread::of(rounds.iter().map(of)).median;
        report.speed(Row {
            tenants,
            query: query.name(),
            server: side.name(),
            rate: median(|r| r.rate),
            p50_ms: median(|r| r.p50_ms),
            p99_ms: median(|r| r.p99_ms),
            server_us: median(|r| r.server),
            postgres_us: median(|r| r.postgres),
            memory_mib: *memory,
            errors: rounds.iter().map(|r| r.errors).sum(),
            ratio: (*side == Side::Ours).then_some(ratio),
        });
    }
}
