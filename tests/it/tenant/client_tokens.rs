//! Exchanging an API key for a token that lives shortly.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::api_keys::{key, robot};
use super::kit::{soon, text};
use crate::support::{Answer, Caller, TestApp};

const ANSWER: &str = "accessToken expiresIn scope";

async fn exchange(caller: &Caller, id: &str, secret: &str, scope: Option<&str>) -> Answer {
    let input = json!({ "clientId": id, "clientSecret": secret, "scope": scope });
    caller.mutate("tokenCreateForClient", json!({ "input": input }), ANSWER).await
}

async fn token(caller: &Caller, id: &str, secret: &str, scope: Option<&str>) -> Caller {
    let answer = exchange(caller, id, secret, scope).await;
    caller.with_token(&answer.text("/data/tokenCreateForClient/accessToken"))
}

/// A service account's key with these scopes, and its tenant's host.
async fn client(app: &TestApp, scopes: &[&str]) -> (Caller, Caller, String, String) {
    let owner = app.sign_in("acme", "owner").await;
    let robot = robot(&owner, "MANAGER").await;
    let input = json!({ "name": "Client", "serviceAccountId": robot, "scopes": scopes });
    let (id, secret) = key(&owner, input).await;
    (owner, app.anonymous("acme"), id, secret)
}

async fn status(caller: &Caller) -> u16 {
    caller.gql("{ viewer { id } }").await.status.as_u16()
}

#[tokio::test]
async fn a_key_gets_a_token_with_its_scopes_or_fewer() {
    let app = TestApp::new().await;
    let (_, acme, id, secret) = client(&app, &["projects.add", "projects.view"]).await;
    let whole = exchange(&acme, &id, &secret, None).await.data()["tokenCreateForClient"].clone();
    assert_eq!(whole["scope"], "projects.add projects.view");
    assert_eq!(whole["expiresIn"], 900);
    let whole = acme.with_token(&text(&whole["accessToken"]));
    app.project(&whole, "Apollo").await;
    let part = exchange(&acme, &id, &secret, Some("projects.view")).await;
    assert_eq!(part.text("/data/tokenCreateForClient/scope"), "projects.view");
    let part = acme.with_token(&part.text("/data/tokenCreateForClient/accessToken"));
    assert_eq!(part.gql("{ projects { totalCount } }").await.at("/data/projects/totalCount"), 1);
    let refused = part.mutate("projectCreate", json!({ "input": { "name": "G" } }), "").await;
    assert_eq!(refused.code(), "FORBIDDEN");
    assert!(refused.text("/errors/0/message").contains("projects.add"));
    app.project(&whole, "Gemini").await;

    let payload = part.token.as_deref().and_then(|t| t.split('.').nth(1)).expect("a payload");
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    let claims: Value = serde_json::from_slice(&payload).expect("claims");
    assert_eq!(
        (&claims["scope"], &claims["token_use"]),
        (&json!("projects.view"), &json!("client"))
    );
    let verified = json!({ "input": { "accessToken": part.token } });
    assert_eq!(acme.done("tokenVerify", verified, "isValid").await["isValid"], true);
}

#[tokio::test]
async fn it_asks_for_no_more_than_the_key_has() {
    let app = TestApp::new().await;
    let (_, acme, id, secret) = client(&app, &["projects.view"]).await;
    for scope in ["projects.add", "projects.view projects.add", "*", "nonsense"] {
        let input = json!({ "clientId": id, "clientSecret": secret, "scope": scope });
        let faults = acme.faults("tokenCreateForClient", json!({ "input": input })).await;
        assert_eq!(faults, ["NOT_ALLOWED input.scope"], "{scope}");
    }
    let (_, acme, id, secret) = client(&app, &["*"]).await;
    let narrow = token(&acme, &id, &secret, Some("tasks.view")).await;
    narrow.gql("{ tasks { totalCount } }").await.data();
    assert_eq!(narrow.gql("{ projects { totalCount } }").await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn whoever_is_refused_learns_nothing_about_why() {
    let app = TestApp::new().await;
    let (owner, acme, id, secret) = client(&app, &["*"]).await;
    let (other_id, other_secret) = key(&owner, json!({ "name": "o", "scopes": ["*"] })).await;
    let (gone_id, gone_secret) = key(&owner, json!({ "name": "g", "scopes": ["*"] })).await;
    owner.done("apiKeyRevoke", json!({ "id": gone_id }), "").await;
    let message = "the client's credentials do not hold";
    for (id, secret) in [
        (&id, &other_secret),
        (&other_id, &secret),
        (&gone_id, &gone_secret),
        (&"api_key_01kb0000000000000000000000".to_owned(), &secret),
        (&id, &String::new()),
        (&String::new(), &secret),
        (&"x".repeat(5000), &"y".repeat(5000)),
    ] {
        let answer = exchange(&acme, id, secret, None).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{id}");
        assert_eq!(answer.text("/errors/0/message"), message);
    }
    let elsewhere = exchange(&app.anonymous("globex"), &id, &secret, None).await;
    assert_eq!(elsewhere.text("/errors/0/message"), message);
    let platform = exchange(&app.anonymous("localhost"), &id, &secret, None).await;
    assert!(platform.is_empty(), "{}", platform.body);
}

#[tokio::test]
async fn a_token_ends_with_its_key_and_at_no_later_time() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let (owner, acme, id, secret) = client(&app, &["*"]).await;
    let program = token(&acme, &id, &secret, None).await;
    let there = other.anonymous("acme").with_token(program.token.as_deref().expect("a token"));
    assert_eq!((status(&program).await, status(&there).await), (200, 200));
    assert_eq!(
        status(&app.anonymous("globex").with_token(there.token.as_deref().unwrap())).await,
        401
    );
    owner.done("apiKeyRevoke", json!({ "id": id }), "").await;
    assert_eq!(status(&program).await, 401);
    soon("the other process knows", async || status(&there).await == 401).await;

    let until = (app.app.clock.now() + TimeDelta::seconds(60)).to_rfc3339();
    let input = json!({ "name": "short", "scopes": ["*"], "expiresAt": until });
    let (id, secret) = key(&owner, input).await;
    let answer = exchange(&acme, &id, &secret, None).await;
    let seconds = answer.at("/data/tokenCreateForClient/expiresIn").as_i64().expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
    let program = token(&acme, &id, &secret, None).await;
    assert_eq!(status(&program).await, 200);
    app.app.clock.advance(TimeDelta::seconds(61));
    assert_eq!(status(&program).await, 401);
}

#[tokio::test]
async fn a_token_manages_no_keys_either() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (id, secret) = key(&owner, json!({ "name": "k", "scopes": ["*"] })).await;
    let program = token(&app.anonymous("acme"), &id, &secret, None).await;
    let input = json!({ "input": { "name": "k", "scopes": ["*"] } });
    assert_eq!(program.refusal("apiKeyCreate", input).await, "FORBIDDEN");
    assert_eq!(program.refusal("apiKeyRevoke", json!({ "id": id })).await, "FORBIDDEN");
}
