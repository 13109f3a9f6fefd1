//! Users: what is stored, what is refused, what hangs on them. The rules that keep a tenant
//! manageable are in `user_rules`.

use serde_json::{Value, json};

use super::kit::{DOCUMENTS, me, text};
use crate::support::database::PASSWORD;
use crate::support::{Caller, TestApp};

/// Every field of a user.
const ALL: &str = "id displayName email username firstName lastName role isActive lastSignInAt
    version createdAt updatedAt createdBy { id } updatedBy { id }";

async fn read(caller: &Caller, id: &str, selection: &str) -> Value {
    let query = format!("query($id: ID!) {{ user(id: $id) {{ {selection} }} }}");
    caller.gql_with(&query, json!({ "id": id })).await.data()["user"].clone()
}

async fn add(owner: &Caller, input: Value) -> String {
    let made = owner.done("userCreate", json!({ "input": input }), "user { id }").await;
    text(&made["user"]["id"])
}

#[tokio::test]
async fn a_user_keeps_all_that_they_were_made_with_and_can_sign_in() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let mine = me(&owner).await;
    let input = json!({ "email": " Ada.Lovelace@Example.org ", "username": "Ada",
        "firstName": "Ada", "lastName": "Lovelace", "role": "MANAGER", "password": PASSWORD });
    let selection = format!("user {{ {ALL} }}");
    let made = owner.done("userCreate", json!({ "input": input }), &selection).await;
    let user = &made["user"];
    let id = text(&user["id"]);
    assert!(id.starts_with("user_"), "{id}");
    let kept = json!({
        "id": id, "displayName": "Ada Lovelace", "email": "Ada.Lovelace@Example.org",
        "username": "Ada", "firstName": "Ada", "lastName": "Lovelace", "role": "MANAGER",
        "isActive": true, "lastSignInAt": null, "version": 1, "createdAt": user["createdAt"],
        "updatedAt": user["createdAt"], "createdBy": { "id": mine }, "updatedBy": { "id": mine },
    });
    assert_eq!(*user, kept);
    assert_eq!(read(&owner, &id, ALL).await, kept);
    let ada = app.anonymous("acme").sign_in("ada.lovelace@EXAMPLE.ORG", PASSWORD).await;
    let viewer = ada.gql("{ viewer { id role version lastSignInAt } }").await.data();
    assert_eq!(viewer["viewer"]["id"], id);
    assert_eq!(viewer["viewer"]["version"], 1, "signing in is no change");
    assert!(viewer["viewer"]["lastSignInAt"].is_string(), "{viewer}");
    ada.done("projectCreate", json!({ "input": { "name": "by a manager" } }), "").await;

    let bare = add(&owner, json!({ "email": "bare@acme.test", "password": PASSWORD })).await;
    let expected = json!({ "displayName": "bare@acme.test", "username": "bare@acme.test",
        "firstName": "", "role": "MEMBER" });
    assert_eq!(read(&owner, &bare, "displayName username firstName role").await, expected);
}

