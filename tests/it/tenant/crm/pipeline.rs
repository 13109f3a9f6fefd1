//! Stages and tags.

use serde_json::{Value, json};

use super::super::kit::text;
use super::{client, made, seen, stage};
use crate::support::TestApp;

const STAGES: &str = "{ stages(filter: { kind: { eq: CLIENT } }, orderBy: [{ field: POSITION }]) {
    nodes { id name outcome isDefault colour } } }";

#[tokio::test]
async fn a_tenant_begins_with_pipelines_and_changes_them() {
    let app = TestApp::new().await;
    let manager = app.sign_in("acme", "manager").await;
    let begun = manager.gql(STAGES).await;
    assert_eq!(
        begun.column("stages", "name"),
        ["New enquiry", "Consultation", "Proposal sent", "Engaged", "Completed", "Not proceeding"]
    );
    let cases = "{ stages(filter: { kind: { eq: CASE } }) { totalCount } }";
    assert_eq!(manager.gql(cases).await.data()["stages"]["totalCount"], 9);
    let input = json!({ "kind": "CLIENT", "name": "Waiting", "colour": "#123abc" });
    let new = made(&manager, "stage", input).await;
    let mut ids: Vec<_> = begun.column("stages", "id").iter().map(text).collect();
    ids.insert(1, new.clone());
    let order = json!({ "kind": "CLIENT", "ids": ids });
    manager.done("stageReorder", order, "").await;
    let now: Vec<_> = manager.gql(STAGES).await.column("stages", "id").iter().map(text).collect();
    assert_eq!(now, ids);
    manager.done("stageUpdate", json!({ "id": new, "input": { "isDefault": true } }), "").await;
    let first = client(&manager, json!({ "lastName": "First" })).await;
    assert_eq!(seen(&manager, &first, "stage { id }").await, json!({ "stage": { "id": new } }));
    for (field, arguments, faults) in [
        (
            "stageCreate",
            json!({ "input": { "kind": "CLIENT", "name": "waiting" } }),
            ["TAKEN input.name"],
        ),
        (
            "stageCreate",
            json!({ "input": { "kind": "CLIENT", "name": "Odd", "colour": "red" } }),
            ["INVALID input.colour"],
        ),
        ("stageReorder", json!({ "kind": "CLIENT", "ids": [new] }), ["INVALID ids"]),
        ("stageDelete", json!({ "id": new }), ["NOT_ALLOWED id"]),
    ] {
        let shown = arguments.to_string();
        assert_eq!(manager.faults(field, arguments).await, faults, "{field} {shown}");
    }
    let member = app.sign_in("acme", "member").await;
    let input = json!({ "input": { "kind": "CLIENT", "name": "Mine" } });
    assert_eq!(member.refusal("stageCreate", input).await, "FORBIDDEN");
    let globex = app.sign_in("globex", "owner").await;
    assert_eq!(globex.gql(STAGES).await.column("stages", "name").len(), 6);
    assert_eq!(globex.faults("stageDelete", json!({ "id": new })).await, ["NOT_FOUND id"]);
}

#[tokio::test]
async fn who_is_in_a_stage_that_goes_moves_on() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (engaged, done) = (stage(&owner, "Engaged").await, stage(&owner, "Completed").await);
    let one = client(&owner, json!({ "lastName": "One", "stageId": engaged })).await;
    let gone = json!({ "id": engaged });
    assert_eq!(owner.faults("stageDelete", gone).await, ["REQUIRED moveToId"]);
    let onto_itself = json!({ "id": engaged, "moveToId": engaged });
    assert_eq!(owner.faults("stageDelete", onto_itself).await, ["INVALID moveToId"]);
    owner.done("stageDelete", json!({ "id": engaged, "moveToId": done }), "").await;
    let now = seen(&owner, &one, "stage { name outcome } history { nodes { eventType } }").await;
    assert_eq!(now["stage"], json!({ "name": "Completed", "outcome": "WON" }));
    assert_eq!(now["history"]["nodes"][0]["eventType"], "Client.stage_id.UPDATE");
}

#[tokio::test]
async fn tags_mark_clients_and_are_found_by() {
    let app = TestApp::new().await;
    let manager = app.sign_in("acme", "manager").await;
    let urgent = made(&manager, "tag", json!({ "name": "urgent" })).await;
    let family = made(&manager, "tag", json!({ "name": "family", "colour": "#00ff00" })).await;
    let taken = json!({ "input": { "name": "Urgent" } });
    assert_eq!(manager.faults("tagCreate", taken).await, ["TAKEN input.name"]);
    let both = json!({ "lastName": "Both", "tagIds": [urgent, family] });
    let both = client(&manager, both).await;
    let one = client(&manager, json!({ "lastName": "One", "tagIds": [urgent] })).await;
    client(&manager, json!({ "lastName": "None" })).await;
    let tags = seen(&manager, &both, "tags { name colour }").await;
    assert_eq!(tags["tags"][0], json!({ "name": "family", "colour": "#00ff00" }));
    assert_eq!(tags["tags"][1]["name"], "urgent");
    let find = async |filter: Value| {
        let query = "query($filter: ClientFilter) {
            clients(filter: $filter, orderBy: [{ field: LAST_NAME }]) { nodes { lastName } } }";
        manager.gql_with(query, json!({ "filter": filter })).await.column("clients", "lastName")
    };
    assert_eq!(find(json!({ "tagIds": { "any": [urgent] } })).await, ["Both", "One"]);
    assert_eq!(find(json!({ "tagIds": { "all": [urgent, family] } })).await, ["Both"]);
    manager.done("clientUpdate", json!({ "id": one, "input": { "tagIds": [family] } }), "").await;
    assert_eq!(
        seen(&manager, &one, "tags { name }").await,
        json!({ "tags": [{ "name": "family" }] })
    );
    manager.done("tagDelete", json!({ "id": family }), "").await;
    assert_eq!(seen(&manager, &one, "tags { name }").await, json!({ "tags": [] }));
    let unknown = json!({ "input": { "lastName": "X", "tagIds": [family] } });
    assert_eq!(manager.faults("clientCreate", unknown).await, ["NOT_FOUND input.tagIds"]);
}
