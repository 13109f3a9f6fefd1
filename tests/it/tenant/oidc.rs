//! Signing in with a provider: who comes in, as whom, and what it opens. What is refused is in
//! `oidc_refusals`.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::kit::{me, soon, text};
use super::second_factor::{code, enroll};
use crate::support::database::PASSWORD;
use crate::support::issuer::{Back, CLIENT, Issuer, Key, SECRET};
use crate::support::{Answer, Caller, TestApp};

/// A page of a developer's, on a host of acme.
pub const PAGE: &str = "http://acme.localhost:5173/signed-in?from=here";
const SIGNED_IN: &str =
    "accessToken refreshToken expiresIn nextStep challenge user { id email username role kind
     firstName lastName } operator { id }";

/// A server that may ask the issuer, which is on this machine.
pub async fn app() -> TestApp {
    TestApp::with(&[("outbound.allow_private", "true")]).await
}

/// An issuer, and the provider that a tenant makes of it.
pub async fn provider(app: &TestApp, tenant: &str, more: Value) -> (Issuer, String) {
    let issuer = Issuer::open(app).await;
    let owner = app.sign_in(tenant, "owner").await;
    let id = provider_at(&owner, issuer.url(), more).await;
    (issuer, id)
}

pub async fn provider_at(owner: &Caller, issuer: &str, more: Value) -> String {
    let mut input = json!({ "name": "Issuer", "issuer": issuer, "clientId": CLIENT,
        "clientSecret": SECRET });
    input.as_object_mut().expect("keys").extend(more.as_object().expect("keys").clone());
    let input = json!({ "input": input });
    let made = owner.done("identityProviderCreate", input, "identityProvider { id }").await;
    text(&made["identityProvider"]["id"])
}

/// Begins a sign-in: page, state and binding.
pub async fn begin(caller: &Caller, provider: &str) -> Value {
    let input = json!({ "input": { "providerId": provider, "redirectUri": PAGE } });
    caller.done("oidcSignInStart", input, "authorizationUrl state binding").await
}

/// Comes back.
pub async fn finish(caller: &Caller, back: &Back, binding: &str) -> Answer {
    let input = json!({ "input": { "state": back.state, "code": back.code, "binding": binding } });
    caller.mutate("oidcSignInFinish", input, SIGNED_IN).await
}

/// All of it.
pub async fn sign_in(caller: &Caller, issuer: &Issuer, provider: &str) -> Answer {
    let begun = begin(caller, provider).await;
    let (_, back) = issuer.visit(&text(&begun["authorizationUrl"])).await;
    finish(caller, &back, &text(&begun["binding"])).await
}

/// All of it, and it works: the payload, and the caller signed in.
#[track_caller]
pub fn signed_in<'a>(
    caller: &'a Caller,
    issuer: &'a Issuer,
    provider: &'a str,
) -> impl Future<Output = (Value, Caller)> + 'a {
    let at = std::panic::Location::caller();
    async move {
        let answer = sign_in(caller, issuer, provider).await;
        let payload = answer.at("/data/oidcSignInFinish");
        assert!(payload["accessToken"].is_string(), "{at}: {}", answer.body);
        let caller = caller.with_token(&text(&payload["accessToken"]));
        (payload, caller)
    }
}

async fn update(owner: &Caller, provider: &str, input: Value) {
    owner.done("identityProviderUpdate", json!({ "id": provider, "input": input }), "").await;
}

/// The tenant's security events of a kind, the newest first.
pub async fn events(app: &TestApp, kind: &str) -> Vec<String> {
    app.events_written().await;
    let owner = app.sign_in("acme", "owner").await;
    let query = "query($k: [SecurityEventKind!]) { securityEvents(
        filter: { kind: { in: $k } }, first: 100) { nodes { detail } } }";
    let found = owner.gql_with(query, json!({ "k": [kind] })).await;
    found.column("securityEvents", "detail").iter().map(text).collect()
}

