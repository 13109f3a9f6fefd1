//! Groups: what they give counts at once, and nobody gives what they do not hold.

use serde_json::{Value, json};

use super::kit::{guest, me, soon, text};
use crate::support::{Caller, TestApp};

fn held(name: &str) -> Value {
    json!({ "permission": name })
}

async fn add(owner: &Caller, name: &str, permissions: Value, members: &[&str]) -> String {
    let input = json!({ "name": name, "permissions": permissions, "memberIds": members });
    let made = owner.done("groupCreate", json!({ "input": input }), "group { id }").await;
    text(&made["group"]["id"])
}

async fn sees_projects(caller: &Caller) -> bool {
    caller.gql("{ projects { nodes { name } } }").await.code().is_empty()
}

#[tokio::test]
async fn what_a_group_gives_counts_at_once_and_goes_with_it() {
    let app = TestApp::new().await;
    let elsewhere = TestApp::beside(&app).await;
    let owner = app.sign_in("acme", "owner").await;
    let (guest, id) = guest(&app, "ann").await;
    let there = elsewhere.anonymous("acme").with_token(&guest.token.clone().expect("signed in"));
    assert!(!sees_projects(&guest).await && !sees_projects(&there).await);
    let group = add(&owner, "Readers", json!([held("projects.view")]), &[]).await;
    assert!(!sees_projects(&guest).await, "not in it yet");
    owner.done("groupAddMembers", json!({ "id": group, "userIds": [id] }), "").await;
    assert!(sees_projects(&guest).await);
    soon("the other process knows", async || sees_projects(&there).await).await;
    let none = json!({ "id": group, "input": { "permissions": [] } });
    owner.done("groupUpdate", none, "").await;
    assert!(!sees_projects(&guest).await);
    soon("the other process knows", async || !sees_projects(&there).await).await;
    let again = json!({ "id": group, "input": { "permissions": [held("projects.view")] } });
    owner.done("groupUpdate", again, "").await;
    assert!(sees_projects(&guest).await);
    owner.done("groupRemoveMembers", json!({ "id": group, "userIds": [id] }), "").await;
    assert!(!sees_projects(&guest).await);
    owner.done("groupAddMembers", json!({ "id": group, "userIds": [id] }), "").await;
    assert!(sees_projects(&guest).await);
    let gone = owner.done("groupDelete", json!({ "id": group }), "deletedGroupId").await;
    assert_eq!(gone["deletedGroupId"], group);
    assert!(!sees_projects(&guest).await);
}

#[tokio::test]
async fn groups_are_listed_with_what_they_give_and_who_is_in_them() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (_, ann) = guest(&app, "ann").await;
    let (_, ben) = guest(&app, "ben").await;
    let own = json!([held("tasks.view"), { "permission": "tasks.change", "scope": "OWN" }]);
    let first = add(&owner, "Alpha", own, &[&ann, &ben]).await;
    add(&owner, "Beta", json!([]), &[&ben]).await;
    let query = "{ groups { totalCount nodes { name permissions { permission scope }
        createdBy { email } members(first: 1) { totalCount nodes { email }
            pageInfo { hasNextPage } } } } }";
    let data = owner.gql(query).await.data();
    assert_eq!(data["groups"]["totalCount"], 2);
    assert_eq!(
        data["groups"]["nodes"][0],
        json!({ "name": "Alpha", "createdBy": { "email": "owner@acme.test" },
            "permissions": [{ "permission": "tasks.change", "scope": "OWN" },
                { "permission": "tasks.view", "scope": "ALL" }],
            "members": { "totalCount": 2, "nodes": [{ "email": "ann@acme.test" }],
                "pageInfo": { "hasNextPage": true } } })
    );
    assert_eq!(data["groups"]["nodes"][1]["members"]["totalCount"], 1);
    let query = "query($id: ID!) { user(id: $id) { groups { name } } group: node(id: $g) {
        ... on Group { name } } }"
        .replace("($id: ID!)", "($id: ID!, $g: ID!)");
    let data = owner.gql_with(&query, json!({ "id": ben, "g": first })).await.data();
    assert_eq!(data["user"]["groups"], json!([{ "name": "Alpha" }, { "name": "Beta" }]));
    assert_eq!(data["group"]["name"], "Alpha");
    let found = owner.gql("{ groups(search: \"bet\") { nodes { name } } }").await;
    assert_eq!(found.data()["groups"]["nodes"], json!([{ "name": "Beta" }]));
}

