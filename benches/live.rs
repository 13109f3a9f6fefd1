//! What subscribers wait, and what they cost: 2,000 of them in 100 tenants while 500 things happen
//! in a second; 10,000 that wait for something to happen; a thousand in one tenant who ask the same.
//!
//! An event's time runs from before the request that makes it is sent until its message is read, so
//! that the mutation itself is in it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use serde_json::json;
use taruvi::base::ids::encode;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::report::Report;
use crate::support::bed::Bed;
use crate::support::cpu;
use crate::support::http::Client;
use crate::support::requests::Callers;
use crate::support::seed::{self, Kind};
use crate::support::servers::Server;
use crate::support::stats::{millis, percentile};

pub const TENANTS: u32 = 100;
const SUBSCRIBERS: u32 = 20;
const ROUNDS: u32 = 300;
const EVERY: Duration = Duration::from_millis(20);
/// Tasks that one mutation changes: an event for each.
const AT_ONCE: u32 = 10;
const CONNECTIONS: u32 = 2_000;
const ON_EACH: u32 = 5;
const CROWD: usize = 1_000;
const QUERY: &str = "subscription { taskChanged { event { currentState } } }";
const SETTINGS: [(&str, &str); 2] =
    [("TARUVI_LIVE__PER_USER", "20000"), ("TARUVI_LIVE__CONNECTIONS_PER_USER", "20000")];

type Socket = WebSocketStream<TcpStream>;

pub async fn run(bed: &Bed, report: &mut Report) -> Result<()> {
    ensure!(bed.tenants() >= TENANTS, "live takes {TENANTS} tenants");
    let callers = Arc::new(Callers::new(bed.tenants())?);
    busy(bed, &callers, report).await?;
    idle(bed, &callers, report).await?;
    crowd(bed, &callers, report).await
}

/// 500 events a second, each told to 20.
async fn busy(bed: &Bed, callers: &Arc<Callers>, report: &mut Report) -> Result<()> {
    let server = Server::with(bed, &SETTINGS).await?;
    let started = Instant::now();
    let times = Arc::new(Mutex::new(vec![]));
    let mut readers = JoinSet::new();
    for tenant in 1..=TENANTS {
        for _ in 0..SUBSCRIBERS {
            let mut socket = listen(server.address, callers, tenant, 1).await?;
            let times = times.clone();
            readers.spawn(async move {
                while let Some(Ok(message)) = socket.next().await {
                    if let Some(sent) = message.to_text().ok().and_then(sent_at) {
                        times.lock().push(started.elapsed().saturating_sub(sent));
                    }
                }
            });
        }
    }
    let mut client = Client::connect(server.address).await?;
    let mut ticks = tokio::time::interval(EVERY);
    let mut request = vec![];
    for round in 0..ROUNDS {
        ticks.tick().await;
        let tenant = round % TENANTS + 1;
        let first = round / TENANTS * AT_ONCE;
        change(callers, tenant, first..first + AT_ONCE, started.elapsed(), &mut request);
        let answer = client.ask(&request).await?;
        ensure!(answer.status == 200 && answer.body.starts_with(b"{\"data\":{\"task"), "a change");
    }
    let wanted = (ROUNDS * AT_ONCE * SUBSCRIBERS) as usize;
    wait_for(&times, wanted).await?;
    readers.shutdown().await;
    let mut times = std::mem::take(&mut *times.lock());
    ensure!(times.len() == wanted, "{} of {wanted} were told", times.len());
    let (p50, p99) = (percentile(&mut times, 0.5), percentile(&mut times, 0.99));
    report.figure(
        &format!(
            "from a change to {} subscribers in {TENANTS} tenants, 500 events/s",
            TENANTS * SUBSCRIBERS
        ),
        &format!("p50 {:.1} ms, p99 {:.1} ms, none lost", millis(p50), millis(p99)),
        "p99 below 100 ms",
    );
    server.stop()
}

/// Subscriptions in which nothing happens.
async fn idle(bed: &Bed, callers: &Arc<Callers>, report: &mut Report) -> Result<()> {
    let server = Server::with(bed, &SETTINGS).await?;
    // What any first request needs is there before it is measured.
    let warm = listen(server.address, callers, 1, 1).await?;
    let before = cpu::resident_mib(server.pid())?;
    let mut sockets = Vec::with_capacity(CONNECTIONS as usize);
    for n in 0..CONNECTIONS {
        sockets.push(listen(server.address, callers, n % TENANTS + 1, ON_EACH).await?);
    }
    let after = cpu::resident_mib(server.pid())?;
    let all = CONNECTIONS * ON_EACH;
    let each = (after - before) * 1024.0 / f64::from(all);
    report.figure(
        &format!("memory of one of {all} idle subscriptions, {ON_EACH} on a connection"),
        &format!("{each:.1} KiB"),
        "15 KB",
    );
    // All of them are held: each hears of one more change.
    let mut client = Client::connect(server.address).await?;
    let mut request = vec![];
    for tenant in 1..=TENANTS {
        change(callers, tenant, 0..1, Duration::ZERO, &mut request);
        client.ask(&request).await?;
    }
    for socket in &mut sockets {
        for _ in 0..ON_EACH {
            told(socket).await?;
        }
    }
    drop(warm);
    server.stop()
}

