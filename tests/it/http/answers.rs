//! What every answer carries, and the endpoints beside `/graphql`.

use reqwest::Method;
use serde_json::{Value, json};

use super::wire::exchange;
use super::{get, post, send};
use crate::support::database::SIGNING_KEY;
use crate::support::{Answer, TestApp};

const JSON: (&str, &str) = ("content-type", "application/json");
const TYPENAME: &str = r#"{"query":"{ __typename }"}"#;
const PRODUCTION: [(&str, &str); 2] =
    [("mode", "production"), ("database.url", "postgres://app:long-enough@db.example/app")];
const PLACES: [&str; 8] = [
    "/graphql?query=%7B__typename%7D",
    "/graphql",
    "/schema.graphql",
    "/.well-known/jwks.json",
    "/livez",
    "/health?format=json",
    "/playground/config.json",
    "/nowhere",
];

#[tokio::test]
async fn every_answer_carries_headers_that_protect_browsers() {
    for settings in [&[][..], &PRODUCTION] {
        let app = TestApp::with(settings).await;
        for place in PLACES {
            let answer = get(&app.anonymous("acme"), place, &[]).await;
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{place}");
            assert_eq!(answer.header("x-frame-options"), "DENY");
            assert_eq!(answer.header("referrer-policy"), "strict-origin-when-cross-origin");
            assert_eq!(answer.header("x-xss-protection"), "0");
            let policy = answer.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'"), "{place}: {policy}");
            assert!(policy.contains("frame-ancestors 'none'"), "{place}: {policy}");
            assert!(!answer.headers.contains_key("server"), "{place}");
            assert!(!answer.headers.contains_key("x-powered-by"), "{place}");
            let expected =
                if settings.is_empty() { "" } else { "max-age=31536000; includeSubDomains" };
            assert_eq!(answer.header("strict-transport-security"), expected, "{place}");
        }
    }
}

/// Scripts of a page come from files of ours, and from nowhere else. (The pages themselves are
/// tested in `playground/`; without Node there are none in the binary.)
#[test]
fn pages_run_no_scripts_of_others() {
    let root = env!("CARGO_MANIFEST_DIR");
    let source = std::fs::read_to_string(format!("{root}/src/http/assets.rs")).expect("the file");
    let policies: Vec<&str> = source.split("script-src ").skip(1).collect();
    assert_eq!(policies.len(), 2, "one for the pages, one for the schema's picture");
    for policy in policies {
        let scripts = policy.split(';').next().unwrap_or_default();
        assert!(scripts.starts_with("'self'"), "{scripts}");
        for word in ["'unsafe-inline'", "'unsafe-eval'", "http", "*", "data:"] {
            assert!(!scripts.contains(word), "{word} in {scripts}");
        }
    }
    assert_eq!(source.matches("frame-ancestors 'none'").count(), 2);
}

#[tokio::test]
async fn plain_http_is_redirected_where_that_is_wanted() {
    let settings = [("http.ssl_redirect", "true"), ("http.trusted_proxies", "127.0.0.1")];
    let app = TestApp::with(&settings).await;
    let caller = app.anonymous("acme");
    for forwarded in [&[][..], &[("x-forwarded-proto", "http")]] {
        let answer = get(&caller, "/graphql?query=%7B__typename%7D", forwarded).await;
        assert_eq!(answer.status, 308);
        let there = "https://acme.localhost/graphql?query=%7B__typename%7D";
        assert_eq!(answer.header("location"), there);
        assert_eq!(answer.header("x-frame-options"), "DENY");
    }
    // TLS ended at the proxy; and what looks after the process asks it directly.
    let secure = [("x-forwarded-proto", "https")];
    assert_eq!(get(&caller, "/graphql?query=%7B__typename%7D", &secure).await.status, 200);
    for place in ["/livez", "/readyz", "/health?format=json"] {
        assert_eq!(get(&caller, place, &[]).await.status, 200, "{place}");
    }
    // Anybody else's word for it does not count.
    let app = TestApp::with(&settings[..1]).await;
    assert_eq!(get(&app.anonymous("acme"), "/schema.graphql", &secure).await.status, 308);
}

/// A preflight of a page at `origin`.
async fn preflight(app: &TestApp, origin: &str) -> Answer {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type,idempotency-key"),
    ];
    send(&app.anonymous("acme"), Method::OPTIONS, "/graphql", &headers, "").await
}

