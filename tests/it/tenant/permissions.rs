//! Direct permissions, their scopes, and what callers learn of their own.

use serde_json::{Value, json};

use super::kit::{TASKS, grant, guest};
use crate::support::{Caller, TestApp};

async fn set(owner: &Caller, user: &str, permissions: Value) {
    let arguments = json!({ "id": user, "permissions": permissions });
    owner.done("userSetPermissions", arguments, "").await;
}

#[tokio::test]
async fn direct_permissions_add_to_the_role_and_are_replaced_as_a_whole() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (guest, id) = guest(&app, "ann").await;
    app.project(&owner, "Apollo").await;
    let seen = "{ projects { nodes { name } } }";
    assert_eq!(guest.gql(seen).await.code(), "FORBIDDEN");
    set(&owner, &id, json!([{ "permission": "projects.view" }, { "permission": "users.view" }]))
        .await;
    assert_eq!(guest.gql(seen).await.data()["projects"]["nodes"], json!([{ "name": "Apollo" }]));
    let query = "query($id: ID!) { user(id: $id) { permissions { permission scope } } }";
    let data = owner.gql_with(query, json!({ "id": id })).await.data();
    assert_eq!(data["user"]["permissions"].as_array().expect("a list").len(), 2);
    set(&owner, &id, json!([])).await;
    assert_eq!(guest.gql(seen).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn a_permission_on_own_rows_reaches_what_is_assigned_or_was_added() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (guest, id) = guest(&app, "ann").await;
    let project = app.project(&owner, "Apollo").await;
    let foreign = app.task(&owner, &project, "Foreign").await;
    let mine = app.task(&owner, &project, "Mine").await;
    let assign = json!({ "id": mine, "input": { "assignedToId": id } });
    owner.done("taskUpdate", assign, "").await;
    let own = json!([{ "permission": "tasks.view", "scope": "OWN" },
        { "permission": "tasks.change", "scope": "OWN" }]);
    set(&owner, &id, own).await;
    let list =
        "{ tasks { totalCount nodes { title permissions { canUpdate canDelete canShare } } } }";
    let seen = guest.gql(list).await.data();
    assert_eq!(seen["tasks"]["totalCount"], 1);
    assert_eq!(
        seen["tasks"]["nodes"],
        json!([{ "title": "Mine",
            "permissions": { "canUpdate": true, "canDelete": false, "canShare": false } }])
    );
    assert_eq!(TASKS.read(&guest, &foreign, "title").await, Value::Null);
    let rename = |id: &str| json!({ "id": id, "input": { "title": "Other" } });
    guest.done("taskUpdate", rename(&mine), "").await;
    assert_eq!(guest.faults("taskUpdate", rename(&foreign)).await, ["NOT_FOUND id"]);
    assert_eq!(guest.refusal("taskDelete", json!({ "id": mine })).await, "FORBIDDEN");
    // All of them, as far as they reach.
    let all = json!({ "selection": { "ids": [mine, foreign] }, "input": { "title": "Bulk" } });
    let done = guest.done("taskBulkUpdate", all, "affectedCount").await;
    assert_eq!(done["affectedCount"], 1);
    assert_eq!(TASKS.read(&owner, &foreign, "title").await["title"], "Foreign");
}

#[tokio::test]
async fn callers_learn_what_there_is_and_what_they_hold() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (guest, id) = guest(&app, "ann").await;
    let project = app.project(&owner, "Apollo").await;
    let query = "{ permissions { name roles objectKinds hasOwnScope } }";
    let all = guest.gql(query).await.data()["permissions"].clone();
    let tasks = all.as_array().expect("a list").iter().find(|p| p["name"] == "tasks.view");
    assert_eq!(
        *tasks.expect("tasks.view"),
        json!({ "name": "tasks.view", "roles": ["OWNER", "MANAGER", "MEMBER"],
            "objectKinds": ["task", "project", "client", "case"], "hasOwnScope": true })
    );
    let held = "{ viewerPermissions { permission scope onSingleObjects } }";
    let of = async |caller: &Caller| {
        let all = caller.gql(held).await.data()["viewerPermissions"].clone();
        all.as_array().expect("a list").clone()
    };
    assert_eq!(of(&owner).await.len(), all.as_array().expect("a list").len(), "owners hold all");
    grant(&owner, &project, &id, &["projects.view"]).await;
    set(&owner, &id, json!([{ "permission": "tasks.view", "scope": "OWN" }])).await;
    let work: Vec<_> = of(&guest).await;
    let named = |name: &str| work.iter().find(|p| p["permission"] == name).cloned();
    assert_eq!(
        named("projects.view"),
        Some(json!({ "permission": "projects.view", "scope": null, "onSingleObjects": true }))
    );
    assert_eq!(
        named("tasks.view"),
        Some(json!({ "permission": "tasks.view", "scope": "OWN", "onSingleObjects": false }))
    );
    assert_eq!(named("projects.add"), None);
    for query in [query, held] {
        assert_eq!(app.anonymous("acme").gql(query).await.code(), "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn what_is_wrong_with_direct_permissions_is_said() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (_, id) = guest(&app, "ann").await;
    let one = |name: &str, scope: &str| json!([{ "permission": name, "scope": scope }]);
    for (permissions, fault) in [
        (one("no.such", "ALL"), "NOT_FOUND permissions"),
        (one("projects.add", "OWN"), "INVALID permissions"),
        (one("platform.administer", "ALL"), "NOT_FOUND permissions"),
    ] {
        let arguments = json!({ "id": id, "permissions": permissions });
        assert_eq!(owner.faults("userSetPermissions", arguments).await, [fault]);
    }
    let foreign = app.sign_in("globex", "owner").await;
    let arguments = json!({ "id": id, "permissions": [] });
    assert_eq!(foreign.faults("userSetPermissions", arguments).await, ["NOT_FOUND id"]);
}
