//! Rotating the keys that sign tokens, while tokens of the old ones are in use.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};
use taruvi::ctx::{Actor, App, Core, Ctx, Origin, Scope};
use taruvi::error::AppError;
use taruvi::platform::signing::service::{self, When};
use taruvi::platform::signing::{KeyState, SigningKey};

use crate::support::{Caller, TestApp};
use crate::tenant::kit::soon;

fn system(app: &Arc<App>) -> Ctx {
    Ctx::new(Core::new(app.clone(), Scope::Platform, Actor::System, Origin::default()))
}

async fn rotate(app: &TestApp, when: When) -> SigningKey {
    let app_ = app.app.clone();
    app.run(async move { service::rotate(&system(&app_), when).await }).await.expect("a new key")
}

async fn retire(app: &TestApp, kid: &str) -> Result<SigningKey, AppError> {
    let (app_, kid) = (app.app.clone(), kid.to_owned());
    app.run(async move { service::retire(&system(&app_), &kid).await }).await
}

async fn states(app: &TestApp) -> Vec<KeyState> {
    let app_ = app.app.clone();
    let keys = app.run(async move { service::list(&system(&app_)).await }).await.expect("keys");
    keys.iter().map(|key| key.state).collect()
}

/// Algorithm and key id, as a token's header says.
fn header(caller: &Caller) -> (String, String) {
    let token = caller.token.as_deref().expect("signed in");
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().expect("a header"));
    let header: Value = serde_json::from_slice(&header.expect("base64url")).expect("JSON");
    let text = |name: &str| header[name].as_str().expect("text").to_owned();
    (text("alg"), text("kid"))
}

async fn status(caller: &Caller) -> u16 {
    caller.gql("{ viewer { id } }").await.status.as_u16()
}

async fn published(app: &TestApp) -> Vec<String> {
    let caller = app.anonymous("localhost");
    let request = caller.request(reqwest::Method::GET, "/.well-known/jwks.json");
    let answer = caller.send(request).await;
    let keys = answer.body["keys"].as_array().expect("keys").clone();
    for key in &keys {
        assert_eq!((&key["kty"], &key["alg"]), (&json!("OKP"), &json!("EdDSA")), "{key}");
        assert!(key.get("d").is_none() && key.get("k").is_none(), "private: {key}");
    }
    keys.iter().map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
}

#[tokio::test]
async fn a_new_key_is_published_then_signs_and_old_tokens_hold_meanwhile() {
    let app = TestApp::new().await;
    let before = app.sign_in("acme", "owner").await;
    assert_eq!(header(&before).0, "HS256");
    let key = rotate(&app, When::Published).await;
    assert_eq!(key.state, KeyState::Next);
    let kid = key.facts.kid;
    assert_eq!(published(&app).await, std::slice::from_ref(&kid), "before it signs");
    app.app.clock.advance(TimeDelta::seconds(500));
    assert_eq!(header(&app.sign_in("acme", "owner").await).0, "HS256");
    assert_eq!(states(&app).await, [KeyState::Signing, KeyState::Next]);
    app.app.clock.advance(TimeDelta::seconds(100));
    let after = app.sign_in("acme", "owner").await;
    assert_eq!(header(&after), ("EdDSA".to_owned(), kid.clone()));
    assert_eq!(states(&app).await, [KeyState::Verifying, KeyState::Signing]);
    assert_eq!((status(&before).await, status(&after).await), (200, 200));
    // The last token of the old key may come for the longest life, that of an impersonation.
    app.app.clock.advance(TimeDelta::seconds(3_605));
    assert_eq!(states(&app).await, [KeyState::Retired, KeyState::Signing]);
    let second = rotate(&app, When::AtOnce).await.facts.kid;
    assert_eq!(published(&app).await, [kid, second]);
}

