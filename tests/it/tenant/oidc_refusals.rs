//! Signing in with a provider: all that must not get anybody in.

use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::kit::text;
use super::oidc::{PAGE, app, begin, events, finish, provider, provider_at, sign_in, signed_in};
use crate::support::issuer::{CLIENT, Conduct, Issuer, Key, SECRET};
use crate::support::{Answer, TestApp};

/// Sessions and identities of acme that a provider has brought.
async fn brought(app: &TestApp) -> String {
    app.value(
        "SELECT (SELECT count(*) FROM t_acme.sessions WHERE identity_provider_id IS NOT NULL)
              + (SELECT count(*) FROM t_acme.user_identities)",
    )
    .await
}

#[track_caller]
fn refused(answer: &Answer, what: &str) {
    assert_eq!((answer.code().as_str(), answer.is_empty()), ("UNAUTHENTICATED", true), "{what}");
    let told = "signing in through this provider did not work";
    assert_eq!(answer.text("/errors/0/message"), told, "{what}");
}

/// A change of the ID token's claims.
fn claims(change: impl Fn(&mut Value) + Send + 'static) -> impl FnOnce(&mut Conduct) {
    |it: &mut Conduct| it.claims = Box::new(change)
}

fn put(claim: &'static str, value: impl Into<Value>) -> impl FnOnce(&mut Conduct) {
    let value = value.into();
    claims(move |all| all[claim] = value.clone())
}

#[tokio::test]
async fn id_tokens_that_do_not_hold_let_nobody_in() {
    let app = app().await;
    let (issuer, provider) = provider(&app, "acme", json!({})).await;
    let acme = app.anonymous("acme");
    app.sql("UPDATE t_acme.users SET email = 'kim@acme.test' WHERE username = 'manager'").await;
    let now = app.app.clock.now().timestamp();
    let first = Key::es256("first");
    issuer.conduct(|it| (it.published, it.signs) = (vec![first.clone()], first.clone()));
    let public = first.jwk["x"].as_str().expect("a coordinate").as_bytes().to_vec();
    let whole = first.jwk.to_string().into_bytes();
    type Change = Box<dyn FnOnce(&mut Conduct)>;
    let signs = |key: Key| -> Change { Box::new(move |it| it.signs = key) };
    let cases: Vec<(&str, Change)> = vec![
        ("another nonce", Box::new(put("nonce", "another"))),
        ("no nonce", Box::new(claims(|all| drop(all.as_object_mut().unwrap().remove("nonce"))))),
        ("another audience", Box::new(put("aud", "another"))),
        ("one more audience", Box::new(put("aud", json!([CLIENT, "another"])))),
        ("no audience", Box::new(put("aud", json!([])))),
        ("another party", Box::new(put("azp", "another"))),
        ("another issuer", Box::new(put("iss", "https://issuer.example"))),
        ("over", Box::new(put("exp", now - 1))),
        ("of the future", Box::new(put("iat", now + 3_600))),
        ("signed by nobody", signs(Key::none())),
        ("signed by somebody else", signs(Key::es256("first"))),
        ("signed by an unknown key", signs(Key::es256("unknown"))),
        ("signed by another kind of key", signs(Key::eddsa("first"))),
        ("a public key as a shared secret", signs(Key::hs256("first", &public))),
        ("the whole of it", signs(Key::hs256("first", &whole))),
        ("our own secret", signs(Key::hs256("first", SECRET.as_bytes()))),
        ("no subject", Box::new(put("sub", ""))),
        ("a long subject", Box::new(put("sub", "x".repeat(256)))),
        ("a broken subject", Box::new(put("sub", "a\u{0}b"))),
        ("an address that nobody vouches for", Box::new(put("email_verified", false))),
        ("nor denies", Box::new(put("email_verified", Value::Null))),
        ("no address", Box::new(|it| it.person["email"] = Value::Null)),
        ("an unknown address", Box::new(put("email", "nobody@acme.test"))),
        ("another tenant's", Box::new(put("email", "member@globex.test"))),
        ("an operator's", Box::new(put("email", "admin@taruvi.test"))),
        ("the sign of kelvin for a k", Box::new(put("email", "\u{212a}im@acme.test"))),
        ("an address that is none", Box::new(put("email", "member"))),
    ];
    for (what, change) in cases {
        issuer.conduct(change);
        refused(&sign_in(&acme, &issuer, &provider).await, what);
        assert_eq!(brought(&app).await, "0", "{what}");
        issuer.conduct(|it| {
            it.signs = first.clone();
            it.claims = Box::new(|_| ());
            it.person["email"] = json!("member@acme.test");
        });
    }
    let noted = events(&app, "SIGN_IN_FAILED").await;
    for part in ["nonce", "audience", "authorized party", "signature", "vouch"] {
        assert!(noted.iter().any(|detail| detail.contains(part)), "{part} in {noted:?}");
    }
    assert!(noted.iter().all(|detail| detail.starts_with("through a provider: Issuer: ")));
    // And it was nothing else.
    signed_in(&acme, &issuer, &provider).await;
    issuer.conduct(put("azp", CLIENT));
    signed_in(&acme, &issuer, &provider).await;
}

