//! Every state of a WebSocket, and every code that closes it (`graphql-transport-ws`, PROTOCOL).

use std::time::Duration;

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::TASKS;
use crate::support::{Heard, Socket, TestApp};

#[tokio::test]
async fn a_conversation_goes_as_the_protocol_says() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let mut socket = Socket::open(&owner).await;
    socket.say(json!({ "type": "ping", "payload": { "a": 1 } })).await;
    socket.say(json!({ "type": "pong" })).await;
    socket.greet(owner.token.as_deref()).await;
    let ack = socket.message().await;
    assert_eq!(ack["type"], "connection_ack");
    let left = ack["payload"]["expiresInMs"].as_u64().expect("milliseconds");
    assert!((60_000..=900_000).contains(&left), "{ack}");

    socket.say(json!({ "type": "ping", "payload": null })).await;
    assert_eq!(socket.message().await["type"], "pong");
    socket.say(json!({ "type": "pong", "payload": {} })).await;

    socket.ask("q", "{ viewer { email } }", json!({})).await;
    assert_eq!(socket.next("q").await, json!({ "viewer": { "email": "owner@acme.test" } }));
    assert_eq!(socket.message().await, json!({ "type": "complete", "id": "q" }));

    let create =
        "mutation($n: String!) { projectCreate(input: { name: $n }) { project { name } } }";
    socket.ask("m", create, json!({ "n": "Over a socket" })).await;
    assert_eq!(socket.next("m").await["projectCreate"]["project"]["name"], "Over a socket");
    assert_eq!(socket.message().await["type"], "complete");

    // A name is free again once its operation is over; the client's own complete has no echo.
    assert_eq!(socket.subscribe("q", TASKS, json!({})).await, None);
    socket.say(json!({ "type": "complete", "id": "q" })).await;
    socket.say(json!({ "type": "complete", "id": "unknown" })).await;
    assert_eq!(socket.subscribe("q", TASKS, json!({})).await, None);
    assert!(socket.is_silent().await);
}

#[tokio::test]
async fn what_is_refused_is_an_error_of_its_operation_alone() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let mut socket = Socket::greeted(&owner).await;
    for (query, variables, code) in [
        ("subscription { nothing }", json!({}), "GRAPHQL_VALIDATION_FAILED"),
        ("subscription {", json!({}), "GRAPHQL_PARSE_FAILED"),
        ("", json!({}), "BAD_REQUEST"),
        ("{ tasks(first: 101) { totalCount } }", json!({}), "BAD_USER_INPUT"),
        (TASKS, json!({ "a": "nonsense" }), "BAD_USER_INPUT"),
        (TASKS, json!({ "a": 1 }), "BAD_USER_INPUT"),
        (
            TASKS,
            json!({ "f": { "ids": ["project_01k9z8m7ymf2ms9d2h4v5c6x7z"] } }),
            "BAD_USER_INPUT",
        ),
        (TASKS, json!({ "f": { "eventTypes": ["Task"] } }), "BAD_USER_INPUT"),
        ("subscription { taskChanged { cursor } projectChanged { cursor } }", json!({}), ""),
        ("subscription { __typename }", json!({}), ""),
    ] {
        let errors = match query {
            "{ tasks(first: 101) { totalCount } }" => {
                socket.ask("1", query, variables).await;
                let message = socket.message().await;
                assert_eq!(socket.message().await["type"], "complete");
                message["payload"]["errors"].clone()
            }
            query => socket.subscribe("1", query, variables).await.unwrap_or_default(),
        };
        let found = &errors[0]["extensions"]["code"];
        assert!(found.is_string() && (code.is_empty() || found == code), "{query}: {errors}");
    }
    assert_eq!(socket.subscribe("1", TASKS, json!({})).await, None, "it goes on");
}

