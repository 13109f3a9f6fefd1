//! Tasks and documents of clients and cases.

use serde_json::{Value, json};

use super::super::kit::{grant, guest, nobodys};
use super::{client, made, seen};
use crate::support::{Caller, TestApp};

/// A client with a case.
async fn with_case(caller: &Caller, name: &str) -> (String, String) {
    let client = client(caller, json!({ "lastName": name })).await;
    let case = made(caller, "case", json!({ "clientId": client, "title": "Visa" })).await;
    (client, case)
}

async fn read(caller: &Caller, id: &str, selection: &str) -> Value {
    let (kind, _) = taruvi::base::ids::decode(id).expect("an id");
    let query = format!("{{ {kind}(id: \"{id}\") {{ {selection} }} }}");
    caller.gql(&query).await.data()[kind].clone()
}

const PLACE: &str = "project { id } client { id } case { id }";

fn place(project: Option<&str>, client: Option<&str>, case: Option<&str>) -> Value {
    let id = |id: Option<&str>| id.map_or(Value::Null, |id| json!({ "id": id }));
    json!({ "project": id(project), "client": id(client), "case": id(case) })
}

/// What both kinds are called by, and what makes one.
const KINDS: [(&str, &str); 2] = [("task", "title"), ("document", "name")];

#[tokio::test]
async fn they_lie_in_projects_clients_and_cases() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let apollo = app.project(&owner, "Apollo").await;
    let (ada, visa) = with_case(&owner, "Byron").await;
    let (bob, permit) = with_case(&owner, "Bobbin").await;
    for (kind, word) in KINDS {
        let new = |place: Value| {
            let mut input = json!({ word: "One" });
            input.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
            input
        };
        let both = made(&owner, kind, new(json!({ "projectId": apollo, "clientId": ada }))).await;
        assert_eq!(read(&owner, &both, PLACE).await, place(Some(&apollo), Some(&ada), None));
        let of_case = made(&owner, kind, new(json!({ "caseId": visa }))).await;
        let there = place(None, Some(&ada), Some(&visa));
        assert_eq!(read(&owner, &of_case, PLACE).await, there, "a case brings its client");
        for (wrong, fault) in [
            (json!({ "clientId": nobodys(&ada) }), "NOT_FOUND input.clientId"),
            (json!({ "caseId": nobodys(&visa) }), "NOT_FOUND input.caseId"),
            (json!({ "clientId": bob, "caseId": visa }), "INVALID input.caseId"),
        ] {
            let shown = format!("{kind} {wrong}");
            let create = json!({ "input": new(wrong.clone()) });
            let field = format!("{kind}Create");
            assert_eq!(owner.faults(&field, create).await, [fault], "{shown}");
            let update = json!({ "id": both, "input": wrong });
            assert_eq!(owner.faults(&format!("{kind}Update"), update).await, [fault], "{shown}");
        }
        let moved = async |id: &str, input: Value| {
            let update = json!({ "id": id, "input": input });
            owner.done(&format!("{kind}Update"), update, "").await;
            read(&owner, id, PLACE).await
        };
        let now = moved(&of_case, json!({ "caseId": permit })).await;
        assert_eq!(now, place(None, Some(&bob), Some(&permit)), "it moves with its case");
        let now = moved(&of_case, json!({ "clientId": ada })).await;
        assert_eq!(now, place(None, Some(&ada), None), "another client is another's case");
        let now = moved(&both, json!({ "clientId": null })).await;
        assert_eq!(now, place(Some(&apollo), None, None));
        let now = moved(&both, json!({ "projectId": null, "caseId": visa })).await;
        assert_eq!(now, there);
        let now = moved(&both, json!({ "caseId": null })).await;
        assert_eq!(now, place(None, Some(&ada), None));
        let many = json!({ "selection": { "ids": [both, of_case] }, "input": { "caseId": visa } });
        owner.done(&format!("{kind}BulkUpdate"), many, "").await;
        assert_eq!(read(&owner, &of_case, PLACE).await, there);
        let lists = format!("{kind}s {{ totalCount nodes {{ id }} }}");
        let of_client = seen(&owner, &ada, &lists).await;
        assert_eq!(of_client[format!("{kind}s")]["totalCount"], 2);
        let of_visa = read(&owner, &visa, &lists).await;
        assert_eq!(of_visa[format!("{kind}s")]["totalCount"], 2);
        assert_eq!(read(&owner, &permit, &lists).await[format!("{kind}s")]["totalCount"], 0);
        let filter = format!(
            "{{ {kind}s(filter: {{ caseId: {{ eq: \"{visa}\" }}, clientId: {{ eq: \"{ada}\" }} }})
                {{ totalCount }} }}"
        );
        assert_eq!(owner.gql(&filter).await.data()[format!("{kind}s")]["totalCount"], 2);
    }
}

#[tokio::test]
async fn a_task_lies_somewhere() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let nowhere = json!({ "input": { "title": "One" } });
    assert_eq!(owner.faults("taskCreate", nowhere).await, ["REQUIRED input.projectId"]);
    let (ada, visa) = with_case(&owner, "Byron").await;
    let id = made(&owner, "task", json!({ "title": "One", "caseId": visa })).await;
    let update = json!({ "id": id, "input": { "clientId": null } });
    assert_eq!(owner.faults("taskUpdate", update).await, ["REQUIRED input.projectId"]);
    let many = json!({ "selection": { "ids": [id] }, "input": { "clientId": null } });
    assert_eq!(owner.faults("taskBulkUpdate", many).await, ["REQUIRED input.projectId"]);
    assert_eq!(read(&owner, &id, PLACE).await, place(None, Some(&ada), Some(&visa)));
}