#[tokio::test]
async fn a_public_client_has_no_shared_secret_at_all() {
    let app = app().await;
    let (issuer, provider) = provider(&app, "acme", json!({ "clientSecret": null })).await;
    let acme = app.anonymous("acme");
    issuer.conduct(|it| {
        it.secret = None;
        it.signs = Key::hs256("first", b"");
    });
    refused(&sign_in(&acme, &issuer, &provider).await, "HS256 without a secret");
    assert_eq!(brought(&app).await, "0");
}

#[tokio::test]
async fn only_accounts_that_may_be_opened_are() {
    let app = app().await;
    let more = json!({ "allowedEmailDomains": ["acme.test", "example.org"], "createsUsers": true });
    let (issuer, provider) = provider(&app, "acme", more).await;
    let owner = app.sign_in("acme", "owner").await;
    let acme = app.anonymous("acme");
    for foreign in ["ada@example.com", "ada@sub.example.org", "ada@example.org.evil.example"] {
        issuer.person("email", foreign);
        refused(&sign_in(&acme, &issuer, &provider).await, foreign);
    }
    for bad in ["@example.org", "a b@example.org", "x@y@example.org"] {
        issuer.person("email", bad);
        refused(&sign_in(&acme, &issuer, &provider).await, bad);
    }
    // Somebody has it for a user name.
    app.sql("UPDATE t_acme.users SET username = 'ADA@example.org' WHERE username = 'manager'")
        .await;
    issuer.person("email", "ada@example.org");
    refused(&sign_in(&acme, &issuer, &provider).await, "a user name");
    // A program's account.
    let robot = json!({ "input": { "name": "Robot" } });
    owner.done("serviceAccountCreate", robot, "").await;
    app.sql("UPDATE t_acme.users SET email = 'robot@acme.test' WHERE kind = 'service'").await;
    issuer.person("email", "robot@acme.test");
    refused(&sign_in(&acme, &issuer, &provider).await, "a service account");
    // An account that is not to be linked.
    issuer.person("email", "member@acme.test");
    let linking = async |on: bool| {
        let input = json!({ "id": provider, "input": { "linksByEmail": on } });
        owner.done("identityProviderUpdate", input, "").await;
    };
    linking(false).await;
    refused(&sign_in(&acme, &issuer, &provider).await, "not to be linked");
    linking(true).await;
    // One that is shut: at first, and when it is known.
    let member =
        owner.gql("{ users(filter: {email: {eq: \"member@acme.test\"}}) { nodes { id } } }");
    let member = member.await.text("/data/users/nodes/0/id");
    let active = async |on: bool| {
        let input = json!({ "id": member, "input": { "isActive": on } });
        owner.done("userUpdate", input, "").await;
    };
    active(false).await;
    refused(&sign_in(&acme, &issuer, &provider).await, "not active");
    assert_eq!(brought(&app).await, "0");
    active(true).await;
    signed_in(&acme, &issuer, &provider).await;
    active(false).await;
    refused(&sign_in(&acme, &issuer, &provider).await, "not active any more");
    assert_eq!(app.value("SELECT count(*) FROM t_acme.users").await, "4", "nobody was added");
}

