//! A wrong or missing pin is refused by the database itself: no row, whatever the code above does.
//! And an id of one tenant means nothing to another.

use serde_json::json;
use taruvi::db::Meter;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::support::{Caller, TestApp, database};

/// The database refuses the statement for lack of rights.
#[track_caller]
fn refused(result: Result<Vec<tokio_postgres::SimpleQueryMessage>, tokio_postgres::Error>) {
    let error = result.expect_err("refused");
    assert_eq!(error.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{error}");
}

/// A session with the login of the server, and acme's role.
async fn login(app: &TestApp) -> (Client, String) {
    let client = database::session(&app.database, "taruvi_app").await;
    let role = app.tenant("acme").await.place.role().as_str().to_owned();
    (client, role)
}

#[tokio::test]
async fn a_role_of_one_tenant_with_the_path_of_another_reads_nothing() {
    let app = TestApp::new().await;
    let (client, role) = login(&app).await;
    let pin = format!("SET ROLE {role}; SET search_path TO t_globex, extensions");
    client.batch_execute(&pin).await.expect("anybody may set a path");
    // PostgreSQL passes over a schema in the path that it may not use: the table is not there.
    let error = client.simple_query("SELECT * FROM projects").await.expect_err("no table");
    assert_eq!(error.code(), Some(&SqlState::UNDEFINED_TABLE), "{error}");
    for table in ["projects", "users", "sessions", "refresh_tokens", "idempotency_keys"] {
        refused(client.simple_query(&format!("SELECT * FROM t_globex.{table}")).await);
        refused(client.simple_query(&format!("DELETE FROM t_globex.{table}")).await);
    }
    client.simple_query("SELECT * FROM t_acme.projects").await.expect("its own");
}

#[tokio::test]
async fn without_a_pin_no_tenant_can_be_read() {
    let app = TestApp::new().await;
    let (client, _) = login(&app).await;
    for schema in ["t_acme", "t_globex"] {
        refused(client.simple_query(&format!("SELECT * FROM {schema}.projects")).await);
        client.batch_execute(&format!("SET search_path TO {schema}")).await.expect("a path");
        client.simple_query("SELECT * FROM projects").await.expect_err("no such table");
    }
}

#[tokio::test]
async fn a_tenant_reads_no_table_of_the_platform_and_changes_no_table() {
    let app = TestApp::new().await;
    let (client, role) = login(&app).await;
    let pin = format!("SET ROLE {role}; SET search_path TO t_acme, extensions");
    client.batch_execute(&pin).await.expect("the pin");
    let tables = "SELECT table_name FROM information_schema.tables
                  WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
    let tables = database::rows(&app.database, tables).await;
    assert!(tables.len() >= 6, "{tables:?}");
    for table in tables.into_iter().flatten().flatten() {
        refused(client.simple_query(&format!("SELECT * FROM public.{table}")).await);
    }
    for statement in [
        "CREATE TABLE t_acme.mine ()",
        "DROP TABLE t_acme.projects",
        "ALTER TABLE t_acme.projects ADD COLUMN mine int",
        "TRUNCATE t_acme.projects",
        "CREATE TABLE public.mine ()",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "COPY t_acme.projects TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/passwd')",
    ] {
        refused(client.simple_query(statement).await);
    }
}

#[tokio::test]
async fn the_login_is_no_superuser_and_may_not_become_the_owner() {
    let app = TestApp::new().await;
    let (client, _) = login(&app).await;
    refused(client.simple_query("SET ROLE postgres").await);
    let flags = "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolinherit
                 FROM pg_roles WHERE rolname = 'taruvi_app'";
    assert_eq!(app.value(flags).await, "f");
    let owned = "SELECT count(*) FROM pg_class WHERE relowner = 'taruvi_app'::regrole";
    assert_eq!(app.value(owned).await, "0");
}

#[tokio::test]
async fn a_schema_that_is_gone_is_an_error_and_not_another_ones_rows() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    app.project(&owner, "Apollo").await;
    let tenant = app.tenant("acme").await;
    app.sql("ALTER SCHEMA t_acme RENAME TO t_elsewhere").await;
    let answer = owner.gql("{ projects { nodes { name } } }").await;
    assert_eq!(answer.code(), "INTERNAL_SERVER_ERROR", "{}", answer.body);
    assert!(!answer.body.to_string().contains("t_acme"), "{}", answer.body);
    let process = app.app.clone();
    let conn = app.run(async move { process.db.tenant(&tenant.place, &Meter::default()).await });
    assert!(conn.await.is_ok(), "the pool lives on");
}

const KINDS: [&str; 4] = ["user", "project", "task", "document"];

/// One object of each kind.
async fn objects(app: &TestApp, caller: &Caller) -> Vec<String> {
    let user = caller.gql("{ viewer { id } }").await.text("/data/viewer/id");
    let project = app.project(caller, "Apollo").await;
    let task = app.task(caller, &project, "Land").await;
    let query = "mutation($p: ID!) {
        documentCreate(input: {projectId: $p, name: \"Plan\"}) { document { id } } }";
    let document = caller.gql_with(query, json!({ "p": project })).await;
    vec![user, project, task, document.text("/data/documentCreate/document/id")]
}

#[tokio::test]
async fn ids_of_one_tenant_mean_nothing_to_another() {
    let app = TestApp::new().await;
    let acme = app.sign_in("acme", "owner").await;
    let globex = app.sign_in("globex", "owner").await;
    let foreign = objects(&app, &acme).await;
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let own = acme.gql_with(nodes, json!({ "ids": foreign })).await.data();
    let seen = globex.gql_with(nodes, json!({ "ids": foreign })).await.data();
    assert_eq!(seen["nodes"], json!([null, null, null, null]));
    for (n, kind) in KINDS.into_iter().enumerate() {
        assert_eq!(own["nodes"][n]["id"], foreign[n]);
        let id = json!({ "id": foreign[n] });
        let one = format!("query($id: ID!) {{ node(id: $id) {{ id }} {kind}(id: $id) {{ id }} }}");
        let answer = globex.gql_with(&one, id.clone()).await.data();
        assert_eq!(answer, json!({ "node": null, kind: null }));
        let delete = match kind {
            "user" => "userUpdate(id: $id, input: {firstName: \"Eve\"})".to_owned(),
            _ => format!("{kind}Delete(id: $id)"),
        };
        let delete = format!("mutation($id: ID!) {{ it: {delete} {{ userErrors {{ code }} }} }}");
        let answer = globex.gql_with(&delete, id).await.data();
        assert_eq!(answer["it"]["userErrors"][0]["code"], "NOT_FOUND", "{kind}");
    }
    let still = acme.gql_with(nodes, json!({ "ids": foreign })).await.data();
    assert_eq!(still, own, "nothing was deleted");
}
