//! Tenants: made whole or not at all, changed, shut and deleted everywhere at once.

use serde_json::{Value, json};

use super::{id_of, new};
use crate::support::database::PASSWORD;
use crate::support::{Caller, TestApp};
use crate::tenant::kit::{soon, text};

/// Every field of a tenant.
const ALL: &str = "id name schemaName createdOn isActive subscriptionStatus maxUsers shard version
    createdAt updatedAt domains { domain isPrimary }";

async fn create(operator: &Caller, input: Value) -> Value {
    let selection = format!("tenant {{ {ALL} }}");
    operator.done("tenantCreate", json!({ "input": input }), &selection).await["tenant"].clone()
}

/// Schemas, roles and rows that there are of tenants.
async fn traces(app: &TestApp) -> [String; 3] {
    let roles = "SELECT count(*) FROM pg_roles AS r WHERE rolname ~ '^t_[0-9a-f]{32}$'
        AND NOT EXISTS (SELECT FROM pg_shdepend AS d
            WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid)";
    assert_eq!(app.value(roles).await, "0", "every role has something to do");
    [
        app.value("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 't\\_%'").await,
        app.value(
            "SELECT count(*) FROM public.tenants AS t
             JOIN pg_roles AS r ON r.rolname = 't_' || replace(t.id::text, '-', '')",
        )
        .await,
        app.value("SELECT count(*) FROM public.tenants").await,
    ]
}

async fn viewer(app: &TestApp, host: &str, email: &str) -> Value {
    let caller = app.anonymous("localhost").at(host).sign_in(email, PASSWORD).await;
    caller.gql("{ viewer { email role } tasks { totalCount } }").await.data()
}

#[tokio::test]
async fn a_new_tenant_is_there_for_its_owner_at_once() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let before = traces(&app).await;
    let mut input = new("new_law");
    input["owner"] = json!({ "email": " Boss@New.test ", "password": PASSWORD,
        "firstName": "Bo", "lastName": "Ss" });
    let made = create(&operator, input).await;
    let today = app.app.clock.now().date_naive().to_string();
    let expected = json!({
        "id": made["id"], "name": "new_law", "schemaName": "t_new_law", "createdOn": today,
        "isActive": true, "subscriptionStatus": "TRIAL", "maxUsers": 50, "shard": "default",
        "version": 1, "createdAt": made["createdAt"], "updatedAt": made["createdAt"], "domains": [],
    });
    assert_eq!(made, expected);
    assert!(text(&made["id"]).starts_with("tenant_"));
    let read = format!("query($id: ID!) {{ tenant(id: $id) {{ {ALL} }} }}");
    let read = operator.gql_with(&read, json!({ "id": made["id"] })).await;
    assert_eq!(read.data()["tenant"], expected);
    let after = traces(&app).await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.parse::<u32>().unwrap() + 1, after.parse::<u32>().unwrap());
    }
    let data = viewer(&app, "new-law.localhost", "boss@new.test").await;
    let expected = json!({ "viewer": { "email": "Boss@New.test", "role": "OWNER" },
        "tasks": { "totalCount": 0 } });
    assert_eq!(data, expected);
    let owner = app.anonymous("new-law").sign_in("boss@new.test", PASSWORD).await;
    let project = app.project(&owner, "first").await;
    app.task(&owner, &project, "first").await;
    assert_eq!(app.value("SELECT count(*) FROM \"t_new_law\".tasks").await, "1");
    assert_eq!(app.value("SELECT count(*) FROM \"t_acme\".tasks").await, "0");
}

#[tokio::test]
async fn a_tenant_is_made_whole_or_not_at_all() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let mut first = new("first");
    first["domain"] = json!(" WWW.First.example ");
    first["maxUsers"] = json!(7);
    let made = create(&operator, first).await;
    assert_eq!(made["maxUsers"], 7);
    assert_eq!(made["domains"], json!([{ "domain": "www.first.example", "isPrimary": true }]));
    viewer(&app, "www.first.example", "boss@first.test").await;

    let before = traces(&app).await;
    let taken_domain = {
        let mut input = new("second");
        input["domain"] = json!("www.FIRST.example");
        input
    };
    for (input, expected) in [
        (taken_domain, "TAKEN input.domain"),
        (new("first"), "TAKEN input.schemaName"),
        (new("t_first"), "TAKEN input.schemaName"),
    ] {
        let found = operator.faults("tenantCreate", json!({ "input": input })).await;
        assert_eq!(found, [expected], "{input}");
        assert_eq!(traces(&app).await, before, "{input}");
    }
    assert_eq!(app.anonymous("second").gql("{ viewer { id } }").await.code(), "TENANT_NOT_FOUND");
    let mut second = new("second");
    second["domain"] = json!("second.example");
    create(&operator, second).await;
    viewer(&app, "second.localhost", "boss@second.test").await;
}

