//! Several real processes, `taruvi serve`, on one database, as behind a load balancer: what one of
//! them does, the others heed within a second.

mod events;
mod kills;
mod limits;
mod live;
mod people;
mod places;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::database::{self, SIGNING_KEY};
use crate::support::{Answer, Caller};

/// The longest that a change may take to hold everywhere. Caches alone would keep what they know
/// for five seconds and more.
const SOON: Duration = Duration::from_secs(1);

/// A running `taruvi serve`; ends with the test.
struct Node {
    child: Child,
    address: SocketAddr,
}

impl Node {
    fn start(database: &str, settings: &[(&str, &str)]) -> Self {
        let (child, listening) = start(database, settings, &["serve", "--port", "0"], "listening");
        let address = listening["address"].as_str().and_then(|address| address.parse().ok());
        Self { child, address: address.expect("an address") }
    }
}

/// A running `taruvi worker`; ends with the test.
struct Worker(Child);

impl Worker {
    fn start(pair: &Pair, settings: &[(&str, &str)]) -> Self {
        let all: Vec<_> = pair.settings.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let all = [all, settings.to_vec()].concat();
        Self(start(&pair.database, &all, &["worker"], "working").0)
    }

    /// Ends it as a machine does that loses its power.
    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts a process, and waits until it says that it is ready; what it said.
fn start(
    database: &str,
    settings: &[(&str, &str)],
    command: &[&str],
    ready: &str,
) -> (Child, Value) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_taruvi"));
    process
        .env_clear()
        .env("LOG_FORMAT", "json")
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .envs(settings.iter().copied())
        .args(command)
        .arg("--data-dir")
        .arg(std::env::temp_dir().join(format!("taruvi-node-{database}")))
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = process.spawn().expect("it starts");
    let log = BufReader::new(child.stderr.take().expect("its log"));
    let mut lines = log.lines().map(|line| line.expect("text"));
    let mut said = vec![];
    let found = lines.by_ref().find_map(|line| {
        let entry: Value = serde_json::from_str(&line).unwrap_or_default();
        said.push(line);
        (entry["message"] == ready).then_some(entry)
    });
    let found = found.unwrap_or_else(|| panic!("it is never {ready}: {said:#?}"));
    // Read on, so that it never waits for us.
    std::thread::spawn(move || lines.for_each(drop));
    (child, found)
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Two processes on one database.
struct Pair {
    database: String,
    nodes: [Node; 2],
    /// What is in the environment of both.
    settings: Vec<(String, String)>,
    client: reqwest::Client,
}

impl Pair {
    async fn new() -> Self {
        Self::with(&[("RATE_LIMIT_ENABLE", "false")]).await
    }

    /// With more in the environment of both.
    async fn with(settings: &[(&str, &str)]) -> Self {
        let database = database::copy().await;
        let (app, owner) = database::urls(&database).await;
        let mut all = vec![
            ("DATABASE_URL", app.as_str()),
            ("DATABASE_ADMIN_URL", owner.as_str()),
            ("JWT_SIGNING_KEY", SIGNING_KEY),
            ("DATABASE_POOL_SIZE", "4"),
            ("TOKIO_WORKER_THREADS", "2"),
        ];
        all.extend(settings);
        let nodes = std::thread::scope(|threads| {
            let start = || Node::start(&database, &all);
            let second = threads.spawn(start);
            [start(), second.join().expect("the second one starts")]
        });
        let settings = all.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        let settings = settings.collect();
        Self { database, nodes, settings, client: reqwest::Client::new() }
    }

    /// Somebody without a token at a tenant's host, or the platform's, who talks to one node.
    fn anonymous(&self, node: usize, tenant: &str) -> Caller {
        let host = match tenant {
            "localhost" => tenant.to_owned(),
            tenant => format!("{tenant}.localhost"),
        };
        Caller::new(self.client.clone(), self.nodes[node].address, host)
    }

    async fn sign_in(&self, node: usize, tenant: &str, account: &str) -> Caller {
        let email = format!("{account}@{tenant}.test");
        self.anonymous(node, tenant).sign_in(&email, database::PASSWORD).await
    }

    async fn operator(&self, node: usize) -> Caller {
        self.anonymous(node, "localhost").sign_in("admin@taruvi.test", database::PASSWORD).await
    }

    /// The same person with the same tokens, talking to another node.
    fn through(&self, node: usize, caller: &Caller) -> Caller {
        Caller { address: self.nodes[node].address, ..caller.clone() }
    }
}

/// Waits until something is written, and for a moment more: a point at random, under load.
pub async fn moment(written: &AtomicUsize) {
    let begun = Instant::now();
    while written.load(Relaxed) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(30), "nothing is ever written");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(rand::random::<u64>() % 250)).await;
}

const ME: &str = "{ viewer { id } }";

/// Waits until the answer to a document is as wanted, which has to be within a second from now on.
/// It must not be so already when the test begins to wait: that is what `before` sees to.
#[track_caller]
fn within_a_second(
    what: &str,
    caller: &Caller,
    document: &str,
    wanted: impl Fn(&Answer) -> bool,
) -> impl Future<Output = ()> {
    let (at, begun) = (std::panic::Location::caller(), Instant::now());
    async move {
        loop {
            let answer = caller.gql(document).await;
            let took = begun.elapsed();
            let held = wanted(&answer);
            assert!(took <= SOON, "{at}: {what}: after {took:?}: {}", answer.body);
            if held {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// The other node has just answered this caller, and would for some seconds if nobody told it.
#[track_caller]
fn refused_soon(what: &str, caller: &Caller) -> impl Future<Output = ()> {
    within_a_second(what, caller, ME, |answer| answer.status == 401)
}

fn answered(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.get("errors").is_none()
}