#[tokio::test]
async fn an_account_is_linked_by_its_address_and_known_by_its_subject_from_then_on() {
    let app = app().await;
    let (issuer, provider) = provider(&app, "acme", json!({})).await;
    let acme = app.anonymous("acme");
    let buttons = acme.gql("{ signInProviders { id name } }").await.data();
    assert_eq!(buttons["signInProviders"], json!([{ "id": provider, "name": "Issuer" }]));
    issuer.person("email", "Member@ACME.test");

    let begun = begin(&acme, &provider).await;
    let (to, back) = issuer.visit(&text(&begun["authorizationUrl"])).await;
    assert!(to.as_str().starts_with(&format!("{PAGE}&code=")), "{to}");
    assert_eq!(back.state, text(&begun["state"]));
    assert!(!begun["authorizationUrl"].to_string().contains(&text(&begun["binding"])));
    let answer = finish(&acme, &back, &text(&begun["binding"])).await;
    let payload = answer.data()["oidcSignInFinish"].clone();
    let user = &payload["user"];
    assert_eq!((&user["email"], &user["role"]), (&json!("member@acme.test"), &json!("MEMBER")));
    assert_eq!((&payload["nextStep"], &payload["operator"]), (&Value::Null, &Value::Null));
    let caller = acme.with_token(&text(&payload["accessToken"]));
    caller.gql("{ tasks { totalCount } }").await.data();
    let refresh = json!({ "input": { "refreshToken": payload["refreshToken"] } });
    let refreshed = acme.done("tokenRefresh", refresh, "accessToken user { email }").await;
    assert_eq!(refreshed["user"]["email"], "member@acme.test");

    let own = "{ viewerIdentities { id subject email provider { id name } createdAt lastUsedAt } }";
    let own = caller.gql(own).await.data()["viewerIdentities"].clone();
    assert_eq!(own.as_array().map(Vec::len), Some(1), "{own}");
    assert_eq!(
        (&own[0]["subject"], &own[0]["email"]),
        (&json!("ada@issuer"), &json!("Member@ACME.test"))
    );
    assert_eq!(own[0]["provider"], json!({ "id": provider, "name": "Issuer" }));
    let record = app.record("acme").await;
    let linked = record.iter().find(|entry| entry["action"] == "user_identity.create");
    assert_eq!(linked.expect("an entry")["after"]["subject"], "ada@issuer");
    assert_eq!(events(&app, "IDENTITY_LINKED").await.len(), 1);
    assert!(events(&app, "SIGN_IN").await.contains(&"through Issuer".to_owned()));

    // Neither another address, nor one that the provider does not vouch for, makes somebody else.
    issuer.person("email", "owner@acme.test");
    issuer.person("email_verified", false);
    let (again, _) = signed_in(&acme, &issuer, &provider).await;
    assert_eq!(again["user"]["id"], user["id"]);
    issuer.person("email", Value::Null);
    let (again, _) = signed_in(&acme, &issuer, &provider).await;
    assert_eq!(again["user"]["id"], user["id"]);
    let (owner, id) = (app.sign_in("acme", "owner").await, user["id"].clone());
    let theirs = "query($id: ID!) { userIdentities(userId: $id) { email } }";
    let theirs = owner.gql_with(theirs, json!({ "id": id })).await.data();
    assert_eq!(theirs["userIdentities"], json!([{ "email": "owner@acme.test" }]));
    // Their password goes on to work, and their name here is their own affair.
    app.sign_in("acme", "member").await;
    assert_eq!(again["user"]["firstName"], "member");
}

