//! What everybody may do with their own account: see and end their sessions, change their password.

use serde_json::{Value, json};

use super::kit::{soon, text};
use crate::support::database::PASSWORD;
use crate::support::{Caller, TestApp};

const NEW: &str = "quite another password";
const OTHERS: &str = "mutation { sessionRevokeOthers { revokedCount userErrors { code } } }";

async fn sessions(caller: &Caller) -> Vec<Value> {
    let query = "{ viewerSessions { id userAgent ipAddress isCurrent createdAt lastUsedAt
        expiresAt } }";
    let list = caller.gql(query).await.data()["viewerSessions"].clone();
    list.as_array().expect("a list").clone()
}

/// The id of the session that the caller uses.
async fn current(caller: &Caller) -> String {
    let all = sessions(caller).await;
    let current: Vec<_> = all.iter().filter(|session| session["isCurrent"] == true).collect();
    assert_eq!(current.len(), 1, "{all:?}");
    text(&current[0]["id"])
}

async fn status(caller: &Caller) -> u16 {
    caller.gql("{ viewer { id } }").await.status.as_u16()
}

fn passwords(current: &str, new: &str) -> Value {
    json!({ "input": { "currentPassword": current, "newPassword": new } })
}

/// Whether the owner of acme can sign in with this password.
async fn opens(app: &TestApp, password: &str) -> bool {
    let query = "mutation($p: String!) { tokenCreate(input: {
        email: \"owner@acme.test\", password: $p }) { expiresIn } }";
    let answer = app.anonymous("acme").gql_with(query, json!({ "p": password })).await;
    answer.code().is_empty()
}

#[tokio::test]
async fn everybody_sees_their_own_sessions_alone() {
    let app = TestApp::new().await;
    let (first, second) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "owner").await);
    let others = [app.sign_in("acme", "member").await, app.sign_in("globex", "owner").await];
    assert_ne!(current(&first).await, current(&second).await);
    let seen = sessions(&first).await;
    assert_eq!(seen.len(), 2);
    for session in &seen {
        assert_eq!(session["ipAddress"], "127.0.0.1");
        assert!(text(&session["createdAt"]) <= text(&session["lastUsedAt"]));
        assert!(text(&session["lastUsedAt"]) < text(&session["expiresAt"]));
    }
    for other in others {
        assert_eq!(sessions(&other).await.len(), 1);
    }
    let query = "{ viewerSessions { id } }";
    assert_eq!(app.anonymous("acme").gql(query).await.code(), "UNAUTHENTICATED");
    assert_eq!(app.operator().await.gql(query).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn a_session_is_ended_everywhere_at_once() {
    let app = TestApp::new().await;
    let elsewhere = TestApp::beside(&app).await;
    let (first, second) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "owner").await);
    let there = elsewhere.anonymous("acme").with_token(&second.token.clone().expect("signed in"));
    assert_eq!(status(&there).await, 200);
    let id = current(&second).await;
    let ended = first.done("sessionRevoke", json!({ "id": id }), "revokedSessionId").await;
    assert_eq!(ended["revokedSessionId"], id);
    assert_eq!((status(&first).await, status(&second).await), (200, 401));
    soon("the other process knows", async || status(&there).await == 401).await;
    assert_eq!(sessions(&first).await.len(), 1);
    let refresh = json!({ "input": { "refreshToken": second.refresh_token } });
    assert_eq!(app.anonymous("acme").refusal("tokenRefresh", refresh).await, "UNAUTHENTICATED");
    assert_eq!(first.faults("sessionRevoke", json!({ "id": id })).await, ["NOT_FOUND id"]);
}

