//! How many statements an operation sends: a few, however many rows it answers.

use std::sync::Arc;

use async_graphql::Request;
use serde_json::Value;
use taruvi::authz::{Access, Role, Through, held_by};
use taruvi::base::ids::UserId;
use taruvi::ctx::{Actor, Core, Ctx, Origin, Scope};

use taruvi::db::Meter;

use super::kit::guest;
use crate::support::TestApp;

/// So many projects, each with ten tasks and two documents that somebody looks after.
async fn fill(app: &TestApp, projects: usize) {
    app.sql(&format!(
        "INSERT INTO \"t_acme\".projects (id, name, status, assigned_to, created_by, updated_by,
            created_at, updated_at)
         SELECT gen_random_uuid(), 'p' || n, 'active', u.id, u.id, u.id, now(), now()
         FROM generate_series(1, {projects}) AS n
         JOIN \"t_acme\".users AS u ON u.username = (array['owner', 'member'])[1 + n % 2];
         INSERT INTO \"t_acme\".tasks (id, project_id, title, status, priority, assigned_to,
            created_by, updated_by, created_at, updated_at)
         SELECT gen_random_uuid(), p.id, 't' || n, 'todo', 1, u.id, u.id, u.id, now(), now()
         FROM \"t_acme\".projects AS p, generate_series(1, 10) AS n
         JOIN \"t_acme\".users AS u ON u.username = (array['owner', 'manager'])[1 + n % 2];
         INSERT INTO \"t_acme\".documents (id, project_id, name, assigned_to, created_by,
            created_at, updated_at)
         SELECT gen_random_uuid(), p.id, 'd' || n, p.assigned_to, p.created_by, now(), now()
         FROM \"t_acme\".projects AS p, generate_series(1, 2) AS n;
         INSERT INTO \"t_acme\".clients (id, first_name, stage_id, assigned_to, created_by,
            created_at, updated_at)
         SELECT gen_random_uuid(), p.name, s.id, p.assigned_to, p.created_by, now(), now()
         FROM \"t_acme\".projects AS p
         JOIN \"t_acme\".stages AS s ON s.kind = 'client' AND s.is_default;
         INSERT INTO \"t_acme\".cases (id, client_id, title, stage_id, assigned_to, created_by,
            created_at, updated_at)
         SELECT gen_random_uuid(), c.id, 'c' || n, s.id, c.assigned_to, c.created_by, now(), now()
         FROM \"t_acme\".clients AS c CROSS JOIN generate_series(1, 3) AS n
         JOIN \"t_acme\".stages AS s ON s.kind = 'case' AND s.is_default;
         INSERT INTO \"t_acme\".tasks (id, client_id, case_id, title, status, priority, created_by,
            created_at, updated_at)
         SELECT gen_random_uuid(), c.client_id, c.id, 'case', 'todo', 1, c.created_by, now(), now()
         FROM \"t_acme\".cases AS c;
         INSERT INTO \"t_acme\".notes (id, client_id, case_id, body, mentions, created_by,
            created_at, updated_at)
         SELECT gen_random_uuid(), c.client_id, c.id, 'note', ARRAY[c.created_by], c.created_by,
            now(), now()
         FROM \"t_acme\".cases AS c;
         INSERT INTO \"t_acme\".webhooks (id, url, description, event_types, is_enabled, secret,
            created_by, created_at, updated_at)
         SELECT gen_random_uuid(), 'https://hooks.invalid/' || p.id, '', '{{}}', true, 'x',
            p.created_by, now(), now() FROM \"t_acme\".projects AS p;
         INSERT INTO \"t_acme\".webhook_deliveries (id, webhook_id, object_id, event_type, body,
            status, attempts, due_at, created_at, updated_at)
         SELECT gen_random_uuid(), w.id, w.id, 'webhook.test', '', 'completed', 1, now(), now(),
            now() FROM \"t_acme\".webhooks AS w;
         INSERT INTO \"t_acme\".webhook_attempts (id, delivery_id, at, duration_ms, status_code)
         SELECT gen_random_uuid(), d.id, now(), 1, 200
         FROM \"t_acme\".webhook_deliveries AS d"
    ))
    .await;
}

