//! Platform users: added, changed, listed and deactivated by administrators; one of these stays.

use serde_json::{Value, json};

use crate::support::database::PASSWORD;
use crate::support::{Caller, TestApp};
use crate::tenant::kit::{soon, text};

const ALL: &str = "id username email firstName lastName isAdmin isActive lastSignInAt version
    createdAt updatedAt";

/// Adds an operator called after the part of the address before the `@`; their id.
pub async fn add(admin: &Caller, name: &str, is_admin: bool) -> String {
    let input = json!({ "email": format!("{name}@taruvi.test"), "lastName": name,
        "isAdmin": is_admin, "password": PASSWORD });
    let made = admin.done("operatorCreate", json!({ "input": input }), "operator { id }").await;
    text(&made["operator"]["id"])
}

/// An operator who is signed in.
pub async fn sign_in(app: &TestApp, name: &str) -> Caller {
    app.anonymous("localhost").sign_in(&format!("{name}@taruvi.test"), PASSWORD).await
}

async fn change(admin: &Caller, id: &str, input: Value) -> Value {
    let arguments = json!({ "id": id, "input": input });
    let selection = format!("operator {{ {ALL} }}");
    admin.done("operatorUpdate", arguments, &selection).await["operator"].clone()
}

async fn status(caller: &Caller) -> u16 {
    caller.gql("{ viewerOperator { id } }").await.status.as_u16()
}

#[tokio::test]
async fn an_administrator_adds_and_changes_operators() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let input = json!({ "email": " Ann@Taruvi.test ", "firstName": "Ann", "lastName": "Other",
        "password": PASSWORD });
    let selection = format!("operator {{ {ALL} }}");
    let made = admin.done("operatorCreate", json!({ "input": input }), &selection).await;
    let made = &made["operator"];
    let expected = json!({
        "id": made["id"], "username": "Ann@Taruvi.test", "email": "Ann@Taruvi.test",
        "firstName": "Ann", "lastName": "Other", "isAdmin": false, "isActive": true,
        "lastSignInAt": null, "version": 1, "createdAt": made["createdAt"],
        "updatedAt": made["createdAt"],
    });
    assert_eq!(*made, expected);
    assert!(text(&made["id"]).starts_with("operator_"));
    let id = text(&made["id"]);
    let ann = sign_in(&app, "ann").await;
    let viewer = ann.gql("{ viewerOperator { email isAdmin } }").await.data();
    assert_eq!(viewer["viewerOperator"], json!({ "email": "Ann@Taruvi.test", "isAdmin": false }));

    let changed = change(&admin, &id, json!({ "username": "ann", "firstName": "" })).await;
    assert_eq!((&changed["username"], &changed["firstName"]), (&json!("ann"), &json!("")));
    assert_eq!((&changed["lastName"], &changed["version"]), (&json!("Other"), &json!(2)));
    let read = format!("query($id: ID!) {{ operator(id: $id) {{ {ALL} }} }}");
    let read = admin.gql_with(&read, json!({ "id": id })).await.data();
    let mut seen = read["operator"].clone();
    assert!(seen["lastSignInAt"].is_string());
    seen["lastSignInAt"] = Value::Null;
    let mut changed = changed;
    changed["lastSignInAt"] = Value::Null;
    assert_eq!(seen, changed);
    let stale = json!({ "id": id, "input": { "lastName": "X" }, "expectedVersion": 1 });
    assert_eq!(admin.faults("operatorUpdate", stale).await, ["STALE_VERSION expectedVersion"]);
    let unknown = json!({ "id": "operator_01jtestgap0000000000000000", "input": {} });
    assert_eq!(admin.faults("operatorUpdate", unknown).await, ["NOT_FOUND id"]);
}

#[tokio::test]
async fn bad_input_is_told_by_field_and_changes_nothing() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let id = add(&admin, "ann", false).await;
    let new = json!({ "email": "new@taruvi.test", "password": PASSWORD });
    let long = "x".repeat(151);
    for (key, value, expected) in [
        ("email", "", "REQUIRED input.email"),
        ("email", "nobody", "INVALID input.email"),
        ("email", "ANN@taruvi.test", "TAKEN input.email"),
        ("firstName", &long, "TOO_LONG input.firstName"),
        ("lastName", "\u{0}", "INVALID input.lastName"),
        ("password", "short", "INVALID input.password"),
        ("password", "new@taruvi.test", "INVALID input.password"),
    ] {
        let mut input = new.clone();
        input[key] = json!(value);
        let found = admin.faults("operatorCreate", json!({ "input": input })).await;
        assert_eq!(found, [expected], "{key} {value}");
    }
    for (input, expected) in [
        (json!({ "email": "admin@taruvi.test" }), "TAKEN input.email"),
        (json!({ "username": "ADMIN@taruvi.test" }), "TAKEN input.username"),
        (json!({ "username": " " }), "REQUIRED input.username"),
        (json!({ "email": null }), "REQUIRED input.email"),
        (json!({ "isAdmin": null }), "REQUIRED input.isAdmin"),
    ] {
        let found = admin.faults("operatorUpdate", json!({ "id": id, "input": input })).await;
        assert_eq!(found, [expected], "{input}");
    }
    assert_eq!(app.value("SELECT count(*) FROM public.operators").await, "2");
    assert_eq!(app.value("SELECT max(version) FROM public.operators").await, "1");
}

