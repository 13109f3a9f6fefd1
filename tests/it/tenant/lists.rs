//! Walking through lists: each row once, in one order, in both directions, whatever they are
//! sorted by. What page arguments are refused is in `pages`.

use serde_json::{Value, json};

use crate::support::{Caller, TestApp};

/// Rows that tie in every column, and that lack a value in each column that may be empty.
const ROWS: &str = "
    INSERT INTO \"t_acme\".projects
        (id, name, description, status, start_date, due_date, created_at, updated_at)
    SELECT gen_random_uuid(), (array['a', 'B', 'ä', '_', 'b'])[1 + n % 5], '',
        (array['planned', 'active', 'on_hold'])[1 + n % 3],
        CASE WHEN n % 4 > 0 THEN date '2026-01-01' + n % 2 END,
        CASE WHEN n % 3 > 0 THEN date '2026-02-01' + n % 2 END,
        timestamptz '2026-01-01' + n % 4 * interval '1 microsecond',
        timestamptz '2026-01-01' + n % 3 * interval '1 day'
    FROM generate_series(1, 17) AS n;
    INSERT INTO \"t_acme\".tasks (id, project_id, title, status, priority, due_date,
        completed_at, assigned_to, created_at, updated_at)
    SELECT gen_random_uuid(), (SELECT min(id::text)::uuid FROM \"t_acme\".projects),
        (array['a', 'B', 'ä', '_', 'b'])[1 + n % 5],
        CASE WHEN n % 4 > 0 THEN 'todo' ELSE 'done' END, n % 4,
        CASE WHEN n % 3 > 0 THEN date '2026-02-01' + n % 2 END,
        CASE WHEN n % 4 = 0 THEN timestamptz '2026-01-01' + n % 8 * interval '1 minute' END,
        (SELECT id FROM \"t_acme\".users WHERE username = 'member'),
        timestamptz '2026-01-01' + n % 4 * interval '1 microsecond',
        timestamptz '2026-01-01' + n % 3 * interval '1 day'
    FROM generate_series(1, 17) AS n;
    INSERT INTO \"t_acme\".documents
        (id, project_id, name, content_type, byte_size, created_at, updated_at)
    SELECT gen_random_uuid(), (SELECT min(id::text)::uuid FROM \"t_acme\".projects),
        (array['a', 'B', 'ä', '_', 'b'])[1 + n % 5],
        CASE WHEN n % 3 > 0 THEN (array['text/plain', 'a/b'])[1 + n % 2] END,
        CASE WHEN n % 4 > 0 THEN 3000000000 + n % 2 END,
        timestamptz '2026-01-01' + n % 4 * interval '1 microsecond',
        timestamptz '2026-01-01' + n % 3 * interval '1 day'
    FROM generate_series(1, 17) AS n;
    INSERT INTO \"t_acme\".users (id, username, email, first_name, last_name, role,
        last_sign_in_at, created_at, updated_at)
    SELECT gen_random_uuid(), 'u' || n, n || '@x.test', (array['a', 'B', ''])[1 + n % 3],
        (array['a', 'B', 'ä', ''])[1 + n % 4], 'member',
        CASE WHEN n % 3 > 0 THEN timestamptz '2026-01-01' + n % 2 * interval '1 hour' END,
        timestamptz '2026-01-01' + n % 4 * interval '1 microsecond',
        timestamptz '2026-01-01' + n % 3 * interval '1 day'
    FROM generate_series(1, 14) AS n;";

const ORDERS: [(&str, &[&str]); 4] = [
    ("projects", &["NAME", "STATUS", "START_DATE", "DUE_DATE", "CREATED_AT", "UPDATED_AT"]),
    (
        "tasks",
        &["TITLE", "STATUS", "PRIORITY", "DUE_DATE", "COMPLETED_AT", "CREATED_AT", "UPDATED_AT"],
    ),
    ("documents", &["NAME", "CONTENT_TYPE", "BYTE_SIZE", "CREATED_AT", "UPDATED_AT"]),
    (
        "users",
        &[
            "FIRST_NAME",
            "LAST_NAME",
            "EMAIL",
            "USERNAME",
            "CREATED_AT",
            "UPDATED_AT",
            "LAST_SIGN_IN_AT",
        ],
    ),
];

async fn page(caller: &Caller, list: &str, order: &str, arguments: &str) -> Value {
    let query = format!(
        "{{ {list}(orderBy: [{order}], {arguments}) {{ totalCount nodes {{ id }}
            edges {{ cursor node {{ id }} }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    let page = caller.gql(&query).await.data()[list].clone();
    let edges = page["edges"].as_array().unwrap();
    let nodes: Vec<_> = edges.iter().map(|e| e["node"].clone()).collect();
    assert_eq!(page["nodes"], json!(nodes), "{query}");
    let ends =
        [edges.first(), edges.last()].map(|e| e.map_or(Value::Null, |e| e["cursor"].clone()));
    assert_eq!(
        json!(ends),
        json!([page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"]])
    );
    page
}

fn ids(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap().iter();
    nodes.map(|n| n["id"].as_str().unwrap().to_owned()).collect()
}

/// Walks by threes, forward or backward, and compares with the one large page.
async fn walk(caller: &Caller, list: &str, order: &str) {
    let whole = page(caller, list, order, "first: 100").await;
    let all = ids(&whole);
    assert_eq!(all.len(), 17, "{list} {order}");
    for forward in [true, false] {
        let (size, cursor, end, more, before) = match forward {
            true => ("first: 3", "after", "endCursor", "hasNextPage", "hasPreviousPage"),
            false => ("last: 3", "before", "startCursor", "hasPreviousPage", "hasNextPage"),
        };
        let (mut seen, mut arguments): (Vec<String>, _) = (vec![], size.to_owned());
        loop {
            let part = page(caller, list, order, &arguments).await;
            assert_eq!(part["totalCount"], 17, "{list} {order} {arguments}");
            assert_eq!(part["pageInfo"][before], !seen.is_empty(), "{list} {order} {arguments}");
            match forward {
                true => seen.extend(ids(&part)),
                false => {
                    seen.splice(0..0, ids(&part));
                }
            }
            let here = part["pageInfo"][end].as_str().unwrap();
            arguments = format!("{size}, {cursor}: \"{here}\"");
            assert!(seen.len() <= 17, "{list} {order}: rows come twice");
            if part["pageInfo"][more] == false {
                break;
            }
        }
        assert_eq!(seen, all, "{list} {order} by {size}");
        let beyond = page(caller, list, order, &arguments).await;
        assert!(ids(&beyond).is_empty(), "{list} {order}: nothing lies behind the end");
        assert_eq!(beyond["pageInfo"][more], false);
    }
}

#[tokio::test]
async fn every_ordering_can_be_walked_in_both_directions() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    for (list, fields) in ORDERS {
        for field in fields {
            for direction in ["ASC", "DESC"] {
                walk(&owner, list, &format!("{{ field: {field}, direction: {direction} }}")).await;
            }
        }
        walk(&owner, list, "").await;
    }
}

#[tokio::test]
async fn orderings_of_several_parts_can_be_walked_too() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    for fields in [
        "{ field: STATUS }, { field: PRIORITY }",
        "{ field: STATUS, direction: DESC }, { field: TITLE, direction: DESC }",
        "{ field: STATUS }, { field: PRIORITY, direction: DESC }, { field: TITLE }",
        "{ field: DUE_DATE }, { field: COMPLETED_AT }",
        "{ field: DUE_DATE, direction: DESC }, { field: COMPLETED_AT, direction: DESC }",
        "{ field: DUE_DATE }, { field: COMPLETED_AT, direction: DESC }, { field: TITLE }",
        "{ field: DUE_DATE, direction: DESC }, { field: PRIORITY }, { field: COMPLETED_AT }",
        "{ field: TITLE }, { field: TITLE, direction: DESC }, { field: TITLE }",
    ] {
        walk(&owner, "tasks", fields).await;
    }
}

#[tokio::test]
async fn rows_are_in_the_order_asked_for() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    let column = async |list: &str, field: &str, order: &str| {
        let query =
            format!("{{ {list}(first: 100, orderBy: [{order}]) {{ nodes {{ {field} }} }} }}");
        owner.gql(&query).await.column(list, field)
    };
    let days = column("tasks", "dueDate", "{ field: DUE_DATE }").await;
    let (with, without) = days.split_at(12);
    assert!(with.is_sorted_by_key(|d| d.as_str()) && with.iter().all(Value::is_string), "{days:?}");
    assert!(without.iter().all(Value::is_null), "missing values come last: {days:?}");
    let mut reversed = column("tasks", "dueDate", "{ field: DUE_DATE, direction: DESC }").await;
    reversed.reverse();
    assert_eq!(reversed, days, "and first the other way");
    let rank = |p: &Value| ["LOW", "MEDIUM", "HIGH", "URGENT"].iter().position(|r| p == r);
    let priorities = column("tasks", "priority", "{ field: PRIORITY }").await;
    assert!(priorities.is_sorted_by_key(rank), "{priorities:?}");
    let sizes = column("documents", "byteSize", "{ field: BYTE_SIZE, direction: DESC }").await;
    assert!(sizes[..4].iter().all(Value::is_null), "{sizes:?}");
    assert!(sizes[4..].is_sorted_by(|a, b| a.as_i64() >= b.as_i64()), "{sizes:?}");
    let newest = column("tasks", "id", "").await;
    let stated = column("tasks", "id", "{ field: CREATED_AT, direction: DESC }").await;
    assert_eq!(newest, stated, "newest first unless told otherwise");
    let order = "{ field: STATUS, direction: DESC }, { field: PRIORITY, direction: DESC }";
    let query =
        format!("{{ tasks(first: 100, orderBy: [{order}]) {{ nodes {{ status priority }} }} }}");
    let found = owner.gql(&query).await;
    let pairs = found.column("tasks", "status").into_iter().zip(found.column("tasks", "priority"));
    let pairs: Vec<_> = pairs.map(|(s, p)| (s == "DONE", std::cmp::Reverse(rank(&p)))).collect();
    assert!(pairs.is_sorted(), "{}", found.body);
}

#[tokio::test]
async fn offsets_cut_the_same_list() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    let order = "{ field: DUE_DATE }";
    let all = ids(&page(&owner, "tasks", order, "first: 100").await);
    for offset in [0, 1, 5, 15, 17, 10_000] {
        let part = page(&owner, "tasks", order, &format!("first: 4, offset: {offset}")).await;
        let from = offset.min(17);
        assert_eq!(ids(&part), all[from..(from + 4).min(17)], "{offset}");
        assert_eq!(part["totalCount"], 17);
        assert_eq!(part["pageInfo"]["hasPreviousPage"], offset > 0);
        assert_eq!(part["pageInfo"]["hasNextPage"], offset + 4 < 17);
    }
    let nothing = page(&owner, "tasks", order, "first: 0").await;
    assert!(ids(&nothing).is_empty());
    assert_eq!(
        (&nothing["totalCount"], &nothing["pageInfo"]["hasNextPage"]),
        (&json!(17), &json!(true))
    );
}

#[tokio::test]
async fn a_cursor_keeps_its_place_when_its_row_goes() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    let order = "{ field: DUE_DATE, direction: DESC }, { field: TITLE }";
    let all = ids(&page(&owner, "tasks", order, "first: 100").await);
    let half = page(&owner, "tasks", order, "first: 8").await;
    let cursor = half["pageInfo"]["endCursor"].as_str().unwrap();
    for id in [&all[7], &all[2]] {
        owner.done("taskDelete", json!({ "id": id }), "").await;
    }
    let rest = page(&owner, "tasks", order, &format!("first: 100, after: \"{cursor}\"")).await;
    assert_eq!(ids(&rest), all[8..]);
    let before = page(&owner, "tasks", order, &format!("last: 100, before: \"{cursor}\"")).await;
    assert_eq!(ids(&before), [&all[..2], &all[3..7]].concat());
}
