//! Each change leaves one entry, in its own transaction: who, what, from where, before and after.

use serde_json::{Value, json};
use taruvi::base::ids;

use crate::support::{Caller, TestApp};
use crate::tenant::kit::{me, text};

fn newcomer(email: &str) -> Value {
    json!({ "input": { "email": email, "firstName": "Nia", "lastName": "New", "role": "MEMBER",
        "password": "a secret of many signs" } })
}

async fn add(caller: &Caller, email: &str) -> String {
    text(&caller.done("userCreate", newcomer(email), "user { id }").await["user"]["id"])
}

/// The UUID in a global id.
fn raw(id: &str) -> String {
    ids::decode(id).expect("a global id").1.to_string()
}

#[tokio::test]
async fn an_entry_says_who_did_what_from_where_and_what_it_was() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let id = add(&owner, "nia@acme.test").await;
    let made = app.last_recorded("acme").await;
    assert_eq!(made["action"], "user.create");
    assert_eq!(made["objectKind"], "user");
    assert_eq!(made["objectId"], raw(&id));
    assert_eq!(
        (&made["actorKind"], &made["actorId"]),
        (&json!("user"), &json!(raw(&me(&owner).await)))
    );
    assert_eq!((&made["keyId"], &made["impersonatorId"]), (&Value::Null, &Value::Null));
    assert_eq!(made["ip"], "127.0.0.1");
    assert_eq!(made["before"], Value::Null);
    assert_eq!(made["after"]["email"], "nia@acme.test");
    assert_eq!(made["after"]["role"], "member");
    assert_eq!(made["after"]["id"], json!(id));

    let change = json!({ "id": id, "input": { "firstName": "Mia", "lastName": "New" } });
    let request = json!({
        "query": "mutation($id: ID!, $input: UserUpdateInput!) {
            userUpdate(id: $id, input: $input) { userErrors { code } } }",
        "variables": change,
    });
    let request = owner.request(reqwest::Method::POST, "/graphql").json(&request);
    let answer = owner.send(request.header("user-agent", "a program/1.0")).await;
    answer.data();
    let changed = app.last_recorded("acme").await;
    assert_eq!(changed["action"], "user.update");
    assert_eq!(changed["userAgent"], "a program/1.0");
    assert_eq!(changed["correlationId"], answer.headers["x-correlation-id"].to_str().unwrap());
    assert_eq!(changed["before"]["first_name"], "Nia");
    assert_eq!(changed["after"]["first_name"], "Mia");
    let fields: Vec<_> = changed["after"].as_object().expect("an object").keys().collect();
    assert!(
        !fields.iter().any(|f| *f == "last_name" || *f == "email"),
        "only what changed: {fields:?}"
    );

    owner.done("userDelete", json!({ "id": id }), "").await;
    let gone = app.last_recorded("acme").await;
    assert_eq!(gone["action"], "user.delete");
    assert_eq!(gone["before"]["first_name"], "Mia");
    assert_eq!(gone["after"], Value::Null);
    assert!(app.record("globex").await.iter().all(|e| e["objectId"] != raw(&id)));
}

#[tokio::test]
async fn secrets_are_not_recorded() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    add(&owner, "nia@acme.test").await;
    let new = json!({ "input": { "currentPassword": crate::support::database::PASSWORD,
        "newPassword": "another of many signs" } });
    owner.done("userChangePassword", new, "").await;
    assert_eq!(app.last_recorded("acme").await["action"], "user.change_password");
    let all = json!(app.record("acme").await).to_string();
    for secret in ["password_hash", "argon2", "of many signs"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
}

#[tokio::test]
async fn what_fails_is_not_recorded() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    add(&owner, "nia@acme.test").await;
    let before = app.record("acme").await;
    let again = owner.faults("userCreate", newcomer("NIA@acme.test")).await;
    assert_eq!(again, ["TAKEN input.username"]);
    let last_owner = json!({ "id": me(&owner).await });
    assert_eq!(owner.faults("userDelete", last_owner).await, ["NOT_ALLOWED"]);
    assert_eq!(app.record("acme").await, before);
    // And what fails takes nothing into the next entry.
    add(&owner, "zoe@acme.test").await;
    assert_eq!(app.record("acme").await.len(), before.len() + 1);
}

#[tokio::test]
async fn a_repetition_is_recorded_once() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let before = app.record("acme").await.len();
    let query = "mutation($input: UserCreateInput!) { userCreate(input: $input) { user { id } } }";
    let body = json!({ "query": query, "variables": newcomer("nia@acme.test") });
    for _ in 0..2 {
        let request = owner.request(reqwest::Method::POST, "/graphql").json(&body);
        let answer = owner.send(request.header("idempotency-key", "once")).await;
        answer.text("/data/userCreate/user/id");
    }
    let all = app.record("acme").await;
    let emails: Vec<_> = all[before..].iter().map(|e| e["after"]["email"].clone()).collect();
    assert_eq!(emails, ["nia@acme.test"]);
}

#[tokio::test]
async fn entries_of_many_at_once_form_one_chain() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let emails: Vec<_> = (0..12).map(|n| format!("n{n}@acme.test")).collect();
    futures_util::future::join_all(emails.iter().map(|email| add(&owner, email))).await;
    let all = app.record("acme").await;
    assert!(all.len() >= 12);
    for (n, entry) in all.iter().enumerate() {
        assert_eq!(entry["seq"], n + 1);
        let before = n.checked_sub(1).map_or(json!(""), |n| all[n]["hash"].clone());
        assert_eq!(entry["prevHash"], before);
        assert_eq!(entry["hash"].as_str().expect("a hash").len(), 64);
    }
    let head = app.value("SELECT encode(hash, 'hex') FROM t_acme.audit_head").await;
    assert_eq!(all.last().expect("entries")["hash"], head);
}
