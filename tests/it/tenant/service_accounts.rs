//! Service accounts: users that are programs, take no seat, and can't sign in.

use serde_json::{Value, json};

use super::kit::text;
use super::tokens::sign_in;
use crate::support::database::PASSWORD;
use crate::support::{Caller, TestApp};

const SELECTION: &str = "serviceAccount { id displayName role kind isActive version username email createdBy { username } }";

async fn create(owner: &Caller, name: &str, role: &str) -> Value {
    let input = json!({ "input": { "name": name, "role": role } });
    owner.done("serviceAccountCreate", input, SELECTION).await["serviceAccount"].clone()
}

#[tokio::test]
async fn an_owner_makes_changes_and_deletes_service_accounts() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let made = create(&owner, " Importer ", "MEMBER").await;
    assert_eq!((&made["displayName"], &made["kind"]), (&json!("Importer"), &json!("SERVICE")));
    assert_eq!(
        (&made["role"], &made["createdBy"]["username"]),
        (&json!("MEMBER"), &json!("owner"))
    );
    let id = text(&made["id"]);
    let change = json!({ "id": id, "input": { "name": "Exporter", "role": "GUEST" } });
    let changed = owner.done("serviceAccountUpdate", change, SELECTION).await;
    assert_eq!(changed["serviceAccount"]["displayName"], "Exporter");
    let list = "{ serviceAccounts(filter: {isActive: true}, search: \"port\") {
        totalCount nodes { id role } } }";
    let listed = owner.gql(list).await.data()["serviceAccounts"].clone();
    assert_eq!(listed, json!({ "totalCount": 1, "nodes": [{ "id": id, "role": "GUEST" }] }));
    let people = "{ users(filter: {kind: {eq: PERSON}}) { totalCount } }";
    assert_eq!(owner.gql(people).await.at("/data/users/totalCount"), 3);
    let deleted =
        owner.done("serviceAccountDelete", json!({ "id": id }), "deletedServiceAccountId").await;
    assert_eq!(deleted["deletedServiceAccountId"], json!(id));
    assert_eq!(owner.gql(list).await.at("/data/serviceAccounts/totalCount"), 0);
}

#[tokio::test]
async fn they_take_no_seat_and_are_never_the_last_owner() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    app.sql("UPDATE tenants SET max_users = 3").await;
    let other = TestApp::beside(&app).await;
    let owner = other.anonymous("acme").with_token(owner.token.as_deref().expect("a token"));
    let robot = text(&create(&owner, "Robot", "MANAGER").await["id"]);
    let person = json!({ "email": "new@acme.test", "password": PASSWORD });
    assert_eq!(owner.faults("userCreate", json!({ "input": person })).await, ["LIMIT_REACHED"]);
    for active in [false, true] {
        let change = json!({ "id": robot, "input": { "isActive": active } });
        owner.done("serviceAccountUpdate", change, "").await;
    }
    for field in ["serviceAccountUpdate", "userUpdate"] {
        let crown = json!({ "id": robot, "input": { "role": "OWNER" } });
        assert_eq!(owner.faults(field, crown).await, ["NOT_ALLOWED input.role"], "{field}");
    }
    let input = json!({ "input": { "name": "Boss", "role": "OWNER" } });
    let faults = owner.faults("serviceAccountCreate", input).await;
    assert_eq!(faults, ["NOT_ALLOWED input.role"]);
    // Not even a row that says so makes one.
    app.sql("UPDATE t_acme.users SET role = 'owner' WHERE kind = 'service'").await;
    let me = owner.gql("{ viewer { id } }").await.text("/data/viewer/id");
    let step_down = json!({ "id": me, "input": { "role": "MEMBER" } });
    assert_eq!(owner.faults("userUpdate", step_down).await, ["NOT_ALLOWED"]);
}

#[tokio::test]
async fn they_cannot_sign_in_even_with_a_password() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let robot = create(&owner, "Robot", "MEMBER").await;
    app.sql(
        "UPDATE t_acme.users SET password_hash =
            (SELECT password_hash FROM t_acme.users WHERE username = 'member')
          WHERE kind = 'service'",
    )
    .await;
    let acme = app.anonymous("acme");
    for input in [
        json!({ "username": robot["username"], "password": PASSWORD }),
        json!({ "email": robot["email"], "password": PASSWORD }),
    ] {
        assert_eq!(sign_in(&acme, input).await.code(), "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn bad_input_is_told_and_changes_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let robot = create(&owner, "Robot", "MEMBER").await;
    let id = text(&robot["id"]);
    for (name, fault) in [("", "REQUIRED input.name"), (&*"x".repeat(151), "TOO_LONG input.name")] {
        let input = json!({ "input": { "name": name } });
        assert_eq!(owner.faults("serviceAccountCreate", input).await, [fault]);
        let input = json!({ "id": id, "input": { "name": name } });
        assert_eq!(owner.faults("serviceAccountUpdate", input).await, [fault]);
    }
    // A person is no service account.
    let me = owner.gql("{ viewer { id } }").await.text("/data/viewer/id");
    let change = json!({ "id": me, "input": { "isActive": false } });
    assert_eq!(owner.faults("serviceAccountUpdate", change).await, ["NOT_FOUND id"]);
    let faults = owner.faults("serviceAccountDelete", json!({ "id": me })).await;
    assert_eq!(faults, ["NOT_FOUND id"]);
    let stale = json!({ "id": id, "input": { "name": "R" }, "expectedVersion": 9 });
    assert_eq!(
        owner.faults("serviceAccountUpdate", stale).await,
        ["STALE_VERSION expectedVersion"]
    );
    let count = "SELECT count(*) FROM t_acme.users WHERE kind = 'service' AND first_name = 'Robot'";
    assert_eq!(app.value(count).await, "1");
}

#[tokio::test]
async fn nobody_else_manages_them() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let id = text(&create(&owner, "Robot", "MEMBER").await["id"]);
    for account in ["manager", "member"] {
        let caller = app.sign_in("acme", account).await;
        for (field, arguments) in [
            ("serviceAccountCreate", json!({ "input": { "name": "x" } })),
            ("serviceAccountUpdate", json!({ "id": id, "input": { "name": "x" } })),
            ("serviceAccountDelete", json!({ "id": id })),
        ] {
            assert_eq!(caller.refusal(field, arguments).await, "FORBIDDEN", "{account} {field}");
        }
        let list = caller.gql("{ serviceAccounts { totalCount } }").await;
        assert_eq!(list.code(), "FORBIDDEN");
    }
    let stranger = app.sign_in("globex", "owner").await;
    assert_eq!(
        stranger.faults("serviceAccountDelete", json!({ "id": id })).await,
        ["NOT_FOUND id"]
    );
    assert_eq!(
        stranger
            .gql("{ serviceAccounts { totalCount } }")
            .await
            .at("/data/serviceAccounts/totalCount"),
        0
    );
}
