//! What stands before the rows: the connection's scope, the validation of references, and the
//! rights of the tenant's role.

use diesel::prelude::*;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use serde_json::{Value, json};
use taruvi::db::schema::tenant::projects;
use taruvi::db::{Meter, TenantConn};
use taruvi::tenant::projects::{ProjectPatch, service};
use tokio_postgres::error::SqlState;

use super::{Twins, server};
use crate::support::database::PASSWORD;
use crate::support::{TestApp, database};
use crate::tenant::kit::me;

async fn names(mut conn: &TenantConn) -> Vec<String> {
    projects::table.select(projects::name).load(&mut conn).await.expect("rows")
}

/// The others are away: no token, no host, nobody's permissions (the server itself asks), both
/// tenants are active, every id is there in both tenants, and the role may read and write the
/// other schema. What is left is to which schema the connection was pinned.
#[tokio::test]
async fn the_scope_of_a_connection_alone_decides_whose_row_an_id_means() {
    let twins = Twins::new().await;
    let (app, acme, globex) = (twins.app.app.clone(), twins.acme.clone(), twins.globex.clone());
    let id = twins.project.parse().expect("an id");
    let work = async move {
        for (tenant, name) in [(&acme, "of acme"), (&globex, "of globex"), (&acme, "of acme")] {
            let conn = app.db.tenant(&tenant.place, &Meter::default()).await.expect("a connection");
            // The role alone would not stop it.
            let other =
                "SELECT name FROM t_acme.projects UNION ALL SELECT name FROM t_globex.projects";
            (&conn).batch_execute(other).await.expect("either schema may be read");
            assert_eq!(names(&conn).await, [name]);
            drop(conn);
            let found = service::get(&server(&app, tenant), id).await.expect("the row");
            assert_eq!(found.name, name);
        }
        let patch = ProjectPatch { name: Some("changed".to_owned()), ..ProjectPatch::default() };
        service::update(&server(&app, &acme), id, patch, None).await.expect("a change");
        service::delete(&server(&app, &acme), id).await.expect("a deletion");
    };
    twins.app.run(work).await;
    let rows = "SELECT string_agg(name || ' ' || (deleted_at IS NOT NULL), ', ') FROM";
    assert_eq!(twins.app.value(&format!("{rows} t_acme.projects")).await, "changed true");
    assert_eq!(twins.app.value(&format!("{rows} t_globex.projects")).await, "of globex false");
}

/// What a tenant's role writes by hand.
async fn by_hand(twins: &Twins, sql: &str) -> Result<(), tokio_postgres::Error> {
    let client = database::session(&twins.app.database, "taruvi_app").await;
    let role = twins.acme.place.role().as_str();
    let pin = format!("SET ROLE {role}; SET search_path TO t_acme, extensions");
    client.batch_execute(&pin).await.expect("the pin");
    client.batch_execute(sql).await
}

