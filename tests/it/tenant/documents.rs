//! Documents: what is stored of a file, and what is refused.

use serde_json::{Value, json};

use super::kit::{DOCUMENTS, me, text};
use crate::support::TestApp;

/// Every field of a document.
const ALL: &str = "id name description contentType byteSize checksum version createdAt updatedAt
    project { id name } assignedTo { id } createdBy { id } updatedBy { id }";

#[tokio::test]
async fn a_document_keeps_all_that_it_was_made_with() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let (mine, theirs) = (me(&owner).await, me(&member).await);
    let project = app.project(&owner, "Apollo").await;
    let input = json!({
        "projectId": project, "name": "plan.pdf", "description": "The plan.",
        "contentType": "application/vnd.api+json; charset=utf-8", "byteSize": 2_147_483_647,
        "checksum": "0123456789abcdef".repeat(4), "assignedToId": mine,
    });
    let selection = format!("document {{ {ALL} }}");
    let made = member.done("documentCreate", json!({ "input": input }), &selection).await;
    let document = &made["document"];
    let id = text(&document["id"]);
    assert!(id.starts_with("document_") && id.len() == 35, "{id}");
    let kept = json!({
        "id": id, "name": "plan.pdf", "description": "The plan.",
        "contentType": "application/vnd.api+json; charset=utf-8", "byteSize": 2_147_483_647,
        "checksum": "0123456789abcdef".repeat(4), "version": 1,
        "createdAt": document["createdAt"], "updatedAt": document["createdAt"],
        "project": { "id": project, "name": "Apollo" }, "assignedTo": { "id": mine },
        "createdBy": { "id": theirs }, "updatedBy": { "id": theirs },
    });
    assert_eq!(*document, kept);
    assert_eq!(DOCUMENTS.read(&owner, &id, ALL).await, kept);
    let listed = owner.gql(&format!("{{ documents {{ nodes {{ {ALL} }} }} }}")).await;
    assert_eq!(listed.data()["documents"]["nodes"], json!([kept]));
}

#[tokio::test]
async fn a_document_needs_no_project_and_no_file() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    let made =
        member.done("documentCreate", json!({ "input": { "name": "x" } }), "document { id }");
    let id = text(&made.await["document"]["id"]);
    let read = "description contentType byteSize checksum project { id } assignedTo { id }";
    let bare = json!({ "description": "", "contentType": null, "byteSize": null, "checksum": null,
        "project": null, "assignedTo": null });
    assert_eq!(DOCUMENTS.read(&member, &id, read).await, bare);
    let empty = json!({ "id": id, "input": { "byteSize": 0 } });
    let empty = member.done("documentUpdate", empty, "document { byteSize }").await;
    assert_eq!(empty["document"]["byteSize"], 0);
}