#[tokio::test]
async fn what_is_wrong_with_a_group_is_said_and_changes_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let group = add(&owner, "Readers", json!([]), &[]).await;
    let new = |input: Value| json!({ "input": input });
    let stranger = me(&app.sign_in("globex", "owner").await).await;
    let many: Vec<_> = std::iter::repeat_n(stranger.clone(), 101).collect();
    for (input, fault) in [
        (json!({ "name": " " }), "REQUIRED input.name"),
        (json!({ "name": "x".repeat(101) }), "TOO_LONG input.name"),
        (json!({ "name": "readers" }), "TAKEN input.name"),
        (json!({ "name": "X", "permissions": [held("no.such")] }), "NOT_FOUND input.permissions"),
        (
            json!({ "name": "X", "permissions": [held("tasks.view"), held("tasks.view")] }),
            "INVALID input.permissions",
        ),
        (
            json!({ "name": "X",
                "permissions": [{ "permission": "users.view", "scope": "OWN" }] }),
            "INVALID input.permissions",
        ),
        (json!({ "name": "X", "memberIds": [stranger] }), "NOT_FOUND input.memberIds"),
        (json!({ "name": "X", "memberIds": many }), "INVALID input.memberIds"),
    ] {
        assert_eq!(owner.faults("groupCreate", new(input.clone())).await, [fault], "{input}");
    }
    let stale = json!({ "id": group, "input": { "name": "Y" }, "expectedVersion": 7 });
    assert_eq!(owner.faults("groupUpdate", stale).await, ["STALE_VERSION expectedVersion"]);
    let data = owner.gql("{ groups { nodes { name version } } }").await.data();
    assert_eq!(data["groups"]["nodes"], json!([{ "name": "Readers", "version": 1 }]));
    let foreign = app.sign_in("globex", "owner").await;
    let arguments = json!({ "id": group, "input": { "name": "Z" } });
    assert_eq!(foreign.faults("groupUpdate", arguments).await, ["NOT_FOUND id"]);
}

#[tokio::test]
async fn nobody_gives_what_they_do_not_hold() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (lead, id) = guest(&app, "lead").await;
    let (_, other) = guest(&app, "other").await;
    let powers = json!([
        held("groups.view"),
        held("groups.add"),
        held("groups.change"),
        held("groups.delete"),
        held("permissions.change"),
        held("users.view"),
        held("users.add"),
        held("users.change"),
        held("users.delete"),
        held("tasks.view")
    ]);
    add(&owner, "Leads", powers, &[&id]).await;
    let strong = add(&owner, "Strong", json!([held("projects.delete")]), &[]).await;
    // What they hold they may give.
    add(&lead, "Helpers", json!([held("tasks.view")]), &[&other]).await;
    let more = json!({ "input": { "name": "More", "permissions": [held("projects.delete")] } });
    assert_eq!(lead.faults("groupCreate", more).await, ["NOT_ALLOWED input.permissions"]);
    for (field, arguments) in [
        ("groupAddMembers", json!({ "id": strong, "userIds": [id] })),
        ("groupRemoveMembers", json!({ "id": strong, "userIds": [id] })),
        ("groupDelete", json!({ "id": strong })),
        ("groupUpdate", json!({ "id": strong, "input": { "permissions": [] } })),
    ] {
        assert_eq!(lead.refusal(field, arguments).await, "FORBIDDEN", "{field}");
    }
    let direct = json!({ "id": id, "permissions": [held("projects.delete")] });
    assert_eq!(lead.faults("userSetPermissions", direct).await, ["NOT_ALLOWED permissions"]);
    // Nor by way of a role.
    let boss = me(&owner).await;
    for role in ["OWNER", "MANAGER", "MEMBER"] {
        let raise = json!({ "id": id, "input": { "role": role } });
        assert_eq!(lead.faults("userUpdate", raise).await, ["NOT_ALLOWED input.role"]);
    }
    let input = json!({ "email": "x@acme.test", "password": "quite a password", "role": "OWNER" });
    let made = lead.faults("userCreate", json!({ "input": input })).await;
    assert_eq!(made, ["NOT_ALLOWED input.role"]);
    let lower = json!({ "id": boss, "input": { "isActive": false } });
    assert_eq!(lead.faults("userUpdate", lower).await, ["NOT_ALLOWED"]);
    assert_eq!(lead.faults("userDelete", json!({ "id": boss })).await, ["NOT_ALLOWED"]);
}

#[tokio::test]
async fn nobody_takes_over_the_account_of_somebody_who_may_do_more() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (lead, id) = guest(&app, "lead").await;
    let (_, strong) = guest(&app, "strong").await;
    let (_, shared) = guest(&app, "shared").await;
    let (_, equal) = guest(&app, "equal").await;
    let powers = json!([
        held("users.view"),
        held("users.change"),
        held("users.delete"),
        held("users.reset_password"),
        held("second_factor.remove")
    ]);
    add(&owner, "Leads", powers, &[&id]).await;
    add(&owner, "Strong", json!([held("projects.delete")]), &[&strong]).await;
    let project = app.project(&owner, "Apollo").await;
    super::kit::grant(&owner, &project, &shared, &["projects.change"]).await;
    for other in [strong, shared] {
        for (field, arguments, at) in [
            ("userUpdate", json!({ "id": other, "input": { "email": "mine@acme.test" } }), ""),
            ("userDelete", json!({ "id": other }), ""),
            ("userResetPassword", json!({ "id": other }), " id"),
            ("userRemoveSecondFactor", json!({ "id": other }), " id"),
        ] {
            let found = lead.faults(field, arguments).await;
            assert_eq!(found, [format!("NOT_ALLOWED{at}")], "{field}");
        }
    }
    let arguments = json!({ "id": equal, "input": { "firstName": "Equal" } });
    lead.done("userUpdate", arguments, "").await;
}