#[tokio::test]
async fn nobody_ends_anothers_session() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    for other in [app.sign_in("acme", "member").await, app.sign_in("globex", "owner").await] {
        let id = json!({ "id": current(&other).await });
        assert_eq!(owner.faults("sessionRevoke", id.clone()).await, ["NOT_FOUND id"]);
        let anonymous = app.anonymous("acme");
        assert_eq!(anonymous.refusal("sessionRevoke", id.clone()).await, "UNAUTHENTICATED");
        assert_eq!(app.operator().await.refusal("sessionRevoke", id).await, "FORBIDDEN");
        assert_eq!(owner.gql(OTHERS).await.data()["sessionRevokeOthers"]["revokedCount"], 0);
        assert_eq!(status(&other).await, 200);
    }
    assert_eq!(app.anonymous("acme").gql(OTHERS).await.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn the_others_end_together() {
    let app = TestApp::new().await;
    let mine = app.sign_in("acme", "owner").await;
    let others = [app.sign_in("acme", "owner").await, app.sign_in("acme", "owner").await];
    let member = app.sign_in("acme", "member").await;
    assert_eq!(mine.gql(OTHERS).await.data()["sessionRevokeOthers"]["revokedCount"], 2);
    for other in &others {
        assert_eq!(status(other).await, 401);
    }
    assert_eq!((status(&mine).await, status(&member).await), (200, 200));
    assert_eq!(sessions(&mine).await.len(), 1);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let app = TestApp::new().await;
    let (mine, other) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "owner").await);
    let answer =
        mine.done("userChangePassword", passwords(PASSWORD, NEW), "user { email version }").await;
    assert_eq!(answer["user"], json!({ "email": "owner@acme.test", "version": 2 }));
    assert_eq!((status(&mine).await, status(&other).await), (200, 401));
    assert!(!opens(&app, PASSWORD).await);
    assert!(opens(&app, NEW).await);
}

#[tokio::test]
async fn a_password_is_changed_only_by_who_knows_it_and_only_to_a_good_one() {
    let app = TestApp::new().await;
    let (mine, other) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "owner").await);
    let wrong = mine.faults("userChangePassword", passwords("not my password", NEW)).await;
    assert_eq!(wrong, ["INVALID input.currentPassword"]);
    for new in ["short", "password123", "owner@acme.test", PASSWORD, &"x".repeat(129)] {
        let found = mine.faults("userChangePassword", passwords(PASSWORD, new)).await;
        assert_eq!(found, ["INVALID input.newPassword"], "{new}");
    }
    let arguments = || passwords(PASSWORD, NEW);
    let anonymous = app.anonymous("acme");
    assert_eq!(anonymous.refusal("userChangePassword", arguments()).await, "UNAUTHENTICATED");
    let operator = app.operator().await;
    assert_eq!(operator.refusal("userChangePassword", arguments()).await, "FORBIDDEN");
    assert_eq!((status(&mine).await, status(&other).await), (200, 200));
    assert!(opens(&app, PASSWORD).await);
}

#[tokio::test]
async fn passwords_cannot_be_tried_with_a_token_without_end() {
    let settings = [("limits.enabled", "true"), ("limits.auth_per_minute", "3")];
    let app = TestApp::with(&settings).await;
    let mine = app.sign_in("acme", "owner").await;
    for _ in 0..3 {
        let wrong = mine.faults("userChangePassword", passwords("not my password", NEW)).await;
        assert_eq!(wrong, ["INVALID input.currentPassword"]);
    }
    assert_eq!(mine.refusal("userChangePassword", passwords(PASSWORD, NEW)).await, "RATE_LIMITED");
}

#[tokio::test]
async fn a_changed_password_leaves_no_trace_under_an_idempotency_key() {
    let app = TestApp::new().await;
    let mine = app.sign_in("acme", "owner").await;
    let query = "mutation($input: UserChangePasswordInput!) {
        userChangePassword(input: $input) { user { id } userErrors { code } } }";
    let body = json!({ "query": query, "variables": passwords(PASSWORD, NEW) });
    let request = mine.request(reqwest::Method::POST, "/graphql").json(&body);
    mine.send(request.header("idempotency-key", "once")).await.data();
    assert_eq!(app.value("SELECT count(*) FROM t_acme.idempotency_keys").await, "0");
}