#[tokio::test]
async fn bad_input_is_told_by_field_and_stores_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let long = |n: usize| "x".repeat(n);
    let (bad, taken) = (vec!["INVALID input.email"], vec!["TAKEN input.email"]);
    let weak = vec!["INVALID input.password"];
    let cases = [
        (json!({ "email": "" }), vec!["REQUIRED input.email"]),
        (json!({ "email": "  " }), vec!["REQUIRED input.email"]),
        (json!({ "email": "ada" }), bad.clone()),
        (json!({ "email": "@acme.test" }), bad.clone()),
        (json!({ "email": "a@b@c.test" }), bad.clone()),
        (json!({ "email": "a@acme..test" }), bad.clone()),
        (json!({ "email": "a b@acme.test" }), bad.clone()),
        (json!({ "email": "a\u{0}@acme.test" }), bad.clone()),
        (json!({ "email": format!("{}@acme.test", long(245)) }), bad),
        (json!({ "email": "MEMBER@acme.TEST" }), taken.clone()),
        (json!({ "email": " member@acme.test" }), taken),
        (json!({ "username": "Member" }), vec!["TAKEN input.username"]),
        (json!({ "username": "" }), vec!["REQUIRED input.username"]),
        (json!({ "username": long(255) }), vec!["TOO_LONG input.username"]),
        (json!({ "username": "a\u{0}b" }), vec!["INVALID input.username"]),
        (json!({ "firstName": long(151) }), vec!["TOO_LONG input.firstName"]),
        (json!({ "firstName": "a\u{0}" }), vec!["INVALID input.firstName"]),
        (json!({ "lastName": "a\nb" }), vec!["INVALID input.lastName"]),
    ];
    let passwords = [
        (json!({ "password": "" }), weak.clone()),
        (json!({ "password": "sevench" }), weak.clone()),
        (json!({ "password": long(129) }), weak.clone()),
        (json!({ "password": "Password123" }), weak.clone()),
        (json!({ "password": "NEW@acme.test" }), weak.clone()),
        (json!({ "password": "a-long\u{0}password" }), weak),
    ];
    let member = me(&app.sign_in("acme", "manager").await).await;
    for (update, cases) in [(true, &cases[..]), (false, &passwords[..])] {
        for (case, expected) in cases {
            let mut input = json!({ "email": "new@acme.test", "password": PASSWORD });
            input.as_object_mut().unwrap().extend(case.as_object().unwrap().clone());
            let found = owner.faults("userCreate", json!({ "input": input })).await;
            assert_eq!(found, *expected, "{case}");
            if update {
                let found =
                    owner.faults("userUpdate", json!({ "id": member, "input": case })).await;
                assert_eq!(found, *expected, "update: {case}");
            }
        }
    }
    for input in [
        json!({ "email": "new@acme.test" }),
        json!({ "password": PASSWORD }),
        json!({ "email": "new@acme.test", "password": PASSWORD, "role": "ADMIN" }),
        json!({ "email": "new@acme.test", "password": PASSWORD, "isActive": true }),
    ] {
        let code = owner.refusal("userCreate", json!({ "input": input })).await;
        assert_eq!(code, "BAD_USER_INPUT", "{input}");
    }
    let users = owner.gql("{ users { totalCount nodes { version } } }").await;
    assert_eq!(users.data()["users"]["totalCount"], 3);
    assert_eq!(users.column("users", "version"), [1, 1, 1]);
}

#[tokio::test]
async fn the_longest_address_can_be_somebodys_name_too() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let email = format!("{}@acme.test", "x".repeat(244));
    assert_eq!(email.len(), 254);
    let id = add(&owner, json!({ "email": email, "password": PASSWORD })).await;
    assert_eq!(read(&owner, &id, "username").await["username"], email);
    app.anonymous("acme").sign_in(&email, PASSWORD).await;
}

#[tokio::test]
async fn a_change_keeps_what_is_left_out_and_null_is_refused() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let member = me(&app.sign_in("acme", "member").await).await;
    let before = read(&owner, &member, ALL).await;
    let selection = format!("user {{ {ALL} }}");
    let change = json!({ "id": member, "input": { "firstName": "", "lastName": "Smith" },
        "expectedVersion": 1 });
    let after = owner.done("userUpdate", change.clone(), &selection).await["user"].clone();
    let mut expected = before;
    expected["firstName"] = json!("");
    expected["lastName"] = json!("Smith");
    expected["displayName"] = json!("Smith");
    expected["version"] = json!(2);
    expected["updatedAt"] = after["updatedAt"].clone();
    expected["updatedBy"] = json!({ "id": me(&owner).await });
    assert_eq!(after, expected);
    assert_eq!(owner.faults("userUpdate", change).await, ["STALE_VERSION expectedVersion"]);
    for field in ["email", "username", "firstName", "lastName", "role", "isActive"] {
        let arguments = json!({ "id": member, "input": { (field): null } });
        let found = owner.faults("userUpdate", arguments).await;
        assert_eq!(found, [format!("REQUIRED input.{field}")]);
    }
    assert_eq!(read(&owner, &member, ALL).await, after, "refused changes change nothing");
    let renamed = json!({ "id": member, "input": { "email": "new@acme.test" } });
    owner.done("userUpdate", renamed, "").await;
    app.anonymous("acme").sign_in("new@acme.test", PASSWORD).await;
}

