//! The trash: what goes in, what comes out with it, and what stays behind.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::kit::{DOCUMENTS, PROJECTS, SLICES, TASKS, me};
use crate::support::{Caller, TestApp};

async fn delete(caller: &Caller, field: &str, id: &str, selection: &str) -> Value {
    caller.done(field, json!({ "id": id }), selection).await
}

#[tokio::test]
async fn what_is_in_the_trash_is_nowhere_else_and_comes_back_whole() {
    let app = TestApp::new().await;
    let (owner, manager) =
        (app.sign_in("acme", "owner").await, app.sign_in("acme", "manager").await);
    let project = app.project(&owner, "home").await;
    for slice in SLICES {
        let id = slice.make(&owner, &project, "thing").await;
        let fields = format!("id {} createdAt createdBy {{ id }}", slice.label);
        let before = slice.read(&owner, &id, &fields).await;
        let rest = slice.count(&owner).await.as_i64().unwrap() - 1;
        app.app.clock.advance(TimeDelta::seconds(1));

        let thing = format!("{}{}", slice.one[..1].to_uppercase(), &slice.one[1..]);
        let gone = format!("deleted{thing}Id");
        let payload = delete(&manager, &slice.verb("Delete"), &id, &gone).await;
        assert_eq!(payload[&gone], id);
        assert_eq!(slice.read(&owner, &id, "id").await, Value::Null);
        assert_eq!(slice.count(&owner).await, rest, "{slice:?}");
        let node = owner.gql(&format!("{{ node(id: \"{id}\") {{ id }} }}")).await;
        assert_eq!(node.data()["node"], Value::Null);
        let change = json!({ "id": id, "input": { (slice.label): "changed" } });
        let not_found = ["NOT_FOUND id"];
        assert_eq!(owner.faults(&slice.verb("Update"), change).await, not_found);
        assert_eq!(owner.faults(&slice.verb("Delete"), json!({ "id": id })).await, not_found);

        let selection = format!("{} {{ {fields} version updatedBy {{ id }} }}", slice.one);
        let back = delete(&owner, &slice.verb("Restore"), &id, &selection).await;
        let mut expected = before;
        expected["version"] = json!(2);
        expected["updatedBy"] = json!({ "id": me(&owner).await });
        assert_eq!(back[slice.one], expected);
        assert_eq!(slice.count(&owner).await, rest + 1);
        assert_eq!(owner.faults(&slice.verb("Restore"), json!({ "id": id })).await, not_found);
        assert_eq!(slice.read(&owner, &id, "version").await["version"], 2);
    }
}

