//! The power goes, again and again: server, worker and PostgreSQL are killed together under load.
//! What was acknowledged is there, is one event, and is handled once.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use serde_json::{Value, json};

use super::Place;
use super::dev::{Running, tokens};
use crate::cluster::moment;

const ROUNDS: usize = 20;
const WRITERS: usize = 3;

/// The owner of acme, as the running server knows them.
#[derive(Clone)]
struct Owner {
    client: reqwest::Client,
    port: String,
    token: String,
    /// Writes that were acknowledged.
    written: Arc<AtomicUsize>,
}

impl Owner {
    fn new(place: &Place, running: &Running) -> Self {
        let token = tokens(place)["tenants"][0]["access_token"].as_str().expect("one").to_owned();
        let (client, port) = (reqwest::Client::new(), running.port.clone());
        Self { client, port, token, written: Arc::default() }
    }

    /// The answer's data; nothing when the server is gone.
    async fn ask(&self, query: &str, variables: Value) -> Option<Value> {
        let answer = self
            .client
            .post(format!("http://127.0.0.1:{}/graphql", self.port))
            .header("host", format!("acme.localhost:{}", self.port))
            .bearer_auth(&self.token)
            .json(&json!({ "query": query, "variables": variables }))
            .send();
        Some(answer.await.ok()?.json::<Value>().await.ok()?["data"].clone())
    }

    /// Adds one task after the other until the power goes: what was acknowledged.
    async fn write(self, project: Value, name: String) -> Vec<String> {
        let query = "mutation($p: ID!, $t: String!) {
            taskCreate(input: { projectId: $p, title: $t }) { task { id } } }";
        let mut acknowledged = vec![];
        for n in 0.. {
            let title = format!("power {name}-{n}");
            let Some(data) = self.ask(query, json!({ "p": project, "t": title })).await else {
                break;
            };
            // PostgreSQL may be gone before the server is.
            if data["taskCreate"]["task"]["id"].is_string() {
                acknowledged.push(title);
                self.written.fetch_add(1, Relaxed);
            }
        }
        acknowledged
    }
}

/// Ends PostgreSQL and the server as a power cut does, in any order.
fn cut(place: &Place, running: &Running) {
    let file = std::fs::read_to_string(place.dir().join("postgres/postmaster.pid")).expect("a pid");
    let postgres = file.lines().next().expect("a pid").to_owned();
    let kill = |pid: &str| {
        let status = Command::new("kill").args(["-s", "KILL", pid]).status().expect("kill runs");
        assert!(status.success());
    };
    if rand::random() {
        kill(&postgres);
        std::thread::sleep(Duration::from_millis(rand::random::<u64>() % 50));
        running.signal("KILL");
    } else {
        running.signal("KILL");
        kill(&postgres);
    }
}

#[tokio::test]
async fn the_power_goes_and_nothing_is_lost_and_nothing_happens_twice() {
    let place = Place::new();
    let mut running = Running::start(&place);
    let mut owner = Owner::new(&place, &running);
    let made = "mutation { projectCreate(input: { name: \"Power\" }) { project { id } }
        eventHandlerCreate(input: { name: \"Power\", eventType: \"Task.CREATE\", kind: NOTIFICATION,
            recipients: [OWNERS], tellsActor: true, title: \"{{ entity.title }}\" }) {
            eventHandler { id } } }";
    let made = owner.ask(made, json!({})).await.expect("an answer");
    let project = made["projectCreate"]["project"]["id"].clone();
    assert!(made["eventHandlerCreate"]["eventHandler"]["id"].is_string(), "{made}");
    let count = "{ notifications { totalCount } }";
    let before = owner.ask(count, json!({})).await.expect("an answer");
    let before = before["notifications"]["totalCount"].as_u64().expect("a number");
    let mut acknowledged = BTreeSet::new();
    for round in 0..ROUNDS {
        let writers = (0..WRITERS)
            .map(|n| tokio::spawn(owner.clone().write(project.clone(), format!("{round}-{n}"))));
        let writers: Vec<_> = writers.collect();
        moment(&owner.written).await;
        cut(&place, &running);
        for written in writers {
            acknowledged.extend(written.await.expect("it does not panic"));
        }
        assert!(!running.end().success());
        running = Running::start(&place);
        owner = Owner::new(&place, &running);
    }
    assert!(acknowledged.len() >= ROUNDS, "there was load: {}", acknowledged.len());

    // Read page by page, as everybody does.
    let page = "query($after: String) { tasks(first: 100, after: $after, search: \"power\") {
        nodes { title history(first: 5) { nodes { action } } }
        pageInfo { hasNextPage endCursor } } }";
    let (mut there, mut after) = (BTreeSet::new(), Value::Null);
    loop {
        let data = owner.ask(page, json!({ "after": after })).await.expect("an answer");
        for task in data["tasks"]["nodes"].as_array().unwrap_or_else(|| panic!("{data}")) {
            let title = task["title"].as_str().expect("a title").to_owned();
            assert_eq!(task["history"]["nodes"], json!([{ "action": "CREATE" }]), "{title}");
            assert!(there.insert(title.clone()), "{title} is there twice");
        }
        if data["tasks"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = data["tasks"]["pageInfo"]["endCursor"].clone();
    }
    assert!(acknowledged.is_subset(&there), "{:?}", acknowledged.difference(&there));

    // What the worker had taken when it was killed is taken over after a minute at the latest.
    let wanted = before + there.len() as u64;
    let mut told = Value::Null;
    for _ in 0..900 {
        told = owner.ask(count, json!({})).await.expect("an answer")["notifications"]["totalCount"]
            .clone();
        if told.as_u64() >= Some(wanted) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(told, json!(wanted), "one notification each");
    running.signal("TERM");
    assert!(running.end().success());
}