#[tokio::test]
async fn a_state_is_good_once_for_the_page_that_began_in_its_tenant_and_time() {
    let app = app().await;
    let (issuer, ours) = provider(&app, "acme", json!({})).await;
    let (acme, globex) = (app.anonymous("acme"), app.anonymous("globex"));
    let began = async |provider: &str| {
        let begun = begin(&acme, provider).await;
        let (_, back) = issuer.visit(&text(&begun["authorizationUrl"])).await;
        (back, text(&begun["binding"]))
    };
    let (back, binding) = began(&ours).await;
    assert_eq!(finish(&acme, &back, &binding).await.code(), "");
    refused(&finish(&acme, &back, &binding).await, "used");

    // Login CSRF: an attacker's code and state in somebody else's browser.
    let (back, binding) = began(&ours).await;
    let (_, other) = began(&ours).await;
    for wrong in [other.as_str(), "", "bnd_", back.state.as_str()] {
        refused(&finish(&acme, &back, wrong).await, wrong);
    }
    refused(&finish(&acme, &back, &binding).await, "a wrong binding has used it up");

    // Elsewhere.
    let theirs = provider_at(&app.sign_in("globex", "owner").await, issuer.url(), json!({})).await;
    let (back, binding) = began(&ours).await;
    refused(&finish(&globex, &back, &binding).await, "another tenant");
    let start = json!({ "input": { "providerId": theirs, "redirectUri": PAGE } });
    let foreign = acme.faults("oidcSignInStart", start).await;
    assert_eq!(foreign, ["NOT_FOUND input.providerId"], "another tenant's provider");
    assert_eq!(finish(&acme, &back, &binding).await.code(), "", "it was nothing else");

    // One person's code with another's state: PKCE and the nonce tie them together.
    let ((mut one, one_binding), (two, _)) = (began(&ours).await, began(&ours).await);
    one.code = two.code;
    refused(&finish(&acme, &one, &one_binding).await, "another sign-in's code");

    let (back, binding) = began(&ours).await;
    app.app.clock.advance(TimeDelta::seconds(601));
    refused(&finish(&acme, &back, &binding).await, "too late");
    let kept = "SELECT count(*) FROM t_acme.oidc_sign_ins";
    began(&ours).await;
    assert_eq!(app.value(kept).await, "1", "what is over is forgotten at the next start");

    let (mut back, binding) = began(&ours).await;
    for wrong in ["", "ste_", &format!("ste_{}", "A".repeat(43)), "\u{0}", &"x".repeat(10_000)] {
        let state = std::mem::replace(&mut back.state, wrong.to_owned());
        refused(&finish(&acme, &back, &binding).await, wrong);
        back.state = state;
    }
    let (mut back, binding) = began(&ours).await;
    back.code = "x".repeat(5_000);
    refused(&finish(&acme, &back, &binding).await, "a code that is too long");
    let (mut back, binding) = began(&ours).await;
    back.code = "made up".to_owned();
    refused(&finish(&acme, &back, &binding).await, "a code that the provider does not know");
    let hashed = format!("{kept} WHERE length(state_hash) <> 32 OR length(binding_hash) <> 32");
    assert_eq!(app.value(&hashed).await, "0");
}

