//! The record in the API: for owners and for platform administrators, filtered and in pages.

use serde_json::{Value, json};

use crate::support::{Caller, TestApp};
use crate::tenant::kit::{TASKS, me};

const LIST: &str = "query($filter: AuditFilter, $first: Int, $after: String) {
    auditLog(filter: $filter, first: $first, after: $after) { totalCount
        pageInfo { hasNextPage endCursor }
        nodes { id sequence at action objectKind objectId before after actorKind actorId
            actor { email } apiKeyId impersonatorId ipAddress userAgent correlationId hash } } }";

async fn listed(caller: &Caller, filter: Value) -> Vec<Value> {
    let answer = caller.gql_with(LIST, json!({ "filter": filter, "first": 100 })).await;
    let found = answer.data()["auditLog"].clone();
    let nodes = found["nodes"].as_array().expect("nodes").clone();
    assert_eq!(found["totalCount"], nodes.len());
    nodes
}

#[tokio::test]
async fn owners_look_up_who_did_what() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let home = app.project(&owner, "home").await;
    let task = TASKS.make(&member, &home, "mine").await;
    let change = json!({ "id": task, "input": { "description": "new" } });
    owner.done("taskUpdate", change, "").await;
    let of_task = listed(&owner, json!({ "objectId": { "eq": task } })).await;
    let actions: Vec<_> = of_task.iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["task.update", "task.create"], "the newest first");
    assert_eq!(of_task[1]["actor"]["email"], "member@acme.test");
    assert_eq!(of_task[1]["objectId"], json!(task));
    assert_eq!(of_task[1]["after"]["title"], "mine");
    assert_eq!(of_task[0]["before"]["description"], "");
    assert_eq!(of_task[0]["actorKind"], "USER");
    assert_eq!(of_task[0]["hash"].as_str().expect("a hash").len(), 64);
    let me = me(&member).await;
    for filter in [
        json!({ "actorId": { "eq": me } }),
        json!({ "action": { "eq": "task.create" } }),
        json!({ "correlationId": { "eq": of_task[1]["correlationId"] } }),
        json!({ "objectKind": { "eq": "task" }, "action": { "neq": "task.update" } }),
    ] {
        assert_eq!(listed(&owner, filter.clone()).await, &of_task[1..], "{filter}");
    }
    assert!(listed(&owner, json!({ "at": { "lt": "2020-01-01T00:00:00Z" } })).await.is_empty());
    let wrong = json!({ "filter": { "objectId": { "eq": "nonsense" } } });
    assert_eq!(owner.gql_with(LIST, wrong).await.code(), "BAD_USER_INPUT");

    let all = listed(&owner, Value::Null).await;
    let mut paged = vec![];
    let mut after = Value::Null;
    loop {
        let page = owner.gql_with(LIST, json!({ "first": 2, "after": after })).await.data();
        let page = &page["auditLog"];
        paged.extend(page["nodes"].as_array().expect("nodes").clone());
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(paged, all);
}

#[tokio::test]
async fn nobody_else_reads_the_record() {
    let app = TestApp::new().await;
    app.project(&app.sign_in("acme", "owner").await, "home").await;
    for who in ["manager", "member"] {
        let caller = app.sign_in("acme", who).await;
        assert_eq!(caller.gql("{ auditLog { totalCount } }").await.code(), "FORBIDDEN");
        assert_eq!(caller.gql("{ securityEvents { totalCount } }").await.code(), "FORBIDDEN");
    }
    let other = app.sign_in("globex", "owner").await;
    let seen = listed(&other, Value::Null).await;
    assert!(seen.iter().all(|entry| entry["objectKind"] != "project"), "{seen:?}");
    let operator = app.operator().await;
    let query = "{ platformAuditLog(first: 100) { totalCount nodes { action actor { email }
        actorId actorKind after } } }";
    let nodes = operator.gql(query).await.data()["platformAuditLog"]["nodes"].clone();
    let actions: Vec<_> =
        nodes.as_array().expect("nodes").iter().map(|node| node["action"].clone()).collect();
    assert!(actions.contains(&json!("tenant.create")), "{actions:?}");
    assert_eq!(other.gql(query).await.code(), "FORBIDDEN");
    assert_eq!(operator.gql("{ auditLog { totalCount } }").await.code(), "FORBIDDEN");
}
