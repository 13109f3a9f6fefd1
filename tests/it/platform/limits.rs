//! What tenants may use up: the server's figures, and those that an administrator gives one of them.

use serde_json::{Value, json};

use super::id_of;
use crate::support::{Caller, TestApp};
use crate::tenant::kit::soon;

const ALL: &str = "apiPerMinute apiBurst burstPerMinute authPerMinute anonymousPerHour
    signedInPerHour tenantPerMinute costPerMinute concurrency statementTimeoutMs
    trustedDocumentsOnly ownFigures";

async fn update(operator: &Caller, tenant: &str, input: Value) -> Value {
    let arguments = json!({ "tenantId": tenant, "input": input });
    let selection = format!("tenantLimits {{ {ALL} }}");
    operator.done("tenantLimitsUpdate", arguments, &selection).await["tenantLimits"].clone()
}

async fn read(operator: &Caller, tenant: &str) -> Value {
    let query = format!("query($id: ID!) {{ tenantLimits(tenantId: $id) {{ {ALL} }} }}");
    operator.gql_with(&query, json!({ "id": tenant })).await.data()["tenantLimits"].clone()
}

/// Requests that this caller may send at once, up to ten.
async fn at_once(caller: &Caller) -> usize {
    for answered in 0..10 {
        if caller.gql("{ __typename }").await.status == 429 {
            return answered;
        }
    }
    10
}

#[tokio::test]
async fn a_tenant_has_the_servers_figures_until_it_gets_its_own() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let acme = id_of(&operator, "acme").await;
    let standard = json!({
        "apiPerMinute": 100, "apiBurst": 10, "burstPerMinute": 10, "authPerMinute": 10,
        "anonymousPerHour": 100, "signedInPerHour": 1000, "tenantPerMinute": null,
        "costPerMinute": 50_000, "concurrency": 2, "statementTimeoutMs": 5000,
        "trustedDocumentsOnly": false, "ownFigures": [],
    });
    assert_eq!(read(&operator, &acme).await, standard);
    let own = json!({ "apiPerMinute": 500, "tenantPerMinute": 4000, "concurrency": 3 });
    let changed = update(&operator, &acme, own.clone()).await;
    let mut expected = standard.clone();
    for (name, figure) in own.as_object().expect("figures") {
        expected[name] = figure.clone();
    }
    expected["ownFigures"] = json!(["apiPerMinute", "tenantPerMinute", "concurrency"]);
    assert_eq!(changed, expected);
    assert_eq!(read(&operator, &acme).await, expected);
    // What is left out stays, null goes back.
    let back = json!({ "apiPerMinute": null, "concurrency": null, "statementTimeoutMs": 900 });
    expected["apiPerMinute"] = json!(100);
    expected["concurrency"] = json!(2);
    expected["statementTimeoutMs"] = json!(900);
    expected["ownFigures"] = json!(["tenantPerMinute", "statementTimeoutMs"]);
    assert_eq!(update(&operator, &acme, back).await, expected);
    let globex = id_of(&operator, "globex").await;
    assert_eq!(read(&operator, &globex).await, standard, "another tenant keeps the server's");
}

#[tokio::test]
async fn figures_that_make_no_sense_are_refused() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let acme = id_of(&operator, "acme").await;
    let input = json!({
        "apiPerMinute": 0, "signedInPerHour": -5, "costPerMinute": 4999, "concurrency": 201,
        "statementTimeoutMs": 600_001, "apiBurst": 10_000_001, "authPerMinute": 5,
    });
    let faults = operator.faults("tenantLimitsUpdate", json!({ "tenantId": acme, "input": input }));
    let mut faults = faults.await;
    faults.sort();
    let wrong = ["apiBurst", "apiPerMinute", "concurrency", "costPerMinute", "signedInPerHour"];
    let wrong = wrong.iter().chain(&["statementTimeoutMs"]);
    let expected: Vec<String> = wrong.map(|name| format!("INVALID input.{name}")).collect();
    assert_eq!(faults, expected);
    assert_eq!(read(&operator, &acme).await["ownFigures"], json!([]), "nothing has changed");
    let unknown = taruvi::base::ids::TenantId::generate().to_string();
    let arguments = json!({ "tenantId": unknown, "input": { "apiPerMinute": 5 } });
    assert_eq!(operator.faults("tenantLimitsUpdate", arguments).await, ["NOT_FOUND id"]);
}

#[tokio::test]
async fn a_tenants_own_figures_hold_at_once_and_on_every_server() {
    let limited = [("limits.enabled", "true")];
    let app = TestApp::with(&limited).await;
    let other = TestApp::beside_with(&app, &limited).await;
    let operator = app.operator().await;
    let acme = id_of(&operator, "acme").await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let there = other.sign_in("acme", "manager").await;
    assert_eq!(at_once(&owner).await, 10);
    assert_eq!(at_once(&there).await, 10);
    update(&operator, &acme, json!({ "apiPerMinute": 2, "apiBurst": 1 })).await;
    assert_eq!(at_once(&owner).await, 3);
    assert_eq!(at_once(&member).await, 3);
    soon("the other process knows", async || at_once(&there).await < 10).await;
    assert_eq!(at_once(&app.sign_in("globex", "owner").await).await, 10, "acme's alone");
    // Who has waited too long already goes on as soon as there is more.
    update(&operator, &acme, json!({ "apiPerMinute": null, "apiBurst": null })).await;
    assert_eq!(at_once(&owner).await, 10);
    // The figure for tries of a password is the tenant's too, wherever the sign-in is sent.
    update(&operator, &acme, json!({ "authPerMinute": 2 })).await;
    let attempt = async |host: &str| {
        let query = "mutation($t: String) { tokenCreate(input: {email: \"manager@acme.test\",
            password: \"wrong-password\", tenant: $t}) { expiresIn } }";
        let tenant = (host == "localhost").then_some("acme");
        app.anonymous(host).gql_with(query, json!({ "t": tenant })).await.code()
    };
    assert_eq!(attempt("acme").await, "UNAUTHENTICATED");
    assert_eq!(attempt("localhost").await, "UNAUTHENTICATED");
    assert_eq!(attempt("acme").await, "RATE_LIMITED");
    assert_eq!(attempt("localhost").await, "RATE_LIMITED");
}
