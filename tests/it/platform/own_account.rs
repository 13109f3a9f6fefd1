//! What operators may do with their own account: see and end their sessions, change their password.

use serde_json::{Value, json};

use crate::support::database::PASSWORD;
use crate::support::{Caller, TestApp};
use crate::tenant::kit::{soon, text};

const NEW: &str = "quite another password";
const OTHERS: &str =
    "mutation { operatorSessionRevokeOthers { revokedCount userErrors { code } } }";

async fn sessions(caller: &Caller) -> Vec<Value> {
    let query = "{ viewerOperatorSessions { id userAgent ipAddress isCurrent createdAt lastUsedAt
        expiresAt } }";
    let list = caller.gql(query).await.data()["viewerOperatorSessions"].clone();
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
    caller.gql("{ viewerOperator { id } }").await.status.as_u16()
}

#[tokio::test]
async fn sessions_are_seen_and_ended_one_by_one() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let (first, second) = (app.operator().await, app.operator().await);
    let seen = sessions(&first).await;
    assert_eq!(seen.len(), 2);
    for session in &seen {
        assert_eq!(session["ipAddress"], "127.0.0.1");
        assert!(text(&session["lastUsedAt"]) < text(&session["expiresAt"]));
    }
    let there = other.anonymous("localhost").with_token(second.token.as_deref().unwrap());
    assert_eq!(status(&there).await, 200);
    let id = current(&second).await;
    let revoke = json!({ "id": id });
    let ended = first.done("operatorSessionRevoke", revoke.clone(), "revokedSessionId").await;
    assert_eq!(ended["revokedSessionId"], json!(id));
    assert_eq!((status(&first).await, status(&second).await), (200, 401));
    soon("the other process knows", async || status(&there).await == 401).await;
    assert_eq!(first.faults("operatorSessionRevoke", revoke).await, ["NOT_FOUND id"]);
    assert_eq!(sessions(&first).await.len(), 1);
}

#[tokio::test]
async fn nobody_sees_or_ends_sessions_of_others() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    super::operators::add(&admin, "ann", true).await;
    let ann = super::operators::sign_in(&app, "ann").await;
    assert_eq!(sessions(&ann).await.len(), 1);
    let of_admin = json!({ "id": current(&admin).await });
    assert_eq!(ann.faults("operatorSessionRevoke", of_admin.clone()).await, ["NOT_FOUND id"]);
    assert_eq!(status(&admin).await, 200);
    let of_user = app.sign_in("acme", "owner").await;
    assert_eq!(of_user.refusal("operatorSessionRevoke", of_admin).await, "FORBIDDEN");
    let query = "{ viewerOperatorSessions { id } }";
    assert_eq!(of_user.gql(query).await.code(), "FORBIDDEN");
    assert_eq!(app.anonymous("localhost").gql(query).await.code(), "UNAUTHENTICATED");
    // Nor does ending the others reach beyond one's own.
    let second = super::operators::sign_in(&app, "ann").await;
    let ended = ann.gql(OTHERS).await.data()["operatorSessionRevokeOthers"].clone();
    assert_eq!(ended, json!({ "revokedCount": 1, "userErrors": [] }));
    assert_eq!((status(&second).await, status(&admin).await), (401, 200));
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let app = TestApp::new().await;
    let (here, there) = (app.operator().await, app.operator().await);
    let input = |current: &str, new: &str| json!({ "input": { "currentPassword": current, "newPassword": new } });
    for (current, new, expected) in [
        ("wrong", NEW, "INVALID input.currentPassword"),
        (PASSWORD, "short", "INVALID input.newPassword"),
        (PASSWORD, PASSWORD, "INVALID input.newPassword"),
        (PASSWORD, "admin@taruvi.test", "INVALID input.newPassword"),
    ] {
        let found = here.faults("operatorChangePassword", input(current, new)).await;
        assert_eq!(found, [expected], "{current} {new}");
    }
    assert_eq!(status(&there).await, 200, "nothing has changed");
    let done =
        here.done("operatorChangePassword", input(PASSWORD, NEW), "operator { email }").await;
    assert_eq!(done["operator"]["email"], "admin@taruvi.test");
    assert_eq!((status(&here).await, status(&there).await), (200, 401));
    app.anonymous("localhost").sign_in("admin@taruvi.test", NEW).await;
    let old = json!({ "input": { "email": "admin@taruvi.test", "password": PASSWORD } });
    assert_eq!(app.anonymous("localhost").refusal("tokenCreate", old).await, "UNAUTHENTICATED");
}
