//! Tasks: what is stored, what is refused, when they count as completed.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::kit::{TASKS, me, text};
use crate::support::{Caller, TestApp};

/// Every field of a task.
const ALL: &str = "id title description status priority dueDate completedAt version createdAt
    updatedAt project { id name } assignedTo { id } createdBy { id } updatedBy { id }";

async fn change(caller: &Caller, id: &str, input: Value) -> Value {
    let selection = format!("task {{ {ALL} }}");
    let arguments = json!({ "id": id, "input": input });
    caller.done("taskUpdate", arguments, &selection).await["task"].clone()
}

#[tokio::test]
async fn a_task_keeps_all_that_it_was_made_with() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let (mine, theirs) = (me(&owner).await, me(&member).await);
    let project = app.project(&owner, "Apollo").await;
    let input = json!({
        "projectId": project, "title": "Land", "description": "Softly.\n", "status": "IN_REVIEW",
        "priority": "URGENT", "dueDate": "1969-07-20", "assignedToId": mine,
    });
    let selection = format!("task {{ {ALL} }}");
    let made = member.done("taskCreate", json!({ "input": input }), &selection).await;
    let task = &made["task"];
    let id = text(&task["id"]);
    assert!(id.starts_with("task_") && id.len() == 31, "{id}");
    let kept = json!({
        "id": id, "title": "Land", "description": "Softly.\n", "status": "IN_REVIEW",
        "priority": "URGENT", "dueDate": "1969-07-20", "completedAt": null, "version": 1,
        "createdAt": task["createdAt"], "updatedAt": task["createdAt"],
        "project": { "id": project, "name": "Apollo" }, "assignedTo": { "id": mine },
        "createdBy": { "id": theirs }, "updatedBy": { "id": theirs },
    });
    assert_eq!(*task, kept);
    assert_eq!(TASKS.read(&owner, &id, ALL).await, kept);
    let listed = owner.gql(&format!("{{ tasks {{ edges {{ node {{ {ALL} }} }} }} }}")).await;
    assert_eq!(listed.data()["tasks"]["edges"], json!([{ "node": kept }]));

    let bare = app.task(&owner, &project, "bare").await;
    let read = "description status priority dueDate completedAt assignedTo { id } createdBy { id }";
    let expected = json!({ "description": "", "status": "TODO", "priority": "MEDIUM",
        "dueDate": null, "completedAt": null, "assignedTo": null, "createdBy": { "id": mine } });
    assert_eq!(TASKS.read(&owner, &bare, read).await, expected);
}

#[tokio::test]
async fn bad_input_is_told_by_field_and_stores_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "Apollo").await;
    let gone = app.project(&owner, "gone").await;
    owner.done("projectDelete", json!({ "id": gone }), "").await;
    let long = |n: usize| "😀".repeat(n);
    let no_user = "user_01jtestgap0000000000000000";
    let cases = [
        (json!({ "title": "" }), vec!["REQUIRED input.title"]),
        (json!({ "title": "\t" }), vec!["REQUIRED input.title", "INVALID input.title"]),
        (json!({ "title": long(201) }), vec!["TOO_LONG input.title"]),
        (json!({ "title": "a\u{0}" }), vec!["INVALID input.title"]),
        (json!({ "title": "a\r" }), vec!["INVALID input.title"]),
        (json!({ "title": "a", "description": "\u{0}" }), vec!["INVALID input.description"]),
        (json!({ "title": "a", "description": long(20_001) }), vec!["TOO_LONG input.description"]),
        (json!({ "title": "a", "projectId": gone }), vec!["NOT_FOUND input.projectId"]),
        (
            json!({ "title": "a", "projectId": "project_01jtestgap0000000000000000" }),
            vec!["NOT_FOUND input.projectId"],
        ),
        (json!({ "title": "a", "assignedToId": no_user }), vec!["NOT_FOUND input.assignedToId"]),
    ];
    let id = app.task(&owner, &project, "kept").await;
    for (case, expected) in cases {
        let mut input = json!({ "projectId": project });
        input.as_object_mut().unwrap().extend(case.as_object().unwrap().clone());
        let found = owner.faults("taskCreate", json!({ "input": input })).await;
        assert_eq!(found, expected, "{case}");
        let found = owner.faults("taskUpdate", json!({ "id": id, "input": case })).await;
        assert_eq!(found, expected, "update: {case}");
        let bulk = json!({ "selection": { "ids": [id] }, "input": case });
        assert_eq!(owner.faults("taskBulkUpdate", bulk).await, expected, "bulk: {case}");
    }
    for input in [
        json!({ "projectId": project }),
        json!({ "projectId": "Apollo", "title": "a" }),
        json!({ "projectId": id, "title": "a" }),
        json!({ "projectId": project, "title": "a", "priority": 3 }),
        json!({ "projectId": project, "title": "a", "priority": "HIGHEST" }),
        json!({ "projectId": project, "title": "a", "dueDate": "tomorrow" }),
    ] {
        let code = owner.refusal("taskCreate", json!({ "input": input })).await;
        assert_eq!(code, "BAD_USER_INPUT", "{input}");
    }
    assert_eq!(TASKS.count(&owner).await, 1);
    let read = TASKS.read(&owner, &id, "title version").await;
    assert_eq!(read, json!({ "title": "kept", "version": 1 }));
    let most = json!({ "projectId": project, "title": long(200), "description": long(20_000) });
    owner.done("taskCreate", json!({ "input": most }), "").await;
}

