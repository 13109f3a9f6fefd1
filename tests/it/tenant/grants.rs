//! Permissions on single objects: every way to the rows honours them, and none goes around them.

use serde_json::{Value, json};

use super::kit::{DOCUMENTS, PROJECTS, SLICES, TASKS, grant, guest, text};
use crate::support::{Caller, TestApp};

async fn revoke(owner: &Caller, object: &str, user: &str, permissions: &[&str]) -> Value {
    let input = json!({ "objectId": object, "userId": user, "permissions": permissions });
    let arguments = json!({ "input": input });
    owner.done("objectPermissionRevoke", arguments, "revokedCount").await["revokedCount"].clone()
}

#[tokio::test]
async fn a_grant_opens_one_object_for_every_way_of_reading() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (guest, id) = guest(&app, "ann").await;
    for slice in SLICES {
        let project = app.project(&owner, &format!("Of {}", slice.many)).await;
        let open = slice.make(&owner, &project, "Open").await;
        let shut = slice.make(&owner, &project, "Shut").await;
        let view = format!("{}.view", slice.many);
        let list = format!("{{ {} {{ totalCount nodes {{ id {} }} }} }}", slice.many, slice.label);
        assert_eq!(guest.gql(&list).await.code(), "FORBIDDEN", "{list}");
        grant(&owner, &open, &id, &[&view]).await;
        let seen = guest.gql(&list).await.data()[slice.many].clone();
        assert_eq!(seen["totalCount"], 1, "{seen}");
        assert_eq!(seen["nodes"][0]["id"], open);
        assert_eq!(slice.read(&guest, &open, slice.label).await[slice.label], "Open");
        assert_eq!(slice.read(&guest, &shut, slice.label).await, Value::Null);
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let nodes = guest.gql_with(query, json!({ "ids": [open, shut] })).await.data();
        assert_eq!(nodes["nodes"], json!([{ "id": open }, null]));
        let search = format!("{{ {}(search: \"shut\") {{ totalCount }} }}", slice.many);
        assert_eq!(guest.gql(&search).await.data()[slice.many]["totalCount"], 0);
        assert_eq!(revoke(&owner, &open, &id, &[&view]).await, 1);
        assert_eq!(guest.gql(&list).await.code(), "FORBIDDEN", "{list}");
    }
}

#[tokio::test]
async fn relations_and_figures_show_what_was_granted_and_no_more() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (guest, id) = guest(&app, "ann").await;
    let (open, shut) = (app.project(&owner, "Open").await, app.project(&owner, "Shut").await);
    let task = app.task(&owner, &shut, "In a project that is shut").await;
    app.task(&owner, &open, "In an open one").await;
    grant(&owner, &task, &id, &["tasks.view"]).await;
    grant(&owner, &open, &id, &["projects.view"]).await;
    let query = "{ tasks { nodes { title project { name } assignedTo { email }
        createdBy { email } } } }";
    assert_eq!(
        guest.gql(query).await.data()["tasks"]["nodes"],
        json!([{ "title": "In a project that is shut", "project": null, "assignedTo": null,
            "createdBy": null }])
    );
    let query = "{ projects { nodes { name tasks { totalCount nodes { title } } } } }";
    assert_eq!(
        guest.gql(query).await.data()["projects"]["nodes"],
        json!([{ "name": "Open", "tasks": { "totalCount": 0, "nodes": [] } }])
    );
    let query = "{ projectStatistics { projectCount taskCount documentCount } }";
    assert_eq!(
        guest.gql(query).await.data()["projectStatistics"],
        json!({ "projectCount": 1, "taskCount": 1, "documentCount": 0 })
    );
    let query = "query($id: ID!) { projectStatistics(projectId: $id) { taskCount } }";
    let shut = guest.gql_with(query, json!({ "id": shut })).await;
    assert_eq!(shut.data()["projectStatistics"], Value::Null);
}