#[tokio::test]
async fn pages_of_other_origins_may_not_call_unless_they_are_listed() {
    let listed = "https://app.example";
    let app = TestApp::with(&[("http.cors_origins", "https://app.example")]).await;
    let caller = app.anonymous("acme");
    let allowed = preflight(&app, listed).await;
    assert!(allowed.status.is_success());
    assert_eq!(allowed.header("access-control-allow-origin"), listed);
    assert_eq!(allowed.header("access-control-allow-methods"), "GET,POST,PUT,DELETE");
    for name in ["authorization", "content-type", "idempotency-key", "x-correlation-id"] {
        assert!(allowed.header("access-control-allow-headers").contains(name), "{name}");
    }
    assert!(!allowed.headers.contains_key("access-control-allow-credentials"));
    let answer = post(&caller, &[JSON, ("origin", listed)], TYPENAME).await;
    assert_eq!(answer.header("access-control-allow-origin"), listed);
    assert!(answer.header("vary").contains("origin"), "{:?}", answer.headers);
    assert!(answer.header("access-control-expose-headers").contains("x-correlation-id"));
    for foreign in [
        "https://evil.example",
        "null",
        "http://app.example",
        "https://app.example:8443",
        "https://app.example.evil.example",
        "https://evil-app.example",
        "https://sub.app.example",
        "http://acme.localhost",
    ] {
        for answer in [
            preflight(&app, foreign).await,
            post(&caller, &[JSON, ("origin", foreign)], TYPENAME).await,
        ] {
            assert!(answer.status.is_success());
            let header = answer.headers.get("access-control-allow-origin");
            assert_eq!(header, None, "{foreign}");
        }
    }
    let closed = TestApp::new().await;
    for origin in [listed, "null", "http://acme.localhost"] {
        let answer = preflight(&closed, origin).await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{origin}");
    }
}

#[tokio::test]
async fn the_correlation_id_is_the_callers_if_it_is_well_formed() {
    let app = TestApp::new().await;
    let caller = app.anonymous("acme");
    let long = "a".repeat(128);
    for id in ["abc-DEF_1.2", "01a1fe18-d56a-72f9-bbde-7b1c94d5289f", &long] {
        let answer = post(&caller, &[JSON, ("x-correlation-id", id)], "{").await;
        assert_eq!(answer.header("x-correlation-id"), id);
        assert_eq!(answer.text("/errors/0/extensions/requestId"), id);
        let field = json!({ "query": "{ projects { totalCount } }" }).to_string();
        let answer = post(&caller, &[JSON, ("x-correlation-id", id)], field).await;
        assert_eq!(answer.text("/errors/0/extensions/requestId"), id);
    }
    let too_long = "a".repeat(129);
    for id in ["", "a b", "a\tb", "<script>", "a;b", "a/b", "ä", &too_long] {
        let answer = post(&caller, &[JSON, ("x-correlation-id", id)], "{").await;
        let made = answer.header("x-correlation-id");
        assert!(made.parse::<uuid::Uuid>().is_ok(), "{id}: {made}");
        assert_eq!(answer.text("/errors/0/extensions/requestId"), made);
    }
    let (first, second) = (get(&caller, "/livez", &[]).await, get(&caller, "/livez", &[]).await);
    assert_ne!(first.header("x-correlation-id"), second.header("x-correlation-id"));
}

#[tokio::test]
async fn probes_are_answered_on_any_host() {
    let app = TestApp::new().await;
    for host in ["localhost", "acme.localhost", "10.1.2.3:8000", "nobody.example"] {
        let caller = app.anonymous("acme").at(host);
        for path in ["/livez", "/readyz"] {
            let answer = get(&caller, path, &[]).await;
            assert_eq!((answer.status.as_u16(), answer.body), (200, json!("ok\n")), "{path}");
        }
        for path in ["/health", "/health/", "/health?format=json"] {
            let answer = get(&caller, path, &[]).await;
            assert_eq!(answer.status, 200);
            assert_eq!(answer.at("/database"), "working", "{}", answer.body);
            assert_eq!(answer.at("/cache"), "working");
            for key in ["celery", "storage"] {
                assert!(answer.at(&format!("/{key}")).is_string(), "{}", answer.body);
            }
        }
    }
}

const INTROSPECT: &str = "{ __schema { queryType { name } } }";

