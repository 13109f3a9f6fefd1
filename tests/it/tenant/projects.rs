//! Projects: what is stored, what is refused, how changes meet each other.

use serde_json::{Value, json};

use super::kit::{PROJECTS, me, text};
use crate::support::{Caller, TestApp};

/// Every field of a project.
pub const ALL: &str = "id name description status startDate dueDate version createdAt updatedAt
    assignedTo { id displayName } createdBy { id } updatedBy { id }
    tasks { totalCount } documents { totalCount }";

#[tokio::test]
async fn a_project_keeps_all_that_it_was_made_with() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let (mine, theirs) = (me(&owner).await, me(&member).await);
    let input = json!({
        "name": "Apollo", "description": "To the Moon.\nAnd back.", "status": "ON_HOLD",
        "startDate": "2026-02-28", "dueDate": "2026-02-28", "assignedToId": theirs,
    });
    let selection = format!("project {{ {ALL} }}");
    let made = owner.done("projectCreate", json!({ "input": input }), &selection).await;
    let project = &made["project"];
    let id = text(&project["id"]);
    assert!(id.starts_with("project_") && id.len() == 34, "{id}");
    assert!(text(&project["createdAt"]).ends_with('Z'), "{project}");
    assert_eq!(project["createdAt"], project["updatedAt"]);
    let kept = json!({
        "id": id, "name": "Apollo", "description": "To the Moon.\nAnd back.",
        "status": "ON_HOLD", "startDate": "2026-02-28", "dueDate": "2026-02-28", "version": 1,
        "createdAt": project["createdAt"], "updatedAt": project["updatedAt"],
        "assignedTo": { "id": theirs, "displayName": "member acme" },
        "createdBy": { "id": mine }, "updatedBy": { "id": mine },
        "tasks": { "totalCount": 0 }, "documents": { "totalCount": 0 },
    });
    assert_eq!(*project, kept);
    assert_eq!(PROJECTS.read(&member, &id, ALL).await, kept, "a member reads the same");
    let listed = member.gql(&format!("{{ projects {{ nodes {{ {ALL} }} }} }}")).await;
    assert_eq!(listed.data()["projects"]["nodes"], json!([kept]));
}

#[tokio::test]
async fn what_is_left_out_has_its_default() {
    let app = TestApp::new().await;
    let manager = app.sign_in("acme", "manager").await;
    let id = app.project(&manager, "Bare").await;
    let read =
        PROJECTS.read(&manager, &id, "description status startDate dueDate assignedTo { id }");
    let bare = json!({ "description": "", "status": "PLANNED", "startDate": null, "dueDate": null,
        "assignedTo": null });
    assert_eq!(read.await, bare);
}

#[tokio::test]
async fn bad_input_is_told_by_field_and_stores_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let gone = me(&app.sign_in("acme", "member").await).await;
    owner.done("userUpdate", json!({ "id": gone, "input": { "isActive": false } }), "").await;
    let long = |n: usize| "ä".repeat(n);
    let cases = [
        (json!({ "name": "" }), vec!["REQUIRED input.name"]),
        (json!({ "name": " \u{a0}\u{2003} " }), vec!["REQUIRED input.name"]),
        (json!({ "name": long(201) }), vec!["TOO_LONG input.name"]),
        (json!({ "name": "a\u{0}b" }), vec!["INVALID input.name"]),
        (json!({ "name": "a\u{7}b" }), vec!["INVALID input.name"]),
        (json!({ "name": "a\u{85}b" }), vec!["INVALID input.name"]),
        (json!({ "name": "two\nlines" }), vec!["INVALID input.name"]),
        (json!({ "name": "a", "description": "a\u{0}" }), vec!["INVALID input.description"]),
        (json!({ "name": "a", "description": "a\u{1b}[31m" }), vec!["INVALID input.description"]),
        (json!({ "name": "a", "description": long(20_001) }), vec!["TOO_LONG input.description"]),
        (
            json!({ "name": "a", "startDate": "2026-03-01", "dueDate": "2026-02-28" }),
            vec!["INVALID input.dueDate"],
        ),
        (json!({ "name": "a", "assignedToId": gone }), vec!["NOT_FOUND input.assignedToId"]),
        (
            json!({ "name": "a", "assignedToId": "user_01jtestgap0000000000000000" }),
            vec!["NOT_FOUND input.assignedToId"],
        ),
        (
            json!({ "name": "", "description": long(20_001), "startDate": "2026-03-01",
                "dueDate": "2025-03-01" }),
            vec!["REQUIRED input.name", "TOO_LONG input.description", "INVALID input.dueDate"],
        ),
    ];
    for (input, expected) in cases {
        let found = owner.faults("projectCreate", json!({ "input": input })).await;
        assert_eq!(found, expected, "{input}");
    }
    assert_eq!(PROJECTS.count(&owner).await, 0);
    let most = json!({ "name": long(200), "description": long(20_000) });
    owner.done("projectCreate", json!({ "input": most }), "").await;
}

#[tokio::test]
async fn values_of_the_wrong_type_are_refused_as_a_whole() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let id = app.project(&owner, "Apollo").await;
    let wrong = [
        json!({}),
        json!({ "name": null }),
        json!({ "name": 1 }),
        json!({ "name": ["a"] }),
        json!({ "name": "a", "status": "DONE" }),
        json!({ "name": "a", "status": "active" }),
        json!({ "name": "a", "nmae": "b" }),
        json!({ "name": "a", "assignedToId": id }),
        json!({ "name": "a", "assignedToId": "42" }),
        json!({ "name": "a", "dueDate": "2026-02-30" }),
        json!({ "name": "a", "dueDate": "2026-2-3" }),
        json!({ "name": "a", "dueDate": "20260203" }),
        json!({ "name": "a", "dueDate": "2026-02-03T00:00:00Z" }),
        json!({ "name": "a", "dueDate": "-999-01-01" }),
        json!({ "name": "a", "dueDate": "+999-01-01" }),
        json!({ "name": "a", "dueDate": "" }),
        json!({ "name": "a", "dueDate": 20260203 }),
    ];
    for input in wrong {
        let code = owner.refusal("projectCreate", json!({ "input": input })).await;
        assert_eq!(code, "BAD_USER_INPUT", "{input}");
    }
    assert_eq!(PROJECTS.count(&owner).await, 1);
}

