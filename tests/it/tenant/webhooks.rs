//! Webhooks: what is sent to whom, how it is signed, and who may say so. What goes wrong on the way
//! is in `webhook_trouble`.

use std::time::Duration;

use serde_json::{Value, json};

use super::kit::text;
use crate::support::{Caller, Receiver, TestApp};

const DELIVERIES: &str = "{ webhookDeliveries(first: 50) { totalCount nodes {
    id eventType body status attemptCount nextAttemptAt lastError webhook { id }
    attempts { statusCode error response durationMs } } } }";

/// A server that may ask this machine.
pub async fn open() -> TestApp {
    TestApp::with(&[("outbound.allow_private", "true")]).await
}

/// Adds a webhook: its id and its secret.
pub async fn add(owner: &Caller, receiver: &Receiver, event_types: &[&str]) -> (String, String) {
    let input = json!({ "input": { "url": receiver.url, "eventTypes": event_types } });
    let made = owner.done("webhookCreate", input, "secret webhook { id }").await;
    (text(&made["webhook"]["id"]), text(&made["secret"]))
}

/// Waits until the messages are as wanted; they, the newest first.
#[track_caller]
pub fn until(
    caller: &Caller,
    wanted: impl Fn(&[Value]) -> bool,
) -> impl Future<Output = Vec<Value>> {
    let at = std::panic::Location::caller();
    async move {
        let mut nodes = vec![];
        for _ in 0..600 {
            let found = caller.gql(DELIVERIES).await.data();
            nodes = found["webhookDeliveries"]["nodes"].as_array().expect("nodes").clone();
            if wanted(&nodes) {
                return nodes;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{at}: they never are: {nodes:#?}");
    }
}

#[tokio::test]
async fn events_are_sent_signed_to_those_who_want_them() {
    let app = open().await;
    app.work().await;
    let owner = app.sign_in("acme", "owner").await;
    let (receiver, other, off) =
        (Receiver::open().await, Receiver::open().await, Receiver::open().await);
    let (id, secret) = add(&owner, &receiver, &["Task.CREATE", "Task.*"]).await;
    let (_, others) = add(&owner, &other, &["Client.*"]).await;
    let (off_id, _) = add(&owner, &off, &["*"]).await;
    let disable = json!({ "id": off_id, "input": { "isEnabled": false } });
    owner.done("webhookUpdate", disable, "").await;
    let project = app.project(&owner, "Apollo").await;
    let task = app.task(&owner, &project, "Land").await;

    let heard = receiver.next().await;
    assert!(heard.is_signed_with(&secret) && !heard.is_signed_with(&others));
    let mut forged = heard.clone();
    forged.body = String::from_utf8_lossy(&heard.body).replace("Land", "Fall").into();
    assert!(!forged.is_signed_with(&secret));
    assert_eq!(heard.header("content-type"), "application/json");
    let message = heard.json();
    assert_eq!(message["type"], "Task.CREATE");
    assert_eq!(message["data"]["entityId"], json!(task));
    assert_eq!(message["data"]["currentState"]["title"], "Land");
    assert_eq!(message["data"]["previousState"], Value::Null);
    assert_eq!(message["data"]["actor"]["kind"], "user");
    assert!(message["tenant"].is_string() && message["timestamp"].is_string(), "{message}");

    let arrived = |all: &[Value]| all.len() == 1 && all[0]["status"] == "COMPLETED";
    let delivery = until(&owner, arrived).await.remove(0);
    assert_eq!(delivery["id"], json!(heard.header("webhook-id")));
    assert_eq!(delivery["body"], json!(String::from_utf8_lossy(&heard.body)));
    assert_eq!(delivery["webhook"]["id"], json!(id));
    assert_eq!((&delivery["attemptCount"], &delivery["lastError"]), (&json!(1), &Value::Null));
    let attempt = &delivery["attempts"][0];
    assert_eq!((&attempt["statusCode"], &attempt["error"]), (&json!(200), &Value::Null));
    assert_eq!(attempt["response"], "heard");
    assert_eq!((other.count(), off.count(), receiver.count()), (0, 0, 1));

    // Once more, as the same message.
    let again = json!({ "id": delivery["id"] });
    owner.done("webhookDeliveryRetry", again, "webhookDelivery { status }").await;
    let again = receiver.next().await;
    assert_eq!(again.header("webhook-id"), heard.header("webhook-id"));
    assert_eq!(again.body, heard.body);
    until(&owner, |all| all[0]["attempts"].as_array().is_some_and(|all| all.len() == 2)).await;
}

#[tokio::test]
async fn a_secret_is_replaced_without_a_message_that_nobody_can_check() {
    let app = open().await;
    app.work().await;
    let owner = app.sign_in("acme", "owner").await;
    let receiver = Receiver::open().await;
    let (id, old) = add(&owner, &receiver, &[]).await;
    assert!(old.starts_with("whsec_"), "{old}");
    for overlap in [-1, 604_801] {
        let rotate = json!({ "id": id, "overlapSeconds": overlap });
        let faults = owner.faults("webhookRotateSecret", rotate).await;
        assert_eq!(faults, ["INVALID overlapSeconds"]);
    }
    let rotate = json!({ "id": id, "overlapSeconds": 3600 });
    let selection = "secret webhook { previousSecretUntil }";
    let rotated = owner.done("webhookRotateSecret", rotate, selection).await;
    let new = text(&rotated["secret"]);
    assert!(rotated["webhook"]["previousSecretUntil"].is_string() && new != old);
    owner.done("webhookTest", json!({ "id": id }), "").await;
    let heard = receiver.next().await;
    assert_eq!(heard.json()["type"], "webhook.test");
    assert!(heard.is_signed_with(&new) && heard.is_signed_with(&old));

    app.sql("UPDATE t_acme.webhooks SET previous_secret_until = now() - interval '1 second'").await;
    owner.done("webhookTest", json!({ "id": id }), "").await;
    let heard = receiver.next().await;
    assert!(heard.is_signed_with(&new) && !heard.is_signed_with(&old));
    // The record tells of it, and not what it is.
    let record = json!(app.record("acme").await).to_string();
    assert!(record.contains("webhook.rotate_secret"));
    assert!(!record.contains(&new[6..]) && !record.contains(&old[6..]));
}

#[tokio::test]
async fn addresses_are_looked_at_and_a_tenant_has_a_few() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let with = |key: &str, value: Value| {
        let mut input = json!({ "url": "https://hooks.invalid/", "eventTypes": ["Task.*"] });
        input[key] = value;
        json!({ "input": input })
    };
    for (key, value, fault) in [
        ("url", json!(""), "REQUIRED input.url"),
        ("url", json!("nonsense"), "INVALID input.url"),
        ("url", json!("http://hooks.invalid/"), "NOT_ALLOWED input.url"),
        ("url", json!("ftp://hooks.invalid/"), "NOT_ALLOWED input.url"),
        ("url", json!("https://127.0.0.1/"), "NOT_ALLOWED input.url"),
        ("url", json!("https://2130706433/"), "NOT_ALLOWED input.url"),
        ("url", json!("https://[::1]/"), "NOT_ALLOWED input.url"),
        ("url", json!("https://169.254.169.254/latest"), "NOT_ALLOWED input.url"),
        ("url", json!("https://10.0.0.1/"), "NOT_ALLOWED input.url"),
        ("url", json!(format!("https://{}.example/", "a".repeat(2_000))), "TOO_LONG input.url"),
        ("description", json!("x".repeat(501)), "TOO_LONG input.description"),
        ("eventTypes", json!(["Task.*", "Task"]), "INVALID input.eventTypes.1"),
        ("eventTypes", json!(vec!["Task.*"; 51]), "TOO_LONG input.eventTypes"),
    ] {
        let faults = owner.faults("webhookCreate", with(key, value.clone())).await;
        assert!(faults.contains(&fault.to_owned()), "{key} {value}: {faults:?}");
    }
    let count = "{ webhooks { totalCount } }";
    assert_eq!(owner.gql(count).await.data()["webhooks"]["totalCount"], 0);
    for n in 0..50 {
        owner.done("webhookCreate", with("description", json!(n.to_string())), "").await;
    }
    let one_more = with("description", json!("one more"));
    assert_eq!(owner.faults("webhookCreate", one_more).await, ["LIMIT_REACHED"]);
    assert_eq!(owner.gql(count).await.data()["webhooks"]["totalCount"], 50);
}

#[tokio::test]
async fn webhooks_are_the_owners_and_no_other_tenants() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let input = json!({ "input": { "url": "https://hooks.invalid/", "eventTypes": [] } });
    let selection = "webhook { id version }";
    let made = owner.done("webhookCreate", input.clone(), selection).await["webhook"].clone();
    let one = json!({ "id": made["id"] });
    let test = owner.done("webhookTest", one.clone(), "webhookDelivery { id }").await;
    let delivery = json!({ "id": test["webhookDelivery"]["id"] });
    let update = json!({ "id": made["id"], "input": { "description": "mine" } });
    let read = "query($id: ID!) { webhook(id: $id) { id } }";
    let read_delivery = "query($id: ID!) { webhookDelivery(id: $id) { id } }";
    let all = [
        ("webhookUpdate", update.clone()),
        ("webhookRotateSecret", one.clone()),
        ("webhookTest", one.clone()),
        ("webhookDeliveryRetry", delivery.clone()),
        ("webhookDelete", one.clone()),
    ];
    let (member, anonymous) = (app.sign_in("acme", "member").await, app.anonymous("acme"));
    let foreign = app.sign_in("globex", "owner").await;
    for (field, arguments) in &all {
        assert_eq!(member.refusal(field, arguments.clone()).await, "FORBIDDEN", "{field}");
        assert_eq!(anonymous.refusal(field, arguments.clone()).await, "UNAUTHENTICATED", "{field}");
        let faults = foreign.faults(field, arguments.clone()).await;
        assert!(faults.iter().all(|f| f.starts_with("NOT_FOUND")) && faults.len() == 1, "{field}");
    }
    assert_eq!(member.refusal("webhookCreate", input.clone()).await, "FORBIDDEN");
    assert_eq!(foreign.gql_with(read, one.clone()).await.data()["webhook"], Value::Null);
    let seen = foreign.gql_with(read_delivery, delivery.clone()).await.data();
    assert_eq!(seen["webhookDelivery"], Value::Null);
    assert_eq!(foreign.gql(DELIVERIES).await.data()["webhookDeliveries"]["totalCount"], 0);
    assert_eq!(owner.gql(DELIVERIES).await.data()["webhookDeliveries"]["totalCount"], 1);

    owner.done("webhookUpdate", update, "webhook { version }").await;
    let stale = json!({ "id": made["id"], "expectedVersion": made["version"],
        "input": { "description": "late" } });
    assert_eq!(owner.faults("webhookUpdate", stale).await, ["STALE_VERSION expectedVersion"]);
    owner.done("webhookDelete", one.clone(), "deletedWebhookId").await;
    assert_eq!(owner.gql(DELIVERIES).await.data()["webhookDeliveries"]["totalCount"], 0);
    assert_eq!(owner.gql_with(read, one).await.data()["webhook"], Value::Null);
}

#[tokio::test]
async fn handlers_send_and_add_tasks() {
    let app = open().await;
    app.work().await;
    let owner = app.sign_in("acme", "owner").await;
    let receiver = Receiver::open().await;
    let (id, secret) = add(&owner, &receiver, &[]).await;
    let project = app.project(&owner, "Calls").await;
    let new = json!({ "input": { "name": "Call", "eventType": "Client.CREATE", "kind": "TASK",
        "projectId": project, "title": "Call {{ entity.first_name }}", "dueInDays": 3,
        "priority": "HIGH", "recipients": ["CREATOR"] } });
    let selection = "eventHandler { project { id } dueInDays priority webhook { id } }";
    let made = owner.done("eventHandlerCreate", new, selection).await;
    assert_eq!(made["eventHandler"]["project"]["id"], json!(project));
    let new = json!({ "input": { "name": "Urgent", "eventType": "Task.CREATE", "kind": "WEBHOOK",
        "webhookId": id, "conditions": [{ "field": "priority", "operator": "IN", "values": ["2"] }] } });
    let made = owner.done("eventHandlerCreate", new, selection).await;
    assert_eq!(made["eventHandler"]["webhook"]["id"], json!(id));

    app.task(&owner, &project, "Not urgent").await;
    let client = json!({ "input": { "firstName": "Ada", "lastName": "Byron" } });
    owner.done("clientCreate", client, "").await;
    // One handler's task is an event, which the other one sends.
    let heard = receiver.next().await;
    assert!(heard.is_signed_with(&secret));
    let task = heard.json()["data"]["currentState"].clone();
    assert_eq!((&task["title"], &task["priority"]), (&json!("Call Ada"), &json!(2)));
    let due = (app.app.clock.now() + chrono::TimeDelta::days(3)).date_naive().to_string();
    let tasks = "{ tasks(search: \"Call Ada\") { nodes { title dueDate assignedTo { email } } } }";
    let found = owner.gql(tasks).await.data()["tasks"]["nodes"].clone();
    let wanted = json!([{ "title": "Call Ada", "dueDate": due,
        "assignedTo": { "email": "owner@acme.test" } }]);
    assert_eq!(found, wanted);
    assert_eq!(receiver.count(), 1);
}

#[tokio::test]
async fn a_handler_whose_webhook_is_gone_can_be_disabled() {
    let app = open().await;
    let owner = app.sign_in("acme", "owner").await;
    let (id, _) = add(&owner, &Receiver::open().await, &[]).await;
    let new = json!({ "input": { "name": "Send", "eventType": "Task.*", "kind": "WEBHOOK",
        "webhookId": id } });
    let made = owner.done("eventHandlerCreate", new, "eventHandler { id }").await;
    owner.done("webhookDelete", json!({ "id": id }), "").await;
    let disable = json!({ "id": made["eventHandler"]["id"], "input": { "isEnabled": false } });
    let selection = "eventHandler { isEnabled webhook { id } }";
    let after = owner.done("eventHandlerUpdate", disable, selection).await;
    assert_eq!(after["eventHandler"], json!({ "isEnabled": false, "webhook": null }));
}

#[tokio::test]
async fn of_each_message_the_last_attempts_are_shown() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let input = json!({ "input": { "url": "https://hooks.invalid/", "eventTypes": [] } });
    let made = owner.done("webhookCreate", input, "webhook { id }").await;
    for _ in 0..2 {
        owner.done("webhookTest", json!({ "id": made["webhook"]["id"] }), "").await;
    }
    // One has been tried far more often than is shown, and more lately, than the other.
    app.sql(
        "INSERT INTO t_acme.webhook_attempts (id, delivery_id, at, duration_ms)
         SELECT gen_random_uuid(), d.id, now() - n * interval '1 minute', n
         FROM (SELECT id, row_number() OVER (ORDER BY id) AS nth
               FROM t_acme.webhook_deliveries) AS d,
              generate_series(1, 150) AS n
         WHERE d.nth = 1 OR n > 147",
    )
    .await;
    let found = owner.gql(DELIVERIES).await.data();
    let nodes = found["webhookDeliveries"]["nodes"].as_array().expect("nodes").clone();
    let shown = |node: &Value| -> Vec<_> {
        let attempts = node["attempts"].as_array().expect("attempts");
        attempts.iter().filter_map(|attempt| attempt["durationMs"].as_i64()).collect()
    };
    assert_eq!(shown(&nodes[0]), [148, 149, 150]);
    assert_eq!(shown(&nodes[1]), (1..=50).collect::<Vec<_>>());
}