#[tokio::test]
async fn who_is_no_administrator_administers_nothing() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let id = add(&admin, "ann", false).await;
    let ann = sign_in(&app, "ann").await;
    for query in ["{ operators { totalCount } }", "query($id: ID!) { operator(id: $id) { email } }"]
    {
        let answer = ann.gql_with(query, json!({ "id": id })).await;
        assert_eq!((answer.code().as_str(), answer.is_empty()), ("FORBIDDEN", true), "{query}");
    }
    let new = json!({ "email": "new@taruvi.test", "password": PASSWORD });
    for (field, arguments) in [
        ("operatorCreate", json!({ "input": new })),
        ("operatorUpdate", json!({ "id": id, "input": { "isAdmin": true } })),
        ("domainAdd", json!({ "tenantId": "tenant_01jtestgap0000000000000000", "domain": "a.b" })),
    ] {
        assert_eq!(ann.refusal(field, arguments).await, "FORBIDDEN", "{field}");
    }
    change(&admin, &id, json!({ "isAdmin": true })).await;
    ann.gql("{ operators { totalCount } }").await.data();
    change(&admin, &id, json!({ "isAdmin": false })).await;
    assert_eq!(ann.gql("{ operators { totalCount } }").await.code(), "FORBIDDEN", "at once");
}

#[tokio::test]
async fn deactivation_shuts_an_operator_out_in_every_process() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let admin = app.operator().await;
    let id = add(&admin, "ann", true).await;
    let ann = sign_in(&app, "ann").await;
    let there = other.anonymous("localhost").with_token(ann.token.as_deref().unwrap());
    assert_eq!((status(&ann).await, status(&there).await), (200, 200));
    change(&admin, &id, json!({ "isActive": false })).await;
    assert_eq!(status(&ann).await, 401);
    soon("the other process knows", async || status(&there).await == 401).await;
    change(&admin, &id, json!({ "isActive": true })).await;
    assert_eq!(status(&ann).await, 401, "the session has ended for good");
    assert_eq!(status(&sign_in(&app, "ann").await).await, 200);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let own = admin.gql("{ viewerOperator { id } }").await.text("/data/viewerOperator/id");
    add(&admin, "member", false).await;
    let gone = add(&admin, "gone", true).await;
    change(&admin, &gone, json!({ "isActive": false })).await;
    for input in [json!({ "isAdmin": false }), json!({ "isActive": false })] {
        let found = admin.faults("operatorUpdate", json!({ "id": own, "input": input })).await;
        assert_eq!(found, ["NOT_ALLOWED"], "{input}");
    }
    let second = add(&admin, "second", true).await;
    let (one, two) = (own.clone(), second.clone());
    let leave = async |id: &str| {
        let input = json!({ "id": id, "input": { "isAdmin": false } });
        admin.mutate("operatorUpdate", input, "").await;
    };
    tokio::join!(leave(&one), leave(&two));
    let left = "SELECT count(*) FROM public.operators WHERE is_admin AND is_active";
    assert_eq!(app.value(left).await, "1", "of two who leave at the same time one stays");
}

#[tokio::test]
async fn operators_are_found_and_sorted() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    for name in ["ann", "bob", "cid"] {
        add(&admin, name, name == "bob").await;
    }
    for (arguments, expected) in [
        ("filter: { isAdmin: true }", vec!["bob", "Platform"]),
        ("filter: { email: { eq: \"ann@taruvi.test\" } }", vec!["ann"]),
        ("filter: { not: { isActive: true } }", vec![]),
        ("search: \"CI\"", vec!["cid"]),
        ("orderBy: [{ field: EMAIL, direction: DESC }]", vec!["cid", "bob", "ann", "Platform"]),
    ] {
        let query = format!("{{ operators({arguments}) {{ totalCount nodes {{ lastName }} }} }}");
        let answer = admin.gql(&query).await;
        let mut found: Vec<_> = answer.column("operators", "lastName").iter().map(text).collect();
        assert_eq!(answer.data()["operators"]["totalCount"], expected.len(), "{arguments}");
        if !arguments.contains("orderBy") {
            found.sort_by_key(|name| name.to_lowercase());
        }
        assert_eq!(found, expected, "{arguments}");
    }
    let mut seen = vec![];
    let mut after = String::new();
    loop {
        let query = format!(
            "{{ operators(first: 1{after}) {{ nodes {{ email }} pageInfo {{ endCursor hasNextPage }} }} }}"
        );
        let page = admin.gql(&query).await;
        seen.push(page.text("/data/operators/nodes/0/email"));
        if page.at("/data/operators/pageInfo/hasNextPage") == false {
            break;
        }
        let cursor = page.text("/data/operators/pageInfo/endCursor");
        after = format!(", after: \"{cursor}\"");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 4);
}