#[tokio::test]
async fn a_project_takes_its_contents_along_and_brings_the_same_back() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (project, other) = (app.project(&owner, "one").await, app.project(&owner, "other").await);
    let (early, task, late) = (
        TASKS.make(&owner, &project, "early").await,
        TASKS.make(&owner, &project, "task").await,
        TASKS.make(&owner, &project, "late").await,
    );
    let elsewhere = TASKS.make(&owner, &other, "elsewhere").await;
    let loose = owner.done("documentCreate", json!({ "input": { "name": "loose" } }), "").await;
    assert_eq!(loose["userErrors"], json!([]));
    let (early_file, file) = (
        DOCUMENTS.make(&owner, &project, "early").await,
        DOCUMENTS.make(&owner, &project, "file").await,
    );
    delete(&owner, "taskDelete", &early, "").await;
    delete(&owner, "documentDelete", &early_file, "").await;
    app.app.clock.advance(TimeDelta::seconds(1));

    let counts = "deletedTaskCount deletedDocumentCount";
    let gone = delete(&owner, "projectDelete", &project, counts).await;
    assert_eq!((&gone["deletedTaskCount"], &gone["deletedDocumentCount"]), (&json!(2), &json!(1)));
    assert_eq!(TASKS.read(&owner, &task, "id").await, Value::Null);
    assert_eq!(DOCUMENTS.read(&owner, &file, "id").await, Value::Null);
    assert_eq!((TASKS.count(&owner).await, DOCUMENTS.count(&owner).await), (json!(1), json!(1)));

    // Nothing can be put into it or taken out of it while it is in there.
    for id in [&task, &early] {
        assert_eq!(owner.faults("taskRestore", json!({ "id": id })).await, ["NOT_FOUND id"]);
    }
    assert_eq!(owner.faults("documentRestore", json!({ "id": file })).await, ["NOT_FOUND id"]);
    let into = json!({ "id": elsewhere, "input": { "projectId": project } });
    assert_eq!(owner.faults("taskUpdate", into).await, ["NOT_FOUND input.projectId"]);

    app.app.clock.advance(TimeDelta::seconds(1));
    let counts = "restoredTaskCount restoredDocumentCount project { tasks { totalCount } }";
    let back = delete(&owner, "projectRestore", &project, counts).await;
    assert_eq!(
        (&back["restoredTaskCount"], &back["restoredDocumentCount"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(back["project"]["tasks"]["totalCount"], 2);
    for id in [&task, &late] {
        assert_eq!(TASKS.read(&owner, id, "project { name }").await["project"]["name"], "one");
    }
    assert_eq!(TASKS.read(&owner, &early, "id").await, Value::Null, "it was in there before");
    assert_eq!(DOCUMENTS.read(&owner, &early_file, "id").await, Value::Null);
    // Now they can come back by themselves.
    delete(&owner, "taskRestore", &early, "").await;
    delete(&owner, "documentRestore", &early_file, "").await;
    assert_eq!((TASKS.count(&owner).await, DOCUMENTS.count(&owner).await), (json!(4), json!(3)));
}

#[tokio::test]
async fn bulk_deletion_takes_the_contents_along_too() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let mut ids = vec![];
    for name in ["one", "two", "three"] {
        let project = app.project(&owner, name).await;
        app.task(&owner, &project, name).await;
        DOCUMENTS.make(&owner, &project, name).await;
        ids.push(project);
    }
    let selection = json!({ "selection": { "ids": ids[..2] } });
    let gone = owner.done("projectBulkDelete", selection, "affectedCount").await;
    assert_eq!(gone["affectedCount"], 2);
    for slice in SLICES {
        assert_eq!(slice.count(&owner).await, 1, "{slice:?}");
    }
    delete(&owner, "projectRestore", &ids[0], "").await;
    for slice in SLICES {
        assert_eq!(slice.count(&owner).await, 2, "{slice:?}");
    }
}

#[tokio::test]
async fn lists_below_a_project_or_a_person_leave_the_trash_out() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let mine = me(&owner).await;
    let project = app.project(&owner, "one").await;
    for n in 0..3 {
        let input = json!({ "projectId": project, "title": n.to_string(), "assignedToId": mine });
        let made = owner.done("taskCreate", json!({ "input": input }), "task { id }").await;
        if n == 0 {
            owner.done("taskDelete", json!({ "id": made["task"]["id"] }), "").await;
        }
    }
    let query = "{ viewer { assignedTasks { totalCount nodes { title } }
        createdTasks { totalCount } createdProjects { totalCount nodes { tasks { totalCount } } } } }";
    let viewer = owner.gql(query).await.data()["viewer"].clone();
    let expected = json!({
        "assignedTasks": { "totalCount": 2, "nodes": [{ "title": "2" }, { "title": "1" }] },
        "createdTasks": { "totalCount": 2 },
        "createdProjects": { "totalCount": 1, "nodes": [{ "tasks": { "totalCount": 2 } }] },
    });
    assert_eq!(viewer, expected);
    delete(&owner, "projectDelete", &project, "").await;
    let viewer = owner.gql(query).await.data()["viewer"].clone();
    assert_eq!(viewer["assignedTasks"], json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(viewer["createdProjects"]["totalCount"], 0);
    assert_eq!(PROJECTS.count(&owner).await, 0);
}

#[tokio::test]
async fn a_task_whose_project_was_deleted_meanwhile_does_not_come_back_alone() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "one").await;
    let task = app.task(&owner, &project, "task").await;
    delete(&owner, "taskDelete", &task, "").await;
    app.app.clock.advance(TimeDelta::seconds(1));
    delete(&owner, "projectDelete", &project, "").await;
    assert_eq!(owner.faults("taskRestore", json!({ "id": task })).await, ["NOT_FOUND id"]);
    let back = delete(&owner, "projectRestore", &project, "restoredTaskCount").await;
    assert_eq!(back["restoredTaskCount"], 0);
    delete(&owner, "taskRestore", &task, "").await;
    assert_eq!(TASKS.read(&owner, &task, "title").await["title"], "task");
}