#[tokio::test]
async fn handlers_that_send_or_add_say_where() {
    let app = open().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "Calls").await;
    let (id, _) = add(&owner, &Receiver::open().await, &[]).await;
    let gone = "webhook_01h455vb4pex5vsknk084sn02q";
    for (input, fault) in [
        (json!({ "kind": "WEBHOOK" }), "REQUIRED input.webhookId"),
        (json!({ "kind": "WEBHOOK", "webhookId": gone }), "NOT_FOUND input.webhookId"),
        (json!({ "kind": "WEBHOOK", "webhookId": id, "title": "x" }), "NOT_ALLOWED input.title"),
        (json!({ "kind": "TASK", "title": "x" }), "REQUIRED input.projectId"),
        (json!({ "kind": "TASK", "projectId": project }), "REQUIRED input.title"),
        (
            json!({ "kind": "TASK", "projectId": project, "title": "x", "webhookId": id }),
            "NOT_ALLOWED input.webhookId",
        ),
        (
            json!({ "kind": "TASK", "projectId": project, "title": "x", "eventType": "Task.*" }),
            "NOT_ALLOWED input.eventType",
        ),
        (
            json!({ "kind": "TASK", "projectId": project, "title": "x", "dueInDays": -1 }),
            "INVALID input.dueInDays",
        ),
    ] {
        let mut all = json!({ "name": "x", "eventType": "Client.CREATE" });
        all.as_object_mut().expect("fields").extend(input.as_object().expect("fields").clone());
        let shown = all.to_string();
        let faults = owner.faults("eventHandlerCreate", json!({ "input": all })).await;
        assert_eq!(faults, [fault], "{shown}");
    }
}
