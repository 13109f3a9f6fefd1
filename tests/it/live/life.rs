//! How long a connection lives: as long as the token, the session and the tenant, and no longer.

use std::time::{Duration, Instant};

use serde_json::json;

use super::TASKS;
use crate::support::{Socket, Stream, TestApp};
use crate::tenant::kit::me;

const SOON: Duration = Duration::from_secs(1);

#[tokio::test]
async fn it_ends_within_a_second_of_the_session() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let member = app.sign_in("acme", "member").await;
    let mut sockets = vec![];
    for _ in 0..3 {
        let mut socket = Socket::greeted(&member).await;
        assert_eq!(socket.subscribe("t", TASKS, json!({})).await, None);
        sockets.push(socket);
    }
    // One that runs nothing ends as well.
    sockets.push(Socket::greeted(&member).await);
    let mut stream = Stream::ask(&member, TASKS, json!({})).await;
    let mut others = Socket::greeted(&owner).await;
    assert_eq!(others.subscribe("t", TASKS, json!({})).await, None);

    let begun = Instant::now();
    let token = json!({ "input": { "refreshToken": member.refresh_token } });
    member.done("tokenRevoke", token, "revoked").await;
    for socket in &mut sockets {
        assert_eq!(socket.closed().await, 4403);
    }
    let told = stream.event().await.expect("an event");
    assert_eq!(told.data["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(stream.event().await.expect("an event").name, "complete");
    assert_eq!(stream.event().await, None);
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    assert!(others.is_silent().await);
}

#[tokio::test]
async fn it_ends_with_the_user_and_with_the_tenant() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let member = app.sign_in("acme", "member").await;
    let mut socket = Socket::greeted(&member).await;
    let arguments = json!({ "id": me(&member).await, "input": { "isActive": false } });
    owner.done("userUpdate", arguments, "").await;
    assert_eq!(socket.closed().await, 4403, "deactivated");

    let mut socket = Socket::greeted(&owner).await;
    assert_eq!(socket.subscribe("t", TASKS, json!({})).await, None);
    let mut elsewhere = Socket::greeted(&app.sign_in("globex", "owner").await).await;
    let operator = app.operator().await;
    let all = operator.gql("{ tenants { nodes { id schemaName } } }").await.data();
    let all = all["tenants"]["nodes"].as_array().expect("tenants").clone();
    let acme = all.iter().find(|tenant| tenant["schemaName"] == "t_acme").expect("acme");
    let suspend = json!({ "id": acme["id"], "input": { "isActive": false } });
    operator.done("tenantUpdate", suspend, "").await;
    assert_eq!(socket.closed().await, 4403, "suspended");
    assert!(elsewhere.is_silent().await);
}

#[tokio::test]
async fn another_token_keeps_it_open() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let other = app.sign_in("acme", "manager").await;
    let mut socket = Socket::greeted(&owner).await;
    assert_eq!(socket.subscribe("t", TASKS, json!({})).await, None);

    let token = json!({ "input": { "refreshToken": owner.refresh_token } });
    let fresh = owner.done("tokenRefresh", token, "accessToken").await;
    let bearer = format!("Bearer {}", fresh["accessToken"].as_str().expect("a token"));
    socket.say(json!({ "type": "ping", "payload": { "authorization": bearer } })).await;
    let pong = socket.message().await;
    assert_eq!(pong["type"], "pong");
    assert!(pong["payload"]["expiresInMs"].as_u64().expect("milliseconds") > 50_000, "{pong}");
    let project = app.project(&owner.with_token(&bearer[7..]), "Apollo").await;
    app.task(&owner.with_token(&bearer[7..]), &project, "Land").await;
    assert_eq!(socket.next("t").await["taskChanged"]["task"]["title"], "Land");

    let somebody = format!("Bearer {}", other.token.expect("a token"));
    socket.say(json!({ "type": "ping", "payload": { "authorization": somebody } })).await;
    assert_eq!(socket.closed().await, 4403, "somebody else's");
}

#[tokio::test]
async fn it_ends_with_the_token() {
    let app = TestApp::with(&[("auth.access_seconds", "4")]).await;
    let mut socket = Socket::greeted(&app.sign_in("acme", "owner").await).await;
    assert_eq!(socket.subscribe("t", TASKS, json!({})).await, None);
    assert_eq!(socket.closed().await, 4403);
}

#[tokio::test]
async fn whoever_does_not_read_is_dropped_and_harms_nobody() {
    let app = TestApp::with(&[("live.buffer", "10"), ("limits.enabled", "false")]).await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "Apollo").await;
    let mut lazy = Socket::greeted(&owner).await;
    let mut quick = Socket::greeted(&owner).await;
    // Answers large enough to fill the buffers of the operating system.
    let names: String = (0..25).map(|n| format!("a{n}: description ")).collect();
    let query = format!("subscription {{ taskChanged {{ task {{ title {names} }} }} }}");
    assert_eq!(lazy.subscribe("t", &query, json!({})).await, None);
    assert_eq!(quick.subscribe("t", &query, json!({})).await, None);
    let long = "x".repeat(10_000);
    for n in 0..60 {
        let input = json!({ "projectId": project, "title": n.to_string(), "description": long });
        owner.done("taskCreate", json!({ "input": input }), "").await;
        let told = quick.next("t").await;
        assert_eq!(told["taskChanged"]["task"]["title"], n.to_string());
    }
    let mut read = 0;
    loop {
        match lazy.hear().await {
            crate::support::Heard::Message(_) => read += 1,
            crate::support::Heard::Closed(code, reason) => {
                assert_eq!((code, &*reason), (4008, "SUBSCRIBER_TOO_SLOW"));
                break;
            }
        }
    }
    assert!(read < 60, "{read}");
}

#[tokio::test]
async fn what_is_never_read_does_not_stop_the_server() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let mut sockets = vec![];
    for _ in 0..20 {
        let mut socket = Socket::greeted(&owner).await;
        assert_eq!(socket.subscribe("t", TASKS, json!({})).await, None);
        sockets.push(socket);
    }
    drop(sockets);
    // All of it is given back, so that there is room again.
    let project = app.project(&owner, "Apollo").await;
    app.task(&owner, &project, "Land").await;
    let mut socket = Socket::greeted(&owner).await;
    assert_eq!(socket.subscribe("t", TASKS, json!({})).await, None);
}
