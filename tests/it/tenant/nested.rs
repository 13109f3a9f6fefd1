//! Connections below rows: each is what the single query for that parent answers.

use serde_json::{Value, json};

use super::kit::me;
use crate::support::{Caller, TestApp};

/// Three projects with no, two and seven tasks and documents, of which every second is assigned.
const ROWS: &str = "
    INSERT INTO \"t_acme\".projects (id, name, status, assigned_to, created_by, created_at, updated_at)
    SELECT gen_random_uuid(), 'p' || n, 'active', u.id, u.id, timestamptz '2026-01-01' + n * interval '1 hour',
        now() FROM generate_series(0, 2) AS n, \"t_acme\".users AS u WHERE u.username = 'owner';
    INSERT INTO \"t_acme\".tasks (id, project_id, title, status, priority, due_date, assigned_to,
        created_by, created_at, updated_at)
    SELECT gen_random_uuid(), p.id, p.name || 't' || n, 'todo', n % 4,
        CASE WHEN n % 3 > 0 THEN date '2026-02-01' + n % 2 END,
        CASE WHEN n % 2 > 0 THEN u.id END, u.id,
        timestamptz '2026-01-01' + n % 3 * interval '1 day', now()
    FROM \"t_acme\".projects AS p, \"t_acme\".users AS u, generate_series(1, 7) AS n
    WHERE u.username = 'owner' AND (p.name = 'p2' OR p.name = 'p1' AND n <= 2);
    INSERT INTO \"t_acme\".documents (id, project_id, name, byte_size, assigned_to, created_by,
        created_at, updated_at)
    SELECT gen_random_uuid(), t.project_id, 'd' || t.title, 10, t.assigned_to, t.created_by,
        t.created_at, now() FROM \"t_acme\".tasks AS t;";

const CONNECTION: &str = "totalCount nodes { id } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";

const ARGUMENTS: [&str; 10] = [
    "first: 2",
    "last: 2",
    "first: 2, offset: 1",
    "first: 0",
    "first: 2, orderBy: [{ field: CREATED_AT }]",
    "first: 3, search: \"t1\"",
    "first: 3, filter: { assignedToId: { isNull: true } }",
    "first: 2, filter: { createdAt: { gt: \"2026-01-01T00:00:00Z\" } }, orderBy: [{ field: UPDATED_AT }]",
    "last: 3, orderBy: [{ field: CREATED_AT, direction: DESC }]",
    "first: 100",
];

async fn single(caller: &Caller, list: &str, filter: &str, arguments: &str) -> Value {
    let arguments = match arguments.split_once("filter: {") {
        Some((before, after)) => format!("{before}filter: {{ {filter}, {after}"),
        None => format!("{arguments}, filter: {{ {filter} }}"),
    };
    let answer = caller.gql(&format!("{{ {list}({arguments}) {{ {CONNECTION} }} }}")).await;
    answer.data()[list].clone()
}

#[tokio::test]
async fn lists_below_projects_equal_the_single_queries() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    for list in ["tasks", "documents"] {
        for arguments in ARGUMENTS {
            let query = format!(
                "{{ projects(first: 3) {{ nodes {{ id {list}({arguments}) {{ {CONNECTION} }} }} }} }}"
            );
            let projects = owner.gql(&query).await.data()["projects"]["nodes"].clone();
            let mut rows = 0;
            for project in projects.as_array().unwrap() {
                let filter = format!("projectId: {{ eq: {} }}", project["id"]);
                let alone = single(&owner, list, &filter, arguments).await;
                assert_eq!(project[list], alone, "{list} {arguments}");
                rows += alone["nodes"].as_array().unwrap().len();
            }
            assert!(rows > 0 || arguments == "first: 0", "{list} {arguments}");
        }
    }
}

