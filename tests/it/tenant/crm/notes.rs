//! Notes about clients and cases.

use serde_json::{Value, json};

use super::super::kit::{grant, guest, me, nobodys, soon};
use super::{client, made, seen};
use crate::support::{Caller, TestApp};

/// The note as somebody sees it, or null.
async fn note(caller: &Caller, id: &str, selection: &str) -> Value {
    let query = format!("query($id: ID!) {{ note(id: $id) {{ {selection} }} }}");
    caller.gql_with(&query, json!({ "id": id })).await.data()["note"].clone()
}

async fn with_case(caller: &Caller, name: &str) -> (String, String) {
    let client = client(caller, json!({ "lastName": name })).await;
    let case = made(caller, "case", json!({ "clientId": client, "title": "Visa" })).await;
    (client, case)
}

#[tokio::test]
async fn a_note_is_kept_changed_and_found() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    let (ada, visa) = with_case(&member, "Byron").await;
    let body = "Called.\n\nWants to know about the family.";
    let id = made(&member, "note", json!({ "clientId": ada, "body": body })).await;
    let fields = "body isPinned version client { id } case { id } createdBy { id }
        permissions { canUpdate canDelete }";
    let expected = json!({ "body": body, "isPinned": false, "version": 1, "client": { "id": ada },
        "case": null, "createdBy": { "id": me(&member).await },
        "permissions": { "canUpdate": true, "canDelete": false } });
    assert_eq!(note(&member, &id, fields).await, expected);
    let change = json!({ "id": id, "expectedVersion": 1, "input": { "isPinned": true } });
    member.done("noteUpdate", change.clone(), "").await;
    assert_eq!(member.faults("noteUpdate", change).await, ["STALE_VERSION expectedVersion"]);
    let now = note(&member, &id, "body isPinned version history { nodes { eventType } }").await;
    let events = json!([{ "eventType": "Note.is_pinned.UPDATE" }, { "eventType": "Note.CREATE" }]);
    let expected = json!({ "body": body, "isPinned": true, "version": 2,
        "history": { "nodes": events } });
    assert_eq!(now, expected);

    let of_case = made(&member, "note", json!({ "caseId": visa, "body": "Filed." })).await;
    let both = "notes { totalCount nodes { id body } }";
    assert_eq!(seen(&member, &ada, both).await["notes"]["totalCount"], 2);
    let case = format!("{{ case(id: \"{visa}\") {{ {both} }} }}");
    let case = member.gql(&case).await.data()["case"]["notes"].clone();
    assert_eq!(case["nodes"], json!([{ "id": of_case, "body": "Filed." }]));
    for (arguments, found) in [
        ("search: \"FAMILY\"", json!([body])),
        ("filter: { isPinned: true }", json!([body])),
        ("filter: { isPinned: false }", json!(["Filed."])),
        ("first: 1", json!(["Filed."])),
        ("orderBy: [{ field: CREATED_AT }]", json!([body, "Filed."])),
    ] {
        let query = format!("{{ notes({arguments}) {{ nodes {{ body }} }} }}");
        assert_eq!(json!(member.gql(&query).await.column("notes", "body")), found, "{arguments}");
    }
    let node = format!("{{ node(id: \"{id}\") {{ ... on Note {{ isPinned }} }} }}");
    assert_eq!(member.gql(&node).await.data()["node"]["isPinned"], true);
}

#[tokio::test]
async fn what_is_no_note_is_told_so_and_changes_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (ada, visa) = with_case(&owner, "Byron").await;
    let (bob, _) = with_case(&owner, "Bobbin").await;
    let crowd: String = (0..21).map(|n| format!("@u{n} ")).collect();
    let wrong = [
        (json!({ "body": "x" }), "REQUIRED input.clientId"),
        (json!({ "clientId": ada, "body": " \n" }), "REQUIRED input.body"),
        (json!({ "clientId": ada, "body": "x".repeat(20_001) }), "TOO_LONG input.body"),
        (json!({ "clientId": ada, "body": "a\u{1b}b" }), "INVALID input.body"),
        (json!({ "clientId": ada, "body": crowd }), "LIMIT_REACHED input.body"),
        (json!({ "clientId": nobodys(&ada), "body": "x" }), "NOT_FOUND input.clientId"),
        (json!({ "caseId": nobodys(&visa), "body": "x" }), "NOT_FOUND input.caseId"),
        (json!({ "clientId": bob, "caseId": visa, "body": "x" }), "INVALID input.caseId"),
    ];
    for (input, fault) in wrong {
        let shown = input.to_string();
        assert_eq!(owner.faults("noteCreate", json!({ "input": input })).await, [fault], "{shown}");
    }
    assert_eq!(owner.gql("{ notes { totalCount } }").await.data()["notes"]["totalCount"], 0);
    let id = made(&owner, "note", json!({ "clientId": ada, "body": "x" })).await;
    for (input, fault) in [
        (json!({ "body": "" }), "REQUIRED input.body"),
        (json!({ "body": null }), "REQUIRED input.body"),
        (json!({ "isPinned": null }), "REQUIRED input.isPinned"),
    ] {
        let update = json!({ "id": id, "input": input });
        assert_eq!(owner.faults("noteUpdate", update).await, [fault]);
    }
    assert_eq!(note(&owner, &id, "version").await["version"], 1);
}

