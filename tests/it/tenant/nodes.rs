//! `node` and `nodes`: any object by its id alone, and nothing for what one may not see.

use std::sync::Arc;

use serde_json::{Value, json};
use taruvi::error::AppError;

use super::kit::{DOCUMENTS, TASKS, me};
use crate::support::{Answer, Caller, TestApp};

const ANY: &str = "__typename id ... on User { email } ... on Project { name }
    ... on Task { title project { name } } ... on Document { name }
    ... on Audited { createdAt updatedAt createdBy { id } updatedBy { id } }";

async fn nodes(caller: &Caller, ids: &[&str]) -> Answer {
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    caller.gql_with(query, json!({ "ids": ids })).await
}

async fn rows(app: &TestApp, owner: &Caller) -> [String; 4] {
    let project = app.project(owner, "Apollo").await;
    let task = TASKS.make(owner, &project, "Land").await;
    let document = DOCUMENTS.make(owner, &project, "plan.pdf").await;
    [me(owner).await, project, task, document]
}

const TYPES: [&str; 4] = ["User", "Project", "Task", "Document"];

#[tokio::test]
async fn every_type_is_found_by_its_id_as_by_its_own_field() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let mine = me(&owner).await;
    for (id, name) in rows(&app, &owner).await.iter().zip(TYPES) {
        let query = format!("query($id: ID!) {{ node(id: $id) {{ {ANY} }} }}");
        let node = owner.gql_with(&query, json!({ "id": id })).await.data()["node"].clone();
        assert_eq!((&node["__typename"], &node["id"]), (&json!(name), &json!(id)));
        let field = name.to_lowercase();
        let own = format!(
            "query($id: ID!) {{ {field}(id: $id) {{ createdAt updatedAt createdBy {{ id }} }} }}"
        );
        let own = owner.gql_with(&own, json!({ "id": id })).await.data()[&field].clone();
        for shared in ["createdAt", "updatedAt", "createdBy"] {
            assert_eq!(node[shared], own[shared], "{name}");
        }
        match name {
            "User" => assert_eq!(node["email"], "owner@acme.test"),
            "Project" => assert_eq!(node["name"], "Apollo"),
            "Task" => assert_eq!(
                (&node["title"], &node["project"]["name"]),
                (&json!("Land"), &json!("Apollo"))
            ),
            _ => assert_eq!(node["name"], "plan.pdf"),
        }
        assert!(name == "User" || node["createdBy"]["id"] == mine, "{node}");
    }
}

#[tokio::test]
async fn nodes_keep_the_order_and_leave_gaps() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let [user, project, task, document] = rows(&app, &owner).await;
    let foreign = rows(&app, &app.sign_in("globex", "owner").await).await;
    let gone = TASKS.make(&owner, &project, "gone").await;
    owner.done("taskDelete", json!({ "id": gone }), "").await;
    let task_as_document = task.replace("task_", "document_");
    let ids: [&str; 14] = [
        &document,
        &foreign[0],
        &task,
        &foreign[1],
        &project,
        &foreign[2],
        &user,
        &foreign[3],
        &gone,
        &task,
        &task_as_document,
        "thing_01jtestgap0000000000000000",
        "task_01jtestgap0000000000000000",
        &user,
    ];
    let found = nodes(&owner, &ids).await.data()["nodes"].clone();
    let at = |id: &str, name: &str| json!({ "__typename": name, "id": id });
    let expected = json!([
        at(&document, "Document"),
        null,
        at(&task, "Task"),
        null,
        at(&project, "Project"),
        null,
        at(&user, "User"),
        null,
        null,
        at(&task, "Task"),
        null,
        null,
        null,
        at(&user, "User"),
    ]);
    assert_eq!(found, expected);
    assert_eq!(nodes(&owner, &[]).await.data()["nodes"], json!([]));
    let tenant = app.tenant("acme").await.id.to_string();
    let session = "session_01jtestgap0000000000000000";
    let hidden = nodes(&owner, &[&tenant, session]).await;
    assert_eq!(hidden.data()["nodes"], json!([null, null]), "of the platform, or of nobody");
}

#[tokio::test]
async fn ids_that_do_not_decode_are_refused_and_leave_their_siblings() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let [user, ..] = rows(&app, &owner).await;
    let long = "x".repeat(10_000);
    for wrong in [
        "",
        "1",
        "task",
        "task_",
        "task_x",
        "01jtestgap0000000000000000",
        "\u{0}",
        &long,
        "task_01JTESTGAP0000000000000000",
        "task_81jtestgap0000000000000000",
    ] {
        let query = "query($id: ID!) { bad: node(id: $id) { id } viewer { email } }";
        let answer = owner.gql_with(query, json!({ "id": wrong })).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{wrong:?}");
        assert_eq!(answer.at("/errors/0/path"), json!(["bad"]));
        assert_eq!(answer.text("/errors/0/extensions/field"), "id");
        let data = json!({ "bad": null, "viewer": { "email": "owner@acme.test" } });
        assert_eq!(answer.at("/data"), data, "{wrong:?}");

        let answer = nodes(&owner, &[&user, wrong, &user]).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{wrong:?}");
        assert_eq!(answer.at("/errors/0/path"), json!(["nodes", 1]));
        assert_eq!(answer.at("/data/nodes/0"), answer.at("/data/nodes/2"));
        assert_eq!(
            (answer.at("/data/nodes/1"), answer.text("/data/nodes/0/id")),
            (Value::Null, user.clone())
        );
    }
}

#[tokio::test]
async fn a_hundred_ids_are_enough() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let [user, ..] = rows(&app, &owner).await;
    let many = |n: usize| std::iter::repeat_n(user.as_str(), n).collect::<Vec<_>>();
    let found = nodes(&owner, &many(100)).await.data()["nodes"].clone();
    assert_eq!(found.as_array().unwrap().len(), 100);
    let answer = nodes(&owner, &many(101)).await;
    assert_eq!((answer.code().as_str(), answer.is_empty()), ("BAD_USER_INPUT", true));
    assert_eq!(answer.text("/errors/0/extensions/field"), "ids");
}

#[tokio::test]
async fn operators_see_no_rows_of_tenants() {
    let app = TestApp::new().await;
    let ids = rows(&app, &app.sign_in("acme", "owner").await).await;
    let operator = app.operator().await;
    for id in &ids {
        let answer = operator.gql(&format!("{{ node(id: \"{id}\") {{ id }} }}")).await;
        assert_eq!((answer.code().as_str(), answer.is_empty()), ("FORBIDDEN", true), "{id}");
    }
}

/// All who wait for a batch get its error, and each has to learn the same.
#[test]
fn a_failure_shared_by_many_keeps_its_code() {
    for e in [
        AppError::Unavailable(anyhow::anyhow!("busy")),
        AppError::internal("broken"),
        AppError::WrongHost("elsewhere"),
        AppError::TenantMigrating,
    ] {
        let code = e.code();
        let shared = Arc::new(e);
        let (one, other) = (AppError::from(shared.clone()), AppError::from(shared));
        assert_eq!((one.code(), other.code()), (code, code));
    }
}