#[tokio::test]
async fn of_tenants_made_at_the_same_time_under_one_name_one_is() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let before = traces(&app).await;
    let make = async || operator.faults("tenantCreate", json!({ "input": new("twin") })).await;
    let all = futures_util::future::join_all((0..3).map(|_| make())).await;
    let won = all.iter().filter(|f| f.is_empty()).count();
    let taken = all.iter().filter(|f| *f == &["TAKEN input.schemaName"]).count();
    assert_eq!((won, taken), (1, 2), "{all:?}");
    let after = traces(&app).await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.parse::<u32>().unwrap() + 1, after.parse::<u32>().unwrap());
    }
    viewer(&app, "twin.localhost", "boss@twin.test").await;
}

#[tokio::test]
async fn a_suspended_tenant_is_shut_at_once_in_every_process() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let operator = app.operator().await;
    let (here, there) =
        (app.sign_in("acme", "member").await, other.sign_in("acme", "member").await);
    for caller in [&here, &there] {
        caller.gql("{ viewer { id } }").await.data();
    }
    let id = id_of(&operator, "acme").await;
    let change = |is_active: bool| json!({ "id": id, "input": { "isActive": is_active } });
    let closed = operator.done("tenantUpdate", change(false), "tenant { isActive version }").await;
    assert_eq!(closed["tenant"], json!({ "isActive": false, "version": 2 }));
    let is_shut = async |caller: &Caller| {
        let answer = caller.gql("{ viewer { id } }").await;
        answer.status == 403 && answer.code() == "TENANT_INACTIVE"
    };
    assert!(is_shut(&here).await);
    assert!(is_shut(&app.anonymous("acme")).await);
    assert!(is_shut(&here.at("localhost")).await, "by the token alone too");
    soon("the other process knows", async || is_shut(&there).await).await;
    assert!(is_shut(&other.anonymous("acme")).await);
    for host in ["acme", "localhost"] {
        let input = json!({ "username": "member", "password": PASSWORD, "tenant": "acme" });
        let answer = app.anonymous(host).mutate("tokenCreate", json!({ "input": input }), "").await;
        assert_eq!(answer.code(), "TENANT_INACTIVE", "{host}");
    }
    app.sign_in("globex", "member").await.gql("{ viewer { id } }").await.data();
    operator.done("tenantUpdate", change(true), "").await;
    here.gql("{ tasks { totalCount } }").await.data();
    soon("the other process knows", async || !is_shut(&there).await).await;
}