/// Runs a query within the process: its data, and how many statements it took.
async fn run(app: &TestApp, query: &str) -> (Value, u32) {
    run_as(app, Actor::System, query).await
}

async fn run_as(app: &TestApp, actor: Actor, query: &str) -> (Value, u32) {
    let (process, tenant) = (app.app.clone(), app.tenant("acme").await);
    let query = query.to_owned();
    app.run(async move {
        let core = Core::new(process, Scope::Tenant(tenant), actor, Origin::default());
        let ctx = Arc::new(Ctx::new(core));
        let request = Request::new(query).data(ctx.clone());
        let schema = taruvi::registry::schema();
        let response = ctx.carry(schema.execute(request)).await;
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        (response.data.into_json().unwrap(), ctx.meter.statements())
    })
    .await
}

const QUERIES: [(&str, u32); 17] = [
    (
        "{ webhookDeliveries(first: 20) { nodes { eventType webhook { url createdBy { email } }
            attempts { statusCode } } } }",
        4,
    ),
    ("{ tasks(first: 20) { nodes { title } } }", 1),
    ("{ tasks(first: 20) { nodes { title history(first: 3) { nodes { eventType } } } } }", 2),
    ("{ events(first: 20) { totalCount nodes { eventType actor { email } } } }", 3),
    (
        "{ tasks(first: 20) { totalCount nodes { title project { name } assignedTo { email } } } }",
        2,
    ),
    (
        "{ tasks(first: 20) { totalCount edges { node { title project { name } assignedTo { email }
            createdBy { email } updatedBy { email } } } } }",
        3,
    ),
    (
        "{ projects(first: 10) { totalCount nodes { name
            tasks(first: 10) { nodes { title assignedTo { email } } } } } }",
        3,
    ),
    (
        "{ projects(first: 10) { totalCount nodes { name assignedTo { email }
            tasks(first: 10) { totalCount nodes { title assignedTo { email } } } } } }",
        4,
    ),
    (
        "{ projects(first: 10) { nodes { name tasks(first: 5) { totalCount nodes { title } }
            documents(first: 5) { totalCount nodes { name createdBy { email } } } } } }",
        6,
    ),
    (
        "{ users(first: 20) { nodes { email assignedTasks(first: 5) { totalCount nodes { title } } } } }",
        3,
    ),
    (
        "{ users(first: 20) { nodes { assignedTasks(first: 5) { nodes { title project { name
            assignedTo { email } } } } createdProjects(first: 5) { nodes { name } } } } }",
        4,
    ),
    (
        "{ documents(first: 20) { nodes { name project { name assignedTo { email } }
            assignedTo { email } createdBy { email } } } }",
        2,
    ),
    (
        "{ cases(first: 20) { totalCount nodes { title client { fullName } stage { name }
            assignedTo { email } createdBy { email } } } }",
        5,
    ),
    (
        "{ clients(first: 10) { nodes { fullName stage { name }
            cases(first: 2) { totalCount nodes { title stage { name } } } } } }",
        4,
    ),
    (
        "{ tasks(first: 20) { nodes { title client { fullName } case { title client { fullName } } } }
            clients(first: 5) { nodes { tasks(first: 2) { totalCount nodes { title } }
                documents(first: 2) { totalCount nodes { name } } } } }",
        10,
    ),
    (
        "{ notes(first: 20) { totalCount nodes { body client { fullName } case { title }
            mentions { email } createdBy { email } } }
            clients(first: 5) { nodes { notes(first: 2) { totalCount nodes { body } } } } }",
        8,
    ),
    ("{ projectStatistics { projectCount taskCount overdueTaskCount documentByteSize } }", 3),
];

#[tokio::test]
async fn the_number_of_statements_does_not_depend_on_the_number_of_rows() {
    let (few, many) = (TestApp::new().await, TestApp::new().await);
    fill(&few, 5).await;
    fill(&many, 40).await;
    for (query, most) in QUERIES {
        let (of_few, of_many) = (run(&few, query).await.1, run(&many, query).await.1);
        assert_eq!(of_few, of_many, "{query}");
        assert!(of_many <= most, "{of_many} statements for {query}");
    }
}

