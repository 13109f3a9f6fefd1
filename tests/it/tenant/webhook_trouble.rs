//! Addresses that fail, lead elsewhere, are slow or gone: nothing is lost, nothing else waits, and
//! nobody is asked in vain for ever.

use std::time::Duration;

use serde_json::{Value, json};

use super::webhooks::{add, open, until};
use crate::support::{Caller, Receiver, Reply, TestApp};

/// What waits for its time is due now.
async fn hurry(app: &TestApp) {
    app.sql(
        "UPDATE t_acme.webhook_deliveries SET due_at = now() WHERE status = 'pending';
         UPDATE public.event_backlog SET due_at = now()",
    )
    .await;
}

async fn webhook(owner: &Caller, id: &str) -> Value {
    let query = "query($id: ID!) { webhook(id: $id) {
        isEnabled circuitState circuitOpenUntil failureCount } }";
    owner.gql_with(query, json!({ "id": id })).await.data()["webhook"].clone()
}

fn all_are(status: &'static str) -> impl Fn(&[Value]) -> bool {
    move |all| all.iter().all(|one| one["status"] == status)
}

#[tokio::test]
async fn what_fails_is_sent_again_and_follows_nobody() {
    let app = open().await;
    app.work().await;
    let owner = app.sign_in("acme", "owner").await;
    let (receiver, elsewhere) = (Receiver::open().await, Receiver::open().await);
    let location = Some(("location", elsewhere.url.clone()));
    receiver.reply([Reply::from(500), Reply { status: 307, header: location, ..Reply::default() }]);
    add(&owner, &receiver, &["Task.*"]).await;
    let project = app.project(&owner, "Apollo").await;
    app.task(&owner, &project, "Land").await;
    let first = receiver.next().await;
    let waits = |all: &[Value]| all[0]["status"] == "PENDING" && all[0]["attemptCount"] == 1;
    let found = until(&owner, waits).await;
    assert!(found[0]["nextAttemptAt"].is_string(), "{found:?}");
    assert_eq!(found[0]["lastError"], "the address answered 500 Internal Server Error");
    for _ in 0..2 {
        let again = receiver.next().await;
        assert_eq!(again.header("webhook-id"), first.header("webhook-id"));
        assert_eq!(again.body, first.body);
    }
    let found = until(&owner, all_are("COMPLETED")).await;
    let codes: Vec<_> = found[0]["attempts"].as_array().expect("attempts").iter().collect();
    let codes: Vec<_> = codes.iter().map(|attempt| attempt["statusCode"].clone()).collect();
    assert_eq!(codes, [json!(200), json!(307), json!(500)]);
    assert_eq!((receiver.count(), elsewhere.count()), (3, 0));
}

