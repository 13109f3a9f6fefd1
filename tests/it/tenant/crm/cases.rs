//! Cases: applications of clients.

use serde_json::{Value, json};

use super::super::kit::{grant, guest, me, soon, text};
use super::{client, made, seen};
use crate::support::{Caller, TestApp};

/// The case as somebody sees it, or null.
async fn case(caller: &Caller, id: &str, selection: &str) -> Value {
    let query = format!("query($id: ID!) {{ case(id: $id) {{ {selection} }} }}");
    caller.gql_with(&query, json!({ "id": id })).await.data()["case"].clone()
}

async fn stage(caller: &Caller, name: &str) -> String {
    let query = "query($name: String) {
        stages(filter: { kind: { eq: CASE }, name: { eq: $name } }) { nodes { id } } }";
    let found = caller.gql_with(query, json!({ "name": name })).await.data();
    text(&found["stages"]["nodes"][0]["id"])
}

async fn of(caller: &Caller, client: &str, title: &str) -> String {
    made(caller, "case", json!({ "clientId": client, "title": title })).await
}

#[tokio::test]
async fn a_case_keeps_what_was_said_of_it() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (ada, who) = (client(&owner, json!({ "lastName": "Byron" })).await, me(&owner).await);
    let whole = json!({
        "clientId": ada, "title": "Skilled worker visa", "description": "With the family.",
        "caseType": "Skilled worker", "country": "GB", "reference": "HO/2026/1",
        "assignedToId": who, "fileBy": "2026-12-24", "filedOn": "2026-12-01",
        "respondBy": "2027-01-31", "decidedOn": "2027-03-01",
        "fee": { "amount": "1250.50", "currency": "GBP" },
    });
    let id = made(&owner, "case", whole.clone()).await;
    let fields = "title description caseType country reference fileBy filedOn respondBy decidedOn
        fee { amount currency } assignedTo { id } client { id lastName } stage { name }
        createdBy { id } version permissions { canUpdate canDelete }";
    let now = case(&owner, &id, fields).await;
    for key in ["title", "description", "caseType", "country", "reference", "fileBy", "filedOn"] {
        assert_eq!(now[key], whole[key], "{key}");
    }
    for key in ["respondBy", "decidedOn", "fee"] {
        assert_eq!(now[key], whole[key], "{key}");
    }
    assert_eq!(now["client"], json!({ "id": ada, "lastName": "Byron" }));
    assert_eq!(now["stage"]["name"], "Collecting documents");
    assert_eq!((&now["assignedTo"]["id"], &now["createdBy"]["id"]), (&json!(who), &json!(who)));
    assert_eq!(now["permissions"], json!({ "canUpdate": true, "canDelete": true }));

    let change = json!({ "id": id, "expectedVersion": 1,
        "input": { "title": "Skilled worker", "fee": null, "decidedOn": null, "country": "IE" } });
    owner.done("caseUpdate", change.clone(), "").await;
    let now = case(&owner, &id, "title fee { amount } decidedOn filedOn country version").await;
    let expected = json!({ "title": "Skilled worker", "fee": null, "decidedOn": null,
        "filedOn": "2026-12-01", "country": "IE", "version": 2 });
    assert_eq!(now, expected);
    assert_eq!(owner.faults("caseUpdate", change).await, ["STALE_VERSION expectedVersion"]);
    let node = format!("{{ node(id: \"{id}\") {{ id ... on Case {{ title }} }} }}");
    assert_eq!(owner.gql(&node).await.data()["node"]["title"], "Skilled worker");
}

