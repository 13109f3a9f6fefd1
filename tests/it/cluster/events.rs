//! Events that servers write and other processes handle: each once, whatever dies meanwhile.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Pair, Worker};
use crate::support::{Caller, Mailbox, Receiver, Socket, Stream};
use crate::tenant::kit::{me, text};

const RECEIVED: &str = "subscription { notificationReceived { notification { title } } }";

async fn assign(owner: &Caller, to: &str, project: &Value, title: &str) -> String {
    let task = json!({ "input": { "projectId": project, "title": title, "assignedToId": to } });
    text(&owner.done("taskCreate", task, "task { id }").await["task"]["id"])
}

async fn apollo(owner: &Caller) -> Value {
    let project = json!({ "input": { "name": "Apollo" } });
    owner.done("projectCreate", project, "project { id }").await["project"]["id"].clone()
}

#[tokio::test]
async fn a_manager_assigns_and_the_assignee_hears_of_it_on_every_way() {
    let mut mailbox = Mailbox::open().await;
    let port = mailbox.address.port().to_string();
    let mail = [
        ("RATE_LIMIT_ENABLE", "false"),
        ("OUTBOUND_ALLOW_PRIVATE", "true"),
        ("TARUVI_MAIL__HOST", "127.0.0.1"),
        ("TARUVI_MAIL__PORT", port.as_str()),
        ("TARUVI_MAIL__FROM", "Taruvi <mail@taruvi.test>"),
    ];
    let pair = Pair::with(&mail).await;
    let _worker = Worker::start(&pair, &[]);
    let manager = pair.sign_in(0, "acme", "manager").await;
    let member = pair.sign_in(1, "acme", "member").await;
    let globex = pair.sign_in(1, "globex", "member").await;
    let mut socket = Socket::greeted(&member).await;
    assert_eq!(socket.subscribe("n", RECEIVED, json!({})).await, None);
    let mut stream = Stream::ask(&member, RECEIVED, json!({})).await;
    let mut foreign = Socket::greeted(&globex).await;
    assert_eq!(foreign.subscribe("n", RECEIVED, json!({})).await, None);

    let receiver = Receiver::open().await;
    let owner = pair.sign_in(1, "acme", "owner").await;
    let hook = json!({ "input": { "url": receiver.url, "eventTypes": ["Client.assigned_to.*"] } });
    let secret = text(&owner.done("webhookCreate", hook, "secret").await["secret"]);
    let client = json!({ "input": { "firstName": "Ada", "lastName": "Byron" } });
    let client =
        manager.done("clientCreate", client, "client { id }").await["client"]["id"].clone();
    let assign = json!({ "id": client, "assignedToId": me(&member).await });
    manager.done("clientAssign", assign, "").await;

    let title = "Ada Byron is assigned to you";
    let wanted = json!({ "notificationReceived": { "notification": { "title": title } } });
    assert_eq!(socket.next("n").await, wanted);
    assert_eq!(stream.next().await, wanted);
    let mail = mailbox.next().await;
    assert_eq!((&*mail.to, &*mail.header("Subject")), ("member@acme.test", title));
    let message = receiver.next().await;
    assert!(message.is_signed_with(&secret));
    let message = message.json();
    assert_eq!(message["type"], "Client.assigned_to.UPDATE");
    assert_eq!(message["data"]["entityId"], client);
    let history =
        "query($id: ID!) { client(id: $id) { history(first: 5) { nodes { eventType } } } }";
    let history = member.gql_with(history, json!({ "id": client })).await.data();
    let last = &history["client"]["history"]["nodes"][0]["eventType"];
    assert_eq!(last, "Client.assigned_to.UPDATE");
    assert!(foreign.is_silent().await);
}

#[tokio::test]
async fn workers_that_are_killed_lose_nothing_and_tell_nothing_twice() {
    let pair = Pair::new().await;
    let owner = pair.sign_in(0, "acme", "owner").await;
    let member = pair.sign_in(1, "acme", "member").await;
    let (to, project) = (me(&member).await, apollo(&owner).await);
    let mut workers = [Worker::start(&pair, &[]), Worker::start(&pair, &[])];
    let mut made = 0;
    for round in 0..6 {
        for _ in 0..10 {
            assign(&owner, &to, &project, &format!("{made:03}")).await;
            made += 1;
        }
        workers[round % 2].kill();
        workers[round % 2] = Worker::start(&pair, &[]);
    }
    let count = "{ notifications { totalCount } }";
    for _ in 0..600 {
        let found = member.gql(count).await.data()["notifications"]["totalCount"].as_i64();
        if found >= Some(made) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let all = "{ notifications(first: 100, orderBy: [{ field: CREATED_AT }]) { nodes { title } } }";
    let mut told = member.gql(all).await.column("notifications", "title");
    told.sort_by_key(text);
    let wanted: Vec<_> = (0..made).map(|n| json!(format!("{n:03}"))).collect();
    assert_eq!(told, wanted, "each once");
}
