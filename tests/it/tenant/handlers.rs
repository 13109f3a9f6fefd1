//! Handlers of events: who is told what, once each, whatever goes wrong on the way.

use std::time::Duration;

use serde_json::{Value, json};

use super::kit::{me, text};
use crate::support::{Caller, Socket, TestApp};

const EVENTS: &str = "{ events(first: 100, filter: { eventType: [\"Task.*\", \"Client.*\"] }) {
    nodes { id eventType entityId status deliveries {
        status attempts lastError nextAttemptAt handler { name } } } } }";
const MINE: &str = "{ notificationUnreadCount notifications {
    totalCount nodes { id kind title body isRead subjectId subjectType } } }";

/// Waits until what is read is as wanted.
async fn until(caller: &Caller, query: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut found = Value::Null;
    for _ in 0..400 {
        found = caller.gql(query).await.data();
        if wanted(&found) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it never is: {found}");
}

fn nodes<'a>(found: &'a Value, field: &str) -> &'a Vec<Value> {
    found[field]["nodes"].as_array().expect("nodes")
}

fn all_are(status: &'static str) -> impl Fn(&Value) -> bool {
    move |found| nodes(found, "events").iter().all(|event| event["status"] == status)
}

async fn assigned(app: &TestApp, owner: &Caller, to: &Caller, title: &str) -> String {
    let project = app.project(owner, "Apollo").await;
    let task =
        json!({ "input": { "projectId": project, "title": title, "assignedToId": me(to).await } });
    text(&owner.done("taskCreate", task, "task { id }").await["task"]["id"])
}

#[tokio::test]
async fn whoever_gets_something_to_do_is_told_everywhere_and_nobody_else_is() {
    let (app, mut mailbox) = TestApp::with_mail().await;
    app.work().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let received = "subscription { notificationReceived {
        cursor unreadCount notification { title subjectId isRead } } }";
    let mut socket = Socket::greeted(&member).await;
    assert_eq!(socket.subscribe("n", received, json!({})).await, None);
    let mut others = Socket::greeted(&owner).await;
    assert_eq!(others.subscribe("n", received, json!({})).await, None);

    let task = assigned(&app, &owner, &member, "Land softly").await;
    let told = socket.next("n").await["notificationReceived"].clone();
    let wanted = json!({ "title": "Land softly", "subjectId": task, "isRead": false });
    assert_eq!((&told["notification"], &told["unreadCount"]), (&wanted, &json!(1)));
    let mail = mailbox.next().await;
    assert_eq!((&*mail.to, &*mail.header("Subject")), ("member@acme.test", "Land softly"));
    assert!(mail.text().contains("has assigned the task Land softly to you"), "{}", mail.text());

    let found = until(&owner, EVENTS, all_are("COMPLETED")).await;
    let event = &nodes(&found, "events")[0];
    let deliveries = event["deliveries"].as_array().expect("deliveries");
    let names: Vec<_> = deliveries.iter().map(|d| text(&d["handler"]["name"])).collect();
    assert!(names.contains(&"Task assigned".to_owned()), "{names:?}");
    assert!(names.contains(&"Task assigned, by mail".to_owned()), "{names:?}");
    assert!(deliveries.iter().all(|d| d["attempts"] == 1 && d["lastError"].is_null()), "{event}");
    // Who has handlers kept from them sees the event, and not that.
    let seen = member.gql(EVENTS).await.data();
    assert_eq!(nodes(&seen, "events")[0]["status"], Value::Null);
    assert_eq!(nodes(&seen, "events")[0]["deliveries"], json!([]));

    // Nobody is told of what they did themselves, and another tenant's people of nothing.
    assigned(&app, &owner, &owner, "My own").await;
    until(&owner, EVENTS, all_are("COMPLETED")).await;
    assert_eq!(owner.gql(MINE).await.data()["notifications"]["totalCount"], 0);
    let globex = app.sign_in("globex", "member").await;
    assert_eq!(globex.gql(MINE).await.data()["notifications"]["totalCount"], 0);
    assert!(others.is_silent().await);
    assert_eq!(mailbox.waiting(), 0);
}