#[tokio::test]
async fn a_retired_key_is_refused_at_once_in_every_process_and_from_memory() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let first = rotate(&app, When::AtOnce).await.facts.kid;
    let caller = app.sign_in("acme", "owner").await;
    assert_eq!(header(&caller).1, first);
    let there = other.anonymous("acme").with_token(caller.token.as_deref().expect("a token"));
    soon("the other process has the key", async || status(&there).await == 200).await;
    assert_eq!(status(&caller).await, 200, "remembered");

    let refused = retire(&app, &first).await.expect_err("it signs now");
    assert!(matches!(refused, AppError::Invalid(_)), "{refused}");
    assert!(matches!(retire(&app, "none").await, Err(AppError::NotFound(_))));
    let second = rotate(&app, When::AtOnce).await.facts.kid;
    assert_eq!(status(&caller).await, 200, "only rotated");
    retire(&app, &first).await.expect("it does not sign any more");
    assert_eq!(status(&caller).await, 401);
    soon("the other process has heard", async || status(&there).await == 401).await;
    assert_eq!(published(&app).await, std::slice::from_ref(&second));
    assert_eq!(header(&other.sign_in("acme", "owner").await).1, second);
    let kept = "SELECT count(*) FROM signing_keys WHERE sealed IS NOT NULL";
    assert_eq!(app.value(kept).await, "1", "the private part is gone");
    let begun = TestApp::beside(&app).await;
    assert_eq!(status(&begun.anonymous("acme").with_token(&caller.token.unwrap())).await, 401);
}

#[tokio::test]
async fn a_configured_key_can_be_retired_too() {
    let app = TestApp::new().await;
    let caller = app.sign_in("acme", "owner").await;
    let configured = header(&caller).1;
    assert!(retire(&app, &configured).await.is_err(), "nothing else would sign");
    rotate(&app, When::AtOnce).await;
    retire(&app, &configured).await.expect("another signs");
    assert_eq!(status(&caller).await, 401);
    assert_eq!(status(&app.sign_in("acme", "owner").await).await, 200);
}

#[tokio::test]
async fn administrators_see_what_the_keys_do() {
    let app = TestApp::new().await;
    let kid = rotate(&app, When::AtOnce).await.facts.kid;
    let query = "{ signingKeys { kid algorithm state isConfigured signsFrom verifiesUntil } }";
    let keys = app.operator().await.gql(query).await.data()["signingKeys"].clone();
    assert_eq!((&keys[0]["state"], &keys[0]["signsFrom"]), (&json!("VERIFYING"), &Value::Null));
    assert!(keys[0]["verifiesUntil"].is_string() && keys[0]["isConfigured"] == true, "{keys}");
    assert_eq!((&keys[1]["kid"], &keys[1]["state"]), (&json!(kid), &json!("SIGNING")));
    assert_eq!(keys[1]["verifiesUntil"], Value::Null);
    assert_eq!(app.sign_in("acme", "owner").await.gql(query).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn a_key_that_waits_is_dropped_by_the_next_rotation() {
    let app = TestApp::new().await;
    let waits = rotate(&app, When::Published).await.facts.kid;
    let now = rotate(&app, When::AtOnce).await.facts.kid;
    assert_eq!(published(&app).await, std::slice::from_ref(&now));
    app.app.clock.advance(TimeDelta::seconds(700));
    assert_ne!(waits, now);
    assert_eq!(header(&app.sign_in("acme", "owner").await).1, now);
}

#[tokio::test]
async fn private_keys_are_sealed_and_only_administrators_rotate() {
    let app = TestApp::new().await;
    rotate(&app, When::AtOnce).await;
    // A key in PKCS#8 begins with 302e0201; nobody finds that in the column.
    let plain =
        "SELECT count(*) FROM signing_keys WHERE position('\\x302e0201'::bytea in sealed) > 0";
    assert_eq!(app.value(plain).await, "0");
    let app_ = app.app.clone();
    let refused = app.run(async move {
        let core = Core::new(app_, Scope::Platform, Actor::Anonymous, Origin::default());
        service::rotate(&Ctx::new(core), When::AtOnce).await
    });
    assert!(matches!(refused.await, Err(AppError::Unauthenticated(_))));
    assert_eq!(app.value("SELECT count(*) FROM signing_keys WHERE sealed IS NOT NULL").await, "1");
}
