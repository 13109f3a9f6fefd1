//! Sessions in cookies: who gets them, what they are good for, and who can't use them.

use reqwest::Method;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};

use super::VIEWER;
use crate::support::database::PASSWORD;
use crate::support::{Answer, Caller, TestApp};
use crate::tenant::kit::soon;

const SESSION: &str = "x-taruvi-session";
const CREATE: &str = "mutation($i: TokenCreateInput!) { tokenCreate(input: $i) {
    accessToken refreshToken expiresIn user { email } operator { email }
    userErrors { code field } } }";
const REFRESH: &str = "mutation($i: TokenRefreshInput!) { tokenRefresh(input: $i) {
    accessToken refreshToken expiresIn user { email } userErrors { code field } } }";
const REVOKE: &str = "mutation($i: TokenRevokeInput!) { tokenRevoke(input: $i) {
    revoked userErrors { code field } } }";

/// A browser's page: it keeps the cookies it is given, and sends them all.
struct Page {
    caller: Caller,
    slot: &'static str,
    cookies: Vec<(String, String)>,
}

impl Page {
    fn new(app: &TestApp, host: &str, slot: &'static str) -> Self {
        Self { caller: app.anonymous(host), slot, cookies: vec![] }
    }

    async fn gql(&mut self, query: &str, variables: Value) -> Answer {
        let session = self.slot;
        self.send(query, variables, &[(SESSION, session)]).await
    }

    async fn send(&mut self, query: &str, variables: Value, headers: &[(&str, &str)]) -> Answer {
        let body = json!({ "query": query, "variables": variables });
        let mut request = self.caller.request(Method::POST, "/graphql").json(&body);
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        request = request.header(COOKIE, cookies.collect::<Vec<_>>().join("; "));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self.caller.send(request).await;
        self.keep(&answer);
        answer
    }

