//! Origins: whose pages may call a tenant's API. What the configuration allows is in
//! `http::answers`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, TestApp};
use crate::tenant::kit::soon;

const UPDATE: &str = "mutation($o: [String!]!) { allowedOriginsUpdate(origins: $o) {
    allowedOrigins userErrors { code field message } } }";
const APP: &str = "https://app.example.com";

async fn update(caller: &Caller, origins: Value) -> Value {
    let answer = caller.gql_with(UPDATE, json!({ "o": origins })).await;
    answer.data()["allowedOriginsUpdate"].clone()
}

/// What a browser asks before a page at `origin` may send a request with a token.
async fn preflight(caller: &Caller, origin: &str) -> Answer {
    let request = caller.request(Method::OPTIONS, "/graphql").header("origin", origin);
    let request = request.header("access-control-request-method", "POST");
    let request = request.header("access-control-request-headers", "authorization,content-type");
    caller.send(request).await
}

/// The origin that the answer to a preflight and to a request allow: the same for both.
async fn allowed(caller: &Caller, origin: &str) -> Option<String> {
    let ask = json!({ "query": "{ __typename }" });
    let post = caller.request(Method::POST, "/graphql").header("origin", origin).json(&ask);
    let found = [preflight(caller, origin).await, caller.send(post).await].map(|answer| {
        assert!(matches!(answer.status.as_u16(), 200 | 204), "{origin}: {}", answer.status);
        assert!(!answer.headers.contains_key("access-control-allow-credentials"));
        let vary = answer.headers.get("vary").and_then(|vary| vary.to_str().ok());
        assert!(vary.is_some_and(|vary| vary.contains("origin")), "{:?}", answer.headers);
        let origin = answer.headers.get("access-control-allow-origin");
        origin.map(|value| value.to_str().expect("text").to_owned())
    });
    assert_eq!(found[0], found[1], "{origin}");
    found.into_iter().next().flatten()
}

#[tokio::test]
async fn pages_of_listed_origins_may_call_their_tenant_and_no_other() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let owner = app.sign_in("acme", "owner").await;
    let (acme, globex) = (app.anonymous("acme"), app.anonymous("globex"));
    assert_eq!(allowed(&acme, APP).await, None);
    let elsewhere = other.anonymous("acme");
    assert_eq!(allowed(&elsewhere, APP).await, None, "and remembers it");

    let set = update(&owner, json!([" HTTPS://App.Example.com:443 ", "https://b.example:8443"]));
    assert_eq!(set.await["allowedOrigins"], json!([APP, "https://b.example:8443"]));
    assert_eq!(owner.gql("{ allowedOrigins }").await.data()["allowedOrigins"][0], APP);
    assert_eq!(allowed(&acme, APP).await.as_deref(), Some(APP));
    assert_eq!(allowed(&acme.at("ACME.localhost"), APP).await.as_deref(), Some(APP));
    for caller in [&globex, &app.anonymous("localhost")] {
        assert_eq!(allowed(caller, APP).await, None, "{}", caller.host);
    }
    for foreign in [
        "https://evil.example",
        "null",
        "*",
        "",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com.evil.example",
        "https://evil-app.example.com",
        "https://evilapp.example.com",
        "https://sub.app.example.com",
        "https://app.example.com@evil.example",
        "https://app.example.com/",
        "https://app.example.com, https://evil.example",
        "https://b.example",
    ] {
        assert_eq!(allowed(&acme, foreign).await, None, "{foreign}");
    }
    soon("the other process knows", async || allowed(&elsewhere, APP).await.is_some()).await;
    let preflight = preflight(&acme, APP).await;
    for name in ["authorization", "content-type"] {
        let headers = preflight.headers["access-control-allow-headers"].to_str().expect("text");
        assert!(headers.contains(name), "{headers}");
    }
    let record = app.record("localhost").await;
    let last = record.last().expect("the change is recorded");
    assert_eq!(last["action"], "tenant.update_origins");
    assert_eq!(last["actorKind"], "user");
    assert_eq!(last["after"]["allowed_origins"][0], APP);

    update(&owner, json!([])).await;
    assert_eq!(allowed(&acme, APP).await, None);
    soon("the other process knows", async || allowed(&elsewhere, APP).await.is_none()).await;
}

#[tokio::test]
async fn what_is_no_origin_is_refused_and_changes_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    update(&owner, json!([APP])).await;
    for bad in [
        "*",
        "null",
        "",
        "app.example.com",
        "https://",
        "https://*.example.com",
        "https://app.example.com/",
        "https://app.example.com/page",
        "https://app.example.com?x",
        "https://user@app.example.com",
        "https://app.example.com:port",
        "http://app.example.com",
        "ftp://app.example.com",
        "javascript://app.example.com",
        "https://a b.example",
        "https://app.example.com\nhttps://evil.example",
    ] {
        let answer = update(&owner, json!(["https://good.example", bad])).await;
        assert_eq!(answer["allowedOrigins"], Value::Null, "{bad}");
        assert_eq!(answer["userErrors"][0]["code"], "INVALID", "{bad}: {answer}");
        assert_eq!(answer["userErrors"][0]["field"], json!(["origins", "1"]), "{bad}");
    }
    let many: Vec<String> = (0..21).map(|n| format!("https://a{n}.example")).collect();
    assert_eq!(update(&owner, json!(many)).await["userErrors"][0]["code"], "TOO_LONG");
    assert_eq!(owner.gql("{ allowedOrigins }").await.data()["allowedOrigins"], json!([APP]));
    // A developer's own pages may come without TLS, and only in development.
    let local = json!(["http://localhost:5173"]);
    assert_eq!(update(&owner, local.clone()).await["allowedOrigins"], local);
    let production =
        [("mode", "production"), ("database.url", "postgres://app:long-enough@db.example/app")];
    let app = TestApp::beside_with(&app, &production).await;
    let owner = app.sign_in("acme", "owner").await;
    assert_eq!(update(&owner, local).await["userErrors"][0]["code"], "INVALID");
}

#[tokio::test]
async fn only_owners_keep_the_list() {
    let app = TestApp::new().await;
    for who in ["manager", "member"] {
        let caller = app.sign_in("acme", who).await;
        caller.gql_with(UPDATE, json!({ "o": [APP] })).await.refused(200, "FORBIDDEN");
        caller.gql("{ allowedOrigins }").await.refused(200, "FORBIDDEN");
    }
    let foreign = app.sign_in("globex", "owner").await.at("acme.localhost");
    foreign.gql_with(UPDATE, json!({ "o": [APP] })).await.refused(401, "UNAUTHENTICATED");
    assert_eq!(allowed(&app.anonymous("acme"), APP).await, None);
}
