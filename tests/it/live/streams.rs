//! Server-Sent Events in both modes of `graphql-sse` (PROTOCOL).

use reqwest::Method;
use serde_json::{Value, json};

use super::TASKS;
use crate::support::{Caller, Stream, TestApp};

const PATH: &str = "/graphql/stream";

/// The path with a parameter.
fn link(name: &str, value: &str) -> String {
    let url = reqwest::Url::parse_with_params("http://host/graphql/stream", [(name, value)]);
    let url = url.expect("an address");
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

#[tokio::test]
async fn each_operation_has_a_stream_of_its_own() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "Apollo").await;
    let mut stream = Stream::ask(&owner, TASKS, json!({})).await;
    assert_eq!(stream.status, 200);
    assert_eq!(stream.header("content-type"), "text/event-stream");
    assert!(stream.header("cache-control").starts_with("no-cache"));
    for title in ["One", "Two"] {
        app.task(&owner, &project, title).await;
        let event = stream.event().await.expect("an event");
        let told = &event.data["data"]["taskChanged"];
        assert_eq!((&*event.name, &told["task"]["title"]), ("next", &json!(title)));
        assert_eq!(event.id.as_deref(), told["cursor"].as_str());
    }
    // At the API's own address, too, and by a link, as a browser's EventSource asks.
    let body = json!({ "query": "{ viewer { email } }" });
    let mut once = Stream::of(owner.request(Method::POST, "/graphql").json(&body)).await;
    assert_eq!(once.next().await["viewer"]["email"], "owner@acme.test");
    assert_eq!(once.event().await.expect("an event").name, "complete");
    assert_eq!(once.event().await, None);
    let by_link = owner.request(Method::GET, &link("query", TASKS));
    let mut stream = Stream::of(by_link).await;
    assert_eq!(stream.status, 200);
    app.task(&owner, &project, "Three").await;
    assert_eq!(stream.next().await["taskChanged"]["task"]["title"], "Three");
}

#[tokio::test]
async fn the_last_event_that_was_seen_is_where_it_goes_on() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "Apollo").await;
    let mut stream = Stream::ask(&owner, TASKS, json!({})).await;
    app.task(&owner, &project, "One").await;
    let seen = stream.event().await.expect("an event").id.expect("an id");
    drop(stream);
    app.task(&owner, &project, "Two").await;
    let last = [("last-event-id", seen.as_str())];
    let mut stream = Stream::ask_with(&owner, TASKS, json!({}), &last).await;
    assert_eq!(stream.next().await["taskChanged"]["task"]["title"], "Two");
    // The document's own cursor counts more.
    let variables = json!({ "a": seen });
    let nonsense = [("last-event-id", "nonsense")];
    let mut stream = Stream::ask_with(&owner, TASKS, variables, &nonsense).await;
    assert_eq!(stream.next().await["taskChanged"]["task"]["title"], "Two");
    let stream = Stream::ask_with(&owner, TASKS, json!({}), &nonsense).await;
    assert_eq!(stream.status, 400);
}