#[tokio::test]
async fn nodes_of_all_kinds_take_one_statement_a_kind() {
    let app = TestApp::new().await;
    fill(&app, 5).await;
    let lists = ["users", "projects", "tasks", "documents"];
    let fields = lists.map(|l| format!("{l}(first: 10) {{ nodes {{ id }} }}")).join(" ");
    let (all, _) = run(&app, &format!("{{ {fields} }}")).await;
    let mut ids = vec![];
    for n in 0..10 {
        ids.extend(lists.iter().filter_map(|l| all[l]["nodes"].get(n)).map(|n| n["id"].clone()));
    }
    assert!(ids.len() > 25, "{}", ids.len());
    for some in [&ids[..], &ids[..4]] {
        let some = serde_json::to_string(some).unwrap();
        let (found, statements) = run(&app, &format!("{{ nodes(ids: {some}) {{ id }} }}")).await;
        assert!(found["nodes"].as_array().unwrap().iter().all(|n| n["id"].is_string()), "{found}");
        assert_eq!(statements, 4);
        let query =
            format!("{{ nodes(ids: {some}) {{ id ... on Audited {{ createdBy {{ email }} }} }} }}");
        assert!(run(&app, &query).await.1 <= 5);
    }
}

#[tokio::test]
async fn what_nobody_asks_for_is_not_read() {
    let app = TestApp::new().await;
    fill(&app, 5).await;
    for (query, statements) in [
        ("{ __typename }", 0),
        ("{ viewer { email } }", 0),
        ("{ tasks(first: 5) { pageInfo { hasNextPage } } }", 1),
        ("{ nodes(ids: []) { id } }", 0),
    ] {
        assert_eq!(run(&app, query).await.1, statements, "{query}");
    }
}

#[tokio::test]
async fn permissions_on_single_objects_take_no_statement_a_row() {
    let app = TestApp::new().await;
    fill(&app, 10).await;
    let (_, id) = guest(&app, "ann").await;
    let user: UserId = id.parse().expect("a user's id");
    app.sql(&format!(
        "INSERT INTO \"t_acme\".object_grants
            (id, permission, object_kind, object_id, user_id, created_at)
         SELECT gen_random_uuid(), p, 'project', projects.id, '{}', now()
         FROM \"t_acme\".projects, unnest(array['projects.view', 'projects.change', 'tasks.view',
            'tasks.delete', 'documents.view']) p",
        user.0
    ))
    .await;
    let (process, tenant) = (app.app.clone(), app.tenant("acme").await);
    let guest = app
        .run(async move {
            let conn = process.db.tenant(&tenant.place, &Meter::default()).await.expect("one");
            let held = held_by(&conn, user).await.expect("what they hold");
            let session = Through::Session(uuid::Uuid::now_v7());
            Actor::SignedIn(Access::user(user, Role::Guest, session, held))
        })
        .await;
    for (query, statements) in [
        ("{ tasks(first: 20) { totalCount nodes { title } } }", 2),
        (
            "{ tasks(first: 20) { nodes { title permissions { canUpdate canDelete canShare } } } }",
            2,
        ),
        ("{ tasks(first: 20) { nodes { title project { name permissions { canUpdate } } } } }", 3),
        (
            "{ projects(first: 10) { nodes { name tasks(first: 5) { totalCount nodes { title } } } } }",
            3,
        ),
        ("{ projectStatistics { projectCount taskCount } }", 3),
    ] {
        let (data, sent) = run_as(&app, guest.clone(), query).await;
        assert_eq!(sent, statements, "{query}");
        let text = data.to_string();
        assert!(text.matches("title").count() >= 20 || !query.contains("title"), "{text}");
        assert!(!query.contains("canDelete") || text.contains("\"canDelete\":true"), "{text}");
        assert!(!query.contains("canDelete") || text.contains("\"canUpdate\":false"), "{text}");
    }
}