#[tokio::test]
async fn what_is_no_case_is_told_so_and_changes_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let ada = client(&owner, json!({ "lastName": "Byron" })).await;
    let of_clients = super::stage(&owner, "Engaged").await;
    let fee = |amount: &str| json!({ "fee": { "amount": amount, "currency": "EUR" } });
    let wrong = [
        (json!({ "title": " " }), "REQUIRED input.title"),
        (json!({ "title": "x".repeat(201) }), "TOO_LONG input.title"),
        (json!({ "description": "x".repeat(20_001) }), "TOO_LONG input.description"),
        (json!({ "caseType": "" }), "REQUIRED input.caseType"),
        (json!({ "reference": "a\u{7}" }), "INVALID input.reference"),
        (json!({ "country": "XX" }), "INVALID input.country"),
        (json!({ "stageId": of_clients }), "NOT_FOUND input.stageId"),
        (json!({ "assignedToId": ada.replace("client", "user") }), "NOT_FOUND input.assignedToId"),
        (json!({ "filedOn": "2026-02-02", "decidedOn": "2026-02-01" }), "INVALID input.decidedOn"),
        (fee("-1"), "INVALID input.fee.amount"),
        (fee("1.2345"), "INVALID input.fee.amount"),
        (fee("1000000000000"), "INVALID input.fee.amount"),
        (json!({ "fee": { "amount": "1", "currency": "EURO" } }), "INVALID input.fee.currency"),
    ];
    let id = made(&owner, "case", json!({ "clientId": ada, "title": "Visa" })).await;
    for (with, fault) in wrong {
        let shown = with.to_string();
        let mut new = json!({ "clientId": ada, "title": "Visa" });
        new.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        assert_eq!(owner.faults("caseCreate", json!({ "input": new })).await, [fault], "{shown}");
        let change = json!({ "id": id, "input": with });
        assert_eq!(owner.faults("caseUpdate", change).await, [fault], "{shown}");
    }
    let nobody = json!({ "input": { "clientId": ada.replace("client", "user"), "title": "Visa" } });
    assert_eq!(owner.mutate("caseCreate", nobody, "").await.code(), "BAD_USER_INPUT");
    let gone =
        json!({ "input": { "clientId": crate::tenant::kit::nobodys(&ada), "title": "Visa" } });
    assert_eq!(owner.faults("caseCreate", gone).await, ["NOT_FOUND input.clientId"]);
    for amount in ["1e3", "1,5", "", "1.", "٣"] {
        let new = json!({ "clientId": ada, "title": "Visa",
            "fee": { "amount": amount, "currency": "EUR" } });
        let answer = owner.mutate("caseCreate", json!({ "input": new }), "").await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{amount}");
    }
    // What a change brings may contradict what is there.
    let filed = json!({ "id": id, "input": { "filedOn": "2026-02-02" } });
    owner.done("caseUpdate", filed, "").await;
    let earlier = json!({ "id": id, "input": { "decidedOn": "2026-02-01" } });
    assert_eq!(owner.faults("caseUpdate", earlier).await, ["INVALID input.decidedOn"]);
    assert_eq!(case(&owner, &id, "version").await["version"], 2);
    let count = "{ cases { totalCount } }";
    assert_eq!(owner.gql(count).await.data()["cases"]["totalCount"], 1);
}

#[tokio::test]
async fn assigning_and_moving_are_events_and_the_assignee_is_told() {
    let app = TestApp::new().await;
    app.work().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let who = me(&member).await;
    let ada = client(&owner, json!({ "lastName": "Byron" })).await;
    let (id, filed) = (of(&owner, &ada, "Student visa").await, stage(&owner, "Filed").await);
    for _ in 0..2 {
        owner.done("caseAssign", json!({ "id": id, "assignedToId": who }), "").await;
        owner.done("caseMoveStage", json!({ "id": id, "stageId": filed }), "").await;
    }
    let now = case(&owner, &id, "stage { name } history { nodes { eventType } }").await;
    assert_eq!(now["stage"]["name"], "Filed");
    let names = json!([{ "eventType": "Case.stage_id.UPDATE" },
        { "eventType": "Case.assigned_to.UPDATE" }, { "eventType": "Case.CREATE" }]);
    assert_eq!(now["history"]["nodes"], names, "what changes nothing is no event");
    let mine = "{ notifications { nodes { title subjectId } } }";
    soon("the assignee is told", async || {
        let told = member.gql(mine).await.column("notifications", "title");
        told.contains(&json!("Student visa is assigned to you"))
            && told.contains(&json!("Student visa is in another stage"))
    })
    .await;
    let of_clients = super::stage(&owner, "Engaged").await;
    let wrong = json!({ "id": id, "stageId": of_clients });
    assert_eq!(owner.faults("caseMoveStage", wrong).await, ["NOT_FOUND stageId"]);
    let nobody = json!({ "id": id, "assignedToId": id.replace("case", "user") });
    assert_eq!(owner.faults("caseAssign", nobody).await, ["NOT_FOUND assignedToId"]);
}

