//! Where a request goes: hosts that lead to a tenant, those that lead nowhere, and what does not
//! choose a tenant. Tokens are in `identity`.

use serde_json::json;

use super::{VIEWER, post, token_refused, viewer};
use crate::support::TestApp;
use crate::support::database::PASSWORD;

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn only_known_hosts_lead_somewhere() {
    let app = TestApp::new().await;
    let caller = app.anonymous("acme");
    for host in [
        "acme.localhost",
        "ACME.LocalHost",
        "acme.localhost:8000",
        "acme.localhost.",
        "localhost",
        "127.0.0.1",
        "127.0.0.1:8000",
        "acme.127.0.0.1.nip.io",
    ] {
        caller.at(host).gql("{ __typename }").await.data();
    }
    for host in [
        "nobody.localhost",
        "example.com",
        "acme.example.com",
        "www.acme.localhost",
        "10.0.0.1",
        "10.0.0.1:80",
        "[::1]",
        "[::1]:8000",
        "public.localhost",
        "pg_catalog.localhost",
        "acme.localhost.evil.example",
        "evil-acme.localhost",
    ] {
        caller.at(host).gql("{ __typename }").await.refused(404, "TENANT_NOT_FOUND");
    }
}

#[tokio::test]
async fn other_headers_do_not_choose_the_tenant() {
    let app = TestApp::new().await;
    let acme = app.sign_in("acme", "owner").await;
    for caller in [acme.clone(), acme.at("localhost")] {
        for (name, value) in [
            ("x-forwarded-host", "globex.localhost"),
            ("forwarded", "host=globex.localhost"),
            ("x-host", "globex.localhost"),
            ("x-original-host", "globex.localhost"),
            ("x-tenant", "globex"),
            ("x-tenant-id", "globex"),
            ("x-tenant-schema", "t_globex"),
        ] {
            let body = json!({ "query": VIEWER }).to_string();
            let answer = post(&caller, &[JSON, (name, value)], body).await;
            assert_eq!(answer.data()["viewer"]["email"], "owner@acme.test", "{name}");
        }
    }
}

#[tokio::test]
async fn a_schemas_name_is_written_either_way_in_a_host() {
    let app = TestApp::new().await;
    app.add_tenant("acme_law").await;
    for host in ["acme-law.localhost", "acme_law.localhost"] {
        let caller = app.anonymous("acme").at(host);
        let member = caller.sign_in("member@acme_law.test", PASSWORD);
        assert_eq!(viewer(&member.await).await, "member@acme_law.test");
    }
    let domains = "mutation($t: ID!) { domainAdd(tenantId: $t, domain: \"Law.Example\") {
        domain { id domain } userErrors { message } } }";
    let tenant = app.tenant("acme_law").await.id.to_string();
    let operator = app.operator().await;
    let caller = app.anonymous("acme").at("law.example");
    caller.gql("{ __typename }").await.refused(404, "TENANT_NOT_FOUND");
    let added = operator.gql_with(domains, json!({ "t": tenant })).await;
    assert_eq!(added.text("/data/domainAdd/domain/domain"), "law.example");
    caller.gql("{ __typename }").await.data();
    let remove = "mutation($d: ID!) { domainRemove(id: $d) { removedDomainId } }";
    let id = added.text("/data/domainAdd/domain/id");
    operator.gql_with(remove, json!({ "d": id })).await.data();
    caller.gql("{ __typename }").await.refused(404, "TENANT_NOT_FOUND");
}

#[tokio::test]
async fn a_suspended_tenant_answers_nobody() {
    let app = TestApp::new().await;
    let (acme, operator) = (app.sign_in("acme", "owner").await, app.operator().await);
    let id = app.tenant("acme").await.id.to_string();
    let set = "mutation($t: ID!, $a: Boolean!) {
        tenantUpdate(id: $t, input: {isActive: $a}) { tenant { isActive } } }";
    operator.gql_with(set, json!({ "t": id, "a": false })).await.data();
    for caller in [acme.clone(), app.anonymous("acme"), acme.at("localhost")] {
        caller.gql("{ __typename }").await.refused(403, "TENANT_INACTIVE");
    }
    app.sign_in("globex", "member").await;
    operator.gql_with(set, json!({ "t": id, "a": true })).await.data();
    assert_eq!(viewer(&acme).await, "owner@acme.test");
    let delete = "mutation($t: ID!) { tenantDelete(id: $t, confirmSchemaName: \"t_acme\") {
        deletedTenantId userErrors { message } } }";
    operator.gql_with(delete, json!({ "t": id })).await.data();
    acme.gql("{ __typename }").await.refused(404, "TENANT_NOT_FOUND");
    token_refused(&acme.at("localhost").gql("{ __typename }").await);
}

#[tokio::test]
async fn http_2_names_the_host_in_its_own_way() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let token = owner.token.expect("a token");
    let client = reqwest::Client::builder()
        .http2_prior_knowledge()
        .resolve("acme.localhost", app.address)
        .resolve("globex.localhost", app.address)
        .build()
        .expect("a client");
    for (host, status) in [("acme", 200), ("globex", 401)] {
        let url = format!("http://{host}.localhost:{}/graphql", app.address.port());
        let request = client.post(url).bearer_auth(&token).json(&json!({ "query": VIEWER }));
        let response = request.send().await.expect("an answer");
        assert_eq!(response.version(), reqwest::Version::HTTP_2);
        assert_eq!(response.status(), status);
        let text = response.text().await.expect("a body");
        assert_eq!(text.contains("owner@acme.test"), status == 200, "{text}");
    }
}
