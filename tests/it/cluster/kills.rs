//! `kill -9` under load, at random points, again and again: what a server has acknowledged is there,
//! is one event, is handled once, and reaches a subscriber who goes on from a cursor once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Node, Pair, Worker};
use crate::support::{Caller, Stream, database};
use crate::tenant::kit::{me, text};

const ROUNDS: usize = 20;
const WRITERS: usize = 3;
const CHANGED: &str = "subscription($after: String) {
    taskChanged(after: $after, filter: { eventTypes: [\"Task.CREATE\"] }) {
        cursor event { currentState } } }";

/// Adds one task after the other until the server is gone: what it has acknowledged.
async fn write(
    caller: Caller,
    project: Value,
    assignee: String,
    name: String,
    written: Arc<AtomicUsize>,
) -> Vec<String> {
    let query = "mutation($p: ID!, $t: String!, $a: ID!) {
        taskCreate(input: { projectId: $p, title: $t, assignedToId: $a }) { task { id } } }";
    let mut acknowledged = vec![];
    for n in 0.. {
        let title = format!("{name}-{n}");
        let variables = json!({ "p": project, "t": title, "a": assignee });
        let body = json!({ "query": query, "variables": variables });
        let request = caller.request(Method::POST, "/graphql").json(&body);
        let Ok(answer) = request.send().await else { break };
        let Ok(answer) = answer.json::<Value>().await else { break };
        assert!(answer["data"]["taskCreate"]["task"]["id"].is_string(), "{answer}");
        acknowledged.push(title);
        written.fetch_add(1, Relaxed);
    }
    acknowledged
}

/// Somebody who keeps the last cursor.
#[derive(Default)]
struct Subscriber {
    after: Option<String>,
    heard: Vec<String>,
}

impl Subscriber {
    async fn connect(&self, caller: &Caller) -> Stream {
        Stream::ask(caller, CHANGED, json!({ "after": self.after })).await
    }

    /// Listens until the server is gone, or nothing is missing.
    async fn listen(&mut self, mut stream: Stream, wanted: Option<&BTreeSet<String>>) -> Stream {
        let is_there = |heard: &[String]| {
            wanted.is_some_and(|wanted| wanted.iter().all(|title| heard.contains(title)))
        };
        while !is_there(&self.heard) {
            let Some(event) = stream.event().await else { break };
            assert!(event.data.get("errors").is_none(), "{event:?}");
            let told = &event.data["data"]["taskChanged"];
            self.after = Some(text(&told["cursor"]));
            self.heard.push(text(&told["event"]["currentState"]["title"]));
        }
        stream
    }
}

#[tokio::test]
async fn whatever_is_killed_nothing_is_lost_and_nothing_happens_twice() {
    let mut pair = Pair::new().await;
    let settings = pair.settings.clone();
    let settings: Vec<_> = settings.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let database = pair.database.clone();
    let mut owner = pair.sign_in(0, "acme", "owner").await;
    let member = pair.sign_in(1, "acme", "member").await;
    let assignee = me(&member).await;
    let project = json!({ "input": { "name": "Apollo" } });
    let project =
        owner.done("projectCreate", project, "project { id }").await["project"]["id"].clone();
    let mut worker = Worker::start(&pair, &[]);
    let (mut subscriber, mut acknowledged) = (Subscriber::default(), BTreeSet::new());
    // Who has no cursor yet has nothing to go on from.
    let mut stream = subscriber.connect(&owner).await;
    let first = json!({ "input": { "projectId": project, "title": "first",
        "assignedToId": assignee } });
    owner.done("taskCreate", first, "").await;
    stream = subscriber.listen(stream, Some(&BTreeSet::from(["first".to_owned()]))).await;
    for round in 0..ROUNDS {
        let written = Arc::<AtomicUsize>::default();
        let writers = (0..WRITERS).map(|n| {
            let (caller, name) = (owner.clone(), format!("{round}-{n}"));
            write(caller, project.clone(), assignee.clone(), name, written.clone())
        });
        let kill = async {
            super::moment(&written).await;
            if round % 2 == 0 && round + 1 < ROUNDS {
                worker.kill();
            }
            let node = &mut pair.nodes[0].child;
            node.kill().and_then(|()| node.wait()).expect("it ends");
        };
        let writers = futures_util::future::join_all(writers);
        let (written, _, ()) = tokio::join!(writers, subscriber.listen(stream, None), kill);
        acknowledged.extend(written.into_iter().flatten());
        pair.nodes[0] = Node::start(&database, &settings);
        if round % 2 == 0 && round + 1 < ROUNDS {
            worker = Worker::start(&pair, &[]);
        }
        owner = pair.through(0, &owner);
        stream = subscriber.connect(&owner).await;
    }
    assert!(acknowledged.len() >= ROUNDS, "there was load: {}", acknowledged.len());

    let titles = database::value(&database, "SELECT json_agg(title) FROM t_acme.tasks").await;
    let titles: Vec<String> = serde_json::from_str(&titles).expect("titles");
    let there: BTreeSet<_> = titles.iter().cloned().collect();
    assert_eq!(titles.len(), there.len(), "none is there twice");
    assert!(acknowledged.is_subset(&there), "{:?}", acknowledged.difference(&there));
    let of_each = "SELECT count(*) FROM t_acme.tasks AS t WHERE 1 <> (
        SELECT count(*) FROM t_acme.audit_log AS a
        WHERE a.object_id = t.id AND a.action = 'task.create')";
    assert_eq!(database::value(&database, of_each).await, "0", "one event each");

    subscriber.listen(stream, Some(&there)).await;
    assert_eq!(subscriber.heard.len(), there.len(), "each is told once");

    // What a killed worker had taken is taken over after a minute at the latest.
    let count = "{ notifications { totalCount } }";
    let mut told = Value::Null;
    for _ in 0..900 {
        told = member.gql(count).await.data()["notifications"]["totalCount"].clone();
        if told.as_u64() >= Some(there.len() as u64) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(told, json!(there.len()), "one notification each");
    // A mail that a killed worker was about to send goes out after two minutes; here at once.
    let now = "UPDATE t_acme.event_deliveries SET due_at = now() WHERE status = 'processing';
        UPDATE public.event_backlog SET due_at = now()";
    database::sql(&database, now).await;
    let unfinished = "SELECT count(*) FROM t_acme.event_deliveries WHERE status <> 'completed'";
    for _ in 0..100 {
        if database::value(&database, unfinished).await == "0" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("not every event is handled");
}