#[tokio::test]
async fn lists_below_people_equal_the_single_queries() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    for (field, list, column) in [
        ("assignedTasks", "tasks", "assignedToId"),
        ("createdTasks", "tasks", "createdById"),
        ("assignedDocuments", "documents", "assignedToId"),
        ("createdDocuments", "documents", "createdById"),
        ("assignedProjects", "projects", "assignedToId"),
        ("createdProjects", "projects", "createdById"),
    ] {
        for arguments in ARGUMENTS {
            if column == "assignedToId" && arguments.contains("isNull: true") {
                continue; // the same key can't be given twice
            }
            let query = format!(
                "{{ users(first: 3) {{ nodes {{ id {field}({arguments}) {{ {CONNECTION} }} }} }} }}"
            );
            let users = owner.gql(&query).await.data()["users"]["nodes"].clone();
            for user in users.as_array().unwrap() {
                let filter = format!("{column}: {{ eq: {} }}", user["id"]);
                let alone = single(&owner, list, &filter, arguments).await;
                assert_eq!(user[field], alone, "{field} {arguments}");
            }
        }
    }
}

#[tokio::test]
async fn a_list_below_a_row_can_be_walked_by_its_cursors() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    let order = "orderBy: [{ field: DUE_DATE }]";
    let find = "projects(filter: { name: { eq: \"p2\" } })";
    let query = format!("{{ {find} {{ nodes {{ tasks({order}) {{ nodes {{ id }} }} }} }} }}");
    let all = owner.gql(&query).await.at("/data/projects/nodes/0/tasks/nodes");
    assert_eq!(all.as_array().unwrap().len(), 7);
    for (size, cursor, end, more) in [
        ("first: 3", "after", "endCursor", "hasNextPage"),
        ("last: 3", "before", "startCursor", "hasPreviousPage"),
    ] {
        let (mut seen, mut arguments) = (vec![], size.to_owned());
        loop {
            let query = format!(
                "{{ {find} {{ nodes {{ tasks({arguments}, {order}) {{ {CONNECTION} }} }} }} }}"
            );
            let page = owner.gql(&query).await.at("/data/projects/nodes/0/tasks");
            assert_eq!(page["totalCount"], 7, "{page}");
            let nodes = page["nodes"].as_array().unwrap().clone();
            let at = if cursor == "after" { seen.len() } else { 0 };
            seen.splice(at..at, nodes);
            if page["pageInfo"][more] == false {
                break;
            }
            arguments = format!("{size}, {cursor}: {}", page["pageInfo"][end]);
        }
        assert_eq!(json!(seen), all, "{size}");
    }
}

#[tokio::test]
async fn two_lists_of_one_kind_in_one_query_do_not_mix() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    let mine = me(&owner).await;
    let query = "{ projects(orderBy: [{ field: NAME }]) { nodes { name
        up: tasks(first: 2, orderBy: [{ field: TITLE }]) { nodes { title } }
        down: tasks(first: 2, orderBy: [{ field: TITLE, direction: DESC }]) { nodes { title } totalCount }
        mine: tasks(filter: { assignedToId: { isNull: false } }) { totalCount }
        tasks(first: 1, orderBy: [{ field: TITLE }]) { nodes { assignedTo { id } project { name } } }
    } } }";
    let node = |name: &str, up: &[&str], down: &[&str], all: usize, mine_too: usize| {
        let titles = |t: &[&str]| t.iter().map(|t| json!({ "title": t })).collect::<Vec<_>>();
        let first = json!([{ "assignedTo": { "id": mine }, "project": { "name": name } }]);
        json!({
            "name": name, "up": { "nodes": titles(up) },
            "down": { "nodes": titles(down), "totalCount": all },
            "mine": { "totalCount": mine_too },
            "tasks": { "nodes": if all > 0 { first } else { json!([]) } },
        })
    };
    let expected = json!([
        node("p0", &[], &[], 0, 0),
        node("p1", &["p1t1", "p1t2"], &["p1t2", "p1t1"], 2, 1),
        node("p2", &["p2t1", "p2t2"], &["p2t7", "p2t6"], 7, 4),
    ]);
    assert_eq!(owner.gql(query).await.data()["projects"]["nodes"], expected);
}

#[tokio::test]
async fn bad_arguments_below_a_row_are_refused() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    for arguments in ["first: 101", "first: -1", "last: 1, first: 1", "after: \"x\"", "offset: -1"]
    {
        let query =
            format!("{{ projects {{ nodes {{ id tasks({arguments}) {{ totalCount }} }} }} }}");
        let answer = owner.gql(&query).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{arguments}: {}", answer.body);
        assert!(answer.is_empty(), "a list can't be null, so nothing above it is there either");
    }
}