/// The others are away: the caller is acme's owner, with acme's token on acme's host, on acme's own
/// connection; acme is active; and the database has no foreign keys that would notice, as a
/// statement by hand shows. What is left is that the server looks for what an input refers to.
#[tokio::test]
async fn the_validation_of_references_alone_refuses_ids_of_another_tenant() {
    let twins = Twins::new().await;
    let boss = twins.app.anonymous("globex").sign_in("owner@acme.test", PASSWORD).await;
    let stranger = "mutation { userCreate(input: {email: \"new@globex.test\", role: MEMBER,
        password: \"a-password-for-tests\"}) { user { id } } }";
    let person = boss.gql(stranger).await.text("/data/userCreate/user/id");
    let project = twins.app.project(&boss, "of globex alone").await;
    let raw = project.parse::<taruvi::tenant::projects::ProjectId>().expect("an id").0;
    by_hand(
        &twins,
        &format!(
            "BEGIN; INSERT INTO tasks (id, project_id, title, status, priority, created_at, updated_at)
             VALUES (gen_random_uuid(), '{raw}', 'x', 'todo', 0, now(), now()); ROLLBACK"
        ),
    )
    .await
    .expect("nothing else would refuse it");
    let (own, task) = (&twins.project, &twins.task);
    let all = json!({ "ids": [task] });
    let projects = json!({ "ids": [own] });
    let cases: [(&str, Value, &str); 11] = [
        ("taskCreate", json!({ "input": { "projectId": project, "title": "x" } }), "projectId"),
        (
            "taskCreate",
            json!({ "input": { "projectId": own, "title": "x", "assignedToId": person } }),
            "assignedToId",
        ),
        ("taskUpdate", json!({ "id": task, "input": { "projectId": project } }), "projectId"),
        ("taskUpdate", json!({ "id": task, "input": { "assignedToId": person } }), "assignedToId"),
        (
            "taskBulkUpdate",
            json!({ "selection": all, "input": { "projectId": project } }),
            "projectId",
        ),
        (
            "taskBulkUpdate",
            json!({ "selection": all, "input": { "assignedToId": person } }),
            "assignedToId",
        ),
        (
            "projectCreate",
            json!({ "input": { "name": "x", "assignedToId": person } }),
            "assignedToId",
        ),
        (
            "projectUpdate",
            json!({ "id": own, "input": { "assignedToId": person } }),
            "assignedToId",
        ),
        (
            "projectBulkUpdate",
            json!({ "selection": projects, "input": { "assignedToId": person } }),
            "assignedToId",
        ),
        ("documentCreate", json!({ "input": { "name": "x", "projectId": project } }), "projectId"),
        (
            "documentCreate",
            json!({ "input": { "name": "x", "assignedToId": person } }),
            "assignedToId",
        ),
    ];
    let state = "SELECT count(*) FROM t_acme.projects, t_acme.tasks WHERE tasks.version = 1";
    let before = twins.app.value(state).await;
    for (field, arguments, at) in cases {
        let expected = format!("NOT_FOUND input.{at}");
        let faults = twins.owner.faults(field, arguments.clone()).await;
        assert_eq!(faults, [expected], "{field} {arguments}");
    }
    assert_eq!(twins.app.value(state).await, before, "nothing was written");
    // An id that is right in every bit, and of another kind, is no reference either.
    let owner = me(&twins.owner).await.replace("user_", "project_");
    let kinds = json!({ "input": { "projectId": owner, "title": "x" } });
    assert_eq!(twins.owner.faults("taskCreate", kinds).await, ["NOT_FOUND input.projectId"]);
}

/// The others are away: no token and no server are in the way, but a session of the server's own
/// login, pinned as acme by hand; the path holds the other schema, its tables are named in full.
/// Here the roles are as the server made them.
#[tokio::test]
async fn the_privileges_of_a_role_alone_keep_it_from_another_schema() {
    let app = TestApp::new().await;
    let globex = app.sign_in("globex", "owner").await;
    app.project(&globex, "of globex").await;
    let (process, acme) = (app.app.clone(), app.tenant("acme").await);
    let statements = tables_of(&app).await.into_iter().flat_map(|table| {
        [
            format!("SELECT 1 FROM t_globex.{table}"),
            format!("INSERT INTO t_globex.{table} DEFAULT VALUES"),
            format!("DELETE FROM t_globex.{table}"),
            format!("TRUNCATE t_globex.{table}"),
        ]
    });
    let statements: Vec<String> = statements.collect();
    assert!(statements.len() > 40, "{statements:?}");
    let shown = statements.clone();
    // On a connection of the pool, as every operation of acme gets it, and with a widened path.
    let pooled = async move {
        let conn = process.db.tenant(&acme.place, &Meter::default()).await.expect("a connection");
        (&conn).batch_execute("SET search_path TO t_globex, t_acme").await.expect("a path");
        for statement in shown {
            let refused = (&conn).batch_execute(&statement).await.expect_err(&statement);
            assert!(refused.to_string().contains("permission denied"), "{statement}: {refused}");
        }
        // The same names without a schema mean acme's tables, if any: globex is passed over.
        assert_eq!(names(&conn).await, Vec::<String>::new());
    };
    app.run(pooled).await;
    let client = database::session(&app.database, "taruvi_app").await;
    let role = app.tenant("acme").await.place.role().as_str().to_owned();
    client.batch_execute(&format!("SET ROLE {role}")).await.expect("the role");
    for statement in statements {
        let refused = client.batch_execute(&statement).await.expect_err(&statement);
        assert_eq!(refused.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{statement}");
    }
    assert_eq!(app.value("SELECT count(*) FROM t_globex.projects").await, "1");
}

async fn tables_of(app: &TestApp) -> Vec<String> {
    let tables = "SELECT table_name FROM information_schema.tables
                  WHERE table_schema = 't_globex' AND table_type = 'BASE TABLE'";
    database::rows(&app.database, tables).await.into_iter().flatten().flatten().collect()
}
