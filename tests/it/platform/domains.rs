//! Domains: host names that lead to tenants, each to one.

use serde_json::{Value, json};

use super::{id_of, new};
use crate::support::{Caller, TestApp};
use crate::tenant::kit::{soon, text};

async fn add(operator: &Caller, tenant: &str, domain: &str) -> Value {
    let arguments = json!({ "tenantId": tenant, "domain": domain });
    let selection = "domain { id domain isPrimary createdAt }";
    operator.done("domainAdd", arguments, selection).await["domain"].clone()
}

/// The tenant's domains, as `name` or `name*` for the primary one.
async fn domains(operator: &Caller, tenant: &str) -> Vec<String> {
    let query = "query($id: ID!) { tenant(id: $id) { domains { domain isPrimary } } }";
    let tenant = operator.gql_with(query, json!({ "id": tenant })).await.data()["tenant"].clone();
    let shown = |d: &Value| {
        format!("{}{}", text(&d["domain"]), if d["isPrimary"] == true { "*" } else { "" })
    };
    tenant["domains"].as_array().unwrap().iter().map(shown).collect()
}

/// What a host leads to: the tenant of the member who signed in, or the code of the refusal.
async fn leads(app: &TestApp, host: &str, tenant: &str) -> String {
    let token = app.sign_in(tenant, "member").await.token.unwrap();
    let caller = app.anonymous("localhost").at(host).with_token(&token);
    let answer = caller.gql("{ viewer { email } }").await;
    answer.at("/data/viewer/email").as_str().map_or_else(|| answer.code(), str::to_owned)
}

#[tokio::test]
async fn a_domain_leads_to_its_tenant() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let operator = app.operator().await;
    let acme = id_of(&operator, "acme").await;
    let elsewhere = other.anonymous("localhost").at("www.acme.example");
    assert_eq!(leads(&app, "www.acme.example", "acme").await, "TENANT_NOT_FOUND");
    assert_eq!(elsewhere.gql("{ viewer { id } }").await.status, 404, "and remembers it");

    let added = add(&operator, &acme, "  WWW.Acme.EXAMPLE ").await;
    assert_eq!(added["domain"], "www.acme.example");
    assert_eq!(added["isPrimary"], true, "the first one");
    assert!(text(&added["id"]).starts_with("domain_"));
    for host in ["www.acme.example", "WWW.ACME.example", "www.acme.example.", "www.acme.example:80"]
    {
        assert_eq!(leads(&app, host, "acme").await, "member@acme.test", "{host}");
    }
    assert_eq!(leads(&app, "www.acme.example", "globex").await, "UNAUTHENTICATED");
    assert_eq!(leads(&app, "acme.example", "acme").await, "TENANT_NOT_FOUND");
    assert_eq!(leads(&app, "acme.localhost", "acme").await, "member@acme.test");
    soon("the other process knows", async || {
        elsewhere.gql("{ viewer { id } }").await.status == 200
    })
    .await;

    let removed = json!({ "id": added["id"] });
    let gone = operator.done("domainRemove", removed.clone(), "removedDomainId").await;
    assert_eq!(gone["removedDomainId"], added["id"]);
    assert_eq!(leads(&app, "www.acme.example", "acme").await, "TENANT_NOT_FOUND");
    assert_eq!(operator.faults("domainRemove", removed).await, ["NOT_FOUND id"]);
    soon("the other process knows", async || {
        elsewhere.gql("{ viewer { id } }").await.status == 404
    })
    .await;
}

#[tokio::test]
async fn a_domain_belongs_to_one_tenant_however_it_is_written() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let (acme, globex) = (id_of(&operator, "acme").await, id_of(&operator, "globex").await);
    let added = add(&operator, &acme, "shop.example").await;
    for tenant in [&globex, &acme] {
        for domain in ["shop.example", "SHOP.example", " shop.EXAMPLE"] {
            let arguments = json!({ "tenantId": tenant, "domain": domain });
            assert_eq!(operator.faults("domainAdd", arguments).await, ["TAKEN domain"], "{domain}");
        }
    }
    let mut input = new("third");
    input["domain"] = json!("Shop.example");
    let found = operator.faults("tenantCreate", json!({ "input": input })).await;
    assert_eq!(found, ["TAKEN input.domain"]);
    let arguments = |tenant: &str| json!({ "tenantId": tenant, "domain": "race.example" });
    let (one, two) = tokio::join!(
        operator.faults("domainAdd", arguments(&acme)),
        operator.faults("domainAdd", arguments(&globex)),
    );
    assert_eq!([one, two].concat(), ["TAKEN domain"]);
    operator.done("domainRemove", json!({ "id": added["id"] }), "").await;
    add(&operator, &globex, "shop.example").await;
    assert_eq!(leads(&app, "shop.example", "globex").await, "member@globex.test");
}