#[tokio::test]
async fn what_is_assigned_to_somebody_or_made_by_them_hangs_on_them() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let theirs = me(&member).await;
    let (one, two) = (app.project(&owner, "one").await, app.project(&owner, "two").await);
    let assigned = json!({ "assignedToId": theirs });
    owner.done("projectUpdate", json!({ "id": one, "input": assigned }), "").await;
    let task = app.task(&owner, &two, "of the owner").await;
    owner.done("taskUpdate", json!({ "id": task, "input": assigned }), "").await;
    app.task(&member, &two, "of the member").await;
    let document = DOCUMENTS.make(&member, &one, "file").await;
    owner.done("documentUpdate", json!({ "id": document, "input": assigned }), "").await;

    let lists = "assignedProjects { totalCount nodes { name } } createdProjects { totalCount nodes { id } }
        assignedTasks { totalCount nodes { title } } createdTasks { totalCount nodes { title } }
        assignedDocuments { totalCount nodes { name } } createdDocuments { totalCount nodes { name } }";
    let list = |field: &str, names: &[&str]| {
        let nodes: Vec<_> = names.iter().map(|n| json!({ (field): n })).collect();
        json!({ "totalCount": names.len(), "nodes": nodes })
    };
    let expected = json!({
        "assignedProjects": list("name", &["one"]), "createdProjects": list("id", &[]),
        "assignedTasks": list("title", &["of the owner"]),
        "createdTasks": list("title", &["of the member"]),
        "assignedDocuments": list("name", &["file"]), "createdDocuments": list("name", &["file"]),
    });
    assert_eq!(read(&owner, &theirs, lists).await, expected);
    let viewer = member.gql(&format!("{{ viewer {{ {lists} }} }}")).await;
    assert_eq!(viewer.data()["viewer"], expected);
    let empty = read(&owner, &me(&app.sign_in("acme", "manager").await).await, lists).await;
    for (name, list) in empty.as_object().unwrap() {
        assert_eq!(*list, json!({ "totalCount": 0, "nodes": [] }), "{name}");
    }
    let filtered = "assignedTasks(filter: { title: { contains: \"member\" } }) { totalCount }
        createdTasks(first: 1, search: \"MEMBER\", orderBy: [{ field: TITLE }]) { nodes { title } }";
    let expected = json!({ "assignedTasks": { "totalCount": 0 },
        "createdTasks": { "nodes": [{ "title": "of the member" }] } });
    assert_eq!(read(&owner, &theirs, filtered).await, expected);

    let gone = owner.done("userDelete", json!({ "id": theirs }), "deletedUserId").await;
    assert_eq!(gone["deletedUserId"], theirs);
    assert_eq!(read(&owner, &theirs, "id").await, Value::Null);
    let query = "{ tasks(orderBy: [{ field: TITLE }]) { nodes { title createdBy { id } assignedTo { id } } }
        projects(filter: { assignedToId: { isNull: true } }) { totalCount } }";
    let left = owner.gql(query).await.data();
    let expected = json!([
        { "title": "of the member", "createdBy": null, "assignedTo": null },
        { "title": "of the owner", "createdBy": { "id": me(&owner).await }, "assignedTo": null },
    ]);
    assert_eq!(left["tasks"]["nodes"], expected, "what they made stays");
    assert_eq!(left["projects"]["totalCount"], 2);
}