#[tokio::test]
async fn cases_are_seen_by_those_who_may() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let ada = client(&owner, json!({ "lastName": "Byron" })).await;
    let (one, two) = (of(&owner, &ada, "One").await, of(&owner, &ada, "Two").await);
    let (ann, who) = guest(&app, "ann").await;
    let titles = "{ cases(orderBy: [{ field: TITLE }]) { nodes { title client { lastName } } } }";
    assert_eq!(ann.gql(titles).await.code(), "FORBIDDEN");
    grant(&owner, &one, &who, &["cases.view"]).await;
    let seen_now = ann.gql(titles).await;
    assert_eq!(seen_now.column("cases", "title"), ["One"]);
    assert_eq!(seen_now.column("cases", "client"), [Value::Null], "the client was not granted");
    let change = |id: &str| json!({ "id": id, "input": { "reference": "X" } });
    assert_eq!(ann.refusal("caseUpdate", change(&one)).await, "FORBIDDEN");
    // Whatever is granted on a client holds on their cases.
    grant(&owner, &ada, &who, &["clients.view", "cases.view", "cases.change", "cases.add"]).await;
    assert_eq!(ann.gql(titles).await.column("cases", "title"), ["One", "Two"]);
    ann.done("caseUpdate", change(&two), "").await;
    let may = case(&ann, &two, "client { lastName } permissions { canUpdate canDelete }").await;
    let expected = json!({ "client": { "lastName": "Byron" },
        "permissions": { "canUpdate": true, "canDelete": false } });
    assert_eq!(may, expected);
    of(&ann, &ada, "Three").await;
    let other = client(&owner, json!({ "lastName": "Lovelace" })).await;
    let there = json!({ "input": { "clientId": other, "title": "Four" } });
    assert_eq!(ann.faults("caseCreate", there.clone()).await, ["NOT_FOUND input.clientId"]);

    let globex = app.sign_in("globex", "owner").await;
    assert_eq!(case(&globex, &one, "title").await, Value::Null);
    assert_eq!(globex.faults("caseUpdate", change(&one)).await, ["NOT_FOUND id"]);
    assert_eq!(globex.faults("caseCreate", there.clone()).await, ["NOT_FOUND input.clientId"]);
    let anonymous = app.anonymous("acme");
    assert_eq!(anonymous.refusal("caseCreate", there).await, "UNAUTHENTICATED");
    let member = app.sign_in("acme", "member").await;
    assert_eq!(member.refusal("caseDelete", json!({ "id": one })).await, "FORBIDDEN");
}