#[tokio::test]
async fn a_change_keeps_what_is_left_out_and_clears_what_is_null() {
    let app = TestApp::new().await;
    let (owner, manager) =
        (app.sign_in("acme", "owner").await, app.sign_in("acme", "manager").await);
    let input = json!({ "name": "Apollo", "description": "x", "status": "ACTIVE",
        "startDate": "2026-01-01", "dueDate": "2026-12-31", "assignedToId": me(&owner).await });
    let made = owner.done("projectCreate", json!({ "input": input }), "project { id }").await;
    let id = text(&made["project"]["id"]);
    let before = PROJECTS.read(&owner, &id, ALL).await;
    app.app.clock.advance(chrono::TimeDelta::seconds(60));

    let selection = format!("project {{ {ALL} }}");
    let named = json!({ "id": id, "input": { "name": "Gemini" } });
    let after = manager.done("projectUpdate", named, &selection).await["project"].clone();
    let mut expected = before.clone();
    expected["name"] = json!("Gemini");
    expected["version"] = json!(2);
    expected["updatedAt"] = after["updatedAt"].clone();
    expected["updatedBy"]["id"] = json!(me(&manager).await);
    assert_eq!(after, expected);
    assert!(text(&after["updatedAt"]) > text(&before["updatedAt"]), "{after}");

    let cleared = json!({ "startDate": null, "dueDate": null, "assignedToId": null });
    let after = manager.done("projectUpdate", json!({ "id": id, "input": cleared }), &selection);
    let after = after.await["project"].clone();
    for field in ["startDate", "dueDate", "assignedTo"] {
        assert_eq!(after[field], Value::Null, "{field}");
    }
    assert_eq!(after["version"], 3);
    for field in ["name", "description", "status"] {
        let change = json!({ "id": id, "input": { (field): null } });
        let found = manager.faults("projectUpdate", change).await;
        assert_eq!(found, [format!("REQUIRED input.{field}")]);
    }
    assert_eq!(PROJECTS.read(&owner, &id, ALL).await, after, "refused changes change nothing");
}

#[tokio::test]
async fn a_change_alone_can_not_bring_the_days_out_of_order() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let input = json!({ "name": "Apollo", "startDate": "2026-06-01", "dueDate": "2026-06-30" });
    let made = owner.done("projectCreate", json!({ "input": input }), "project { id }").await;
    let id = text(&made["project"]["id"]);
    for (field, day) in [("dueDate", "2026-05-31"), ("startDate", "2026-07-01")] {
        let change = json!({ (field): day });
        let found = owner.faults("projectUpdate", json!({ "id": id, "input": change })).await;
        assert_eq!(found, ["INVALID input.dueDate"], "{field}");
        let bulk = json!({ "selection": { "ids": [id] }, "input": change });
        let found = owner.faults("projectBulkUpdate", bulk).await;
        assert_eq!(found, ["INVALID input.dueDate"], "{field}");
    }
    let read = PROJECTS.read(&owner, &id, "startDate dueDate version").await;
    assert_eq!(read, json!({ "startDate": "2026-06-01", "dueDate": "2026-06-30", "version": 1 }));
    let moved = json!({ "startDate": "2027-06-01", "dueDate": "2027-06-30" });
    owner.done("projectUpdate", json!({ "id": id, "input": moved }), "").await;
}

#[tokio::test]
async fn a_change_of_a_version_that_is_gone_is_refused() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let id = app.project(&owner, "one").await;
    let change = |name: &str, version: Value| json!({ "id": id, "input": { "name": name }, "expectedVersion": version });
    for version in [0, 2, -1, i32::MAX] {
        let found = owner.faults("projectUpdate", change("other", json!(version))).await;
        assert_eq!(found, ["STALE_VERSION expectedVersion"], "{version}");
    }
    owner.done("projectUpdate", change("two", json!(1)), "").await;
    owner.done("projectUpdate", change("three", json!(null)), "").await;
    assert_eq!(owner.faults("projectUpdate", change("four", json!(1))).await.len(), 1);
    let read = PROJECTS.read(&owner, &id, "name version").await;
    assert_eq!(read, json!({ "name": "three", "version": 3 }));
}

#[tokio::test]
async fn of_changes_at_the_same_time_one_is_the_first() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let id = app.project(&owner, "start").await;
    let change = async |name: usize, owner: &Caller| {
        let arguments =
            json!({ "id": id, "input": { "name": name.to_string() }, "expectedVersion": 1 });
        owner.faults("projectUpdate", arguments).await
    };
    let all = futures_util::future::join_all((0..6).map(|n| change(n, &owner))).await;
    let won: Vec<_> = (0..6).filter(|n| all[*n].is_empty()).collect();
    assert_eq!(won.len(), 1, "{all:?}");
    let stale = all.iter().filter(|f| *f == &["STALE_VERSION expectedVersion"]).count();
    assert_eq!(stale, 5, "{all:?}");
    let read = PROJECTS.read(&owner, &id, "name version").await;
    assert_eq!(read, json!({ "name": won[0].to_string(), "version": 2 }));
}