#[tokio::test]
async fn what_is_granted_on_a_client_or_case_holds_on_what_lies_there() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let branch = made(&owner, "branch", json!({ "name": "Harbour", "code": "HB" })).await;
    let (ada, visa) = with_case(&owner, "Byron").await;
    let (bob, permit) = with_case(&owner, "Bobbin").await;
    for (kind, word) in KINDS {
        let of_client = made(&owner, kind, json!({ word: "client", "clientId": ada })).await;
        let of_case = made(&owner, kind, json!({ word: "case", "caseId": visa })).await;
        made(&owner, kind, json!({ word: "other", "clientId": bob })).await;
        let (ann, who) = guest(&app, &format!("ann-{kind}")).await;
        let list = format!("{{ {kind}s {{ nodes {{ {word} permissions {{ canUpdate }} }} }} }}");
        let words = async |caller: &Caller| {
            let mut words = caller.gql(&list).await.column(&format!("{kind}s"), word);
            words.sort_by_key(Value::to_string);
            words
        };
        grant(&owner, &visa, &who, &[&format!("{kind}s.view")]).await;
        assert_eq!(words(&ann).await, ["case"]);
        let all = ["view", "add", "change"].map(|verb| format!("{kind}s.{verb}"));
        let all: Vec<_> = all.iter().map(String::as_str).collect();
        grant(&owner, &ada, &who, &all).await;
        assert_eq!(words(&ann).await, ["case", "client"]);
        for id in [&of_client, &of_case] {
            let update = json!({ "id": id, "input": { "description": "Seen." } });
            ann.done(&format!("{kind}Update"), update, "").await;
            let may = read(&ann, id, "permissions { canUpdate canDelete }").await;
            assert_eq!(may["permissions"], json!({ "canUpdate": true, "canDelete": false }));
        }
        let added = made(&ann, kind, json!({ word: "added", "caseId": visa })).await;
        assert_eq!(read(&owner, &added, PLACE).await, place(None, Some(&ada), Some(&visa)));
        let elsewhere = json!({ "input": { word: "added", "caseId": permit } });
        let field = format!("{kind}Create");
        assert_eq!(ann.faults(&field, elsewhere.clone()).await, ["NOT_FOUND input.caseId"]);
        let away = json!({ "id": of_client, "input": { "clientId": bob } });
        let refused = ann.faults(&format!("{kind}Update"), away).await;
        assert_eq!(refused, ["NOT_FOUND input.clientId"]);
        let globex = app.sign_in("globex", "owner").await;
        assert_eq!(globex.faults(&field, elsewhere).await, ["NOT_FOUND input.caseId"]);

        // Of the branch is what is about the branch's clients.
        let (ben, who) = guest(&app, &format!("ben-{kind}")).await;
        let join = json!({ "id": who, "input": { "branchId": branch } });
        owner.done("userUpdate", join, "").await;
        let hold = json!({ "id": who, "permissions": [
            { "permission": format!("{kind}s.view"), "scope": "BRANCH" },
            { "permission": format!("{kind}s.change"), "scope": "BRANCH" }] });
        owner.done("userSetPermissions", hold, "").await;
        assert!(words(&ben).await.is_empty());
        let there = json!({ "id": bob, "input": { "branchId": branch } });
        owner.done("clientUpdate", there, "").await;
        assert_eq!(words(&ben).await, ["other"]);
        let may = ben.gql(&list).await.column(&format!("{kind}s"), "permissions");
        assert_eq!(may, [json!({ "canUpdate": true })]);
        let gone = json!({ "id": bob, "input": { "branchId": null } });
        owner.done("clientUpdate", gone, "").await;
    }
}

#[tokio::test]
async fn they_go_into_the_trash_and_come_back_with_what_they_lie_in() {
    let app = TestApp::new().await;
    let manager = app.sign_in("acme", "manager").await;
    let apollo = app.project(&manager, "Apollo").await;
    let (ada, visa) = with_case(&manager, "Byron").await;
    for (kind, word) in KINDS {
        let new = |place: Value| {
            let mut input = json!({ word: "One" });
            input.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
            input
        };
        let of_case = made(&manager, kind, new(json!({ "caseId": visa }))).await;
        let both = made(&manager, kind, new(json!({ "projectId": apollo, "clientId": ada }))).await;
        let there = async |id: &str| !read(&manager, id, "id").await.is_null();
        let gone = json!({ "id": visa });
        manager.done("caseDelete", gone.clone(), "").await;
        assert!(!there(&of_case).await && there(&both).await);
        let back = json!({ "id": of_case });
        let field = format!("{kind}Restore");
        assert_eq!(manager.faults(&field, back).await, ["NOT_FOUND id"], "first its case");
        manager.done("caseRestore", gone, "").await;
        assert!(there(&of_case).await);
        // With a project that is in the trash too it stays there.
        manager.done("clientDelete", json!({ "id": ada }), "").await;
        assert!(!there(&of_case).await && !there(&both).await);
        manager.done("projectDelete", json!({ "id": apollo }), "").await;
        manager.done("clientRestore", json!({ "id": ada }), "").await;
        assert!(there(&of_case).await && !there(&both).await);
        manager.done("projectRestore", json!({ "id": apollo }), "").await;
        assert!(!there(&both).await, "it did not go with the project");
        manager.done(&field, json!({ "id": both }), "").await;
        assert!(there(&both).await);
        let events = read(&manager, &of_case, "history { nodes { eventType } }").await;
        let names: Vec<_> = events["history"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| {
                event["eventType"].as_str().unwrap().split('.').next_back().unwrap().to_owned()
            })
            .collect();
        assert_eq!(names, ["RESTORE", "DELETE", "RESTORE", "DELETE", "CREATE"]);
    }
}