#[tokio::test]
async fn bad_input_is_told_by_field_and_stores_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let kept =
        owner.done("documentCreate", json!({ "input": { "name": "kept" } }), "document { id }");
    let id = text(&kept.await["document"]["id"]);
    let gone = app.project(&owner, "gone").await;
    owner.done("projectDelete", json!({ "id": gone }), "").await;
    let long = |n: usize| "x".repeat(n);
    let not_media = vec!["INVALID input.contentType"];
    let not_sum = vec!["INVALID input.checksum"];
    let cases = [
        (json!({ "name": "" }), vec!["REQUIRED input.name"]),
        (json!({ "name": long(256) }), vec!["TOO_LONG input.name"]),
        (json!({ "name": "a\u{0}.pdf" }), vec!["INVALID input.name"]),
        (json!({ "name": "a\n.pdf" }), vec!["INVALID input.name"]),
        (json!({ "description": "\u{0}" }), vec!["INVALID input.description"]),
        (json!({ "description": long(20_001) }), vec!["TOO_LONG input.description"]),
        (json!({ "contentType": "pdf" }), not_media.clone()),
        (json!({ "contentType": "/" }), not_media.clone()),
        (json!({ "contentType": "application/" }), not_media.clone()),
        (json!({ "contentType": "/pdf" }), not_media.clone()),
        (json!({ "contentType": "text/plain, text/html" }), not_media.clone()),
        (json!({ "contentType": "text /plain" }), not_media.clone()),
        (json!({ "contentType": "<b>/html" }), not_media.clone()),
        (json!({ "contentType": "täxt/plain" }), not_media.clone()),
        (json!({ "contentType": "text/plain\r\nX-Evil: 1" }), not_media),
        (json!({ "contentType": format!("a/{}", long(254)) }), vec!["TOO_LONG input.contentType"]),
        (json!({ "byteSize": -1 }), vec!["INVALID input.byteSize"]),
        (json!({ "byteSize": 2_147_483_648_i64 }), vec!["INVALID input.byteSize"]),
        (json!({ "byteSize": i64::MAX }), vec!["INVALID input.byteSize"]),
        (json!({ "checksum": "" }), not_sum.clone()),
        (json!({ "checksum": "a".repeat(63) }), not_sum.clone()),
        (json!({ "checksum": "a".repeat(65) }), not_sum.clone()),
        (json!({ "checksum": "A".repeat(64) }), not_sum.clone()),
        (json!({ "checksum": "g".repeat(64) }), not_sum.clone()),
        (json!({ "checksum": "ä".repeat(32) }), not_sum),
        (json!({ "projectId": gone }), vec!["NOT_FOUND input.projectId"]),
        (
            json!({ "assignedToId": "user_01jtestgap0000000000000000" }),
            vec!["NOT_FOUND input.assignedToId"],
        ),
    ];
    for (case, expected) in cases {
        let mut input = json!({ "name": "new" });
        input.as_object_mut().unwrap().extend(case.as_object().unwrap().clone());
        let found = owner.faults("documentCreate", json!({ "input": input })).await;
        assert_eq!(found, expected, "{case}");
        let found = owner.faults("documentUpdate", json!({ "id": id, "input": case })).await;
        assert_eq!(found, expected, "update: {case}");
    }
    for size in [json!(1.5), json!("1"), json!(1e300), json!(true)] {
        let input = json!({ "name": "new", "byteSize": size });
        let code = owner.refusal("documentCreate", json!({ "input": input })).await;
        assert_eq!(code, "BAD_USER_INPUT", "{size}");
    }
    let huge = "mutation { documentCreate(input: { name: \"x\", byteSize: 99999999999999999999 }) {
        document { id } } }";
    let huge = owner.gql(huge).await;
    assert_eq!((huge.code().as_str(), huge.is_empty()), ("BAD_USER_INPUT", true), "{}", huge.body);
    assert_eq!(DOCUMENTS.count(&owner).await, 1);
    let read = DOCUMENTS.read(&owner, &id, "name version").await;
    assert_eq!(read, json!({ "name": "kept", "version": 1 }));
    owner.done("documentCreate", json!({ "input": { "name": long(255) } }), "").await;
}

#[tokio::test]
async fn a_change_keeps_what_is_left_out_and_clears_what_is_null() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let (one, two) = (app.project(&owner, "one").await, app.project(&owner, "two").await);
    let input = json!({ "projectId": one, "name": "a", "description": "x", "byteSize": 1,
        "contentType": "text/plain", "checksum": "0".repeat(64),
        "assignedToId": me(&owner).await });
    let made = owner.done("documentCreate", json!({ "input": input }), "document { id }").await;
    let id = text(&made["document"]["id"]);
    let before = DOCUMENTS.read(&owner, &id, ALL).await;
    let selection = format!("document {{ {ALL} }}");
    let moved = json!({ "id": id, "input": { "projectId": two } });
    let after = member.done("documentUpdate", moved, &selection).await["document"].clone();
    let mut expected = before;
    expected["project"] = json!({ "id": two, "name": "two" });
    expected["version"] = json!(2);
    expected["updatedAt"] = after["updatedAt"].clone();
    expected["updatedBy"]["id"] = json!(me(&member).await);
    assert_eq!(after, expected);
    let cleared = json!({ "projectId": null, "contentType": null, "byteSize": null,
        "checksum": null, "assignedToId": null });
    let arguments = json!({ "id": id, "input": cleared, "expectedVersion": 2 });
    let after = member.done("documentUpdate", arguments, &selection).await["document"].clone();
    for field in ["project", "contentType", "byteSize", "checksum", "assignedTo"] {
        assert_eq!(after[field], Value::Null, "{field}");
    }
    for field in ["name", "description"] {
        let arguments = json!({ "id": id, "input": { (field): null } });
        let found = member.faults("documentUpdate", arguments).await;
        assert_eq!(found, [format!("REQUIRED input.{field}")]);
    }
    let stale = json!({ "id": id, "input": { "name": "b" }, "expectedVersion": 2 });
    let stale = member.faults("documentUpdate", stale).await;
    assert_eq!(stale, ["STALE_VERSION expectedVersion"]);
    assert_eq!(DOCUMENTS.read(&owner, &id, ALL).await, after, "refused changes change nothing");
}