#[tokio::test]
async fn a_change_keeps_what_is_left_out_and_is_told_of_other_changes() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let id = id_of(&operator, "acme").await;
    let selection = format!("tenant {{ {ALL} }}");
    let read = async || {
        let query = format!("query($id: ID!) {{ tenant(id: $id) {{ {ALL} }} }}");
        operator.gql_with(&query, json!({ "id": id })).await.data()["tenant"].clone()
    };
    let before = read().await;
    let change = json!({ "name": "<b>Acme & Söhne</b>", "subscriptionStatus": "PAST_DUE",
        "maxUsers": 3 });
    let arguments = json!({ "id": id, "input": change, "expectedVersion": 1 });
    let after =
        operator.done("tenantUpdate", arguments.clone(), &selection).await["tenant"].clone();
    let mut expected = before;
    for (field, value) in change.as_object().unwrap() {
        expected[field] = value.clone();
    }
    expected["version"] = json!(2);
    expected["updatedAt"] = after["updatedAt"].clone();
    assert_eq!(after, expected);
    let stale = operator.faults("tenantUpdate", arguments).await;
    assert_eq!(stale, ["STALE_VERSION expectedVersion"]);
    for (input, expected) in [
        (json!({ "name": null }), "REQUIRED input.name"),
        (json!({ "isActive": null }), "REQUIRED input.isActive"),
        (json!({ "subscriptionStatus": null }), "REQUIRED input.subscriptionStatus"),
        (json!({ "maxUsers": null }), "REQUIRED input.maxUsers"),
        (json!({ "name": "" }), "REQUIRED input.name"),
        (json!({ "name": "a\u{0}" }), "INVALID input.name"),
        (json!({ "name": "x".repeat(101) }), "TOO_LONG input.name"),
        (json!({ "maxUsers": 0 }), "INVALID input.maxUsers"),
        (json!({ "maxUsers": -1 }), "INVALID input.maxUsers"),
    ] {
        let found = operator.faults("tenantUpdate", json!({ "id": id, "input": input })).await;
        assert_eq!(found, [expected], "{input}");
    }
    let unknown = json!({ "id": "tenant_01jtestgap0000000000000000", "input": { "name": "x" } });
    assert_eq!(operator.faults("tenantUpdate", unknown).await, ["NOT_FOUND id"]);
    assert_eq!(read().await, after, "refused changes change nothing");
    // The number of seats counts from now on.
    let owner = app.sign_in("acme", "owner").await;
    let user = json!({ "input": { "email": "x@acme.test", "password": PASSWORD } });
    assert_eq!(owner.faults("userCreate", user).await, ["LIMIT_REACHED"]);
}

#[tokio::test]
async fn deleting_a_tenant_takes_its_name_and_leaves_nothing() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let operator = app.operator().await;
    let mut input = new("victim");
    input["domain"] = json!("victim.example");
    let made = create(&operator, input.clone()).await;
    let owner = app.anonymous("victim").sign_in("boss@victim.test", PASSWORD).await;
    app.project(&owner, "gone").await;
    let there = other.anonymous("victim").with_token(owner.token.as_deref().unwrap());
    there.gql("{ projects { totalCount } }").await.data();
    let (id, before) = (&made["id"], traces(&app).await);
    for wrong in ["", "victim", "T_VICTIM", "t_victim ", "t_acme", "true"] {
        let arguments = json!({ "id": id, "confirmSchemaName": wrong });
        let found = operator.faults("tenantDelete", arguments).await;
        assert_eq!(found, ["NOT_ALLOWED confirmSchemaName"], "{wrong:?}");
    }
    assert_eq!(traces(&app).await, before);
    owner.gql("{ projects { totalCount } }").await.data();

    let role = app.value(
        "SELECT 't_' || replace(id::text, '-', '') FROM public.tenants
        WHERE schema_name = 't_victim'",
    );
    let role = role.await;
    let arguments = json!({ "id": id, "confirmSchemaName": "t_victim" });
    let gone = operator.done("tenantDelete", arguments.clone(), "deletedTenantId").await;
    assert_eq!(gone["deletedTenantId"], *id);
    let after = traces(&app).await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.parse::<u32>().unwrap() - 1, after.parse::<u32>().unwrap());
    }
    let left = format!("SELECT count(*) FROM pg_roles WHERE rolname = '{role}'");
    assert_eq!(app.value(&left).await, "0", "its role is gone");
    assert_eq!(app.value("SELECT count(*) FROM public.domains").await, "0");
    for host in ["victim.localhost", "victim.example"] {
        let answer = app.anonymous("localhost").at(host).gql("{ viewer { id } }").await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (404, "TENANT_NOT_FOUND"));
    }
    assert_eq!(owner.at("localhost").gql("{ viewer { id } }").await.status, 401);
    soon("the other process knows", async || {
        there.gql("{ projects { totalCount } }").await.status == 404
    })
    .await;
    assert_eq!(operator.faults("tenantDelete", arguments).await, ["NOT_FOUND id"]);
    app.sign_in("acme", "owner").await.gql("{ tasks { totalCount } }").await.data();
    create(&operator, input).await;
    let anew = viewer(&app, "victim.example", "boss@victim.test").await;
    assert_eq!(anew["viewer"]["role"], "OWNER", "the name is free again");
}
