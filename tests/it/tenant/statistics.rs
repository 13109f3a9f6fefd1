//! `projectStatistics`: figures that agree with the rows.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::kit::{DOCUMENTS, PROJECTS, TASKS, text};
use crate::support::{Caller, TestApp};

const ALL: &str = "projectCount projectsByStatus { status count } taskCount
    tasksByStatus { status count } overdueTaskCount completedTaskCount completedFrom completedTo
    documentCount documentByteSize";

async fn figures(caller: &Caller, arguments: &str) -> Value {
    let query = format!("{{ projectStatistics{arguments} {{ {ALL} }} }}");
    caller.gql(&query).await.data()["projectStatistics"].clone()
}

async fn task(caller: &Caller, project: &str, status: &str, due: Option<NaiveDate>) -> String {
    let input = json!({ "projectId": project, "title": status, "status": status,
        "dueDate": due.map(|d| d.to_string()) });
    let made = caller.done("taskCreate", json!({ "input": input }), "task { id }").await;
    text(&made["task"]["id"])
}

#[tokio::test]
async fn nothing_counts_as_nothing() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    let today = app.app.clock.now().date_naive();
    let expected = json!({
        "projectCount": 0,
        "projectsByStatus": [
            { "status": "PLANNED", "count": 0 }, { "status": "ACTIVE", "count": 0 },
            { "status": "ON_HOLD", "count": 0 }, { "status": "COMPLETED", "count": 0 },
            { "status": "ARCHIVED", "count": 0 },
        ],
        "taskCount": 0,
        "tasksByStatus": [
            { "status": "TODO", "count": 0 }, { "status": "IN_PROGRESS", "count": 0 },
            { "status": "IN_REVIEW", "count": 0 }, { "status": "DONE", "count": 0 },
            { "status": "CANCELLED", "count": 0 },
        ],
        "overdueTaskCount": 0, "completedTaskCount": 0,
        "completedFrom": (today - Days::new(30)).to_string(), "completedTo": today.to_string(),
        "documentCount": 0, "documentByteSize": 0.0,
    });
    assert_eq!(figures(&member, "").await, expected);
}

#[tokio::test]
async fn the_figures_are_those_of_the_rows() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let today = app.app.clock.now().date_naive();
    let (one, two) = (app.project(&owner, "one").await, app.project(&owner, "two").await);
    let active = json!({ "id": two, "input": { "status": "ACTIVE" } });
    owner.done("projectUpdate", active, "").await;
    let gone = app.project(&owner, "gone").await;
    task(&owner, &gone, "TODO", Some(today - Days::new(1))).await;
    DOCUMENTS.make(&owner, &gone, "gone").await;
    owner.done("projectDelete", json!({ "id": gone }), "").await;

    let (yesterday, tomorrow) = (today - Days::new(1), today + Days::new(1));
    for (status, due) in [
        ("TODO", Some(yesterday)),      // overdue
        ("TODO", Some(today)),          // not yet
        ("IN_REVIEW", Some(yesterday)), // overdue
        ("CANCELLED", Some(yesterday)), // nobody waits for it
        ("DONE", Some(yesterday)),
        ("TODO", None),
    ] {
        task(&owner, &one, status, due).await;
    }
    task(&owner, &two, "DONE", Some(tomorrow)).await;
    let trashed = task(&owner, &two, "DONE", None).await;
    owner.done("taskDelete", json!({ "id": trashed }), "").await;
    for (project, size) in [(json!(one), 2_147_483_647_i64), (json!(one), 3), (Value::Null, 4)] {
        let input = json!({ "projectId": project, "name": "f", "byteSize": size });
        owner.done("documentCreate", json!({ "input": input }), "").await;
    }
    DOCUMENTS.make(&owner, &two, "of unknown size").await;

    let all = figures(&owner, "").await;
    assert_eq!(all["projectCount"], 2);
    assert_eq!(all["projectsByStatus"][0], json!({ "status": "PLANNED", "count": 1 }));
    assert_eq!(all["projectsByStatus"][1], json!({ "status": "ACTIVE", "count": 1 }));
    assert_eq!(all["taskCount"], 7);
    let by_status: Vec<_> =
        all["tasksByStatus"].as_array().unwrap().iter().map(|c| c["count"].clone()).collect();
    assert_eq!(by_status, [3, 0, 1, 2, 1]);
    assert_eq!(all["overdueTaskCount"], 2);
    assert_eq!(all["completedTaskCount"], 2);
    assert_eq!(all["documentCount"], 4);
    assert_eq!(all["documentByteSize"], 2_147_483_654.0);

    let of_two = figures(&owner, &format!("(projectId: \"{two}\")")).await;
    let small = ["projectCount", "taskCount", "completedTaskCount", "documentCount"];
    assert_eq!(small.map(|f| of_two[f].clone()), [1, 1, 1, 1]);
    assert_eq!(of_two["documentByteSize"], 0.0);
    assert_eq!(PROJECTS.count(&owner).await, 2);
    assert_eq!(TASKS.count(&owner).await, 7);
}

#[tokio::test]
async fn a_period_holds_its_first_and_its_last_day() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "one").await;
    for at in ["2026-03-01 00:00:00Z", "2026-03-31 23:59:59.999999Z", "2026-04-01 00:00:00Z"] {
        let id = task(&owner, &project, "DONE", None).await;
        let title = json!({ "id": id, "input": { "title": at } });
        owner.done("taskUpdate", title, "").await;
        app.sql(&format!("UPDATE \"t_acme\".tasks SET completed_at = '{at}' WHERE title = '{at}'"))
            .await;
    }
    let count = async |from: &str, to: &str| {
        let period = format!("(completedFrom: \"{from}\", completedTo: \"{to}\")");
        figures(&owner, &period).await["completedTaskCount"].clone()
    };
    assert_eq!(count("2026-03-01", "2026-03-31").await, 2);
    assert_eq!(count("2026-03-01", "2026-03-01").await, 1);
    assert_eq!(count("2026-03-02", "2026-03-30").await, 0);
    assert_eq!(count("0001-01-01", "9999-12-31").await, 3);

    let query = "{ projectStatistics(completedFrom: \"2026-03-02\", completedTo: \"2026-03-01\") {
        projectCount } }";
    let refused = owner.gql(query).await;
    assert_eq!((refused.code().as_str(), refused.is_empty()), ("BAD_USER_INPUT", true));
    assert_eq!(refused.text("/errors/0/extensions/field"), "completedTo");
    let first_day = "{ projectStatistics(completedTo: \"0001-01-01\") { projectCount } }";
    assert_eq!(owner.gql(first_day).await.data()["projectStatistics"]["projectCount"], 1);
}