#[tokio::test]
async fn a_grant_on_a_project_holds_for_what_is_in_it() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (guest, id) = guest(&app, "ann").await;
    let (open, shut) = (app.project(&owner, "Open").await, app.project(&owner, "Shut").await);
    for slice in [TASKS, DOCUMENTS] {
        let inside = slice.make(&owner, &open, "Inside").await;
        let outside = slice.make(&owner, &shut, "Outside").await;
        let permission = |verb: &str| format!("{}.{verb}", slice.many);
        let all = [permission("view"), permission("change"), permission("add")];
        grant(&owner, &open, &id, &all.each_ref().map(String::as_str)).await;
        assert_eq!(slice.count(&guest).await, 1);
        let rename = |id: &str| json!({ "id": id, "input": { slice.label: "Renamed" } });
        guest.done(&slice.verb("Update"), rename(&inside), "").await;
        let fault = guest.faults(&slice.verb("Update"), rename(&outside)).await;
        assert_eq!(fault, ["NOT_FOUND id"]);
        slice.make(&guest, &open, "Added").await;
        let input = json!({ "projectId": shut, slice.label: "Sneaked in" });
        let fault = guest.faults(&slice.verb("Create"), json!({ "input": input })).await;
        assert_eq!(fault, ["NOT_FOUND input.projectId"]);
        let away = json!({ "id": inside, "input": { "projectId": shut } });
        let fault = guest.faults(&slice.verb("Update"), away).await;
        assert_eq!(fault, ["NOT_FOUND input.projectId"]);
    }
    let input = json!({ "name": "Of no project" });
    assert_eq!(guest.refusal("documentCreate", json!({ "input": input })).await, "FORBIDDEN");
    let itself = guest.gql("{ projects { totalCount } }").await;
    assert_eq!(itself.code(), "FORBIDDEN", "the project itself is not open");
}

#[tokio::test]
async fn what_may_be_seen_but_not_changed_is_forbidden() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (guest, id) = guest(&app, "ann").await;
    for slice in SLICES {
        let project = app.project(&owner, "Any").await;
        let seen = slice.make(&owner, &project, "Seen").await;
        let mine = slice.make(&owner, &project, "Mine").await;
        let permission = |verb: &str| format!("{}.{verb}", slice.many);
        grant(&owner, &seen, &id, &[&permission("view")]).await;
        let all = [permission("view"), permission("change"), permission("delete")];
        grant(&owner, &mine, &id, &all.each_ref().map(String::as_str)).await;
        let rename = |id: &str| json!({ "id": id, "input": { slice.label: "Renamed" } });
        assert_eq!(guest.refusal(&slice.verb("Update"), rename(&seen)).await, "FORBIDDEN");
        assert_eq!(guest.refusal(&slice.verb("Delete"), json!({ "id": seen })).await, "FORBIDDEN");
        guest.done(&slice.verb("Update"), rename(&mine), "").await;
        let query = format!(
            "{{ {} {{ nodes {{ id permissions {{ canUpdate canDelete canShare }} }} }} }}",
            slice.many
        );
        let nodes = guest.gql(&query).await.data()[slice.many]["nodes"].clone();
        for node in nodes.as_array().expect("a list") {
            let may = node["id"] == json!(mine);
            let access = json!({ "canUpdate": may, "canDelete": may, "canShare": false });
            assert_eq!(node["permissions"], access);
        }
        guest.done(&slice.verb("Delete"), json!({ "id": mine }), "").await;
        guest.done(&slice.verb("Restore"), json!({ "id": mine }), "").await;
        assert_eq!(slice.read(&owner, &seen, slice.label).await[slice.label], "Seen");
    }
}

