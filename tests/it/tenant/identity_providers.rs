//! Sign-in providers: who sets them up, what is refused, and that nobody reads a secret.

use serde_json::{Value, json};

use super::kit::text;
use super::oidc::{app, provider, provider_at, signed_in};
use crate::support::issuer::{CLIENT, Issuer, SECRET};
use crate::support::{Caller, TestApp};

const ALL: &str = "identityProvider { id name issuer clientId hasClientSecret scopes
    allowedEmailDomains createsUsers defaultRole linksByEmail asksSecondFactor isActive version
    createdBy { username } updatedBy { username } }";

fn input(more: Value) -> Value {
    let mut input =
        json!({ "name": "Issuer", "issuer": "https://issuer.example", "clientId": "us" });
    input.as_object_mut().expect("keys").extend(more.as_object().expect("keys").clone());
    json!({ "input": input })
}

async fn change(owner: &Caller, id: &str, input: Value) -> Value {
    let arguments = json!({ "id": id, "input": input });
    let changed = owner.done("identityProviderUpdate", arguments, ALL).await;
    changed["identityProvider"].clone()
}

#[tokio::test]
async fn owners_set_providers_up() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let made = owner.done("identityProviderCreate", input(json!({ "name": " B " })), ALL).await;
    let made = &made["identityProvider"];
    let id = text(&made["id"]);
    assert!(id.starts_with("identity_provider_"), "{id}");
    let expected = json!({ "id": id, "name": "B", "issuer": "https://issuer.example",
        "clientId": "us", "hasClientSecret": false, "scopes": "openid email profile",
        "allowedEmailDomains": [], "createsUsers": false, "defaultRole": "MEMBER",
        "linksByEmail": true, "asksSecondFactor": false, "isActive": true, "version": 1,
        "createdBy": { "username": "owner" }, "updatedBy": { "username": "owner" } });
    assert_eq!(*made, expected);
    let all = json!({ "name": "A", "issuer": "https://other.example/realms/one", "clientId": "it",
        "clientSecret": SECRET, "scopes": " openid   groups ", "createsUsers": true,
        "allowedEmailDomains": ["Example.org", "example.org ", "sub.example.net"],
        "defaultRole": "GUEST", "linksByEmail": false, "asksSecondFactor": true,
        "isActive": false });
    let changed = change(&owner, &id, all).await;
    let expected = json!({ "id": id, "name": "A", "issuer": "https://other.example/realms/one",
        "clientId": "it", "hasClientSecret": true, "scopes": "openid groups",
        "allowedEmailDomains": ["example.org", "sub.example.net"], "createsUsers": true,
        "defaultRole": "GUEST", "linksByEmail": false, "asksSecondFactor": true, "isActive": false,
        "version": 2, "createdBy": { "username": "owner" }, "updatedBy": { "username": "owner" } });
    assert_eq!(changed, expected);
    assert_eq!(change(&owner, &id, json!({ "name": "C" })).await["hasClientSecret"], true);
    let stale = json!({ "id": id, "input": { "name": "D" }, "expectedVersion": 2 });
    let faults = owner.faults("identityProviderUpdate", stale).await;
    assert_eq!(faults, ["STALE_VERSION expectedVersion"]);

    for name in ["M", "Z"] {
        owner.done("identityProviderCreate", input(json!({ "name": name })), "").await;
    }
    let list = "query($after: String, $search: String) {
        identityProviders(first: 2, after: $after, search: $search) {
            totalCount pageInfo { endCursor } nodes { name } } }";
    let first = owner.gql(list).await;
    assert_eq!(first.column("identityProviders", "name"), ["C", "M"]);
    assert_eq!(first.at("/data/identityProviders/totalCount"), 3);
    let after = first.at("/data/identityProviders/pageInfo/endCursor");
    let next = owner.gql_with(list, json!({ "after": after })).await;
    assert_eq!(next.column("identityProviders", "name"), ["Z"]);
    let found = owner.gql_with(list, json!({ "search": "REALMS" })).await;
    assert_eq!(found.column("identityProviders", "name"), ["C"]);

    let deleted = json!({ "id": id });
    let gone = owner.done("identityProviderDelete", deleted.clone(), "deletedIdentityProviderId");
    assert_eq!(gone.await["deletedIdentityProviderId"], json!(id));
    assert_eq!(owner.faults("identityProviderDelete", deleted.clone()).await, ["NOT_FOUND id"]);
    assert_eq!(owner.faults("identityProviderTest", deleted.clone()).await, ["NOT_FOUND id"]);
    let one = "query($id: ID!) { identityProvider(id: $id) { name } }";
    assert_eq!(owner.gql_with(one, deleted).await.data()["identityProvider"], Value::Null);
}