#[tokio::test]
async fn a_change_keeps_what_is_left_out_and_clears_what_is_null() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let (one, two) = (app.project(&owner, "one").await, app.project(&owner, "two").await);
    let input = json!({ "projectId": one, "title": "Land", "description": "x", "status": "TODO",
        "priority": "LOW", "dueDate": "2026-12-31", "assignedToId": me(&owner).await });
    let made = owner.done("taskCreate", json!({ "input": input }), "task { id }").await;
    let id = text(&made["task"]["id"]);
    let before = TASKS.read(&owner, &id, ALL).await;
    app.app.clock.advance(TimeDelta::seconds(60));
    let after = change(&member, &id, json!({ "projectId": two })).await;
    let mut expected = before.clone();
    expected["project"] = json!({ "id": two, "name": "two" });
    expected["version"] = json!(2);
    expected["updatedAt"] = after["updatedAt"].clone();
    expected["updatedBy"]["id"] = json!(me(&member).await);
    assert_eq!(after, expected);
    assert!(text(&after["updatedAt"]) > text(&before["updatedAt"]), "{after}");
    let after = change(&member, &id, json!({ "dueDate": null, "assignedToId": null })).await;
    assert_eq!((&after["dueDate"], &after["assignedTo"]), (&Value::Null, &Value::Null));
    for field in ["projectId", "title", "description", "status", "priority"] {
        let arguments = json!({ "id": id, "input": { (field): null } });
        let found = member.faults("taskUpdate", arguments).await;
        assert_eq!(found, [format!("REQUIRED input.{field}")]);
    }
    assert_eq!(TASKS.read(&owner, &id, ALL).await, after, "refused changes change nothing");
}

#[tokio::test]
async fn done_sets_the_time_and_anything_else_clears_it() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "Apollo").await;
    let id = app.task(&owner, &project, "Land").await;
    let done = change(&owner, &id, json!({ "status": "DONE" })).await;
    let at = text(&done["completedAt"]);
    app.app.clock.advance(TimeDelta::seconds(60));
    for input in [json!({ "title": "Landed" }), json!({ "status": "DONE" }), json!({})] {
        assert_eq!(change(&owner, &id, input.clone()).await["completedAt"], at, "{input}");
    }
    for status in ["CANCELLED", "TODO", "IN_PROGRESS", "IN_REVIEW"] {
        change(&owner, &id, json!({ "status": "DONE" })).await;
        let open = change(&owner, &id, json!({ "status": status })).await;
        assert_eq!(open["completedAt"], Value::Null, "{status}");
    }
    let later = change(&owner, &id, json!({ "status": "DONE" })).await;
    assert!(text(&later["completedAt"]) > at, "{later}");
    let input = json!({ "projectId": project, "title": "born done", "status": "DONE" });
    let made =
        owner.done("taskCreate", json!({ "input": input }), "task { completedAt createdAt }");
    let made = made.await;
    assert_eq!(made["task"]["completedAt"], made["task"]["createdAt"]);
}

#[tokio::test]
async fn completing_twice_changes_nothing_the_second_time() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let project = app.project(&owner, "Apollo").await;
    let id = app.task(&owner, &project, "Land").await;
    let selection = format!("task {{ {ALL} }}");
    let complete = async |caller: &Caller| {
        caller.done("taskComplete", json!({ "id": id }), &selection).await["task"].clone()
    };
    let first = complete(&member).await;
    assert_eq!((&first["status"], &first["version"]), (&json!("DONE"), &json!(2)));
    assert_eq!(first["completedAt"], first["updatedAt"]);
    assert_eq!(first["updatedBy"]["id"], me(&member).await);
    app.app.clock.advance(TimeDelta::seconds(60));
    assert_eq!(complete(&owner).await, first);
    owner.done("taskDelete", json!({ "id": id }), "").await;
    assert_eq!(owner.faults("taskComplete", json!({ "id": id })).await, ["NOT_FOUND id"]);
}

#[tokio::test]
async fn a_change_of_a_version_that_is_gone_is_refused() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "Apollo").await;
    let id = app.task(&owner, &project, "one").await;
    let arguments = |title: &str, version: i32| json!({ "id": id, "input": { "title": title, "status": "DONE" }, "expectedVersion": version });
    owner.done("taskUpdate", arguments("two", 1), "").await;
    let stale = owner.faults("taskUpdate", arguments("three", 1)).await;
    assert_eq!(stale, ["STALE_VERSION expectedVersion"]);
    let read = TASKS.read(&owner, &id, "title version").await;
    assert_eq!(read, json!({ "title": "two", "version": 2 }));
    let other = "task_01jtestgap0000000000000000";
    let missing = json!({ "id": other, "input": { "title": "x" }, "expectedVersion": 1 });
    assert_eq!(owner.faults("taskUpdate", missing).await, ["NOT_FOUND id"]);
}
