//! What arrives on a bare connection: bad framing, hosts that are none, requests that never end,
//! and clients that go away in the middle of their work.

use std::time::{Duration, Instant};

use super::wire::{Wire, exchange, operation};
use crate::support::{TestApp, database};

const JSON: &str = "Content-Type: application/json\r\nConnection: close\r\n";
const TYPENAME: &str = r#"{"query":"{ __typename }"}"#;

#[tokio::test]
async fn one_host_is_named_and_it_is_a_name() {
    let app = TestApp::new().await;
    let head = |hosts: &str| {
        let length = TYPENAME.len();
        format!("POST /graphql HTTP/1.1\r\n{hosts}{JSON}Content-Length: {length}\r\n\r\n{TYPENAME}")
    };
    let good = exchange(&app, head("Host: acme.localhost\r\n")).await;
    assert_eq!((good.status(), good.closed), (200, true), "{}", good.text);
    for two in [
        "Host: acme.localhost\r\nHost: globex.localhost\r\n",
        "Host: acme.localhost\r\nHost: acme.localhost\r\n",
        "Host: acme.localhost\r\nhost:\r\n",
    ] {
        let reply = exchange(&app, head(two)).await;
        assert_eq!((reply.status(), &*reply.code()), (400, "BAD_REQUEST"), "{two}: {}", reply.text);
    }
    for none in [
        "",
        "Host:\r\n",
        "Host: 10.1.2.3\r\n",
        "Host: [::1]:80\r\n",
        "Host: acme localhost\r\n",
        "Host: acme..localhost\r\n",
        "Host: .acme.localhost\r\n",
        "Host: -acme.localhost\r\n",
        "Host: acme.localhost:port\r\n",
        "Host: acme.localhost:999999\r\n",
        "Host: user@acme.localhost\r\n",
        "Host: acme.localhost/graphql\r\n",
        "Host: acme.localhost, globex.localhost\r\n",
        "Host: acme\\.localhost\r\n",
        "Host: %61cme.localhost\r\n",
        "Host: acm\u{e9}.localhost\r\n",
        "Host: t_acme';--.localhost\r\n",
    ] {
        let reply = exchange(&app, head(none)).await;
        let (status, code) = (reply.status(), reply.code());
        assert_eq!((status, &*code), (404, "TENANT_NOT_FOUND"), "{none}: {}", reply.text);
    }
    let long = format!("Host: {}.localhost\r\n", "a".repeat(300));
    assert_eq!(exchange(&app, head(&long)).await.status(), 404);
}

#[tokio::test]
async fn a_host_in_the_first_line_does_not_contradict_the_header() {
    let app = TestApp::new().await;
    let request = |first: &str, host: &str| {
        format!("GET {first}/graphql?query=%7B__typename%7D HTTP/1.1\r\nHost: {host}\r\n{JSON}\r\n")
    };
    let same = exchange(&app, request("http://acme.localhost", "acme.localhost")).await;
    assert_eq!(same.status(), 200, "{}", same.text);
    let two = exchange(&app, request("http://globex.localhost", "acme.localhost")).await;
    assert_eq!((two.status(), &*two.code()), (400, "BAD_REQUEST"), "{}", two.text);
}

#[tokio::test]
async fn two_framings_never_make_two_requests() {
    let app = TestApp::new().await;
    let inner = "GET /livez HTTP/1.1\r\nHost: acme.localhost\r\n\r\n";
    for framing in [
        "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n",
    ] {
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: acme.localhost\r\n\
             Content-Type: application/json\r\n{framing}\r\n0\r\n\r\n{inner}"
        );
        let reply = exchange(&app, request).await;
        assert_eq!(
            (reply.status(), reply.answers(), reply.closed),
            (400, 1, true),
            "{}",
            reply.text
        );
    }
    for framing in [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 5, 6\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
    ] {
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: acme.localhost\r\n\
             Content-Type: application/json\r\n{framing}\r\n{inner}"
        );
        let reply = exchange(&app, request).await;
        assert_eq!((reply.status(), reply.answers(), reply.closed), (400, 1, true), "{framing}");
    }
    for line in ["GET / HTTP/1.1 x", "GET  /", "\0", "HELO example.com", "GET / HTTP/9.9"] {
        let reply = exchange(&app, format!("{line}\r\nHost: acme.localhost\r\n\r\n")).await;
        assert!(reply.closed, "{line}: {}", reply.text);
        assert!(matches!(reply.status(), 0 | 400 | 505), "{line}: {}", reply.text);
    }
}

#[tokio::test]
async fn a_body_in_bad_chunks_is_refused() {
    let app = TestApp::new().await;
    for chunks in ["zz\r\n{}\r\n0\r\n\r\n", "5\r\n{}\r\n0\r\n\r\n", "ffffffffffffffff1\r\n{}"] {
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: acme.localhost\r\n\
             Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}"
        );
        let reply = exchange(&app, request).await;
        assert_eq!((reply.status(), reply.closed), (400, true), "{chunks}: {}", reply.text);
    }
}