#[tokio::test]
async fn a_name_that_means_a_schema_is_no_other_tenants_domain() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let globex = id_of(&operator, "globex").await;
    for domain in ["acme.localhost", "ACME.localhost", "nobody-yet.localhost"] {
        let arguments = json!({ "tenantId": globex, "domain": domain });
        assert_eq!(operator.faults("domainAdd", arguments).await, ["TAKEN domain"], "{domain}");
        let mut input = new("third");
        input["domain"] = json!(domain);
        let found = operator.faults("tenantCreate", json!({ "input": input })).await;
        assert_eq!(found, ["TAKEN input.domain"], "{domain}");
    }
    add(&operator, &globex, "globex.localhost").await;
    assert_eq!(leads(&app, "globex.localhost", "globex").await, "member@globex.test");
    assert_eq!(leads(&app, "acme.localhost", "acme").await, "member@acme.test");
}

#[tokio::test]
async fn each_tenant_has_one_primary_domain() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let (acme, globex) = (id_of(&operator, "acme").await, id_of(&operator, "globex").await);
    let mut ids = vec![];
    for domain in ["b.example", "a.example", "c.example"] {
        ids.push(add(&operator, &acme, domain).await["id"].clone());
    }
    add(&operator, &globex, "g.example").await;
    assert_eq!(domains(&operator, &acme).await, ["b.example*", "a.example", "c.example"]);
    for _ in 0..2 {
        let arguments = json!({ "id": ids[2] });
        let changed =
            operator.done("domainSetPrimary", arguments, "domain { domain isPrimary }").await;
        assert_eq!(changed["domain"], json!({ "domain": "c.example", "isPrimary": true }));
        assert_eq!(domains(&operator, &acme).await, ["c.example*", "a.example", "b.example"]);
    }
    assert_eq!(domains(&operator, &globex).await, ["g.example*"]);
    let set = async |id: &Value| {
        operator.mutate("domainSetPrimary", json!({ "id": id }), "").await;
    };
    tokio::join!(set(&ids[0]), set(&ids[1]), set(&ids[2]));
    let primary = domains(&operator, &acme).await;
    assert_eq!(primary.iter().filter(|d| d.ends_with('*')).count(), 1, "{primary:?}");
    let unknown = json!({ "id": "domain_01jtestgap0000000000000000" });
    assert_eq!(operator.faults("domainSetPrimary", unknown).await, ["NOT_FOUND id"]);
}

#[tokio::test]
async fn first_domains_added_at_the_same_time_are_all_there() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let acme = id_of(&operator, "acme").await;
    let (operator, acme) = (&operator, &acme);
    let add = |n: usize| async move {
        let arguments = json!({ "tenantId": acme, "domain": format!("d{n}.example") });
        operator.faults("domainAdd", arguments).await
    };
    let all = futures_util::future::join_all((0..3).map(add)).await;
    assert!(all.iter().all(Vec::is_empty), "{all:?}");
    let found = domains(operator, acme).await;
    assert_eq!(found.len(), 3);
    assert_eq!(found.iter().filter(|d| d.ends_with('*')).count(), 1, "{found:?}");
}

#[tokio::test]
async fn what_is_no_host_name_is_refused() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let acme = id_of(&operator, "acme").await;
    let label = "a".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    assert_eq!(longest.len(), 253);
    let too_long = format!("{longest}a");
    let label_too_long = format!("{label}a.example");
    let invalid = [
        "",
        " ",
        ".",
        "a..b",
        ".a.example",
        "a.example.",
        "-a.example",
        "a-.example",
        "a_b.example",
        "a b.example",
        "a.example:80",
        "http://a.example",
        "a.example/x",
        "*.example",
        "127.0.0.1",
        "[::1]",
        "bücher.example",
        "a\u{0}.example",
        "a\n.example",
        "😀",
        "'; DROP TABLE x; --",
        &label_too_long,
    ];
    let arguments = |domain: &str| json!({ "tenantId": acme, "domain": domain });
    for domain in invalid {
        let found = operator.faults("domainAdd", arguments(domain)).await;
        assert_eq!(found, ["INVALID domain"], "{domain:?}");
        let mut input = new("new");
        input["domain"] = json!(domain);
        let found = operator.faults("tenantCreate", json!({ "input": input })).await;
        assert_eq!(found, ["INVALID input.domain"], "{domain:?}");
    }
    assert_eq!(operator.faults("domainAdd", arguments(&too_long)).await, ["TOO_LONG domain"]);
    let unknown = json!({ "tenantId": "tenant_01jtestgap0000000000000000", "domain": "x.example" });
    let found = operator.faults("domainAdd", unknown).await;
    assert_eq!(found, ["NOT_FOUND tenantId"]);
    assert!(domains(&operator, &acme).await.is_empty());
    add(&operator, &acme, &longest).await;
    assert_eq!(leads(&app, &longest, "acme").await, "member@acme.test");
}