#[tokio::test]
async fn clients_are_told_of_as_well_and_a_stage_has_words_of_its_own() {
    let app = TestApp::new().await;
    app.work().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let client = json!({ "input": { "firstName": "Ada", "lastName": "Byron" } });
    let client = text(&owner.done("clientCreate", client, "client { id }").await["client"]["id"]);
    let assign = json!({ "id": client, "assignedToId": me(&member).await });
    owner.done("clientAssign", assign, "").await;
    let stages = owner.gql("{ stages { nodes { id kind isDefault } } }").await.data();
    let another = |stage: &&Value| stage["kind"] == "CLIENT" && stage["isDefault"] == false;
    let stage = nodes(&stages, "stages").iter().find(another).expect("another stage");
    let stage = json!({ "id": client, "stageId": stage["id"] });
    owner.done("clientMoveStage", stage, "").await;
    let wanted = |found: &Value| found["notifications"]["totalCount"] == 2;
    let found = until(&member, MINE, wanted).await;
    let told: Vec<_> = nodes(&found, "notifications")
        .iter()
        .map(|n| (text(&n["kind"]), text(&n["title"])))
        .collect();
    assert!(
        told.contains(&("ASSIGNMENT".into(), "Ada Byron is assigned to you".into())),
        "{told:?}"
    );
    assert!(told.contains(&("STAGE".into(), "Ada Byron is in another stage".into())), "{told:?}");
}