#[tokio::test]
async fn a_case_is_of_its_clients_branch() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let mut branches = vec![];
    for code in ["HB", "ST"] {
        let branch = made(&owner, "branch", json!({ "name": code, "code": code })).await;
        let one = client(&owner, json!({ "lastName": code, "branchId": branch })).await;
        of(&owner, &one, code).await;
        branches.push(branch);
    }
    let (ann, who) = guest(&app, "ann").await;
    let join = |branch: &str| json!({ "id": who, "input": { "branchId": branch } });
    owner.done("userUpdate", join(&branches[0]), "").await;
    let hold = json!({ "id": who, "permissions": [
        { "permission": "cases.view", "scope": "BRANCH" },
        { "permission": "cases.change", "scope": "BRANCH" }] });
    owner.done("userSetPermissions", hold, "").await;
    let cases = "{ cases { nodes { title permissions { canUpdate } } } }";
    assert_eq!(ann.gql(cases).await.column("cases", "title"), ["HB"]);
    owner.done("userUpdate", join(&branches[1]), "").await;
    let moved = ann.gql(cases).await;
    assert_eq!(moved.column("cases", "title"), ["ST"]);
    assert_eq!(moved.column("cases", "permissions"), [json!({ "canUpdate": true })]);
}

#[tokio::test]
async fn cases_go_into_the_trash_and_come_back_with_their_client() {
    let app = TestApp::new().await;
    let manager = app.sign_in("acme", "manager").await;
    let ada = client(&manager, json!({ "lastName": "Byron" })).await;
    let (gone, kept) = (of(&manager, &ada, "Gone").await, of(&manager, &ada, "Kept").await);
    manager.done("caseDelete", json!({ "id": gone }), "").await;
    assert_eq!(manager.faults("caseDelete", json!({ "id": gone })).await, ["NOT_FOUND id"]);
    manager.done("clientDelete", json!({ "id": ada }), "").await;
    assert_eq!(case(&manager, &kept, "id").await, Value::Null);
    for id in [&gone, &kept] {
        let back = json!({ "id": id });
        assert_eq!(manager.faults("caseRestore", back).await, ["NOT_FOUND id"], "first the client");
    }
    let new = json!({ "input": { "clientId": ada, "title": "New" } });
    assert_eq!(manager.faults("caseCreate", new).await, ["NOT_FOUND input.clientId"]);
    manager.done("clientRestore", json!({ "id": ada }), "").await;
    let cases = seen(&manager, &ada, "cases { totalCount nodes { title } }").await;
    assert_eq!(cases["cases"], json!({ "totalCount": 1, "nodes": [{ "title": "Kept" }] }));
    manager.done("caseRestore", json!({ "id": gone }), "").await;
    let now = case(&manager, &kept, "history { nodes { eventType } }").await;
    assert_eq!(now["history"]["nodes"][0]["eventType"], "Case.RESTORE");
    assert_eq!(now["history"]["nodes"][1]["eventType"], "Case.DELETE");
    let all = json!({ "selection": { "ids": [ada] } });
    manager.done("clientBulkDelete", all, "").await;
    assert_eq!(manager.gql("{ cases { totalCount } }").await.data()["cases"]["totalCount"], 0);
}

