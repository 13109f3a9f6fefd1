//! The database goes away and comes back, and the server is told to stop: what callers see of it.

use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::get;
use super::wire::{Wire, operation};
use crate::support::{TestApp, database};

const LIST: &str = "{ projects { totalCount } }";

/// Shuts the database for everybody, or opens it again.
async fn open(app: &TestApp, open: bool) {
    let name = &app.database;
    let mut statements = vec![format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {open}")];
    if !open {
        statements.push(format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        ));
    }
    for statement in statements {
        database::sql("postgres", &statement).await;
    }
}

#[tokio::test]
async fn without_a_database_callers_are_asked_to_try_again() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let other = app.sign_in("globex", "owner").await;
    app.project(&owner, "Apollo").await;
    open(&app, false).await;
    for caller in [&owner, &other, &owner, &other] {
        let begun = Instant::now();
        let answer = caller.gql(LIST).await;
        answer.refused(503, "UNAVAILABLE");
        assert_eq!(answer.header("retry-after"), "1");
        assert_eq!(answer.at("/errors/0/extensions/retryable"), true);
        assert!(begun.elapsed() < Duration::from_secs(10), "R8");
    }
    assert_eq!(get(&owner, "/livez", &[]).await.status, 200);
    assert_eq!(get(&owner, "/readyz", &[]).await.status, 503);
    let report = get(&owner, "/health?format=json", &[]).await;
    assert_eq!(report.status, 503);
    assert_eq!(report.at("/database"), "failing", "{}", report.body);
    open(&app, true).await;
    let begun = Instant::now();
    while owner.gql(LIST).await.status != 200 {
        // R7 says 2 s, on a machine that has nothing else to do.
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
    for _ in 0..4 {
        assert_eq!(owner.gql(LIST).await.data()["projects"]["totalCount"], 1);
        assert_eq!(other.gql(LIST).await.data()["projects"]["totalCount"], 0);
    }
    assert_eq!(get(&owner, "/readyz", &[]).await.status, 200);
}

#[tokio::test]
async fn a_server_that_stops_ends_what_it_has_begun() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let process = app.app.clone();
    let (done, mut ended) = oneshot::channel();
    let served = app.run(async move {
        tokio::spawn(async move {
            let stop = async move { drop(stopped.await) };
            let served = taruvi::http::serve(process, listener, stop).await;
            let _ = done.send(served.is_ok());
        });
    });
    served.await;
    let mut other = database::session(&app.database, "postgres").await;
    let lock = other.transaction().await.expect("a transaction");
    lock.batch_execute("LOCK TABLE t_acme.projects").await.expect("the lock");
    let create = "mutation { projectCreate(input: {name: \"Apollo\"}) { project { name } } }";
    let mut wire = Wire::to(address).await;
    wire.send(operation("acme.localhost", owner.token.as_deref(), create)).await;
    let waiting = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while app.value(waiting).await != "1" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.send(()).expect("the server runs");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "no new connections");
    assert!(ended.try_recv().is_err(), "the request is still running");
    lock.rollback().await.expect("the lock is gone");
    let reply = wire.rest(Duration::from_secs(3)).await;
    assert!(reply.closed && reply.text.contains("Apollo"), "{}", reply.text);
    let ended = tokio::time::timeout(Duration::from_secs(3), ended).await;
    assert!(matches!(ended, Ok(Ok(true))), "{ended:?}");
    assert_eq!(app.value("SELECT count(*) FROM t_acme.projects").await, "1");
}