#[tokio::test]
async fn groups_hold_grants_and_grants_are_listed() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (guest, id) = guest(&app, "ann").await;
    let project = app.project(&owner, "Apollo").await;
    let input = json!({ "name": "Crew", "memberIds": [id] });
    let group = owner.done("groupCreate", json!({ "input": input }), "group { id }").await;
    let group = text(&group["group"]["id"]);
    let input = json!({ "objectId": project, "groupId": group,
        "permissions": ["projects.view", "tasks.view"] });
    let selection = "objectPermissions { permission objectId group { name } user { email } }";
    let given = owner.done("objectPermissionGrant", json!({ "input": input }), selection).await;
    assert_eq!(
        given["objectPermissions"][0],
        json!({ "permission": "projects.view", "objectId": project, "group": { "name": "Crew" },
            "user": null })
    );
    assert_eq!(PROJECTS.count(&guest).await, 1);
    // Giving it again is no mistake, and gives nothing twice.
    let again = owner.done("objectPermissionGrant", json!({ "input": input }), selection).await;
    assert_eq!(again, given);
    let query = "query($o: ID!) { objectPermissions(filter: { objectId: $o }) { totalCount
        nodes { permission createdBy { email } } } }";
    let data = owner.gql_with(query, json!({ "o": project })).await.data();
    assert_eq!(data["objectPermissions"]["totalCount"], 2);
    assert_eq!(guest.gql_with(query, json!({ "o": project })).await.code(), "FORBIDDEN");
    owner.done("groupRemoveMembers", json!({ "id": group, "userIds": [id] }), "").await;
    assert_eq!(guest.gql("{ projects { totalCount } }").await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn sharing_can_itself_be_granted_and_gives_no_more_than_one_holds() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (lead, id) = guest(&app, "lead").await;
    let (_, other) = guest(&app, "other").await;
    let (mine, foreign) = (app.project(&owner, "Mine").await, app.project(&owner, "Other").await);
    let give = |object: &str, permission: &str| json!({ "input": { "objectId": object, "userId": other, "permissions": [permission] } });
    let field = "objectPermissionGrant";
    assert_eq!(lead.refusal(field, give(&mine, "projects.view")).await, "FORBIDDEN");
    grant(&owner, &mine, &id, &["object_permissions.grant", "projects.view", "tasks.view"]).await;
    lead.done(field, give(&mine, "projects.view"), "").await;
    lead.done(field, give(&mine, "tasks.view"), "").await;
    let fault = lead.faults(field, give(&mine, "projects.change")).await;
    assert_eq!(fault, ["NOT_ALLOWED input.permissions"]);
    let fault = lead.faults(field, give(&foreign, "projects.view")).await;
    assert_eq!(fault, ["NOT_FOUND input.objectId"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_grant_is_said_and_changes_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (_, id) = guest(&app, "ann").await;
    let project = app.project(&owner, "Apollo").await;
    let task = app.task(&owner, &project, "Land").await;
    let foreigner = app.sign_in("globex", "owner").await;
    let foreign = app.project(&foreigner, "Theirs").await;
    let input = |object: &str, user: Value, group: Value, permissions: Value| {
        json!({ "input": { "objectId": object, "userId": user, "groupId": group,
            "permissions": permissions } })
    };
    let view = json!(["projects.view"]);
    let group = "group_01h455vb4pex5vsknk084sn02q";
    for (arguments, fault) in [
        (input("nonsense", json!(id), Value::Null, view.clone()), "INVALID input.objectId"),
        (input(&foreign, json!(id), Value::Null, view.clone()), "NOT_FOUND input.objectId"),
        (input(&project, Value::Null, Value::Null, view.clone()), "INVALID input.userId"),
        (input(&project, json!(id), json!(group), view.clone()), "INVALID input.userId"),
        (input(&project, Value::Null, json!(group), view.clone()), "NOT_FOUND input.groupId"),
        (input(&project, json!(id), Value::Null, json!([])), "REQUIRED input.permissions"),
        (
            input(&project, json!(id), Value::Null, json!(["no.such"])),
            "NOT_FOUND input.permissions",
        ),
        (input(&task, json!(id), Value::Null, view.clone()), "INVALID input.permissions"),
        (
            input(&project, json!(id), Value::Null, json!(["users.view"])),
            "INVALID input.permissions",
        ),
    ] {
        let found = owner.faults("objectPermissionGrant", arguments.clone()).await;
        assert_eq!(found, [fault], "{arguments}");
    }
    let none = owner.gql("{ objectPermissions { totalCount } }").await.data();
    assert_eq!(none["objectPermissions"]["totalCount"], 0);
    assert_eq!(revoke(&owner, &project, &id, &["projects.view"]).await, 0, "no mistake");
}
