//! The chain of entries tells whoever looks what was altered, taken away or added past the server.

use taruvi::audit::{self, Chain, Fault, Verdict};

use crate::support::{TestApp, database};
use crate::tenant::kit::TASKS;

/// Nine changes or more, and a look at them.
async fn recorded() -> TestApp {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let home = app.project(&owner, "home").await;
    for n in 0..8 {
        TASKS.make(&owner, &home, &n.to_string()).await;
    }
    let verdict = verify(&app, "acme").await;
    assert_eq!(verdict.fault, None);
    assert!(verdict.good >= 9, "{verdict:?}");
    app
}

async fn verify(app: &TestApp, name: &str) -> Verdict {
    let (process, tenant) = (app.app.clone(), app.tenant(name).await);
    app.run(async move {
        let conn = process.db.tenant_aside(&tenant.place).await.expect("a connection");
        audit::verify(&conn, Chain::Tenant(tenant.id.0)).await.expect("a verdict")
    })
    .await
}

/// What is found after the superuser has done this to acme's record.
async fn tampered(sql: &str) -> Verdict {
    let app = recorded().await;
    app.sql(&format!("SET search_path TO t_acme; {sql}")).await;
    verify(&app, "acme").await
}

#[track_caller]
fn altered_at(verdict: &Verdict, at: i64) {
    assert!(
        matches!(&verdict.fault, Some(Fault::Altered { seq, .. }) if *seq == at),
        "{verdict:?}"
    );
    assert_eq!(verdict.good, at - 1);
}

#[tokio::test]
async fn an_altered_row_is_named_whatever_was_altered() {
    let app = recorded().await;
    let columns = [
        ("at", "at + interval '1 microsecond'"),
        ("action", "'task.view'"),
        ("object_kind", "'user'"),
        ("object_id", "gen_random_uuid()"),
        ("actor_kind", "'system'"),
        ("actor_id", "gen_random_uuid()"),
        ("key_id", "gen_random_uuid()"),
        ("impersonator_id", "gen_random_uuid()"),
        ("before", "'{}'"),
        ("after", "replace(after, '\"', '\" ')"),
        ("ip", "'192.0.2.1'"),
        ("user_agent", "coalesce(user_agent, '') || 'x'"),
        ("correlation_id", "correlation_id || 'x'"),
        ("id", "gen_random_uuid()"),
        ("hash", "sha256(hash)"),
        ("prev_hash", "sha256(prev_hash)"),
    ];
    app.sql("CREATE TABLE public.kept AS SELECT * FROM t_acme.audit_log").await;
    for (column, value) in columns {
        app.sql(&format!("UPDATE t_acme.audit_log SET {column} = {value} WHERE seq = 5")).await;
        altered_at(&verify(&app, "acme").await, 5);
        app.sql(
            "DELETE FROM t_acme.audit_log; INSERT INTO t_acme.audit_log SELECT * FROM public.kept",
        )
        .await;
        assert_eq!(verify(&app, "acme").await.fault, None, "{column} is as it was");
    }
}

#[tokio::test]
async fn missing_rows_are_named() {
    let verdict = tampered("DELETE FROM audit_log WHERE seq = 4").await;
    assert_eq!(verdict.fault, Some(Fault::Missing { seq: 4 }));
    let verdict = tampered("DELETE FROM audit_log WHERE seq = 1").await;
    assert_eq!(verdict.fault, Some(Fault::Missing { seq: 1 }));
    let verdict = tampered("DELETE FROM audit_log WHERE seq > 6").await;
    assert_eq!(verdict.fault, Some(Fault::Missing { seq: 7 }));
    let verdict = tampered("DELETE FROM audit_log").await;
    assert_eq!(verdict.fault, Some(Fault::Missing { seq: 1 }));
    // The gap closed: what stands at the place of the missing one is another.
    let close = "DELETE FROM audit_log WHERE seq = 4;
        UPDATE audit_log SET seq = -seq WHERE seq > 4; UPDATE audit_log SET seq = -seq - 1
        WHERE seq < 0";
    let close = format!("ALTER TABLE audit_log DROP CONSTRAINT audit_log_seq_check; {close}");
    altered_at(&tampered(&close).await, 4);
}

#[tokio::test]
async fn swapped_and_added_rows_and_a_moved_end_are_found() {
    let swap = "ALTER TABLE audit_log DROP CONSTRAINT audit_log_seq_check;
        UPDATE audit_log SET seq = -seq WHERE seq IN (3, 4);
        UPDATE audit_log SET seq = 7 + seq WHERE seq < 0";
    altered_at(&tampered(swap).await, 3);
    let copy = "INSERT INTO audit_log SELECT (jsonb_populate_record(null::audit_log,
        to_jsonb(a) || jsonb_build_object('id', gen_random_uuid(), 'seq', a.seq + 1))).*
        FROM audit_log a ORDER BY seq DESC LIMIT 1";
    assert!(tampered(copy).await.fault.is_some());
    let cut = "DELETE FROM audit_log WHERE seq > 6; UPDATE audit_head SET seq = 6";
    assert_eq!(tampered(cut).await.fault, Some(Fault::End), "the hash of the end is another");
    assert_eq!(tampered("DELETE FROM audit_head").await.fault, Some(Fault::End));
}

#[tokio::test]
async fn a_row_of_another_tenant_proves_nothing_here() {
    let app = recorded().await;
    assert_eq!(verify(&app, "globex").await.fault, None);
    app.sql(
        "DELETE FROM t_globex.audit_log; DELETE FROM t_globex.audit_head;
         INSERT INTO t_globex.audit_log SELECT * FROM t_acme.audit_log;
         INSERT INTO t_globex.audit_head SELECT * FROM t_acme.audit_head",
    )
    .await;
    altered_at(&verify(&app, "globex").await, 1);
}

#[tokio::test]
async fn a_chain_may_grow_while_it_is_looked_at() {
    let app = recorded().await;
    let owner = app.sign_in("acme", "owner").await;
    let home = app.project(&owner, "another").await;
    let writing = async {
        for n in 0..20 {
            TASKS.make(&owner, &home, &n.to_string()).await;
        }
    };
    let looking = async {
        for _ in 0..20 {
            assert_eq!(verify(&app, "acme").await.fault, None);
        }
    };
    tokio::join!(writing, looking);
    let platform = app.app.clone();
    let verdict = app.run(async move {
        let conn = platform.db.platform_aside().await.expect("a connection");
        audit::verify(&conn, Chain::Platform).await.expect("a verdict")
    });
    assert_eq!(verdict.await.fault, None);
    let all = database::value(&app.database, "SELECT count(*) FROM t_acme.audit_log").await;
    assert_eq!(verify(&app, "acme").await.good.to_string(), all);
}