/// One event for a thousand who ask the same.
async fn crowd(bed: &Bed, callers: &Arc<Callers>, report: &mut Report) -> Result<()> {
    let server = Server::with(bed, &SETTINGS).await?;
    let mut sockets = Vec::with_capacity(CROWD);
    for _ in 0..CROWD {
        sockets.push(listen(server.address, callers, 1, 1).await?);
    }
    let mut client = Client::connect(server.address).await?;
    let (mut request, mut times) = (vec![], vec![]);
    for round in 0..11 {
        change(callers, 1, 0..1, Duration::from_micros(round + 1), &mut request);
        let since = Instant::now();
        client.ask(&request).await?;
        for socket in &mut sockets {
            told(socket).await?;
        }
        times.push(since.elapsed());
    }
    report.figure(
        &format!("one event read once and told to {CROWD} subscribers of a tenant"),
        &format!("{:.1} ms until the last has it", millis(percentile(&mut times, 0.5))),
        "",
    );
    server.stop()
}

/// A socket with so many subscriptions that have begun.
async fn listen(
    address: SocketAddr,
    callers: &Callers,
    tenant: u32,
    subscriptions: u32,
) -> Result<Socket> {
    let host = format!("{}.localhost", seed::name(tenant).replace('_', "-"));
    let mut request = format!("ws://{host}/graphql").into_client_request()?;
    let protocol = HeaderValue::from_static("graphql-transport-ws");
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(4096);
    let connected = tokio_tungstenite::client_async_with_config(request, stream, Some(config));
    let (mut socket, _) = connected.await?;
    let token = format!("Bearer {}", callers.issue_for(tenant, 0)?);
    let init = json!({ "type": "connection_init", "payload": { "authorization": token } });
    say(&mut socket, &init).await?;
    for id in 0..subscriptions {
        let payload = json!({ "query": QUERY });
        let id = id.to_string();
        say(&mut socket, &json!({ "type": "subscribe", "id": id, "payload": payload })).await?;
    }
    say(&mut socket, &json!({ "type": "ping" })).await?;
    for wanted in ["connection_ack", "pong"] {
        let text = told(&mut socket).await?;
        ensure!(text.contains(wanted), "{text}");
    }
    Ok(socket)
}

async fn say(socket: &mut Socket, message: &serde_json::Value) -> Result<()> {
    Ok(socket.send(Message::Text(message.to_string().into())).await?)
}

/// The next message that is no heartbeat.
async fn told(socket: &mut Socket) -> Result<String> {
    loop {
        let message = tokio::time::timeout(Duration::from_secs(20), socket.next()).await;
        let message = message.context("nothing is told")?.context("it is closed")??;
        if let Message::Text(text) = message {
            return Ok(text.to_string());
        }
    }
}

/// Writes the request that changes these tasks; their descriptions say when.
fn change(
    callers: &Callers,
    tenant: u32,
    tasks: std::ops::Range<u32>,
    at: Duration,
    request: &mut Vec<u8>,
) {
    let ids: Vec<_> = tasks.map(|n| encode("task", seed::id(Kind::Task, tenant, n))).collect();
    let body = json!({
        "query": "mutation($i: [ID!]!, $d: String!) {
            taskBulkUpdate(selection: { ids: $i }, input: { description: $d }) { __typename } }",
        "variables": { "i": ids, "d": format!("at:{}", at.as_micros()) },
    });
    callers.graphql(tenant, &body.to_string(), request);
}

fn sent_at(text: &str) -> Option<Duration> {
    let (_, rest) = text.split_once("at:")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok().map(Duration::from_micros)
}

async fn wait_for(times: &Mutex<Vec<Duration>>, wanted: usize) -> Result<()> {
    let all = async {
        while times.lock().len() < wanted {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let there = tokio::time::timeout(Duration::from_secs(30), all).await;
    there.with_context(|| format!("{} of {wanted} were told", times.lock().len()))
}