#[tokio::test]
async fn each_fault_has_its_code() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;

    let mut unspoken = Socket::with(&owner, "/graphql", None, &[]).await;
    assert_eq!(unspoken.closed().await, 4406, "no protocol");

    let mut late = Socket::open(&owner).await;
    assert_eq!(late.closed().await, 4408, "no first message in time");

    let mut early = Socket::open(&owner).await;
    early.ask("1", TASKS, json!({})).await;
    assert_eq!(early.closed().await, 4401, "an operation before the greeting");

    let mut twice = Socket::greeted(&owner).await;
    twice.greet(owner.token.as_deref()).await;
    assert_eq!(twice.closed().await, 4429, "a second greeting");

    let mut same = Socket::greeted(&owner).await;
    assert_eq!(same.subscribe("1", TASKS, json!({})).await, None);
    same.ask("1", TASKS, json!({})).await;
    assert_eq!(same.hear().await, Heard::Closed(4409, "Subscriber for 1 already exists".into()));

    for bad in [
        "",
        "text",
        "[]",
        "{}",
        r#"{"type":"start","id":"1"}"#,
        r#"{"type":"connection_ack"}"#,
        r#"{"type":"next","id":"1","payload":{}}"#,
        r#"{"type":"subscribe","payload":{"query":"{ __typename }"}}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{ __typename }"}}"#,
        r#"{"type":"subscribe","id":7,"payload":{"query":"{ __typename }"}}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","id":"1","payload":"{ __typename }"}"#,
        r#"{"type":"complete"}"#,
        r#"{"type":"ping","payload":[]}"#,
    ] {
        let mut socket = Socket::greeted(&owner).await;
        socket.say_text(bad).await;
        assert_eq!(socket.closed().await, 4400, "{bad}");
    }
    let mut binary = Socket::greeted(&owner).await;
    binary.send(Message::Binary(vec![1, 2].into())).await;
    assert_eq!(binary.closed().await, 4400, "bytes");

    let mut polite = Socket::greeted(&owner).await;
    polite.send(Message::Close(Some(frame(1000)))).await;
    assert_eq!(polite.closed().await, 1000, "a goodbye is answered");

    let mut large = Socket::greeted(&owner).await;
    let query = format!("{{ __typename }} # {}", "x".repeat(2 << 20));
    large.ask("1", &query, json!({})).await;
    assert_eq!(large.closed().await, 1009, "a message that is too large");
}

fn frame(code: u16) -> CloseFrame {
    CloseFrame { code: code.into(), reason: "".into() }
}

#[tokio::test]
async fn a_token_that_does_not_hold_opens_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let globex = app.sign_in("globex", "owner").await;
    for token in ["", "nonsense", "tk_AAAAAAAAAAAA_nothing", globex.token.as_deref().unwrap_or("")]
    {
        let mut socket = Socket::open(&owner).await;
        socket.greet(Some(token)).await;
        assert_eq!(socket.closed().await, 4403, "{token}");
    }
    let mut socket = Socket::open(&owner).await;
    socket.say(json!({ "type": "connection_init", "payload": { "Authorization": 7 } })).await;
    assert_eq!(socket.closed().await, 4403, "no text");

    // The token may come with the request instead, as programs send it.
    let bearer = format!("Bearer {}", owner.token.as_deref().unwrap_or_default());
    let headers = [("authorization", bearer.as_str())];
    let mut socket = Socket::with(&owner, "/graphql", Some("graphql-transport-ws"), &headers).await;
    socket.greet(None).await;
    assert_eq!(socket.message().await["type"], "connection_ack");
    socket.ask("1", "{ viewer { email } }", json!({})).await;
    assert_eq!(socket.next("1").await["viewer"]["email"], "owner@acme.test");

    // Nobody in particular may connect, and is told nothing.
    let mut socket = Socket::greeted(&app.anonymous("acme")).await;
    let errors = socket.subscribe("1", TASKS, json!({})).await.expect("errors");
    assert_eq!(errors[0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn there_is_room_for_so_many() {
    let limits =
        [("live.per_connection", "2"), ("live.per_user", "3"), ("live.connections_per_user", "2")];
    let app = TestApp::with(&limits).await;
    let owner = app.sign_in("acme", "owner").await;
    let mut one = Socket::greeted(&owner).await;
    assert_eq!(one.subscribe("1", TASKS, json!({})).await, None);
    assert_eq!(one.subscribe("2", TASKS, json!({})).await, None);
    let full = |errors: Option<serde_json::Value>| {
        errors.expect("errors")[0]["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
    };
    assert!(full(one.subscribe("3", TASKS, json!({})).await), "on one connection");
    let mut two = Socket::greeted(&owner).await;
    assert_eq!(two.subscribe("1", TASKS, json!({})).await, None);
    assert!(full(two.subscribe("2", TASKS, json!({})).await), "of one user");
    let mut three = Socket::open(&owner).await;
    three.greet(owner.token.as_deref()).await;
    assert_eq!(three.closed().await, 4429, "connections of one user");

    // What has ended counts no more.
    one.say(json!({ "type": "complete", "id": "1" })).await;
    drop(three);
    for _ in 0..50 {
        if two.subscribe("2", TASKS, json!({})).await.is_none() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the room is never free again");
}