#[tokio::test]
async fn cases_are_counted_found_sorted_and_changed_together() {
    let app = TestApp::new().await;
    let manager = app.sign_in("acme", "manager").await;
    let ada = client(&manager, json!({ "lastName": "Byron" })).await;
    let refused = stage(&manager, "Refused").await;
    let mut ids = vec![];
    for (title, by, reference) in [
        ("Visa", "2026-12-01", "HO-1"),
        ("Passport", "2026-11-30", "HO-2"),
        ("Appeal", "2027-01-01", "X"),
    ] {
        let new = json!({ "clientId": ada, "title": title, "fileBy": by, "reference": reference });
        ids.push(made(&manager, "case", new).await);
    }
    let list = async |arguments: &str| {
        let query = format!("{{ cases({arguments}) {{ nodes {{ title }} }} }}");
        manager.gql(&query).await.column("cases", "title")
    };
    let by_day = "orderBy: [{ field: FILE_BY }]";
    assert_eq!(list(by_day).await, ["Passport", "Visa", "Appeal"]);
    assert_eq!(list(&format!("{by_day}, search: \"ho-\"")).await, ["Passport", "Visa"]);
    let early = format!("{by_day}, filter: {{ fileBy: {{ lte: \"2026-12-01\" }} }}, first: 1");
    assert_eq!(list(&early).await, ["Passport"]);
    let page = format!("{{ cases({early}) {{ pageInfo {{ endCursor }} }} }}");
    let page = manager.gql(&page).await.data()["cases"]["pageInfo"]["endCursor"].clone();
    assert_eq!(list(&format!("{early}, after: {page}")).await, ["Visa"]);

    let end = json!({ "selection": { "ids": &ids[..2] }, "input": { "stageId": refused } });
    let done = manager.done("caseBulkUpdate", end, "affectedCount").await;
    assert_eq!(done["affectedCount"], 2);
    assert_eq!(list("filter: { isOpen: true }").await, ["Appeal"]);
    let closed = format!("{by_day}, filter: {{ isOpen: false }}");
    assert_eq!(list(&closed).await, ["Passport", "Visa"]);
    let counts = format!(
        "{{ caseCountByStage(filter: {{ clientId: {{ eq: \"{ada}\" }} }}) {{
            stage {{ name }} count }} }}"
    );
    let counts = manager.gql(&counts).await.data()["caseCountByStage"].clone();
    let of = |name: &str| {
        let all = counts.as_array().unwrap();
        all.iter().find(|c| c["stage"]["name"] == name).unwrap()["count"].clone()
    };
    assert_eq!(
        (of("Collecting documents"), of("Refused"), of("Filed")),
        (1.into(), 2.into(), 0.into())
    );

    let contradiction = json!({ "selection": { "ids": ids },
        "input": { "filedOn": "2026-02-02", "decidedOn": "2026-02-01" } });
    assert_eq!(manager.faults("caseBulkUpdate", contradiction).await, ["INVALID input.decidedOn"]);
    let everything = json!({ "selection": { "filter": {} } });
    assert_eq!(manager.faults("caseBulkDelete", everything).await.len(), 1);
    let some = json!({ "selection": { "filter": { "stageId": { "eq": refused } } } });
    let member = app.sign_in("acme", "member").await;
    assert_eq!(member.refusal("caseBulkDelete", some.clone()).await, "FORBIDDEN");
    let globex = app.sign_in("globex", "owner").await;
    let theirs = json!({ "selection": { "ids": ids } });
    assert_eq!(globex.done("caseBulkDelete", theirs, "affectedCount").await["affectedCount"], 0);
    let gone = manager.done("caseBulkDelete", some, "affectedCount").await;
    assert_eq!(gone["affectedCount"], 2);
    assert_eq!(list(by_day).await, ["Appeal"]);
}

#[tokio::test]
async fn stages_and_users_leave_cases_behind() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let ada = client(&owner, json!({ "lastName": "Byron" })).await;
    let (filed, approved) = (stage(&owner, "Filed").await, stage(&owner, "Approved").await);
    let (_, ann) = guest(&app, "ann").await;
    let new = json!({ "clientId": ada, "title": "Visa", "stageId": filed, "assignedToId": ann });
    let id = made(&owner, "case", new).await;
    assert_eq!(owner.faults("stageDelete", json!({ "id": filed })).await, ["REQUIRED moveToId"]);
    let engaged = super::stage(&owner, "Engaged").await;
    let wrong = json!({ "id": filed, "moveToId": engaged });
    assert_eq!(owner.faults("stageDelete", wrong).await, ["NOT_FOUND moveToId"]);
    owner.done("stageDelete", json!({ "id": filed, "moveToId": approved }), "").await;
    owner.done("userDelete", json!({ "id": ann }), "").await;
    let now = case(&owner, &id, "stage { name } assignedTo { id } history { totalCount }").await;
    let expected = json!({ "stage": { "name": "Approved" }, "assignedTo": null,
        "history": { "totalCount": 3 } });
    assert_eq!(now, expected);
}
