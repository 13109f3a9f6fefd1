//! Regions and branches, and permissions that reach as far as they do.

use serde_json::{Value, json};

use super::super::kit::{guest, text};
use super::{client, made, seen};
use crate::support::TestApp;

#[tokio::test]
async fn owners_keep_regions_and_branches() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let north = made(&owner, "region", json!({ "name": "North", "code": "N" })).await;
    let input = json!({ "name": "Harbour", "code": "HB", "regionId": north });
    let harbour = made(&owner, "branch", input).await;
    let query = "{ branches { nodes { id name code isActive region { id name } } } }";
    let expected = json!([{ "id": harbour, "name": "Harbour", "code": "HB", "isActive": true,
        "region": { "id": north, "name": "North" } }]);
    assert_eq!(owner.gql(query).await.data()["branches"]["nodes"], expected);
    for (field, input, faults) in [
        ("regionCreate", json!({ "name": "north", "code": "X" }), ["TAKEN input.name"]),
        ("regionCreate", json!({ "name": "South", "code": "N" }), ["TAKEN input.code"]),
        ("regionCreate", json!({ "name": "South", "code": "n" }), ["INVALID input.code"]),
        ("regionCreate", json!({ "name": " ", "code": "S" }), ["REQUIRED input.name"]),
        ("branchCreate", json!({ "name": "HARBOUR", "code": "X" }), ["TAKEN input.name"]),
        ("branchCreate", json!({ "name": "Two", "code": "HB" }), ["TAKEN input.code"]),
        (
            "branchCreate",
            json!({ "name": "Two", "code": "T", "timeZone": "half past nine" }),
            ["INVALID input.timeZone"],
        ),
        (
            "branchCreate",
            json!({ "name": "Two", "code": "T", "email": "nobody" }),
            ["INVALID input.email"],
        ),
    ] {
        let shown = input.to_string();
        assert_eq!(owner.faults(field, json!({ "input": input })).await, faults, "{shown}");
    }
    let member = app.sign_in("acme", "member").await;
    assert_eq!(member.gql(query).await.data()["branches"]["nodes"], expected);
    for field in ["regionCreate", "branchCreate"] {
        let input = json!({ "input": { "name": "Mine", "code": "M" } });
        assert_eq!(member.refusal(field, input.clone()).await, "FORBIDDEN", "{field}");
        assert_eq!(app.anonymous("acme").refusal(field, input).await, "UNAUTHENTICATED");
    }
    let globex = app.sign_in("globex", "owner").await;
    assert_eq!(globex.gql(query).await.data()["branches"]["nodes"], json!([]));
    let change = json!({ "id": harbour, "input": { "name": "Ours" } });
    assert_eq!(globex.faults("branchUpdate", change).await, ["NOT_FOUND id"]);
    owner.done("regionDelete", json!({ "id": north }), "").await;
    let left = owner.gql(query).await.data()["branches"]["nodes"][0].clone();
    assert_eq!((&left["id"], &left["region"]), (&json!(harbour), &Value::Null));
}

#[tokio::test]
async fn a_branch_is_kept_as_long_as_somebody_is_in_it() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let branch = made(&owner, "branch", json!({ "name": "Harbour", "code": "HB" })).await;
    let (_, ann) = guest(&app, "ann").await;
    let join = |branch: Value| json!({ "id": ann, "input": { "branchId": branch } });
    owner.done("userUpdate", join(json!(branch)), "").await;
    let gone = json!({ "id": branch });
    assert_eq!(owner.faults("branchDelete", gone.clone()).await, ["NOT_ALLOWED id"]);
    let close = json!({ "id": branch, "input": { "isActive": false } });
    owner.done("branchUpdate", close, "").await;
    owner.done("userUpdate", join(Value::Null), "").await;
    assert_eq!(owner.faults("userUpdate", join(json!(branch))).await, ["NOT_FOUND input.branchId"]);
    owner.done("branchDelete", gone, "").await;
}

#[tokio::test]
async fn permissions_reach_as_far_as_a_branch_or_its_region() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let north = made(&owner, "region", json!({ "name": "North", "code": "N" })).await;
    let mut branches = vec![];
    for (code, region) in [("A", Some(&north)), ("B", Some(&north)), ("C", None)] {
        let input = json!({ "name": code, "code": code, "regionId": region });
        branches.push(made(&owner, "branch", input).await);
    }
    let mut clients = vec![];
    for (at, branch) in branches.iter().enumerate() {
        let input = json!({ "lastName": format!("Client {at}"), "branchId": branch });
        clients.push(client(&owner, input).await);
    }
    clients.push(client(&owner, json!({ "lastName": "Of no branch" })).await);
    let (ann, id) = guest(&app, "ann").await;
    let hold = |scope: &str| {
        json!({ "id": id, "permissions": [
            { "permission": "clients.view", "scope": scope },
            { "permission": "clients.change", "scope": scope },
        ] })
    };
    let names = "{ clients(orderBy: [{ field: LAST_NAME }]) { totalCount nodes { lastName
        permissions { canUpdate } } } }";
    owner.done("userSetPermissions", hold("BRANCH"), "").await;
    assert_eq!(ann.gql(names).await.column("clients", "lastName"), Vec::<Value>::new());
    let join = json!({ "id": id, "input": { "branchId": branches[0] } });
    owner.done("userUpdate", join, "").await;
    assert_eq!(ann.gql(names).await.column("clients", "lastName"), ["Client 0"]);
    owner.done("userSetPermissions", hold("REGION"), "").await;
    let seen_now = ann.gql(names).await;
    assert_eq!(seen_now.column("clients", "lastName"), ["Client 0", "Client 1"]);
    let may = seen_now.column("clients", "permissions");
    assert!(may.iter().all(|may| may["canUpdate"] == true), "{may:?}");
    let change = |id: &str| json!({ "id": id, "input": { "source": "a friend" } });
    ann.done("clientUpdate", change(&clients[1]), "").await;
    assert_eq!(ann.faults("clientUpdate", change(&clients[2])).await, ["NOT_FOUND id"]);
    assert_eq!(seen(&ann, &clients[3], "id").await, Value::Null);
    // The branch moves to no region: what is left is the branch itself.
    let leave = json!({ "id": branches[0], "input": { "regionId": null } });
    owner.done("branchUpdate", leave, "").await;
    assert_eq!(ann.gql(names).await.column("clients", "lastName"), ["Client 0"]);
    let events = ann.gql("{ events(first: 100) { nodes { entityId } } }").await;
    let about: Vec<_> = events.column("events", "entityId").iter().map(text).collect();
    assert!(!about.is_empty() && about.iter().all(|id| *id == clients[0]), "{about:?}");
}