#[tokio::test]
async fn nobody_else_sees_or_touches_them() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let made = owner.done("identityProviderCreate", input(json!({})), "identityProvider { id }");
    let id = text(&made.await["identityProvider"]["id"]);
    let one = "query($id: ID!) { identityProvider(id: $id) { name } }";
    let key = "mutation { apiKeyCreate(input: {name: \"k\", scopes: [\"*\"]}) { secret } }";
    let key = owner.gql(key).await.text("/data/apiKeyCreate/secret");
    let program = app.anonymous("acme").with_token(&key);
    assert_eq!(program.gql_with(one, json!({ "id": id })).await.code(), "", "owners' programs see");
    for (who, caller) in [
        ("manager", app.sign_in("acme", "manager").await),
        ("member", app.sign_in("acme", "member").await),
        ("program", program),
    ] {
        if who != "program" {
            assert_eq!(caller.gql_with(one, json!({ "id": id })).await.code(), "FORBIDDEN");
            let list = caller.gql("{ identityProviders { totalCount } }").await;
            assert_eq!(list.code(), "FORBIDDEN");
            let theirs = "query($id: ID!) { userIdentities(userId: $id) { id } }";
            let user = json!({ "id": super::kit::me(&owner).await });
            assert_eq!(caller.gql_with(theirs, user).await.code(), "FORBIDDEN");
        }
        for (field, arguments) in [
            ("identityProviderCreate", input(json!({}))),
            ("identityProviderUpdate", json!({ "id": id, "input": { "name": "x" } })),
            ("identityProviderDelete", json!({ "id": id })),
            ("identityProviderTest", json!({ "id": id })),
        ] {
            assert_eq!(caller.refusal(field, arguments).await, "FORBIDDEN", "{who} {field}");
        }
    }
    // Whoever chooses a provider could be anybody: the permission alone is not enough.
    let manager = super::kit::me(&app.sign_in("acme", "manager").await).await;
    let held = json!([{ "permission": "identity_providers.change" }]);
    owner.done("userSetPermissions", json!({ "id": manager, "permissions": held }), "").await;
    let manager = app.sign_in("acme", "manager").await;
    let refused = manager.faults("identityProviderCreate", input(json!({}))).await;
    assert_eq!(refused, ["NOT_ALLOWED"]);
    let update = json!({ "id": id, "input": { "issuer": "https://evil.example" } });
    assert_eq!(manager.faults("identityProviderUpdate", update).await, ["NOT_ALLOWED"]);
    let stranger = app.sign_in("globex", "owner").await;
    let found = stranger.gql_with(one, json!({ "id": id })).await.data();
    assert_eq!(found["identityProvider"], Value::Null);
    let update = json!({ "id": id, "input": { "name": "x" } });
    assert_eq!(stranger.faults("identityProviderUpdate", update).await, ["NOT_FOUND id"]);
    let buttons = app.anonymous("globex").gql("{ signInProviders { id } }").await.data();
    assert_eq!(buttons["signInProviders"], json!([]));
}