    fn keep(&mut self, answer: &Answer) {
        for cookie in set(answer) {
            let (pair, attributes) = cookie.split_once("; ").expect("attributes");
            let (name, value) = pair.split_once('=').expect("a name");
            self.cookies.retain(|(known, _)| known != name);
            if !attributes.contains("Max-Age=0;") {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    async fn sign_in(&mut self, email: &str, tenant: Option<&str>) -> Answer {
        let mut input = json!({ "email": email, "password": PASSWORD, "delivery": "COOKIE" });
        if let Some(tenant) = tenant {
            input["tenant"] = json!(tenant);
        }
        self.gql(CREATE, json!({ "i": input })).await
    }

    async fn viewer(&mut self) -> Value {
        let data = self.gql(VIEWER, json!({})).await.data();
        let who = [&data["viewer"]["email"], &data["viewerOperator"]["email"]];
        who.into_iter().find(|email| !email.is_null()).cloned().unwrap_or_default()
    }

    fn cookie(&self, which: &str) -> String {
        let found = self.cookies.iter().find(|(name, _)| name.contains(which));
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn put(&mut self, which: &str, value: &str) {
        for (name, kept) in &mut self.cookies {
            if name.contains(which) {
                value.clone_into(kept);
            }
        }
    }
}

fn set(answer: &Answer) -> Vec<String> {
    let all = answer.headers.get_all(SET_COOKIE).iter();
    all.map(|cookie| cookie.to_str().expect("text").to_owned()).collect()
}

#[tokio::test]
async fn a_page_signs_in_stays_signed_in_and_signs_out_without_seeing_a_token() {
    let app = TestApp::new().await;
    let mut page = Page::new(&app, "acme", "acme");
    let answer = page.sign_in("member@acme.test", None).await;
    let made = answer.data()["tokenCreate"].clone();
    assert_eq!(made["user"]["email"], "member@acme.test");
    assert_eq!((&made["accessToken"], &made["refreshToken"]), (&Value::Null, &Value::Null));
    let [access, refresh] = &set(&answer)[..] else { panic!("{:?}", set(&answer)) };
    let rest = "; Path=/; Max-Age=900; HttpOnly; SameSite=Strict";
    assert!(access.starts_with("taruvi_access_acme=eyJ") && access.ends_with(rest), "{access}");
    let rest = "; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict";
    assert!(refresh.starts_with("taruvi_refresh_acme=rt_") && refresh.ends_with(rest), "{refresh}");
    assert_eq!(page.viewer().await, "member@acme.test");

    let first = page.cookie("refresh");
    let next = page.gql(REFRESH, json!({ "i": {} })).await.data()["tokenRefresh"].clone();
    assert_eq!((&next["accessToken"], &next["refreshToken"]), (&Value::Null, &Value::Null));
    assert_eq!((&next["expiresIn"], &next["userErrors"]), (&json!(900), &json!([])));
    assert_ne!(page.cookie("refresh"), first);
    assert_eq!(page.viewer().await, "member@acme.test");

    let ended = page.cookie("access");
    let out = page.gql(REVOKE, json!({ "i": {} })).await;
    assert_eq!(out.data()["tokenRevoke"]["revoked"], true);
    assert!(page.cookies.is_empty(), "{:?}", page.cookies);
    assert_eq!(page.viewer().await, Value::Null);
    page.caller.with_token(&ended).gql(VIEWER).await.refused(401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn one_browser_has_a_session_for_each_slot() {
    let app = TestApp::new().await;
    let mut page = Page::new(&app, "localhost", "PLATFORM");
    page.sign_in("admin@taruvi.test", None).await;
    for (tenant, email) in [("acme", "owner@acme.test"), ("globex", "owner@globex.test")] {
        page.slot = tenant;
        assert_eq!(page.viewer().await, Value::Null);
        page.sign_in(email, Some(tenant)).await;
        assert_eq!(page.viewer().await, email);
    }
    page.slot = "PLATFORM";
    assert_eq!(page.viewer().await, "admin@taruvi.test");
    page.gql(REVOKE, json!({ "i": {} })).await.data();
    assert_eq!(page.viewer().await, Value::Null);
    page.slot = "acme";
    assert_eq!(page.viewer().await, "owner@acme.test");
}

#[tokio::test]
async fn cookies_that_nobody_asked_for_identify_nobody() {
    let app = TestApp::new().await;
    let mut page = Page::new(&app, "acme", "acme");
    page.sign_in("owner@acme.test", None).await;
    let answer = page.send(VIEWER, json!({}), &[]).await;
    assert_eq!(answer.data()["viewer"], Value::Null);
    let create = "mutation { projectCreate(input: {name: \"Forged\"}) { project { id } } }";
    assert_eq!(page.send(create, json!({}), &[]).await.code(), "UNAUTHENTICATED");
    // Forms and plain pages can't send JSON, with the header or without.
    let request = page.caller.request(Method::POST, "/graphql").body("{}");
    let request = request.header("content-type", "text/plain").header(SESSION, "acme");
    page.caller.send(request).await.refused(415, "UNSUPPORTED_MEDIA_TYPE");
    // A token in the header is who asks, whatever the cookies say.
    let member = app.sign_in("acme", "member").await;
    page.caller.token = member.token;
    assert_eq!(page.viewer().await, "member@acme.test");
}

#[tokio::test]
async fn pages_of_other_origins_cant_use_the_session() {
    let app = TestApp::new().await;
    let mut page = Page::new(&app, "acme", "acme");
    page.sign_in("owner@acme.test", None).await;
    let own = ["http://acme.localhost", "https://acme.localhost", "http://ACME.localhost"];
    for origin in own {
        let answer = page.send(VIEWER, json!({}), &[(SESSION, "acme"), ("origin", origin)]).await;
        assert_eq!(answer.data()["viewer"]["email"], "owner@acme.test", "{origin}");
    }
    let create = "mutation { projectCreate(input: {name: \"Forged\"}) { project { id } } }";
    for (name, value) in [
        ("origin", "http://globex.localhost"),
        ("origin", "http://acme.localhost:8001"),
        ("origin", "http://acme.localhost.evil.example"),
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("origin", ""),
        ("origin", "file://acme.localhost"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
    ] {
        let answer = page.send(create, json!({}), &[(SESSION, "acme"), (name, value)]).await;
        answer.refused(403, "CSRF_PREVENTION");
        assert!(set(&answer).is_empty(), "{value}");
    }
    for slot in ["", "a b", "a/b", "ä", &"a".repeat(65)] {
        let answer = page.send(VIEWER, json!({}), &[(SESSION, slot)]).await;
        answer.refused(400, "BAD_REQUEST");
    }
    let twice = page.send(VIEWER, json!({}), &[(SESSION, "acme"), (SESSION, "acme")]).await;
    twice.refused(400, "BAD_REQUEST");
    let projects = page.gql("{ projects { totalCount } }", json!({})).await;
    assert_eq!(projects.data()["projects"]["totalCount"], 0);
    app.events_written().await;
    let noted = "SELECT count(*) > 0 FROM t_acme.security_events WHERE kind = 'csrf_refused'";
    assert_eq!(app.value(noted).await, "t");
}

#[tokio::test]
async fn listed_origins_use_it_only_where_the_configuration_lets_them() {
    let friend = ("http.cors_origins", "https://app.example");
    for (credentials, good) in [("false", false), ("true", true)] {
        let app = TestApp::with(&[friend, ("http.cors_credentials", credentials)]).await;
        let mut page = Page::new(&app, "acme", "acme");
        page.sign_in("owner@acme.test", None).await;
        let from = [(SESSION, "acme"), ("origin", "https://app.example")];
        let answer = page.send(VIEWER, json!({}), &from).await;
        match good {
            true => assert_eq!(answer.data()["viewer"]["email"], "owner@acme.test"),
            false => answer.refused(403, "CSRF_PREVENTION"),
        }
        let preflight = page.caller.request(Method::OPTIONS, "/graphql");
        let preflight = preflight
            .header("origin", "https://app.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", SESSION);
        let allowed = page.caller.send(preflight).await;
        let allowed = allowed.headers.get("access-control-allow-headers");
        let allowed = allowed.and_then(|names| names.to_str().ok()).unwrap_or_default();
        assert_eq!(allowed.contains(SESSION), good, "{allowed}");
    }
}

#[tokio::test]
async fn in_production_cookies_are_the_hosts_own_and_secure() {
    let production =
        [("mode", "production"), ("database.url", "postgres://app:long-enough@db.example/app")];
    let app = TestApp::with(&production).await;
    let mut page = Page::new(&app, "acme", "acme");
    let answer = page.sign_in("owner@acme.test", None).await;
    for cookie in set(&answer) {
        assert!(cookie.starts_with("__Host-taruvi_"), "{cookie}");
        assert!(cookie.ends_with("; HttpOnly; SameSite=Strict; Secure"), "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    assert_eq!(page.viewer().await, "owner@acme.test");
    // A page that came over plain HTTP may be anybody's.
    let from = [(SESSION, "acme"), ("origin", "http://acme.localhost")];
    page.send(VIEWER, json!({}), &from).await.refused(403, "CSRF_PREVENTION");
}

#[tokio::test]
async fn cookies_without_a_place_or_a_token_are_told_so() {
    let app = TestApp::new().await;
    let mut page = Page::new(&app, "acme", "acme");
    let input = json!({ "i": { "email": "owner@acme.test", "password": PASSWORD,
        "delivery": "COOKIE" } });
    let answer = page.send(CREATE, input, &[]).await;
    assert_eq!(answer.at("/data/tokenCreate/userErrors/0/field"), json!(["input", "delivery"]));
    assert!(set(&answer).is_empty());
    assert_eq!(app.value("SELECT count(*) FROM t_acme.sessions").await, "0");
    for (query, field) in [(REFRESH, "tokenRefresh"), (REVOKE, "tokenRevoke")] {
        let answer = page.send(query, json!({ "i": {} }), &[]).await;
        let error = answer.at(&format!("/data/{field}/userErrors/0"));
        assert_eq!(error, json!({ "code": "REQUIRED", "field": ["input", "refreshToken"] }));
        let answer = page.gql(query, json!({ "i": {} })).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{}", answer.body);
    }
}

#[tokio::test]
async fn cookies_whose_session_is_over_are_as_good_as_none_and_go() {
    let app = TestApp::new().await;
    let mut page = Page::new(&app, "acme", "acme");
    page.sign_in("owner@acme.test", None).await;
    // A broken access token is nobody's; the session goes on by the other cookie.
    page.put("access", "eyJ.broken.token");
    assert_eq!(page.viewer().await, Value::Null);
    page.gql(REFRESH, json!({ "i": {} })).await.data();
    assert_eq!(page.viewer().await, "owner@acme.test");
    // Ended elsewhere.
    let elsewhere = app.sign_in("acme", "owner").await;
    elsewhere.gql("mutation { sessionRevokeOthers { userErrors { code } } }").await.data();
    soon("the page is signed out", async || page.viewer().await == Value::Null).await;
    let answer = page.gql(REFRESH, json!({ "i": {} })).await;
    assert_eq!(answer.code(), "UNAUTHENTICATED");
    assert!(page.cookies.is_empty(), "{:?}", page.cookies);
}

#[tokio::test]
async fn a_refresh_cookie_that_is_used_twice_ends_the_session() {
    let app = TestApp::new().await;
    let mut page = Page::new(&app, "acme", "acme");
    page.sign_in("owner@acme.test", None).await;
    let stolen = page.cookie("refresh");
    page.gql(REFRESH, json!({ "i": {} })).await.data();
    let current = page.cookie("refresh");
    page.put("refresh", &stolen);
    assert_eq!(page.gql(REFRESH, json!({ "i": {} })).await.code(), "UNAUTHENTICATED");
    page.cookies.push(("taruvi_refresh_acme".to_owned(), current));
    assert_eq!(page.gql(REFRESH, json!({ "i": {} })).await.code(), "UNAUTHENTICATED");
}