#[tokio::test]
async fn notifications_are_read_one_by_one_or_all_at_once() {
    let app = TestApp::new().await;
    app.work().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    for n in 0..3 {
        assigned(&app, &owner, &member, &n.to_string()).await;
    }
    let found = until(&member, MINE, |found| found["notificationUnreadCount"] == 3).await;
    let ids: Vec<_> = nodes(&found, "notifications").iter().map(|n| n["id"].clone()).collect();
    let one = json!({ "ids": [ids[0]] });
    assert_eq!(member.done("notificationMarkRead", one.clone(), "readCount").await["readCount"], 1);
    assert_eq!(member.done("notificationMarkRead", one, "readCount").await["readCount"], 0);
    assert_eq!(member.gql(MINE).await.data()["notificationUnreadCount"], 2);
    // Somebody else's are not theirs to read.
    let theirs = json!({ "ids": [ids[1]] });
    assert_eq!(owner.faults("notificationMarkRead", theirs).await, ["NOT_FOUND ids"]);
    let all = member.done("notificationMarkAllRead", json!({}), "readCount").await;
    assert_eq!(all["readCount"], 2);
    let unread = "{ notifications(filter: { readAt: { isNull: true } }) { totalCount } }";
    assert_eq!(member.gql(unread).await.data()["notifications"]["totalCount"], 0);
    let anonymous = app.anonymous("acme");
    assert_eq!(anonymous.gql(MINE).await.code(), "UNAUTHENTICATED");
    assert_eq!(app.operator().await.gql(MINE).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn everybody_chooses_how_they_are_told() {
    let (app, mailbox) = TestApp::with_mail().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let all = "{ viewerNotificationPreferences { kind inApp email } }";
    let said = member.gql(all).await.data()["viewerNotificationPreferences"].clone();
    assert!(said.as_array().expect("all").iter().all(|p| p["inApp"] == true && p["email"] == true));
    let none = json!({ "input": { "kind": "ASSIGNMENT", "inApp": false, "email": false } });
    let set = member.done("notificationPreferenceSet", none, "preference { inApp email }").await;
    assert_eq!(set["preference"], json!({ "inApp": false, "email": false }));
    app.work().await;
    assigned(&app, &owner, &member, "Unheard").await;
    until(&owner, EVENTS, all_are("COMPLETED")).await;
    assert_eq!(member.gql(MINE).await.data()["notifications"]["totalCount"], 0);
    assert_eq!(mailbox.waiting(), 0);
}

#[tokio::test]
async fn a_handler_of_ones_own_has_conditions_and_words() {
    let app = TestApp::new().await;
    app.work().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let new = json!({ "input": {
        "name": "Urgent", "eventType": "Task.CREATE", "kind": "NOTIFICATION",
        "recipients": ["OWNERS"],
        "conditions": [{ "field": "priority", "operator": "IN", "values": ["2", "3"] }],
        "title": "{{ actor.name }}: {{ entity.title|upper }}",
        "body": "{{ tenant.name }} {{ event.type }}{% for f in event.changed %} {{ f }}{% endfor %}" } });
    let made =
        owner.done("eventHandlerCreate", new, "eventHandler { id version about isEnabled }").await;
    let handler = made["eventHandler"].clone();
    assert_eq!((&handler["about"], &handler["isEnabled"]), (&json!("OTHER"), &json!(true)));
    let project = app.project(&owner, "Apollo").await;
    for (title, priority) in [("later", "LOW"), ("now", "HIGH")] {
        let task =
            json!({ "input": { "projectId": project, "title": title, "priority": priority } });
        member.done("taskCreate", task, "").await;
    }
    let wanted = |found: &Value| found["notifications"]["totalCount"] == 1;
    let found = until(&owner, MINE, wanted).await;
    let told = &nodes(&found, "notifications")[0];
    assert!(text(&told["title"]).ends_with(": NOW"), "{told}");
    assert!(text(&told["body"]).ends_with("Task.CREATE"), "{told}");

    // Out of use, it handles nothing that happens meanwhile.
    let off = json!({ "id": handler["id"], "input": { "isEnabled": false } });
    owner.done("eventHandlerUpdate", off, "").await;
    let task = json!({ "input": { "projectId": project, "title": "unseen", "priority": "HIGH" } });
    member.done("taskCreate", task, "").await;
    until(&owner, EVENTS, all_are("COMPLETED")).await;
    assert_eq!(owner.gql(MINE).await.data()["notifications"]["totalCount"], 1);

    // It is replayed for the whole time: nobody gets the same notification twice.
    let on = json!({ "id": handler["id"], "input": { "isEnabled": true } });
    owner.done("eventHandlerUpdate", on, "").await;
    let span = json!({ "id": handler["id"],
        "from": (app.app.clock.now() - chrono::TimeDelta::hours(1)).to_rfc3339(),
        "to": (app.app.clock.now() + chrono::TimeDelta::hours(1)).to_rfc3339() });
    let query = "mutation($id: ID!, $from: DateTime!, $to: DateTime!) {
        eventHandlerReplay(id: $id, from: $from, to: $to) { replayedCount userErrors { code } } }";
    let replayed = owner.gql_with(query, span).await.data();
    assert_eq!(replayed["eventHandlerReplay"]["replayedCount"], 2);
    let wanted = |found: &Value| found["notifications"]["totalCount"] == 2;
    until(&owner, MINE, wanted).await;
    until(&owner, EVENTS, all_are("COMPLETED")).await;
    assert_eq!(owner.gql(MINE).await.data()["notifications"]["totalCount"], 2);
    owner.done("eventHandlerDelete", json!({ "id": handler["id"] }), "").await;
}

#[tokio::test]
async fn bad_handlers_are_told_by_field() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let handlers = "{ eventHandlers { totalCount } }";
    let before = owner.gql(handlers).await.data();
    let with = |key: &str, value: Value| {
        let mut input = json!({ "name": "x", "eventType": "Task.CREATE", "kind": "EMAIL",
            "recipients": ["ASSIGNEE"], "title": "x" });
        input[key] = value;
        json!({ "input": input })
    };
    for (key, value, fault) in [
        ("name", json!(""), "REQUIRED input.name"),
        ("eventType", json!("Task"), "INVALID input.eventType"),
        ("eventType", json!("Task.DONE"), "INVALID input.eventType"),
        ("recipients", json!([]), "REQUIRED input.recipients"),
        ("title", json!("{{ entity.title"), "INVALID input.title"),
        ("title", json!("{% for x in y %}"), "INVALID input.title"),
        ("body", json!("{{ | }}"), "INVALID input.body"),
        (
            "conditions",
            json!([{ "field": "status", "operator": "IN" }]),
            "REQUIRED input.conditions.0.values",
        ),
    ] {
        assert_eq!(owner.faults("eventHandlerCreate", with(key, value)).await, [fault], "{key}");
    }
    assert_eq!(owner.gql(handlers).await.data(), before);
    let member = app.sign_in("acme", "member").await;
    assert_eq!(member.refusal("eventHandlerCreate", with("name", json!("x"))).await, "FORBIDDEN");
    assert_eq!(member.gql(handlers).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn what_fails_is_tried_again_and_holds_up_nothing_else() {
    let (app, mailbox) = TestApp::with_mail().await;
    mailbox.refuse("member@acme.test");
    app.work().await;
    let owner = app.sign_in("acme", "owner").await;
    let (member, manager) =
        (app.sign_in("acme", "member").await, app.sign_in("acme", "manager").await);
    let task = assigned(&app, &owner, &member, "Poison").await;
    assigned(&app, &owner, &manager, "Good").await;
    // The notification came, the mail did not; the other's mail did.
    let wanted = |found: &Value| {
        nodes(found, "events").iter().any(|event| {
            let failed = |d: &Value| d["status"] == "PENDING" && d["attempts"] != 0;
            event["entityId"] == task
                && event["deliveries"].as_array().expect("all").iter().any(failed)
        }) && nodes(found, "events").iter().any(|event| event["status"] == "COMPLETED")
    };
    let found = until(&owner, EVENTS, wanted).await;
    let event = nodes(&found, "events").iter().find(|event| event["entityId"] == task);
    let event = event.expect("the event").clone();
    let failed = event["deliveries"]
        .as_array()
        .expect("all")
        .iter()
        .find(|d| d["attempts"] != 0 && d["status"] == "PENDING")
        .expect("a failure")
        .clone();
    assert!(text(&failed["lastError"]).contains("mail"), "{failed}");
    assert!(failed["nextAttemptAt"].is_string(), "{failed}");
    assert_eq!(member.gql(MINE).await.data()["notifications"]["totalCount"], 1);

    // After the last attempt it is given up, until somebody lets it begin anew.
    app.sql(
        "UPDATE t_acme.event_deliveries SET attempts = 24, due_at = now() WHERE status = 'pending';
             UPDATE public.event_backlog SET due_at = now()",
    )
    .await;
    let given_up =
        |found: &Value| nodes(found, "events").iter().any(|event| event["status"] == "FAILED");
    until(&owner, EVENTS, given_up).await;
    mailbox.admit("member@acme.test");
    let retry = json!({ "id": event["id"] });
    assert_eq!(owner.done("eventRetry", retry.clone(), "retriedCount").await["retriedCount"], 1);
    until(&owner, EVENTS, all_are("COMPLETED")).await;
    assert_eq!(owner.done("eventRetry", retry, "retriedCount").await["retriedCount"], 0);
    assert_eq!(member.gql(MINE).await.data()["notifications"]["totalCount"], 1, "once");
}

#[tokio::test]
async fn of_one_thing_events_are_handled_in_their_order() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let member = app.sign_in("acme", "member").await;
    let held = assigned(&app, &owner, &member, "Held up").await;
    app.work().await;
    until(&owner, EVENTS, all_are("COMPLETED")).await;
    // As if the first attempt had failed, and the next one were far away.
    app.sql(
        "UPDATE t_acme.event_deliveries SET status = 'pending', attempts = 1,
             due_at = now() + interval '1 hour'",
    )
    .await;
    let manager = me(&app.sign_in("acme", "manager").await).await;
    let again = json!({ "id": held, "input": { "assignedToId": manager } });
    owner.done("taskUpdate", again, "").await;
    assigned(&app, &owner, &member, "Free").await;
    let wanted = |found: &Value| found["notifications"]["totalCount"] == 2;
    until(&member, MINE, wanted).await;
    let manager = app.sign_in("acme", "manager").await;
    assert_eq!(manager.gql(MINE).await.data()["notifications"]["totalCount"], 0, "it waits");
    app.sql(
        "UPDATE t_acme.event_deliveries SET due_at = now() WHERE status = 'pending';
             UPDATE public.event_backlog SET due_at = now()",
    )
    .await;
    until(&manager, MINE, |found| found["notifications"]["totalCount"] == 1).await;
}

#[tokio::test]
async fn handlers_wait_while_somebody_says_so_and_lose_nothing() {
    let app = TestApp::new().await;
    app.work().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let operator = app.operator().await;
    for (who, field) in [(&owner, "eventProcessing"), (&operator, "platformEventProcessing")] {
        let before = member.gql(MINE).await.data()["notifications"]["totalCount"].as_i64();
        let pause = json!({ "reason": "a look at the handlers" });
        let selection = format!("{field} {{ isPaused reason }}");
        let paused = who.done(&format!("{field}Pause"), pause, &selection).await;
        let wanted = json!({ "isPaused": true, "reason": "a look at the handlers" });
        assert_eq!(paused[field], wanted);
        let state = who.gql(&format!("{{ {selection} }}")).await.data();
        assert_eq!(state[field], wanted);
        tokio::time::sleep(Duration::from_millis(700)).await;
        assigned(&app, &owner, &member, "Waits").await;
        tokio::time::sleep(Duration::from_millis(700)).await;
        let now = member.gql(MINE).await.data()["notifications"]["totalCount"].as_i64();
        assert_eq!(now, before);
        who.done(&format!("{field}Resume"), json!({}), "").await;
        let more = before.map(|before| before + 1);
        until(&member, MINE, |found| found["notifications"]["totalCount"].as_i64() == more).await;
    }
    let nothing = json!({ "reason": " " });
    assert_eq!(owner.faults("eventProcessingPause", nothing).await, ["REQUIRED reason"]);
    assert_eq!(member.refusal("eventProcessingPause", json!({ "reason": "x" })).await, "FORBIDDEN");

    // One handler alone.
    let handlers =
        owner.gql("{ eventHandlers(search: \"Task assigned\") { nodes { id name } } }").await;
    let all = handlers.at("/data/eventHandlers/nodes");
    let one = all.as_array().expect("all").iter().find(|h| h["name"] == "Task assigned").cloned();
    let one = one.expect("the handler");
    let set = |paused: bool| json!({ "id": one["id"], "input": { "isPaused": paused } });
    owner.done("eventHandlerUpdate", set(true), "").await;
    assigned(&app, &owner, &member, "Later").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(member.gql(MINE).await.data()["notifications"]["totalCount"], 2);
    owner.done("eventHandlerUpdate", set(false), "").await;
    until(&member, MINE, |found| found["notifications"]["totalCount"] == 3).await;
}
