//! Who asks: tokens that hold and those that don't, and that token and host have to agree. Which host
//! leads where is in `hosts`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use reqwest::Method;
use serde_json::{Value, json};

use super::{VIEWER, post, send, token_refused, viewer};
use crate::support::database::SIGNING_KEY;
use crate::support::{Answer, TestApp};

const JSON: (&str, &str) = ("content-type", "application/json");
const TYPENAME: &str = r#"{"query":"{ __typename }"}"#;

async fn authorized(app: &TestApp, values: &[&str]) -> Answer {
    let headers: Vec<_> = values.iter().map(|v| ("authorization", *v)).chain([JSON]).collect();
    post(&app.anonymous("acme"), &headers, TYPENAME).await
}

/// Header and claims of a token.
fn parts(token: &str) -> [Value; 2] {
    let mut parts = token.split('.').map(|p| URL_SAFE_NO_PAD.decode(p).expect("base64url"));
    [(); 2].map(|()| serde_json::from_slice(&parts.next().expect("a part")).expect("JSON"))
}

fn sign(header: &Value, claims: &Value, key: &[u8], algorithm: Algorithm) -> String {
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let key = EncodingKey::from_secret(key);
    let signature = crypto::sign(message.as_bytes(), &key, algorithm).expect("a signature");
    format!("{message}.{signature}")
}