#[tokio::test]
async fn the_schema_is_shown_to_whom_the_configuration_says() {
    for (policy, to_anybody, to_members) in
        [("public", true, true), ("authenticated", false, true), ("off", false, false)]
    {
        let app = TestApp::with(&[("graphql.introspection", policy)]).await;
        let (anybody, member) = (app.anonymous("acme"), app.sign_in("acme", "member").await);
        for (caller, allowed) in [(anybody, to_anybody), (member, to_members)] {
            let file = get(&caller, "/schema.graphql", &[]).await;
            let asked = caller.gql(INTROSPECT).await;
            let type_of =
                caller.gql("{ ...f } fragment f on Query { __type(name: \"User\") { name } }");
            let type_of = type_of.await;
            if allowed {
                assert_eq!(file.body, Value::String(taruvi::registry::sdl()));
                assert_eq!(asked.text("/data/__schema/queryType/name"), "Query");
                assert_eq!(type_of.text("/data/__type/name"), "User");
            } else {
                for answer in [file, asked, type_of] {
                    answer.refused(403, "INTROSPECTION_DISABLED");
                }
            }
            caller.gql("{ __typename }").await.data();
        }
    }
}

#[tokio::test]
async fn published_keys_hold_no_secret() {
    let app = TestApp::new().await;
    let answer = get(&app.anonymous("acme"), "/.well-known/jwks.json", &[]).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("cache-control").contains("max-age=300"));
    assert_eq!(answer.body, json!({ "keys": [] }), "a shared secret is never published");
    assert!(!answer.body.to_string().contains(SIGNING_KEY));
}

#[tokio::test]
async fn other_paths_are_not_there() {
    let app = TestApp::new().await;
    for path in [
        "/nowhere",
        "/graphql/",
        "/api",
        "/admin",
        "/.env",
        "/playground/../Cargo.toml",
        "/static/%2e%2e/%2e%2e/etc/passwd",
    ] {
        let answer = get(&app.anonymous("acme"), path, &[]).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    get(&app.anonymous("acme"), "/nowhere", &[]).await.refused(404, "NOT_FOUND");
    let answer = send(&app.anonymous("acme"), Method::POST, "/nowhere", &[JSON], TYPENAME).await;
    answer.refused(404, "NOT_FOUND");
    for path in ["..%2f..%2fCargo.toml", "%2e%2e/%2e%2e/Cargo.toml", "..\\..\\Cargo.toml"] {
        let reply = exchange(
            &app,
            format!(
                "GET /playground/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            ),
        );
        let reply = reply.await;
        assert!(matches!(reply.status(), 400 | 404), "{path}: {}", reply.text);
    }
}

#[tokio::test]
async fn browsers_are_led_to_the_playground() {
    let app = TestApp::new().await;
    let html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for path in ["/graphql", "/", "/playground"] {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: acme.localhost\r\nAccept: {html}\r\nConnection: close\r\n\r\n"
        );
        let reply = exchange(&app, request).await;
        assert_eq!(reply.status(), 303, "{}", reply.text);
        assert!(reply.text.contains("location: /playground/\r\n"), "{}", reply.text);
    }
    let answer = post(&app.anonymous("acme"), &[JSON, ("accept", html)], TYPENAME).await;
    answer.data(); // a page's form can't send JSON; a program may accept anything
}

#[tokio::test]
async fn the_playground_knows_its_host_and_in_development_the_demo() {
    let app = TestApp::new().await;
    let path = "/playground/config.json";
    let config = get(&app.anonymous("acme"), path, &[]).await;
    assert_eq!(config.at("/mode"), "development");
    let host = json!({ "kind": "tenant", "tenant": "acme", "name": "acme Ltd" });
    assert_eq!(config.at("/host"), host);
    assert_eq!(config.at("/tenants/0/schema"), "t_acme");
    assert_eq!(config.at("/signIns/0/email"), "owner@acme.test");
    assert!(config.at("/demoPassword").is_string());
    let platform = get(&app.anonymous("localhost"), path, &[]).await;
    assert_eq!(platform.at("/host/kind"), "platform");
    get(&app.anonymous("nobody"), path, &[]).await.refused(404, "TENANT_NOT_FOUND");
    let production = TestApp::with(&PRODUCTION).await;
    let config = get(&production.anonymous("acme"), path, &[]).await;
    let expected = json!({ "mode": "production", "host": host, "tenants": [], "signIns": [],
                           "demoPassword": null });
    assert_eq!(config.body, expected);
    let off = TestApp::with(&[("graphql.playground", "false")]).await;
    for path in [path, "/playground/", "/playground/index.html"] {
        assert_eq!(get(&off.anonymous("acme"), path, &[]).await.status, 404);
    }
}
