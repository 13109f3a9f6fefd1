//! The database itself refuses to change the record, whatever the code above does.

use tokio_postgres::error::SqlState;

use crate::support::{TestApp, database};

/// What the application's roles may never do to the record.
const REFUSED: [&str; 7] = [
    "UPDATE audit_log SET action = 'user.view'",
    "DELETE FROM audit_log",
    "TRUNCATE audit_log",
    "INSERT INTO audit_head VALUES (true, 0, '')",
    "DELETE FROM audit_head",
    "TRUNCATE audit_head",
    "ALTER TABLE audit_log DISABLE ROW LEVEL SECURITY",
];

async fn stays(app: &TestApp, pin: &str) {
    let client = database::session(&app.database, "taruvi_app").await;
    client.batch_execute(pin).await.expect("the pin");
    client.simple_query("SELECT * FROM audit_log").await.expect("it may be read");
    for statement in REFUSED {
        let error = client.simple_query(statement).await.expect_err(statement);
        assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{statement}: {error}");
    }
}

#[tokio::test]
async fn a_tenants_role_can_not_change_its_record() {
    let app = TestApp::new().await;
    let role = app.tenant("acme").await.place.role().as_str().to_owned();
    stays(&app, &format!("SET ROLE {role}; SET search_path TO t_acme, extensions")).await;
    let tenant = app.add_tenant("initech").await;
    let role = tenant.place.role().as_str();
    stays(&app, &format!("SET ROLE {role}; SET search_path TO t_initech, extensions")).await;
}

#[tokio::test]
async fn the_applications_role_can_not_change_the_platforms_record() {
    let app = TestApp::new().await;
    stays(&app, "SET search_path TO public").await;
    let client = database::session(&app.database, "taruvi_app").await;
    let error = client.simple_query("DELETE FROM t_acme.audit_log").await.expect_err("refused");
    assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{error}");
}
