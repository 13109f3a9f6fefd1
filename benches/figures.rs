//! The figures that are not about speed under load: memory at rest, statements, the making of
//! tenants, migrations with nothing to do, and the time to the first answer.

use std::fs;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::report::Report;
use crate::support::bed::{Bed, TempDir};
use crate::support::cpu;
use crate::support::http::Client;
use crate::support::requests::{Callers, Pick, Query};
use crate::support::servers::{self, Server};
use crate::support::stats::{Spread, millis};

/// Tenants made through the API, one after another.
const MADE: u32 = 20;
/// Tenants at the migration that has nothing to do.
const MIGRATED: u32 = 500;
/// How long the server is left alone before its memory is read.
const REST: Duration = Duration::from_secs(10);

/// What is asked beside the two questions of the speed bench, to count the statements: what it
/// is, its name in the log, and the operation.
const COUNTED: [(&str, &str, &str); 3] = [
    (
        "page of 20 with project, assignee and totalCount",
        "Counted",
        "query Counted { tasks(first: 20) { totalCount nodes { id title project { id name } \
         assignedTo { id displayName } } } }",
    ),
    (
        "10 projects with assignee, each with 5 tasks and their assignees",
        "Nested",
        "query Nested { projects(first: 10) { nodes { id name assignedTo { displayName } \
         tasks(first: 5) { nodes { id title assignedTo { displayName } } } } } }",
    ),
    (
        "a project added, with BEGIN and COMMIT",
        "Added",
        "mutation Added { projectCreate(input: { name: \"New\" }) { project { id } } }",
    ),
];

pub async fn run(bed: &mut Bed, report: &mut Report) -> Result<()> {
    let dir = TempDir::new("taruvi-bench-log")?;
    let log = dir.0.join("log");
    let callers = Callers::new(bed.tenants())?;
    let server = Server::logging(bed, &log).await?;
    memory(&server, report).await?;
    statements(&server, &callers, &log, report).await?;
    creation(&server, &callers, report).await?;
    server.stop()?;
    bed.grow(MIGRATED - MADE).await?;
    migration(bed, report)?;
    starts(report).await
}

async fn memory(server: &Server, report: &mut Report) -> Result<()> {
    tokio::time::sleep(REST).await;
    let resident = cpu::resident_mib(server.pid())?;
    let value = format!("{resident:.0} MiB");
    report.figure("memory of the server's process at rest", &value, "≤ 80 MB");
    Ok(())
}

/// Everything is asked twice and counted the second time: by then the caches know tenant and
/// session, as they do for most requests.
async fn statements(
    server: &Server,
    callers: &Callers,
    log: &Path,
    report: &mut Report,
) -> Result<()> {
    let pick = Pick { tenant: 1, task: 0 };
    let counted = COUNTED.map(|(what, name, query)| (what, name, json!({ "query": query })));
    let asked = [Query::Point, Query::Page].map(|q| (q.name(), q.operation(), q.body(pick)));
    for (what, name, body) in asked.into_iter().chain(counted) {
        for _ in 0..2 {
            ask(server, callers, 1, &body.to_string()).await?;
        }
        let count = logged(log, name).context("the log does not tell the statements")?;
        report.figure(&format!("statements: {what}"), &count.to_string(), "");
    }
    Ok(())
}

/// The statements of the last operation of this name, as the log tells.
fn logged(log: &Path, name: &str) -> Option<u64> {
    let text = fs::read_to_string(log).ok()?;
    let mut lines = text.lines().rev().filter_map(|l| serde_json::from_str::<Value>(l).ok());
    lines.find_map(|line| {
        let field = |name| line.get("fields").unwrap_or(&line).get(name);
        (field("operation")? == name).then(|| field("statements")?.as_u64()).flatten()
    })
}

async fn creation(server: &Server, callers: &Callers, report: &mut Report) -> Result<()> {
    let query = "mutation Make($input: TenantCreateInput!) { tenantCreate(input: $input) { \
                 tenant { id } userErrors { message } } }";
    let mut times = vec![];
    for n in 0..MADE {
        let owner = json!({ "email": "owner@made.example", "password": "correct horse battery" });
        let input = json!({ "name": "Made", "schemaName": format!("made_{n}"), "owner": owner });
        let body = json!({ "query": query, "variables": { "input": input } }).to_string();
        let since = Instant::now();
        let data = ask(server, callers, 0, &body).await?;
        ensure!(data["tenantCreate"]["tenant"]["id"].is_string(), "no tenant was made: {data}");
        times.push(millis(since.elapsed()));
    }
    let times = Spread::of(times);
    report.figure(
        &format!("a tenant made through the API (median of {MADE}), its owner's password hashed"),
        &format!("{:.0} ms ({:.0}–{:.0})", times.median, times.min, times.max),
        "",
    );
    Ok(())
}

/// The data of an operation that must have no errors.
async fn ask(server: &Server, callers: &Callers, tenant: u32, body: &str) -> Result<Value> {
    let mut request = vec![];
    callers.graphql(tenant, body, &mut request);
    let mut client = Client::connect(server.address).await?;
    let answer = client.ask(&request).await?;
    let mut said: Value = serde_json::from_slice(answer.body).context("an answer without JSON")?;
    ensure!(said.get("errors").is_none(), "{said}");
    Ok(said["data"].take())
}

fn migration(bed: &Bed, report: &mut Report) -> Result<()> {
    let mut times = vec![];
    for _ in 0..5 {
        let since = Instant::now();
        let status = servers::ours(bed).arg("migrate").status()?;
        ensure!(status.success(), "taruvi migrate: {status}");
        times.push(millis(since.elapsed()));
    }
    let times = Spread::of(times);
    report.figure(
        &format!("`taruvi migrate` over {MIGRATED} tenants with nothing to do"),
        &format!("{:.0} ms ({:.0}–{:.0})", times.median, times.min, times.max),
        "",
    );
    Ok(())
}

/// The first start makes a database; the others find it.
async fn starts(report: &mut Report) -> Result<()> {
    let dir = TempDir::new("taruvi-bench-dev")?;
    let mut times = vec![];
    for _ in 0..4 {
        times.push(millis(start(&dir.0).await?));
    }
    let warm = Spread::of(times.split_off(1));
    let first = format!("{:.1} s", times[0] / 1e3);
    report.figure("`taruvi dev` to the first answer, first start", &first, "");
    let warm = format!("{:.0} ms ({:.0}–{:.0})", warm.median, warm.min, warm.max);
    report.figure("`taruvi dev` to the first answer, warm start", &warm, "");
    Ok(())
}

async fn start(dir: &Path) -> Result<Duration> {
    let address = servers::free_address()?;
    let since = Instant::now();
    let mut command = servers::bare();
    command.arg("dev").arg("--data-dir").arg(dir).env("PORT", address.port().to_string());
    let mut running = Running(command.spawn().context("cannot run taruvi dev")?);
    let body = r#"{"query":"{ __typename }"}"#;
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         accept: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    loop {
        if let Some(status) = running.0.try_wait()? {
            anyhow::bail!("taruvi dev ended: {status}");
        }
        let asked = async {
            let mut client = Client::connect(address).await?;
            client.ask(request.as_bytes()).await.map(|a| a.status)
        };
        if matches!(asked.await, Ok(200)) {
            break;
        }
        ensure!(since.elapsed() < Duration::from_secs(120), "taruvi dev does not answer");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let took = since.elapsed();
    servers::terminate(&mut running.0)?;
    Ok(took)
}

/// A child that does not outlive us.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