#[tokio::test]
async fn a_newcomer_gets_an_account_if_the_provider_may_make_some() {
    let app = app().await;
    let more = json!({ "createsUsers": true, "allowedEmailDomains": [" Example.ORG "],
        "defaultRole": "GUEST", "linksByEmail": false });
    let (issuer, provider) = provider(&app, "acme", more).await;
    let acme = app.anonymous("acme");
    issuer.person("email", "Ada@example.org");
    issuer.person("given_name", format!("A\u{7}da{}", "a".repeat(200)));
    let (payload, caller) = signed_in(&acme, &issuer, &provider).await;
    let user = &payload["user"];
    let expected = json!({ "id": user["id"], "email": "Ada@example.org", "username": "Ada@example.org",
        "role": "GUEST", "kind": "PERSON", "firstName": format!("Ada{}", "a".repeat(147)),
        "lastName": "Lovelace" });
    assert_eq!(*user, expected);
    assert_eq!(me(&caller).await, text(&user["id"]));
    let (again, _) = signed_in(&acme, &issuer, &provider).await;
    assert_eq!(again["user"]["id"], user["id"]);
    let actions: Vec<_> = app.record("acme").await.iter().map(|e| text(&e["action"])).collect();
    assert!(actions.ends_with(&["user.create".to_owned(), "user_identity.create".to_owned()]));
    assert!(events(&app, "USER_ADDED").await[0].contains("by a sign-in provider"));

    // Nobody guesses a password that is not there, and owners may let them choose one.
    let try_in = json!({ "input": { "email": "ada@example.org", "password": PASSWORD } });
    assert_eq!(acme.refusal("tokenCreate", try_in).await, "UNAUTHENTICATED");
    let owner = app.sign_in("acme", "owner").await;
    owner.done("userResetPassword", json!({ "id": user["id"] }), "").await;

    // A name alone is a name.
    issuer.conduct(|it| {
        it.person = json!({ "sub": "bob", "name": "Bob B.", "email": "bob@example.org",
            "email_verified": "true" });
    });
    let (bob, _) = signed_in(&acme, &issuer, &provider).await;
    assert_eq!(
        (&bob["user"]["firstName"], &bob["user"]["lastName"]),
        (&json!("Bob B."), &json!(""))
    );
}

#[tokio::test]
async fn newcomers_take_seats_and_there_is_one_for_each_subject() {
    let app = app().await;
    let more = json!({ "createsUsers": true, "allowedEmailDomains": ["example.org"] });
    let (issuer, provider) = provider(&app, "acme", more).await;
    let acme = app.anonymous("acme");
    app.sql("UPDATE public.tenants SET max_users = 4 WHERE schema_name = 't_acme'").await;
    let bus = app.app.bus.clone();
    app.run(async move { bus.publish(taruvi::bus::Wake::Everything).await }).await;
    issuer.conduct(|it| {
        it.person = json!({ "sub": "one", "email": "one@example.org", "email_verified": true });
    });
    // Twice at the same time, from two windows.
    let both = futures_util::future::join_all(
        (0..2).map(async |_| signed_in(&acme, &issuer, &provider).await.0["user"]["id"].clone()),
    );
    let both = both.await;
    assert_eq!(both[0], both[1]);
    issuer.person("sub", "two");
    issuer.person("email", "two@example.org");
    let full = sign_in(&acme, &issuer, &provider).await;
    assert_eq!(
        full.at("/data/oidcSignInFinish/userErrors/0/code"),
        "LIMIT_REACHED",
        "{}",
        full.body
    );
    assert_eq!(app.value("SELECT count(*) FROM t_acme.users").await, "4");
    assert_eq!(app.value("SELECT count(*) FROM t_acme.user_identities").await, "1");
}