#[tokio::test]
async fn an_address_that_fails_is_left_alone_until_it_answers() {
    let app = open().await;
    app.work().await;
    let owner = app.sign_in("acme", "owner").await;
    let receiver = Receiver::open().await;
    receiver.always(503);
    let (id, _) = add(&owner, &receiver, &["Task.CREATE"]).await;
    assert_eq!(webhook(&owner, &id).await["circuitState"], "CLOSED");
    let project = app.project(&owner, "Apollo").await;
    for n in 0..5 {
        app.task(&owner, &project, &n.to_string()).await;
    }
    let failed = |all: &[Value]| all.len() == 5 && all.iter().all(|d| d["attemptCount"] != 0);
    until(&owner, failed).await;
    let is_open = async || webhook(&owner, &id).await["circuitState"] == "OPEN";
    for _ in 0..200 {
        if is_open().await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let seen = webhook(&owner, &id).await;
    assert!(seen["circuitOpenUntil"].is_string() && seen["failureCount"].as_i64() >= Some(5));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let heard = receiver.count();

    // What happens meanwhile waits; a test goes out, and does not arrive either.
    app.task(&owner, &project, "waits").await;
    hurry(&app).await;
    owner.done("webhookTest", json!({ "id": id }), "").await;
    let tested = |all: &[Value]| {
        let test = all.iter().find(|d| d["eventType"] == "webhook.test");
        test.is_some_and(|d| d["lastError"].is_string())
    };
    until(&owner, tested).await;
    let fresh = |all: &[Value]| all.iter().filter(|d| d["eventType"] == "Task.CREATE").count() == 6;
    let found = until(&owner, fresh).await;
    let untried = found.iter().filter(|d| d["attemptCount"] == 0).count();
    assert_eq!((untried, receiver.count()), (1, heard + 1), "{found:#?}");
    assert!(is_open().await);

    receiver.always(200);
    app.sql("UPDATE t_acme.webhooks SET open_until = now() - interval '1 second'").await;
    assert_eq!(webhook(&owner, &id).await["circuitState"], "HALF_OPEN");
    hurry(&app).await;
    let found = until(&owner, all_are("COMPLETED")).await;
    assert_eq!(found.len(), 7);
    let seen = webhook(&owner, &id).await;
    assert_eq!((&seen["circuitState"], &seen["failureCount"]), (&json!("CLOSED"), &json!(0)));
}

#[tokio::test]
async fn who_is_gone_is_asked_no_more() {
    let app = open().await;
    app.work().await;
    let owner = app.sign_in("acme", "owner").await;
    let receiver = Receiver::open().await;
    receiver.reply([410]);
    let (id, _) = add(&owner, &receiver, &["Task.CREATE"]).await;
    let project = app.project(&owner, "Apollo").await;
    app.task(&owner, &project, "one").await;
    until(&owner, |all| all.len() == 1 && all[0]["lastError"].is_string()).await;
    assert_eq!(webhook(&owner, &id).await["isEnabled"], false);
    hurry(&app).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(receiver.count(), 1);
    // In use again, it gets what waits.
    let enable = json!({ "id": id, "input": { "isEnabled": true } });
    owner.done("webhookUpdate", enable, "").await;
    // A worker that was just looking puts off what is hurried at that moment.
    let hurried = async {
        loop {
            hurry(&app).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    tokio::select! {
        _ = until(&owner, all_are("COMPLETED")) => {}
        () = hurried => {}
    }
    assert_eq!(receiver.count(), 2);
}

#[tokio::test]
async fn names_of_private_addresses_lead_nowhere() {
    let app = TestApp::new().await;
    app.work().await;
    let owner = app.sign_in("acme", "owner").await;
    let receiver = Receiver::open().await;
    let url = receiver.url.replace("http://127.0.0.1", "https://localhost");
    let new = json!({ "input": { "url": url, "eventTypes": [] } });
    let made = owner.done("webhookCreate", new, "webhook { id }").await;
    owner.done("webhookTest", json!({ "id": made["webhook"]["id"] }), "").await;
    let found = until(&owner, |all| all[0]["lastError"].is_string()).await;
    let error = "the address leads to a private address, which is not allowed";
    assert_eq!(found[0]["lastError"], error);
    assert_eq!(found[0]["attempts"][0]["statusCode"], Value::Null);
    assert_eq!(receiver.count(), 0);
}

#[tokio::test]
async fn of_one_thing_messages_arrive_in_their_order() {
    let app = open().await;
    app.work().await;
    let owner = app.sign_in("acme", "owner").await;
    let receiver = Receiver::open().await;
    // It says itself for how long it wants to be left alone.
    let wait = Some(("retry-after", "4".to_owned()));
    receiver.reply([Reply { status: 503, header: wait, ..Reply::default() }]);
    add(&owner, &receiver, &["Task.*"]).await;
    let project = app.project(&owner, "Apollo").await;
    let held = app.task(&owner, &project, "held up").await;
    receiver.next().await;
    let change = json!({ "id": held, "input": { "title": "changed" } });
    owner.done("taskUpdate", change, "").await;
    let free = app.task(&owner, &project, "free").await;
    let mut heard = vec![];
    for _ in 0..3 {
        let message = receiver.next().await.json();
        heard.push((message["data"]["entityId"].clone(), message["data"]["action"].clone()));
    }
    assert_eq!(heard[0].0, json!(free), "it does not wait: {heard:?}");
    assert_eq!((&heard[1].0, &heard[2].0), (&json!(held), &json!(held)));
    assert_ne!(heard[1].1, heard[2].1, "{heard:?}");
    let found = until(&owner, all_are("COMPLETED")).await;
    assert_eq!(found.len(), 3);
}

#[tokio::test]
async fn a_slow_address_holds_up_no_other() {
    let app = open().await;
    app.work().await;
    let owner = app.sign_in("acme", "owner").await;
    let (slow, fast) = (Receiver::open().await, Receiver::open().await);
    slow.always(Reply { status: 200, pause: Duration::from_secs(60), ..Reply::default() });
    add(&owner, &slow, &["Task.*"]).await;
    add(&owner, &fast, &["Task.*"]).await;
    let project = app.project(&owner, "Apollo").await;
    app.task(&owner, &project, "one").await;
    slow.next().await;
    fast.next().await;
    let begun = std::time::Instant::now();
    for n in 0..6 {
        app.task(&owner, &project, &n.to_string()).await;
        fast.next().await;
    }
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn nothing_is_sent_while_the_tenant_waits() {
    let app = open().await;
    app.work().await;
    let owner = app.sign_in("acme", "owner").await;
    let receiver = Receiver::open().await;
    let (id, _) = add(&owner, &receiver, &["Task.*"]).await;
    owner.done("eventProcessingPause", json!({ "reason": "a look" }), "").await;
    let project = app.project(&owner, "Apollo").await;
    app.task(&owner, &project, "one").await;
    owner.done("webhookTest", json!({ "id": id }), "").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(receiver.count(), 0);
    owner.done("eventProcessingResume", json!({}), "").await;
    until(&owner, |all| all.len() == 2 && all_are("COMPLETED")(all)).await;
    assert_eq!(receiver.count(), 2);
}