#[tokio::test]
async fn without_a_token_protected_fields_say_so_and_open_ones_answer() {
    let app = TestApp::new().await;
    let caller = app.anonymous("acme");
    let answer =
        caller.gql("{ __typename node(id: \"project_01arz3ndektsv4rrffq69g5fav\") { id } }");
    let answer = answer.await;
    answer.refused(200, "UNAUTHENTICATED");
    assert_eq!(answer.at("/data"), json!({ "__typename": "Query", "node": null }));
    caller.gql("{ projects { totalCount } }").await.refused(200, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_token_holds_for_its_time() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    assert_eq!(viewer(&member).await, "member@acme.test");
    app.app.clock.advance(TimeDelta::seconds(890));
    assert_eq!(viewer(&member).await, "member@acme.test");
    app.app.clock.advance(TimeDelta::seconds(20));
    token_refused(&member.gql(VIEWER).await);
    app.app.clock.advance(TimeDelta::seconds(-920));
    token_refused(&member.gql(VIEWER).await); // from the future
    app.app.clock.advance(TimeDelta::seconds(10));
    assert_eq!(viewer(&member).await, "member@acme.test");
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    let globex = app.sign_in("globex", "owner").await.token.expect("a token");
    let token = member.token.clone().expect("a token");
    let [header, claims] = parts(&token);
    let key = SIGNING_KEY.as_bytes();
    let with = |change: Value| {
        let mut claims = claims.clone();
        for (name, value) in change.as_object().expect("changes") {
            claims[name] = value.clone();
        }
        sign(&header, &claims, key, Algorithm::HS256)
    };
    let without = |name: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().expect("claims").remove(name);
        sign(&header, &claims, key, Algorithm::HS256)
    };
    let headed = |change: Value, algorithm| {
        let mut header = header.clone();
        for (name, value) in change.as_object().expect("changes") {
            header[name] = value.clone();
        }
        sign(&header, &claims, key, algorithm)
    };
    member.with_token(&with(json!({}))).gql(VIEWER).await.data(); // the forger knows the craft
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let (head, _) = signed.split_once('.').expect("claims");
    let foreign_claims = globex.split('.').nth(1).expect("claims");
    let subject = &parts(&globex)[1]["sub"];
    let mut forged = vec![
        sign(&header, &claims, b"another key of more than 32 bytes, as is right", Algorithm::HS256),
        format!("{head}.{foreign_claims}.{signature}"),
        format!("{signed}."),
        signed.to_owned(),
        format!("{token}.{signature}"),
        headed(json!({ "alg": "none" }), Algorithm::HS256),
        headed(json!({ "alg": "HS512" }), Algorithm::HS512),
        headed(json!({ "kid": "another" }), Algorithm::HS256),
        headed(json!({ "jku": "https://evil.example/keys" }), Algorithm::HS256),
        headed(json!({ "jwk": { "kty": "oct", "k": "AAAA" } }), Algorithm::HS256),
        with(json!({ "iss": "another" })),
        with(json!({ "aud": "another" })),
        with(json!({ "token_use": "refresh" })),
        with(json!({ "realm": "platform" })),
        with(json!({ "tenant": "not a uuid" })),
        with(json!({ "tenant": parts(&globex)[1]["tenant"] })),
        with(json!({ "sub": subject })),
        with(json!({ "sid": parts(&globex)[1]["sid"] })),
        with(json!({ "exp": 99_999_999_999_i64 })),
        with(json!({ "exp": claims["exp"].to_string() })),
        member.refresh_token.clone().expect("a refresh token"),
        "a.b.c".to_owned(),
        "x".repeat(5_000),
    ];
    forged.push(format!("{}..", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#)));
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    forged.push(format!("{none}.{}.", token.split('.').nth(1).expect("claims")));
    for name in
        ["iss", "aud", "sub", "tenant", "realm", "sid", "jti", "iat", "nbf", "exp", "token_use"]
    {
        forged.push(without(name));
    }
    for token in forged {
        let answer = member.with_token(&token).gql(VIEWER).await;
        assert_eq!(answer.status, 401, "{token:.120}");
        token_refused(&answer);
    }
}

#[tokio::test]
async fn the_authorization_header_is_one_bearer_token() {
    let app = TestApp::new().await;
    let token = app.sign_in("acme", "member").await.token.expect("a token");
    let (bearer, lower) = (format!("Bearer {token}"), format!("bearer {token}"));
    authorized(&app, &[&bearer]).await.data();
    authorized(&app, &[&lower]).await.data();
    let two = format!("Bearer {token}, Bearer {token}");
    let basic = "Basic YWxhZGRpbjpvcGVuc2VzYW1l";
    for values in [
        vec![basic],
        vec![&*token],
        vec!["Bearer"],
        vec!["Bearer "],
        vec![""],
        vec![&*two],
        vec![&*bearer, &*bearer],
        vec![&*bearer, basic],
        vec!["Token abc"],
        vec!["Bearer a b"],
    ] {
        token_refused(&authorized(&app, &values).await);
    }
    // Signing in with a broken token is refused too: a bad token is never ignored.
    let caller = app.anonymous("acme").with_token("broken");
    let sign_in =
        "mutation { tokenCreate(input: {email: \"a@b.c\", password: \"x\"}) { expiresIn } }";
    token_refused(&caller.gql(sign_in).await);
}

#[tokio::test]
async fn host_and_token_must_agree() {
    let app = TestApp::new().await;
    let acme = app.sign_in("acme", "owner").await;
    let operator = app.operator().await;
    token_refused(&acme.at("globex.localhost").gql(VIEWER).await);
    token_refused(&operator.at("acme.localhost").gql(VIEWER).await);
    acme.at("nobody.localhost").gql(VIEWER).await.refused(404, "TENANT_NOT_FOUND");
    // On the platform's own host the token decides.
    assert_eq!(viewer(&acme.at("localhost")).await, "owner@acme.test");
    assert_eq!(viewer(&operator).await, "admin@taruvi.test");
    app.project(&acme.at("localhost"), "Apollo").await;
    assert_eq!(app.value("SELECT count(*) FROM t_acme.projects").await, "1");
    acme.at("localhost").gql("{ tenants { totalCount } }").await.refused(200, "FORBIDDEN");
    operator.gql("{ projects { totalCount } }").await.refused(200, "FORBIDDEN");
    let wrong_host = app.anonymous("localhost").gql("{ projects { totalCount } }").await;
    wrong_host.refused(200, "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_session_that_ended_takes_its_tokens_with_it() {
    let app = TestApp::new().await;
    let (member, second) =
        (app.sign_in("acme", "member").await, app.sign_in("acme", "member").await);
    let revoke = "mutation($t: String!) { tokenRevoke(input: {refreshToken: $t}) { revoked } }";
    let token = member.refresh_token.clone().expect("a refresh token");
    member.gql(VIEWER).await.data();
    app.anonymous("acme").gql_with(revoke, json!({ "t": token })).await.data();
    token_refused(&member.gql(VIEWER).await);
    second.gql(VIEWER).await.data();
    // An access token is no refresh token.
    let refresh = "mutation($t: String!) { tokenRefresh(input: {refreshToken: $t}) { expiresIn } }";
    let token = second.token.clone().expect("an access token");
    let answer = app.anonymous("acme").gql_with(refresh, json!({ "t": token })).await;
    answer.refused(200, "UNAUTHENTICATED");
    let answer = send(&member, Method::GET, "/graphql?query=%7B__typename%7D", &[], "").await;
    token_refused(&answer);
}