#[tokio::test]
async fn bodies_over_the_limit_are_not_read() {
    let app = TestApp::new().await;
    let head =
        "POST /graphql HTTP/1.1\r\nHost: acme.localhost\r\nContent-Type: application/json\r\n";
    // Announced: refused before a byte of it.
    let reply = exchange(&app, format!("{head}Content-Length: 1048577\r\n\r\n")).await;
    assert_eq!((reply.status(), &*reply.code()), (413, "PAYLOAD_TOO_LARGE"), "{}", reply.text);
    let waits = format!("{head}Expect: 100-continue\r\nContent-Length: 1048577\r\n\r\n");
    assert_eq!(exchange(&app, waits).await.status(), 413);
    // In chunks: refused once there is too much.
    let mut wire = Wire::open(&app).await;
    wire.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n")).await;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..40 {
        if !wire.send(&chunk).await {
            break;
        }
    }
    let reply = wire.rest(Duration::from_secs(3)).await;
    assert_eq!((reply.status(), &*reply.code()), (413, "PAYLOAD_TOO_LARGE"), "{}", reply.text);
    // The limit itself is fine.
    let padded = format!("{TYPENAME}{}", " ".repeat((1 << 20) - TYPENAME.len()));
    let request = format!("{head}Connection: close\r\nContent-Length: {}\r\n\r\n{padded}", 1 << 20);
    assert_eq!(exchange(&app, request).await.status(), 200);
}

#[tokio::test]
async fn headers_over_the_limit_are_not_read() {
    let app = TestApp::new().await;
    let one = format!("X-Long: {}\r\n", "x".repeat(20_000));
    let many: String = (0..2_000).map(|n| format!("X-{n}: value\r\n")).collect();
    for headers in [one, many] {
        let reply =
            exchange(&app, format!("GET /livez HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"));
        let reply = reply.await;
        assert_eq!((reply.status(), reply.closed), (431, true), "{}", reply.text);
    }
    let reply = exchange(&app, format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(70_000))).await;
    assert!(matches!(reply.status(), 414 | 431), "{}", reply.text);
}

#[tokio::test]
async fn requests_that_never_end_are_cut_off() {
    let app = TestApp::with(&[("http.request_timeout", "1")]).await;
    let begun = Instant::now();
    let waits = [
        "GET /livez HTTP/1.1\r\nHost: local".to_owned(),
        format!(
            "POST /graphql HTTP/1.1\r\nHost: acme.localhost\r\n{JSON}Content-Length: 9\r\n\r\n{{"
        ),
        format!(
            "POST /graphql HTTP/1.1\r\nHost: acme.localhost\r\n{JSON}\
             Transfer-Encoding: chunked\r\n\r\n5\r\n"
        ),
        String::new(),
    ];
    let wires = waits.map(|text| {
        let app = &app;
        async move {
            let mut wire = Wire::open(app).await;
            wire.send(&text).await;
            (text, wire.rest(Duration::from_secs(8)).await)
        }
    });
    for (text, reply) in futures_util::future::join_all(wires).await {
        assert!(reply.closed, "still open after {:?}: {text}", begun.elapsed());
        if text.starts_with("POST") {
            let found = (reply.status(), &*reply.code());
            assert_eq!(found, (408, "REQUEST_TIMEOUT"), "{}", reply.text);
        }
    }
}

#[tokio::test]
async fn a_client_that_goes_away_cancels_nothing() {
    let app = TestApp::with(&[("database.pool_size", "2")]).await;
    let token = app.sign_in("acme", "owner").await.token;
    let mut other = database::session(&app.database, "postgres").await;
    for round in 1..=5 {
        let lock = other.transaction().await.expect("a transaction");
        lock.batch_execute("LOCK TABLE t_acme.projects").await.expect("the lock");
        let create = "mutation { projectCreate(input: {name: \"Apollo\"}) { project { id } } }";
        let mut wire = Wire::open(&app).await;
        wire.send(operation("acme.localhost", token.as_deref(), create)).await;
        let waiting = "SELECT count(*) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        until(&app, waiting, "1").await;
        drop(wire);
        tokio::time::sleep(Duration::from_millis(50)).await;
        lock.rollback().await.expect("the lock is gone");
        until(&app, "SELECT count(*) FROM t_acme.projects", &round.to_string()).await;
    }
    // Both connections are there, and none in a transaction.
    let open = "SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    until(&app, open, "0").await;
    app.is_whole().await;
}

#[tokio::test]
async fn clients_that_go_away_at_any_moment_do_no_harm() {
    let app = TestApp::with(&[("database.pool_size", "2")]).await;
    let owner = app.sign_in("acme", "owner").await;
    let query = "{ projects(first: 50) { totalCount nodes { tasks { totalCount } } } }";
    for n in 0..60 {
        let mut wire = Wire::open(&app).await;
        wire.send(operation("acme.localhost", owner.token.as_deref(), query)).await;
        tokio::time::sleep(Duration::from_micros(n * 200)).await;
        drop(wire);
    }
    for name in ["acme", "globex"] {
        app.sign_in(name, "member").await;
    }
    owner.gql(query).await.data();
    app.is_whole().await;
}

/// Waits until the superuser reads this value.
async fn until(app: &TestApp, query: &str, value: &str) {
    let begun = Instant::now();
    while app.value(query).await != value {
        assert!(begun.elapsed() < Duration::from_secs(10), "{query} is never {value}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