#[tokio::test]
async fn what_can_not_begin_is_answered_without_a_stream() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let code = |text: String| {
        let body: Value = serde_json::from_str(&text).expect("JSON");
        body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    };
    let stream = Stream::ask(&owner.with_token("nonsense"), TASKS, json!({})).await;
    assert_eq!(stream.status, 401);
    assert_eq!(code(stream.text().await), "UNAUTHENTICATED");
    let stream = Stream::ask(&owner, "subscription {", json!({})).await;
    assert_eq!(stream.status, 400);
    assert_eq!(code(stream.text().await), "GRAPHQL_PARSE_FAILED");
    let create = "mutation { projectCreate(input: { name: \"x\" }) { project { id } } }";
    let stream = Stream::of(owner.request(Method::GET, &link("query", create))).await;
    assert_eq!(stream.status, 405);
    let plain = owner.request(Method::POST, PATH).header("accept", "application/json");
    let plain = owner.send(plain.json(&json!({ "query": TASKS }))).await;
    plain.refused(406, "NOT_ACCEPTABLE");
    // A subscription has no single answer.
    let plain = owner.gql(TASKS).await;
    assert_eq!(plain.code(), "BAD_REQUEST", "{}", plain.body);

    let mut stream = Stream::ask(&app.anonymous("acme"), TASKS, json!({})).await;
    let event = stream.event().await.expect("an event");
    assert_eq!(event.data["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(stream.event().await.expect("an event").name, "complete");
    assert_eq!(stream.event().await, None);
}

/// Reserves a stream.
async fn reserve(caller: &Caller) -> String {
    let reserved = caller.request(Method::PUT, PATH).send().await.expect("an answer");
    assert_eq!(reserved.status(), 201);
    reserved.text().await.expect("a token")
}

fn with(caller: &Caller, method: Method, token: &str) -> reqwest::RequestBuilder {
    caller.request(method, PATH).header("x-graphql-event-stream-token", token)
}

async fn begin(caller: &Caller, token: &str, id: &str, query: &str) -> u16 {
    let body = json!({ "query": query, "extensions": { "operationId": id } });
    let answer = with(caller, Method::POST, token).json(&body).send().await.expect("an answer");
    answer.status().as_u16()
}

#[tokio::test]
async fn one_stream_tells_of_many_operations() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "Apollo").await;
    let token = reserve(&owner).await;
    assert_eq!(begin(&owner, &token, "early", "{ viewer { email } }").await, 202);
    let mut stream = Stream::of(with(&owner, Method::GET, &token)).await;
    assert_eq!(stream.status, 200);
    let event = stream.event().await.expect("an event");
    assert_eq!(event.data["id"], "early");
    assert_eq!(event.data["payload"]["data"]["viewer"]["email"], "owner@acme.test");
    let event = stream.event().await.expect("an event");
    assert_eq!((&*event.name, event.data), ("complete", json!({ "id": "early" })));

    assert_eq!(begin(&owner, &token, "tasks", TASKS).await, 202);
    app.task(&owner, &project, "Land").await;
    let event = stream.event().await.expect("an event");
    assert_eq!(event.data["payload"]["data"]["taskChanged"]["task"]["title"], "Land");
    assert_eq!(begin(&owner, &token, "tasks", TASKS).await, 409, "the name is in use");
    assert_eq!(begin(&owner, &token, "wrong", "subscription { nothing }").await, 202);
    let event = stream.event().await.expect("an event");
    let code = &event.data["payload"]["errors"][0]["extensions"]["code"];
    assert_eq!((&event.data["id"], code), (&json!("wrong"), &json!("GRAPHQL_VALIDATION_FAILED")));
    assert_eq!(stream.event().await.expect("an event").name, "complete");

    let end = owner.request(Method::DELETE, &link("operationId", "tasks"));
    let end = end.header("x-graphql-event-stream-token", &token);
    assert_eq!(end.send().await.expect("an answer").status(), 200);
    app.task(&owner, &project, "Unheard").await;
    assert_eq!(begin(&owner, &token, "last", "{ __typename }").await, 202);
    assert_eq!(stream.event().await.expect("an event").data["id"], "last");

    let second = Stream::of(with(&owner, Method::GET, &token)).await;
    assert_eq!(second.status, 409, "a second stream");
    let unknown = Stream::of(with(&owner, Method::GET, "nonsense")).await;
    assert_eq!(unknown.status, 404, "an unknown stream");
    let body = json!({ "query": TASKS });
    let nameless = with(&owner, Method::POST, &token).json(&body).send().await.expect("an answer");
    assert_eq!(nameless.status(), 400, "no name");

    // Whoever else knows the token has nothing of it.
    for caller in [
        app.sign_in("acme", "manager").await,
        app.anonymous("acme"),
        app.sign_in("globex", "owner").await,
    ] {
        assert_eq!(begin(&caller, &token, "x", TASKS).await, 404);
    }
    drop(stream);
    for _ in 0..100 {
        if begin(&owner, &token, "after", TASKS).await == 404 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the stream is gone, and so is its token");
}