#[tokio::test]
async fn what_can_not_be_meant_is_refused() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let fifty_one: Vec<String> = (0..51).map(|n| format!("d{n}.example")).collect();
    for (more, fault) in [
        (json!({ "name": " " }), "REQUIRED input.name"),
        (json!({ "name": "x".repeat(101) }), "TOO_LONG input.name"),
        (json!({ "name": "a\nb" }), "INVALID input.name"),
        (json!({ "clientId": "" }), "REQUIRED input.clientId"),
        (json!({ "clientId": "x".repeat(301) }), "TOO_LONG input.clientId"),
        (json!({ "clientSecret": "" }), "REQUIRED input.clientSecret"),
        (json!({ "clientSecret": "x".repeat(1_001) }), "TOO_LONG input.clientSecret"),
        (json!({ "issuer": "issuer.example" }), "INVALID input.issuer"),
        (json!({ "issuer": "http://issuer.example" }), "INVALID input.issuer"),
        (json!({ "issuer": "https://issuer.example?x" }), "INVALID input.issuer"),
        (json!({ "issuer": "https://issuer.example#x" }), "INVALID input.issuer"),
        (json!({ "issuer": "https://us:secret@issuer.example" }), "INVALID input.issuer"),
        (json!({ "issuer": "https://127.0.0.1" }), "INVALID input.issuer"),
        (json!({ "issuer": "https://[::ffff:10.0.0.1]/" }), "INVALID input.issuer"),
        (json!({ "issuer": "https://169.254.169.254/latest" }), "INVALID input.issuer"),
        (
            json!({ "issuer": format!("https://a.example/{}", "x".repeat(500)) }),
            "TOO_LONG input.issuer",
        ),
        (json!({ "scopes": "email profile" }), "INVALID input.scopes"),
        (json!({ "scopes": "openid é" }), "INVALID input.scopes"),
        (json!({ "scopes": format!("openid {}", "x".repeat(500)) }), "TOO_LONG input.scopes"),
        (
            json!({ "allowedEmailDomains": ["a.example", ""] }),
            "INVALID input.allowedEmailDomains.1",
        ),
        (json!({ "allowedEmailDomains": ["x@a.example"] }), "INVALID input.allowedEmailDomains.0"),
        (json!({ "allowedEmailDomains": [".example"] }), "INVALID input.allowedEmailDomains.0"),
        (json!({ "allowedEmailDomains": fifty_one }), "TOO_LONG input.allowedEmailDomains"),
        (json!({ "createsUsers": true }), "REQUIRED input.allowedEmailDomains"),
        (json!({ "defaultRole": "OWNER" }), "NOT_ALLOWED input.defaultRole"),
    ] {
        let faults = owner.faults("identityProviderCreate", input(more.clone())).await;
        assert_eq!(faults, [fault], "{more}");
    }
    assert_eq!(app.value("SELECT count(*) FROM t_acme.identity_providers").await, "0");
    let more = json!({ "createsUsers": true, "allowedEmailDomains": ["a.example"] });
    let made = owner.done("identityProviderCreate", input(more), "identityProvider { id }").await;
    let id = &made["identityProvider"]["id"];
    for (input, fault) in [
        (json!({ "allowedEmailDomains": [] }), "REQUIRED input.allowedEmailDomains"),
        (json!({ "defaultRole": "OWNER" }), "NOT_ALLOWED input.defaultRole"),
        (json!({ "name": null }), "REQUIRED input.name"),
        (json!({ "isActive": null }), "REQUIRED input.isActive"),
    ] {
        let faults = json!({ "id": id, "input": input });
        let faults = owner.faults("identityProviderUpdate", faults).await;
        assert_eq!(faults, [fault], "{input}");
    }
    app.sql(
        "INSERT INTO t_acme.identity_providers
             (id, name, issuer, client_id, created_at, updated_at)
             SELECT gen_random_uuid(), 'x', 'x', 'x', now(), now() FROM generate_series(1, 19)",
    )
    .await;
    let full = owner.faults("identityProviderCreate", input(json!({}))).await;
    assert_eq!(full, ["LIMIT_REACHED"]);
}