#[tokio::test]
async fn a_provider_that_does_not_do_its_part_is_no_fault_of_the_person() {
    let app = TestApp::with(&[("outbound.allow_private", "true"), ("http.request_timeout", "3")]);
    let app = app.await;
    let (issuer, provider) = provider(&app, "acme", json!({})).await;
    let acme = app.anonymous("acme");
    let owner = app.sign_in("acme", "owner").await;
    let broken = |answer: &Answer, what: &str| {
        assert_eq!((answer.code().as_str(), answer.is_empty()), ("UNAVAILABLE", true), "{what}");
        let told = answer.text("/errors/0/message");
        assert!(told.starts_with("the sign-in provider does not answer"), "{what}: {told}");
        assert_eq!(answer.at("/errors/0/extensions/retryable"), true, "{what}");
    };
    let start = async || {
        let input = json!({ "input": { "providerId": provider, "redirectUri": PAGE } });
        acme.mutate("oidcSignInStart", input, "authorizationUrl").await
    };
    let look = async || {
        let found = owner.done("identityProviderTest", json!({ "id": provider }), "ok problem");
        let found = found.await;
        assert_eq!(found["ok"], json!(found["problem"].is_null()));
        found["problem"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(look().await, "");
    let (ok, json_type) = (StatusCode::OK, "application/json");
    const DOCUMENT: &str = "/.well-known/openid-configuration";
    let long = format!("{{\"x\": \"{}\"}}", "x".repeat(300_000));
    for (path, instead, problem) in [
        (DOCUMENT, (StatusCode::NOT_FOUND, "text/plain", "no".to_owned()), "404"),
        (DOCUMENT, (ok, json_type, "{}".to_owned()), "can't be read"),
        (DOCUMENT, (ok, "text/html", "<html>".to_owned()), "Content-Type"),
        (DOCUMENT, (ok, json_type, long.clone()), "more than 262144 bytes"),
        (DOCUMENT, (StatusCode::FOUND, "/jwks", String::new()), "302"),
        ("/jwks", (StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "no".to_owned()), "500"),
        ("/jwks", (ok, json_type, "{\"keys\": []}".to_owned()), "no key"),
        ("/jwks", (ok, json_type, long), "more than 262144 bytes"),
        ("/jwks", (StatusCode::TEMPORARY_REDIRECT, "/userinfo", String::new()), "307"),
    ] {
        issuer.conduct(|it| drop(it.instead.insert(path, instead)));
        broken(&start().await, problem);
        let found = look().await;
        assert!(found.contains(problem), "{problem}: {found}");
        issuer.conduct(|it| it.instead.clear());
    }
    assert_eq!(issuer.asked("/userinfo"), 0, "nobody follows");
    type Change = fn(&mut Value);
    let documents: [(Change, &str); 6] = [
        (|it| it["issuer"] = json!("https://issuer.example"), "unexpected issuer"),
        (
            |it| it["authorization_endpoint"] = json!("javascript:alert(1)"),
            "authorization_endpoint",
        ),
        (|it| it["authorization_endpoint"] = json!("data:text/html,x"), "authorization_endpoint"),
        (|it| drop(it.as_object_mut().unwrap().remove("token_endpoint")), "token_endpoint"),
        (|it| drop(it.as_object_mut().unwrap().remove("jwks_uri")), "jwks_uri"),
        (|it| it["id_token_signing_alg_values_supported"] = json!(["HS256", "none"]), "RS256"),
    ];
    for (change, problem) in documents {
        issuer.conduct(|it| it.document = Box::new(change));
        broken(&start().await, problem);
        let found = look().await;
        assert!(found.contains(problem), "{problem}: {found}");
    }
    issuer.conduct(|it| it.document = Box::new(|_| ()));
    let tokens = [
        (StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "no"),
        (ok, json_type, "{}"),
        (ok, json_type, "{\"access_token\": \"x\", \"token_type\": \"Bearer\"}"),
        (ok, "text/html", "<html>"),
        (StatusCode::FOUND, "/userinfo", ""),
    ];
    for (status, kind, text) in tokens {
        issuer.conduct(|it| drop(it.instead.insert("/token", (status, kind, text.to_owned()))));
        broken(&sign_in(&acme, &issuer, &provider).await, text);
        issuer.conduct(|it| it.instead.clear());
    }
    issuer.conduct(|it| it.secret = Some("another"));
    broken(&sign_in(&acme, &issuer, &provider).await, "our secret is not right");
    issuer.conduct(|it| it.secret = Some(SECRET));
    // It accepts the request, and says nothing.
    issuer.conduct(|it| it.hangs_at = Some("/token"));
    broken(&sign_in(&acme, &issuer, &provider).await, "silence");
    issuer.conduct(|it| it.hangs_at = Some(DOCUMENT));
    assert!(look().await.contains("in time"));
    issuer.conduct(|it| it.hangs_at = None);
    assert_eq!(brought(&app).await, "0");
    signed_in(&acme, &issuer, &provider).await;
}

#[tokio::test]
async fn a_provider_on_a_private_address_is_not_asked() {
    let open = app().await;
    let issuer = Issuer::open(&open).await;
    let careful = TestApp::beside(&open).await;
    let (owner, acme) = (careful.sign_in("acme", "owner").await, careful.anonymous("acme"));
    let port = issuer.url().rsplit_once(':').expect("a port").1.to_owned();
    let by_name = format!("https://localhost:{port}");
    let provider = provider_at(&owner, &by_name, json!({})).await;
    let input = json!({ "input": { "providerId": provider, "redirectUri": PAGE } });
    assert_eq!(acme.refusal("oidcSignInStart", input).await, "UNAVAILABLE");
    let test = json!({ "id": provider });
    let found = owner.done("identityProviderTest", test, "ok problem").await;
    assert_eq!(found["ok"], false);
    assert_eq!(found["problem"], "the issuer leads to a private address, which is not allowed");
    assert_eq!(issuer.asked_at_all(), 0);

    // The document names other addresses: they are looked at as well.
    let unsafe_provider =
        provider_at(&open.sign_in("acme", "owner").await, issuer.url(), json!({})).await;
    let input = json!({ "input": { "providerId": unsafe_provider, "redirectUri": PAGE } });
    assert_eq!(acme.refusal("oidcSignInStart", input).await, "UNAVAILABLE");
    assert_eq!(issuer.asked_at_all(), 0);
}

#[tokio::test]
async fn people_are_sent_back_to_pages_of_their_tenant_only() {
    let app = app().await;
    let (_issuer, provider) = provider(&app, "acme", json!({})).await;
    let owner = app.sign_in("acme", "owner").await;
    let operator = app.operator().await;
    let origins = "mutation { allowedOriginsUpdate(origins: [\"https://app.example.com\"]) {
        userErrors { message } } }";
    owner.gql(origins).await.data();
    for (tenant, domain) in [("acme", "acme.example"), ("globex", "globex.example")] {
        let id = app.tenant(tenant).await.id.to_string();
        let add = json!({ "tenantId": id, "domain": domain });
        operator.done("domainAdd", add, "").await;
    }
    let start = async |caller: &crate::support::Caller, uri: &str| {
        let input = json!({ "input": { "providerId": provider, "redirectUri": uri } });
        caller.faults("oidcSignInStart", input).await
    };
    let acme = app.anonymous("acme");
    for good in [
        "http://acme.localhost:8000/signed-in",
        "http://acme.localhost/",
        "http://acme.localhost",
        "https://acme.127.0.0.1.nip.io/x?y=z",
        "https://acme.example/signed-in",
        "https://app.example.com/any/page",
        "http://localhost:8000/playground/",
    ] {
        assert_eq!(start(&acme, good).await, Vec::<String>::new(), "{good}");
    }
    for foreign in [
        "http://globex.localhost:8000/",
        "https://globex.example/",
        "https://evil.example/",
        "https://acme.localhost.evil.example/",
        "https://evilacme.localhost/",
        "https://sub.acme.example/",
        "https://app.example.com:8443/",
        "http://app.example.com/",
        "https://10.0.0.1/",
    ] {
        assert_eq!(start(&acme, foreign).await, ["NOT_ALLOWED input.redirectUri"], "{foreign}");
    }
    for bad in [
        "",
        "/signed-in",
        "acme.localhost",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://acme.localhost/#x",
        "http://user@acme.localhost/",
        "http://acme.localhost\\@evil.example/",
        "http://acme.localhost:80/",
        " http://acme.localhost/",
        "http://acme.localhost/\n",
        "http://ACME.localhost/",
        "ftp://acme.localhost/",
        &format!("http://acme.localhost/{}", "x".repeat(2_000)),
    ] {
        assert_eq!(start(&acme, bad).await, ["INVALID input.redirectUri"], "{bad}");
    }
    // In production only where TLS ends with us.
    let production = TestApp::beside_with(
        &app,
        &[
            ("mode", "production"),
            ("database.url", "postgres://app:long-enough@db.example/app"),
            ("outbound.allow_private", "true"),
        ],
    );
    let production = production.await;
    let acme = production.anonymous("acme");
    for (uri, faults) in [
        ("https://acme.localhost/x", vec![]),
        ("https://acme.example/x", vec![]),
        ("https://app.example.com/x", vec![]),
        ("http://acme.localhost/x", vec!["NOT_ALLOWED input.redirectUri"]),
        ("http://acme.example/x", vec!["NOT_ALLOWED input.redirectUri"]),
        ("https://acme.example:8443/x", vec!["NOT_ALLOWED input.redirectUri"]),
    ] {
        assert_eq!(start(&acme, uri).await, faults, "{uri}");
    }
}