#[tokio::test]
async fn who_is_mentioned_is_told_once() {
    let app = TestApp::new().await;
    app.work().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let (ada, _) = with_case(&owner, "Byron").await;
    let body = "(@Member), @member. and @nobody: write to owner@acme.test, x@manager.";
    let id = made(&owner, "note", json!({ "clientId": ada, "body": body })).await;
    let who = me(&member).await;
    let mentions = note(&owner, &id, "mentions { id }").await;
    assert_eq!(mentions["mentions"], json!([{ "id": who }]), "an address mentions nobody");
    let mine = "{ notifications { nodes { kind title subjectId } } }";
    let told =
        async |caller: &Caller| caller.gql(mine).await.data()["notifications"]["nodes"].clone();
    soon("who is mentioned is told", async || !told(&member).await[0].is_null()).await;
    let one = told(&member).await[0].clone();
    assert_eq!((&one["kind"], &one["subjectId"]), (&json!("MENTION"), &json!(id)));
    assert!(one["title"].as_str().unwrap().ends_with("has mentioned you in a note"), "{one}");
    // Whoever was mentioned before is not told again, and others are.
    let change = json!({ "id": id, "input": { "body": "@member, @manager" } });
    owner.done("noteUpdate", change, "").await;
    let manager = app.sign_in("acme", "manager").await;
    soon("the other is told", async || !told(&manager).await[0].is_null()).await;
    assert_eq!(told(&member).await.as_array().unwrap().len(), 1);
    let by_address = json!({ "id": id, "input": { "body": "Ask @Member@acme.test, @owner@." } });
    owner.done("noteUpdate", by_address, "").await;
    let mentions = note(&owner, &id, "mentions { username }").await["mentions"].clone();
    let mut names: Vec<_> = mentions.as_array().unwrap().iter().map(Value::to_string).collect();
    names.sort_unstable();
    assert_eq!(names, [r#"{"username":"member"}"#, r#"{"username":"owner"}"#]);
    let nobody = json!({ "id": id, "input": { "body": "Nobody." } });
    owner.done("noteUpdate", nobody, "").await;
    assert_eq!(note(&owner, &id, "mentions { id }").await["mentions"], json!([]));
}

#[tokio::test]
async fn notes_are_seen_and_written_by_those_who_may() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (ada, visa) = with_case(&owner, "Byron").await;
    let (bob, _) = with_case(&owner, "Bobbin").await;
    made(&owner, "note", json!({ "clientId": ada, "body": "client" })).await;
    let of_case = made(&owner, "note", json!({ "caseId": visa, "body": "case" })).await;
    let other = made(&owner, "note", json!({ "clientId": bob, "body": "other" })).await;
    let (ann, who) = guest(&app, "ann").await;
    let list = "{ notes(orderBy: [{ field: CREATED_AT }]) { nodes { body } } }";
    assert_eq!(ann.gql(list).await.code(), "FORBIDDEN");
    grant(&owner, &of_case, &who, &["notes.view"]).await;
    assert_eq!(ann.gql(list).await.column("notes", "body"), ["case"]);
    grant(&owner, &ada, &who, &["notes.view", "notes.add", "notes.change"]).await;
    assert_eq!(ann.gql(list).await.column("notes", "body"), ["client", "case"]);
    let change = |id: &str| json!({ "id": id, "input": { "isPinned": true } });
    ann.done("noteUpdate", change(&of_case), "").await;
    let mention = json!({ "id": of_case, "input": { "body": "@member" } });
    owner.done("noteUpdate", mention, "").await;
    let mentions = note(&ann, &of_case, "mentions { email }").await;
    assert_eq!(mentions["mentions"], json!([]), "who may not see people sees none here");
    assert_eq!(ann.faults("noteUpdate", change(&other)).await, ["NOT_FOUND id"]);
    made(&ann, "note", json!({ "caseId": visa, "body": "mine" })).await;
    let there = json!({ "input": { "clientId": bob, "body": "mine" } });
    assert_eq!(ann.faults("noteCreate", there.clone()).await, ["NOT_FOUND input.clientId"]);
    let globex = app.sign_in("globex", "owner").await;
    assert_eq!(note(&globex, &other, "body").await, Value::Null);
    assert_eq!(globex.faults("noteCreate", there.clone()).await, ["NOT_FOUND input.clientId"]);
    assert_eq!(globex.faults("noteUpdate", change(&other)).await, ["NOT_FOUND id"]);
    let anonymous = app.anonymous("acme");
    assert_eq!(anonymous.refusal("noteCreate", there).await, "UNAUTHENTICATED");
    let member = app.sign_in("acme", "member").await;
    assert_eq!(member.refusal("noteDelete", json!({ "id": other })).await, "FORBIDDEN");
}

#[tokio::test]
async fn notes_go_into_the_trash_and_come_back_with_their_client_or_case() {
    let app = TestApp::new().await;
    let manager = app.sign_in("acme", "manager").await;
    let (ada, visa) = with_case(&manager, "Byron").await;
    let of_client = made(&manager, "note", json!({ "clientId": ada, "body": "client" })).await;
    let of_case = made(&manager, "note", json!({ "caseId": visa, "body": "case" })).await;
    let there = async |id: &str| !note(&manager, id, "id").await.is_null();
    manager.done("noteDelete", json!({ "id": of_client }), "").await;
    assert!(!there(&of_client).await);
    manager.done("noteRestore", json!({ "id": of_client }), "").await;
    assert!(there(&of_client).await);
    manager.done("caseDelete", json!({ "id": visa }), "").await;
    assert!(!there(&of_case).await && there(&of_client).await);
    assert_eq!(manager.faults("noteRestore", json!({ "id": of_case })).await, ["NOT_FOUND id"]);
    manager.done("caseRestore", json!({ "id": visa }), "").await;
    assert!(there(&of_case).await);
    manager.done("clientDelete", json!({ "id": ada }), "").await;
    assert!(!there(&of_case).await && !there(&of_client).await);
    manager.done("clientRestore", json!({ "id": ada }), "").await;
    assert!(there(&of_case).await && there(&of_client).await);
}