#[tokio::test]
async fn providers_sign_and_are_told_who_we_are_in_several_ways() {
    let app = app().await;
    let (issuer, provider) = provider(&app, "acme", json!({})).await;
    let owner = app.sign_in("acme", "owner").await;
    let acme = app.anonymous("acme");
    signed_in(&acme, &issuer, &provider).await;
    // Others with a key of another kind: a change of the settings begins anew.
    for key in [Key::rs256("rsa"), Key::eddsa("ed")] {
        issuer.conduct(|it| {
            it.published = vec![Key::es256("another"), key.clone()];
            it.signs = key;
        });
        update(&owner, &provider, json!({ "name": "Renamed" })).await;
        signed_in(&acme, &issuer, &provider).await;
    }
    // The secret in the body, when that is all the provider knows.
    issuer.conduct(|it| {
        it.document = Box::new(|document| {
            document["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
        });
    });
    update(&owner, &provider, json!({ "name": "In the body" })).await;
    signed_in(&acme, &issuer, &provider).await;
    issuer.conduct(|it| it.secret = None);
    update(&owner, &provider, json!({ "clientSecret": null })).await;
    signed_in(&acme, &issuer, &provider).await;
    // One key without a name.
    let key = Key::es256("unnamed");
    let mut unnamed = key.clone();
    unnamed.jwk.as_object_mut().expect("a key").remove("kid");
    issuer.conduct(|it| (it.published, it.signs) = (vec![unnamed.clone()], unnamed));
    update(&owner, &provider, json!({ "scopes": "email  openid" })).await;
    signed_in(&acme, &issuer, &provider).await;
}

#[tokio::test]
async fn an_address_may_come_from_the_user_info_and_be_vouched_for_as_microsoft_does() {
    let app = app().await;
    let (issuer, provider) = provider(&app, "acme", json!({})).await;
    let acme = app.anonymous("acme");
    issuer.conduct(|it| it.is_terse = true);
    let (payload, _) = signed_in(&acme, &issuer, &provider).await;
    assert_eq!(payload["user"]["email"], "member@acme.test");
    assert_eq!(issuer.asked("/userinfo"), 1);
    // What is said of somebody else is not listened to.
    issuer.conduct(|it| {
        it.person = json!({ "sub": "eve", "email": "manager@acme.test", "email_verified": true });
        it.claims = Box::new(|claims| claims["sub"] = json!("another"));
    });
    assert_eq!(sign_in(&acme, &issuer, &provider).await.code(), "UNAUTHENTICATED");
    issuer.conduct(|it| {
        it.claims = Box::new(|_| ());
        it.is_terse = false;
    });
    for (edov, code) in [
        (json!(false), "UNAUTHENTICATED"),
        (json!("0"), "UNAUTHENTICATED"),
        (json!(2), "UNAUTHENTICATED"),
        (json!({}), "UNAUTHENTICATED"),
        (json!("1"), ""),
    ] {
        issuer.conduct(|it| {
            it.person = json!({ "sub": "eve", "email": "manager@acme.test", "xms_edov": edov });
        });
        assert_eq!(sign_in(&acme, &issuer, &provider).await.code(), code, "{edov}");
    }
}

#[tokio::test]
async fn on_a_platform_host_the_tenant_is_named() {
    let app = app().await;
    let (issuer, provider) = provider(&app, "acme", json!({})).await;
    let platform = app.anonymous("localhost");
    let named = platform.gql("{ signInProviders(tenant: \"acme\") { id } }").await.data();
    assert_eq!(named["signInProviders"], json!([{ "id": provider }]));
    for nobody in ["{ signInProviders { id } }", "{ signInProviders(tenant: \"nobody\") { id } }"] {
        assert_eq!(platform.gql(nobody).await.data()["signInProviders"], json!([]), "{nobody}");
    }
    let start = |tenant: Value| {
        json!({ "input": { "providerId": provider, "tenant": tenant,
            "redirectUri": "http://localhost:8000/playground/" } })
    };
    let unnamed = platform.faults("oidcSignInStart", start(Value::Null)).await;
    assert_eq!(unnamed, ["REQUIRED input.tenant"]);
    let nobody = platform.faults("oidcSignInStart", start(json!("nobody"))).await;
    assert_eq!(nobody, ["NOT_FOUND input.providerId"]);
    let selection = "authorizationUrl binding";
    let begun = platform.done("oidcSignInStart", start(json!("acme")), selection).await;
    let (_, back) = issuer.visit(&text(&begun["authorizationUrl"])).await;
    let input = |tenant: Value| {
        json!({ "input": { "state": back.state, "code": back.code, "binding": begun["binding"],
            "tenant": tenant } })
    };
    let unnamed = platform.faults("oidcSignInFinish", input(Value::Null)).await;
    assert_eq!(unnamed, ["REQUIRED input.tenant"]);
    assert_eq!(
        platform.refusal("oidcSignInFinish", input(json!("nobody"))).await,
        "UNAUTHENTICATED"
    );
    let done = platform.done("oidcSignInFinish", input(json!("acme")), SIGNED_IN).await;
    let caller = app.anonymous("acme").with_token(&text(&done["accessToken"]));
    assert_eq!(me(&caller).await, text(&done["user"]["id"]));
}

#[tokio::test]
async fn a_provider_vouches_for_the_second_factor_unless_it_is_asked_for_here() {
    let app = app().await;
    let (issuer, provider) = provider(&app, "acme", json!({})).await;
    let owner = app.sign_in("acme", "owner").await;
    let acme = app.anonymous("acme");
    let tasks = "{ tasks { totalCount } }";
    let demand = json!({ "input": { "requireTotpForRoles": ["MEMBER"] } });
    owner.done("securityPolicyUpdate", demand, "").await;
    let (payload, through) = signed_in(&acme, &issuer, &provider).await;
    assert_eq!(payload["nextStep"], Value::Null);
    assert_eq!(through.gql(tasks).await.code(), "", "not forced to set one up");
    let by_password = app.sign_in("acme", "member").await;
    assert_eq!(by_password.gql(tasks).await.code(), "FORBIDDEN", "the same account");

    let (secret, _) = enroll(&app, &by_password).await;
    let (payload, _) = signed_in(&acme, &issuer, &provider).await;
    assert_eq!(payload["nextStep"], Value::Null, "not asked for");
    update(&owner, &provider, json!({ "asksSecondFactor": true })).await;
    let waiting = sign_in(&acme, &issuer, &provider).await.data()["oidcSignInFinish"].clone();
    assert_eq!(waiting["nextStep"], "TOTP_REQUIRED");
    assert_eq!((&waiting["accessToken"], &waiting["user"]), (&Value::Null, &Value::Null));
    let totp =
        |code: String| json!({ "input": { "challenge": waiting["challenge"], "code": code } });
    let wrong = acme.refusal("tokenCreateTotp", totp("000000".to_owned())).await;
    assert_eq!(wrong, "UNAUTHENTICATED");
    let done = acme.done("tokenCreateTotp", totp(code(&app, &secret)), SIGNED_IN).await;
    let second = acme.with_token(&text(&done["accessToken"]));
    assert_eq!(second.gql(tasks).await.code(), "");

    // What waits for the second factor ends with the provider, and so does what it has opened.
    app.app.clock.advance(TimeDelta::seconds(30));
    let waiting = sign_in(&acme, &issuer, &provider).await.data()["oidcSignInFinish"].clone();
    update(&owner, &provider, json!({ "isActive": false })).await;
    assert_eq!(second.gql(tasks).await.status, 401);
    let late =
        json!({ "input": { "challenge": waiting["challenge"], "code": code(&app, &secret) } });
    assert_eq!(acme.refusal("tokenCreateTotp", late).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn what_a_provider_has_opened_ends_with_it_at_once_on_every_node() {
    let app = app().await;
    let other = TestApp::beside(&app).await;
    let (issuer, provider) = provider(&app, "acme", json!({})).await;
    let owner = app.sign_in("acme", "owner").await;
    let by_password = app.sign_in("acme", "member").await;
    let acme = app.anonymous("acme");
    let viewer = "{ viewer { id } }";
    for step in ["deactivate", "delete"] {
        let (payload, through) = signed_in(&acme, &issuer, &provider).await;
        let elsewhere = other.anonymous("acme").with_token(&text(&payload["accessToken"]));
        assert_eq!(
            (through.gql(viewer).await.status, elsewhere.gql(viewer).await.status),
            (200.try_into().unwrap(), 200.try_into().unwrap())
        );
        let begun = begin(&acme, &provider).await;
        let (_, back) = issuer.visit(&text(&begun["authorizationUrl"])).await;
        match step {
            "deactivate" => update(&owner, &provider, json!({ "isActive": false })).await,
            _ => {
                owner.done("identityProviderDelete", json!({ "id": provider }), "").await;
            }
        }
        assert_eq!(through.gql(viewer).await.status, 401, "{step}");
        soon("the other process knows", async || elsewhere.gql(viewer).await.status == 401).await;
        let refresh = json!({ "input": { "refreshToken": payload["refreshToken"] } });
        assert_eq!(acme.refusal("tokenRefresh", refresh).await, "UNAUTHENTICATED", "{step}");
        assert_eq!(by_password.gql(viewer).await.status, 200, "nobody else's");
        let late = finish(&acme, &back, &text(&begun["binding"])).await;
        assert_eq!(late.code(), "UNAUTHENTICATED", "{step}: who is on the way stays out");
        let buttons = acme.gql("{ signInProviders { id } }").await.data();
        assert_eq!(buttons["signInProviders"], json!([]));
        let start = json!({ "input": { "providerId": provider, "redirectUri": PAGE } });
        let none = acme.faults("oidcSignInStart", start).await;
        assert_eq!(none, ["NOT_FOUND input.providerId"], "{step}");
        if step == "deactivate" {
            update(&owner, &provider, json!({ "isActive": true })).await;
        }
    }
    assert_eq!(app.value("SELECT count(*) FROM t_acme.user_identities").await, "0");
    let noted = events(&app, "SESSIONS_REVOKED").await;
    assert!(noted.iter().any(|detail| detail.starts_with("1 opened through")), "{noted:?}");
}

#[tokio::test]
async fn an_identity_can_be_taken_away_but_not_the_only_way_in() {
    let app = app().await;
    let more = json!({ "createsUsers": true, "allowedEmailDomains": ["example.org", "acme.test"] });
    let (issuer, provider) = provider(&app, "acme", more).await;
    let owner = app.sign_in("acme", "owner").await;
    let acme = app.anonymous("acme");
    let own = async |caller: &Caller| {
        let found = caller.gql("{ viewerIdentities { id } }").await.data();
        json!({ "id": found["viewerIdentities"][0]["id"] })
    };
    let viewer = "{ viewer { id } }";
    // Somebody with a password.
    let (_, member) = signed_in(&acme, &issuer, &provider).await;
    let (identity, manager) = (own(&member).await, app.sign_in("acme", "manager").await);
    assert_eq!(manager.faults("userIdentityRemove", identity.clone()).await, ["NOT_FOUND id"]);
    let stranger = app.sign_in("globex", "owner").await;
    assert_eq!(stranger.faults("userIdentityRemove", identity.clone()).await, ["NOT_FOUND id"]);
    member.done("userIdentityRemove", identity.clone(), "removedUserIdentityId").await;
    assert_eq!(member.gql(viewer).await.status, 401, "opened through it");
    assert_eq!(owner.faults("userIdentityRemove", identity).await, ["NOT_FOUND id"]);
    // Somebody without.
    issuer.person("sub", "ada");
    issuer.person("email", "ada@example.org");
    let (payload, ada) = signed_in(&acme, &issuer, &provider).await;
    let only = own(&ada).await;
    assert_eq!(ada.faults("userIdentityRemove", only.clone()).await, ["NOT_ALLOWED id"]);
    let second = provider_at(&owner, issuer.url(), json!({ "name": "Second" })).await;
    let (through_second, second) = signed_in(&acme, &issuer, &second).await;
    assert_eq!(through_second["user"]["id"], payload["user"]["id"]);
    ada.done("userIdentityRemove", only, "").await;
    assert_eq!(ada.gql(viewer).await.status, 401);
    assert_eq!(second.gql(viewer).await.status, 200, "opened through the other one");
    let last = own(&second).await;
    assert_eq!(second.faults("userIdentityRemove", last.clone()).await, ["NOT_ALLOWED id"]);
    // An owner may do what leaves somebody outside.
    owner.done("userIdentityRemove", last, "").await;
    assert_eq!(second.gql(viewer).await.status, 401);
    assert_eq!(events(&app, "IDENTITY_REMOVED").await.len(), 3);
}

#[tokio::test]
async fn the_tokens_may_come_as_cookies() {
    let app = app().await;
    let (issuer, provider) = provider(&app, "acme", json!({})).await;
    let acme = app.anonymous("acme");
    let query = "mutation($i: OidcSignInFinishInput!) { oidcSignInFinish(input: $i) {
        accessToken refreshToken expiresIn user { email } userErrors { code field } } }";
    let begun = begin(&acme, &provider).await;
    let (_, back) = issuer.visit(&text(&begun["authorizationUrl"])).await;
    let input = json!({ "state": back.state, "code": back.code, "binding": begun["binding"],
        "delivery": "COOKIE" });
    let body = json!({ "query": query, "variables": { "i": input } });
    let request = || acme.request(reqwest::Method::POST, "/graphql");
    let nowhere = acme.send(request().json(&body)).await;
    let fault = json!([{ "code": "INVALID", "field": ["input", "delivery"] }]);
    assert_eq!(nowhere.at("/data/oidcSignInFinish/userErrors"), fault);
    // Nothing was used up by that.
    let done = acme.send(request().header("x-taruvi-session", "acme").json(&body)).await;
    let payload = done.data()["oidcSignInFinish"].clone();
    assert_eq!((&payload["accessToken"], &payload["refreshToken"]), (&Value::Null, &Value::Null));
    assert_eq!(payload["user"]["email"], "member@acme.test");
    let cookies = done.headers.get_all("set-cookie").iter().map(|c| c.to_str().expect("text"));
    let cookies: Vec<_> = cookies.map(|c| c.split(';').next().unwrap_or_default()).collect();
    assert_eq!(cookies.len(), 2);
    let viewer = json!({ "query": "{ viewer { email } }" });
    let asked = request().header("x-taruvi-session", "acme").header("cookie", cookies.join("; "));
    let viewer = acme.send(asked.json(&viewer)).await;
    assert_eq!(viewer.text("/data/viewer/email"), "member@acme.test");
}

#[tokio::test]
async fn documents_and_keys_are_remembered_and_new_keys_looked_for_once_a_minute() {
    let app = app().await;
    let (issuer, provider) = provider(&app, "acme", json!({})).await;
    let acme = app.anonymous("acme");
    let asked = || (issuer.asked("/.well-known/openid-configuration"), issuer.asked("/jwks"));
    for _ in 0..3 {
        signed_in(&acme, &issuer, &provider).await;
    }
    assert_eq!(asked(), (1, 1));
    let replace = |kid: &str| {
        let key = Key::es256(kid);
        issuer.conduct(|it| (it.published, it.signs) = (vec![key.clone()], key));
    };
    replace("second");
    signed_in(&acme, &issuer, &provider).await;
    signed_in(&acme, &issuer, &provider).await;
    assert_eq!(asked(), (1, 2), "new keys alone, and once");
    // Under the same name, too.
    replace("second");
    assert_eq!(sign_in(&acme, &issuer, &provider).await.code(), "UNAUTHENTICATED", "too soon");
    assert_eq!(asked(), (1, 2));
    app.app.clock.advance(TimeDelta::seconds(61));
    signed_in(&acme, &issuer, &provider).await;
    assert_eq!(asked(), (1, 3));
    // Several who come at the same moment after a change ask once.
    app.app.clock.advance(TimeDelta::seconds(61));
    replace("third");
    let all = (0..4).map(|_| sign_in(&acme, &issuer, &provider));
    for answer in futures_util::future::join_all(all).await {
        assert_eq!(answer.code(), "", "{}", answer.body);
    }
    assert_eq!(asked(), (1, 4));
}