#[tokio::test]
async fn a_clients_secret_is_sealed_not_recorded_and_not_sent_to_another_issuer() {
    let app = app().await;
    let (issuer, id) = provider(&app, "acme", json!({})).await;
    let owner = app.sign_in("acme", "owner").await;
    signed_in(&app.anonymous("acme"), &issuer, &id).await;
    let kept = "SELECT encode(client_secret, 'escape') FROM t_acme.identity_providers";
    assert!(!app.value(kept).await.contains(SECRET), "the secret is encrypted");
    change(&owner, &id, json!({ "clientSecret": "another of many signs" })).await;
    let record = app.record("acme").await;
    let actions: Vec<_> = record.iter().rev().take(2).map(|entry| text(&entry["action"])).collect();
    assert_eq!(actions, ["identity_provider.replace_secret", "identity_provider.update"]);
    let all = json!(record).to_string();
    for secret in [SECRET, "of many signs", "client_secret"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    let schema = taruvi::registry::sdl();
    let readable = schema.split("\ntype IdentityProvider implements").nth(1);
    let readable = readable.or_else(|| schema.split("\ntype IdentityProvider {").nth(1));
    let readable = readable.expect("the type").split("\n}").next().expect("its fields");
    assert!(!readable.contains("clientSecret:") && readable.contains("hasClientSecret:"));

    // Another row's secret does not open in this one's place.
    let other = provider_at(&owner, issuer.url(), json!({ "name": "Other" })).await;
    app.sql(
        "UPDATE t_acme.identity_providers SET client_secret =
            (SELECT client_secret FROM t_acme.identity_providers WHERE name = 'Issuer')
         WHERE name = 'Other'",
    )
    .await;
    let begin = json!({ "input": { "providerId": other, "redirectUri": super::oidc::PAGE } });
    let refused = app.anonymous("acme").refusal("oidcSignInStart", begin).await;
    assert_eq!(refused, "INTERNAL_SERVER_ERROR");

    // Whoever may name another issuer is not sent the secret, and its subjects are others.
    let elsewhere = Issuer::open(&app).await;
    let moved = |more: Value| {
        let mut input = json!({ "issuer": elsewhere.url() });
        input.as_object_mut().expect("keys").extend(more.as_object().expect("keys").clone());
        json!({ "id": id, "input": input })
    };
    let faults = owner.faults("identityProviderUpdate", moved(json!({}))).await;
    assert_eq!(faults, ["NOT_ALLOWED input.issuer", "REQUIRED input.clientSecret"]);
    app.sql("DELETE FROM t_acme.user_identities").await;
    let faults = owner.faults("identityProviderUpdate", moved(json!({}))).await;
    assert_eq!(faults, ["REQUIRED input.clientSecret"]);
    owner.done("identityProviderUpdate", moved(json!({ "clientSecret": SECRET })), "").await;
    signed_in(&app.anonymous("acme"), &elsewhere, &id).await;
}

#[tokio::test]
async fn a_provider_is_shown_to_work() {
    let app = app().await;
    let (issuer, id) = provider(&app, "acme", json!({ "isActive": false })).await;
    let owner = app.sign_in("acme", "owner").await;
    let test = async || {
        let found = owner.done("identityProviderTest", json!({ "id": id }), "ok problem").await;
        (found["ok"].clone(), found["problem"].clone())
    };
    assert_eq!(test().await, (json!(true), Value::Null), "before anybody may use it");
    let slash = json!({ "issuer": format!("{}/", issuer.url()), "clientSecret": SECRET });
    change(&owner, &id, slash).await;
    let (ok, problem) = test().await;
    assert_eq!(ok, json!(false));
    let problem = text(&problem);
    assert!(problem.contains("unexpected issuer") && problem.contains(issuer.url()), "{problem}");
    let nobody =
        json!({ "issuer": "http://127.0.0.1:1", "clientId": CLIENT, "clientSecret": null });
    change(&owner, &id, nobody).await;
    let (_, problem) = test().await;
    assert!(text(&problem).starts_with("the issuer can't be reached: "), "{problem}");
}
