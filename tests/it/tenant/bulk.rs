//! Bulk changes and deletions: by ids, by filter, all or none.

use serde_json::{Value, json};

use super::kit::{SLICES, Slice, TASKS, me};
use crate::support::{Caller, TestApp};

/// Rows with the labels 0, 1, 2, …; their ids.
async fn rows(slice: Slice, caller: &Caller, project: &str, n: usize) -> Vec<String> {
    let mut ids = vec![];
    for i in 0..n {
        ids.push(slice.make(caller, project, &i.to_string()).await);
    }
    ids
}

async fn affected(caller: &Caller, field: &str, arguments: Value) -> Value {
    caller.done(field, arguments, "affectedCount").await["affectedCount"].clone()
}

/// The description of each row, in the order of their labels.
async fn descriptions(slice: Slice, caller: &Caller) -> Vec<Value> {
    let field = if slice.label == "title" { "TITLE" } else { "NAME" };
    let query = format!(
        "{{ {}(orderBy: [{{ field: {field} }}], filter: {{ {}: {{ neq: \"home\" }} }}) {{
            nodes {{ description }} }} }}",
        slice.many, slice.label
    );
    caller.gql(&query).await.column(slice.many, "description")
}

#[tokio::test]
async fn ids_and_filters_choose_the_rows() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let home = app.project(&owner, "home").await;
    for slice in SLICES {
        let ids = rows(slice, &owner, &home, 4).await;
        let update = slice.verb("BulkUpdate");
        let unknown = format!("{}_01jtestgap0000000000000000", slice.one);
        let chosen = json!({
            "selection": { "ids": [ids[0], ids[1], ids[1], unknown] },
            "input": { "description": "by id" },
        });
        assert_eq!(affected(&owner, &update, chosen).await, 2, "{slice:?}");
        let found = json!({
            "selection": { "filter": { (slice.label): { "in": ["1", "2", "nobody"] } } },
            "input": { "description": "by filter" },
        });
        assert_eq!(affected(&owner, &update, found).await, 2, "{slice:?}");
        assert_eq!(descriptions(slice, &owner).await, ["by id", "by filter", "by filter", ""]);
        let read = slice.read(&owner, &ids[1], "version updatedBy { id }").await;
        assert_eq!(read, json!({ "version": 3, "updatedBy": { "id": me(&owner).await } }));

        let none = json!({ "selection": { "ids": [] }, "input": { "description": "x" } });
        assert_eq!(affected(&owner, &update, none).await, 0);
        let delete = slice.verb("BulkDelete");
        let by_filter = json!({ "selection": { "filter": { (slice.label): { "eq": "0" } } } });
        assert_eq!(affected(&owner, &delete, by_filter.clone()).await, 1);
        assert_eq!(affected(&owner, &delete, by_filter).await, 0, "it is in the trash already");
        let by_ids = json!({ "selection": { "ids": ids } });
        assert_eq!(affected(&owner, &delete, by_ids).await, 3);
        assert!(descriptions(slice, &owner).await.is_empty());
        let restored = json!({ "id": ids[2] });
        owner.done(&slice.verb("Restore"), restored, "").await;
    }
}