#[tokio::test]
async fn tries_are_counted_and_no_answer_is_kept() {
    let app = app().await;
    let (issuer, provider) = provider(&app, "acme", json!({})).await;
    let (_, member) = signed_in(&app.anonymous("acme"), &issuer, &provider).await;
    // Whoever is signed in already may sign in; the answer has tokens, and is not kept.
    let begun = begin(&member, &provider).await;
    let (_, back) = issuer.visit(&text(&begun["authorizationUrl"])).await;
    let query = "mutation($i: OidcSignInFinishInput!) { oidcSignInFinish(input: $i) {
        accessToken userErrors { code } } }";
    let input = json!({ "state": back.state, "code": back.code, "binding": begun["binding"] });
    let body = json!({ "query": query, "variables": { "i": input } });
    let request = member.request(reqwest::Method::POST, "/graphql");
    let sent = member.send(request.header("idempotency-key", "one").json(&body)).await;
    sent.text("/data/oidcSignInFinish/accessToken");
    assert_eq!(app.value("SELECT count(*) FROM t_acme.idempotency_keys").await, "0");

    let limits = [
        ("limits.enabled", "true"),
        ("outbound.allow_private", "true"),
        ("limits.auth_per_minute_address", "4"),
    ];
    let limited = TestApp::beside_with(&app, &limits).await;
    let there = limited.anonymous("acme");
    let mut codes = vec![];
    for _ in 0..5 {
        let back = crate::support::issuer::Back { code: "x".into(), state: "x".into() };
        codes.push(finish(&there, &back, "x").await.code());
    }
    assert_eq!(codes[3..], ["UNAUTHENTICATED", "RATE_LIMITED"]);
    let start = json!({ "input": { "providerId": provider, "redirectUri": PAGE } });
    assert_eq!(there.refusal("oidcSignInStart", start).await, "RATE_LIMITED");
}