#[tokio::test]
async fn a_selection_that_takes_everything_by_mistake_is_refused() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let home = app.project(&owner, "home").await;
    for slice in SLICES {
        let id = slice.make(&owner, &home, "kept").await;
        let before = slice.count(&owner).await;
        let empty = [
            json!({}),
            json!({ (slice.label): {} }),
            json!({ (slice.label): { "eq": null } }),
            json!({ "and": [] }),
            json!({ "and": [{}] }),
            json!({ "and": [{}, {}] }),
            json!({ "or": [{}] }),
            json!({ "or": [{}, {}] }),
            json!({ "not": { "or": [] } }),
            json!({ "not": { "not": {} } }),
            json!({ "or": [{ (slice.label): { "eq": "other" } }, {}] }),
            json!({ "not": { (slice.label): {}, "not": {} } }),
        ];
        for filter in empty {
            let selection = json!({ "filter": filter });
            let delete = json!({ "selection": selection });
            let found = owner.faults(&slice.verb("BulkDelete"), delete).await;
            assert_eq!(found, ["INVALID selection.filter"], "{filter}");
            let update = json!({ "selection": selection, "input": { "description": "x" } });
            let found = owner.faults(&slice.verb("BulkUpdate"), update).await;
            assert_eq!(found, ["INVALID selection.filter"], "{filter}");
        }
        let many: Vec<_> = std::iter::repeat_n(&id, 251).collect();
        let delete = json!({ "selection": { "ids": many } });
        let found = owner.faults(&slice.verb("BulkDelete"), delete).await;
        assert_eq!(found, ["INVALID selection.ids"]);
        let update = json!({ "selection": { "ids": many }, "input": { "description": "x" } });
        let found = owner.faults(&slice.verb("BulkUpdate"), update).await;
        assert_eq!(found, ["INVALID selection.ids"]);
        for selection in [
            json!({}),
            json!(null),
            json!({ "ids": null }),
            json!({ "ids": [id], "filter": { (slice.label): { "eq": "kept" } } }),
            json!({ "ids": ["user_01jtestgap0000000000000000"] }),
            json!({ "ids": [null] }),
        ] {
            let arguments = json!({ "selection": selection });
            let code = owner.refusal(&slice.verb("BulkDelete"), arguments).await;
            assert_eq!(code, "BAD_USER_INPUT", "{selection}");
        }
        assert_eq!(slice.count(&owner).await, before, "{slice:?}");
        assert_eq!(slice.read(&owner, &id, "description").await["description"], "");
        let most: Vec<_> = std::iter::repeat_n(&id, 250).collect();
        let most = json!({ "selection": { "ids": most }, "input": { "description": "x" } });
        assert_eq!(affected(&owner, &slice.verb("BulkUpdate"), most).await, 1);
    }
}

#[tokio::test]
async fn of_a_bulk_change_that_can_not_be_made_nothing_is_made() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let home = app.project(&owner, "home").await;
    let ids = rows(TASKS, &owner, &home, 3).await;
    let wrong = json!({ "description": "x", "assignedToId": "user_01jtestgap0000000000000000" });
    let update = json!({ "selection": { "ids": ids }, "input": wrong });
    let found = owner.faults("taskBulkUpdate", update).await;
    assert_eq!(found, ["NOT_FOUND input.assignedToId"]);
    assert_eq!(descriptions(TASKS, &owner).await, ["", "", ""]);
    for field in ["title", "status", "priority", "projectId"] {
        let update = json!({ "selection": { "ids": ids }, "input": { (field): null } });
        let found = owner.faults("taskBulkUpdate", update).await;
        assert_eq!(found, [format!("REQUIRED input.{field}")]);
    }
}

#[tokio::test]
async fn bulk_changes_complete_and_reopen_tasks_like_single_ones() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let home = app.project(&owner, "home").await;
    let ids = rows(TASKS, &owner, &home, 2).await;
    owner.done("taskComplete", json!({ "id": ids[0] }), "").await;
    let before = TASKS.read(&owner, &ids[0], "completedAt").await;
    app.app.clock.advance(chrono::TimeDelta::seconds(60));
    let all = |status: &str| json!({ "selection": { "ids": ids }, "input": { "status": status } });
    assert_eq!(affected(&owner, "taskBulkUpdate", all("DONE")).await, 2);
    let (first, second) = (
        TASKS.read(&owner, &ids[0], "completedAt").await,
        TASKS.read(&owner, &ids[1], "completedAt").await,
    );
    assert_eq!(first, before, "it was done already");
    assert!(second["completedAt"].as_str() > first["completedAt"].as_str(), "{second}");
    affected(&owner, "taskBulkUpdate", all("TODO")).await;
    for id in &ids {
        assert_eq!(TASKS.read(&owner, id, "completedAt").await["completedAt"], Value::Null);
    }
    let cleared = json!({ "dueDate": null, "assignedToId": null });
    let arguments = json!({ "selection": { "ids": ids }, "input": cleared });
    assert_eq!(affected(&owner, "taskBulkUpdate", arguments).await, 2);
}
