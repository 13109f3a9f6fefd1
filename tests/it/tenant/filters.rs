//! Filters: what each operator finds, how they combine, and what is refused. Text that looks like
//! a pattern is only text.

use serde_json::{Value, json};

use super::kit::me;
use crate::support::{Caller, TestApp};

/// Four documents and five tasks that differ in everything that can be filtered by.
const ROWS: &str = "
    INSERT INTO \"t_acme\".projects (id, name, status, start_date, created_at, updated_at)
    SELECT gen_random_uuid(), 'p', 'planned', NULL, now(), now();
    INSERT INTO \"t_acme\".tasks (id, project_id, title, status, priority, due_date, completed_at,
        assigned_to, created_at, updated_at)
    SELECT gen_random_uuid(), p.id, v.* FROM \"t_acme\".projects AS p, (VALUES
        ('a', 'todo', 0, NULL::date, NULL::timestamptz,
            (SELECT id FROM \"t_acme\".users WHERE username = 'owner'),
            timestamptz '2026-01-01 00:00:00.000123Z', timestamptz '2026-01-01Z'),
        ('b', 'in_progress', 1, '2026-02-01', NULL, NULL, '2026-01-01 00:00:00.001Z', '2026-01-01Z'),
        ('c', 'in_review', 2, '2026-02-02', NULL, NULL, '2026-01-02Z', '2026-01-01Z'),
        ('d', 'done', 3, '2026-02-03', '2026-03-01Z', NULL, '2026-01-03Z', '2026-01-01Z'),
        ('e', 'cancelled', 1, NULL, NULL, NULL, '2026-01-04Z', '2026-01-01Z')) AS v;
    INSERT INTO \"t_acme\".documents (id, name, description, content_type, created_at, updated_at)
    SELECT gen_random_uuid(), v.*, now(), now() FROM (VALUES
        ('100%.txt', 'x', 'text/plain'), ('100a.TXT', 'a_b', NULL),
        ('1_0b.pdf', 'c:\\dir', 'application/pdf'), ('ÄRGER', 'aXb', 'Text/Plain')) AS v;";

async fn found(caller: &Caller, list: &str, label: &str, arguments: &str) -> Vec<String> {
    let order = label.to_uppercase();
    let query = format!(
        "{{ {list}({arguments}, orderBy: [{{ field: {order} }}]) {{ totalCount nodes {{ {label} }} }} }}"
    );
    let answer = caller.gql(&query).await;
    let rows = answer.column(list, label);
    assert_eq!(answer.data()[list]["totalCount"], rows.len(), "{arguments}");
    rows.iter().map(|v| v.as_str().unwrap().to_owned()).collect()
}

async fn tasks(caller: &Caller, filter: &str) -> String {
    found(caller, "tasks", "title", &format!("filter: {{ {filter} }}")).await.concat()
}

#[tokio::test]
async fn texts_are_compared_as_asked() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    let (percent, upper, under, umlaut) = ("100%.txt", "100a.TXT", "1_0b.pdf", "ÄRGER");
    let cases: [(&str, &[&str]); 23] = [
        ("name: { eq: \"100%.txt\" }", &[percent]),
        ("name: { eq: \"100a.txt\" }", &[]),
        ("name: { neq: \"100%.txt\" }", &[upper, under, umlaut]),
        ("name: { in: [\"100%.txt\", \"ÄRGER\", \"x\"] }", &[percent, umlaut]),
        ("name: { in: [] }", &[]),
        ("name: { notIn: [\"100%.txt\", \"x\"] }", &[upper, under, umlaut]),
        ("name: { notIn: [] }", &[percent, upper, under, umlaut]),
        ("name: { contains: \"0%\" }", &[percent]),
        ("name: { contains: \"_\" }", &[under]),
        ("name: { contains: \".t\" }", &[percent, upper]),
        ("name: { contains: \".t\", caseSensitive: true }", &[percent]),
        ("name: { contains: \"ärg\" }", &[umlaut]),
        ("name: { contains: \"\" }", &[percent, upper, under, umlaut]),
        ("name: { startsWith: \"100\" }", &[percent, upper]),
        ("name: { startsWith: \"00\" }", &[]),
        ("name: { startsWith: \"ärger\", caseSensitive: true }", &[]),
        ("name: { endsWith: \"txt\" }", &[percent, upper]),
        ("name: { endsWith: \"TXT\", caseSensitive: true }", &[upper]),
        ("name: { startsWith: \"100\", endsWith: \"txt\", neq: \"100a.TXT\" }", &[percent]),
        ("contentType: { isNull: true }", &[upper]),
        ("contentType: { isNull: false }", &[percent, under, umlaut]),
        ("contentType: { neq: \"text/plain\" }", &[upper, under, umlaut]),
        ("contentType: { notIn: [\"text/plain\"] }", &[upper, under, umlaut]),
    ];
    for (filter, expected) in cases {
        let rows = found(&owner, "documents", "name", &format!("filter: {{ {filter} }}")).await;
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        let mut sorted = rows.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, expected, "{filter}");
    }
    let searches: [(&str, &[&str]); 10] = [
        ("%", &[percent]),
        ("_", &[upper, under]),
        ("\\\\", &[under]),
        ("c:\\\\DIR", &[under]),
        ("a_b", &[upper]),
        ("A.txt", &[upper]),
        ("ärger", &[umlaut]),
        ("  axb ", &[umlaut]),
        ("   ", &[percent, upper, under, umlaut]),
        ("100%%", &[]),
    ];
    for (search, expected) in searches {
        let mut rows = found(&owner, "documents", "name", &format!("search: \"{search}\"")).await;
        rows.sort_unstable();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(rows, expected, "{search:?}");
    }
}

#[tokio::test]
async fn days_times_ids_and_choices_are_compared_as_asked() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    let mine = me(&owner).await;
    let project =
        owner.gql("{ projects { nodes { id } } }").await.text("/data/projects/nodes/0/id");
    let all = owner.gql("{ tasks(orderBy: [{ field: TITLE }]) { nodes { id } } }").await;
    let id = |n: usize| all.text(&format!("/data/tasks/nodes/{n}/id"));
    let cases = [
        ("dueDate: { eq: \"2026-02-02\" }".to_owned(), "c"),
        ("dueDate: { lt: \"2026-02-02\" }".to_owned(), "b"),
        ("dueDate: { lte: \"2026-02-02\" }".to_owned(), "bc"),
        ("dueDate: { gt: \"2026-02-02\" }".to_owned(), "d"),
        ("dueDate: { gte: \"2026-02-02\" }".to_owned(), "cd"),
        ("dueDate: { gte: \"2026-02-01\", lt: \"2026-02-03\" }".to_owned(), "bc"),
        ("dueDate: { isNull: true }".to_owned(), "ae"),
        ("dueDate: { isNull: false }".to_owned(), "bcd"),
        ("dueDate: { isNull: true, gte: \"2026-02-01\" }".to_owned(), ""),
        ("createdAt: { lt: \"2026-01-02T00:00:00Z\" }".to_owned(), "ab"),
        ("createdAt: { lte: \"2026-01-02T01:00:00+01:00\" }".to_owned(), "abc"),
        ("createdAt: { gt: \"2026-01-02T00:00:00.000Z\" }".to_owned(), "de"),
        ("createdAt: { gte: \"2026-01-02T00:00:00Z\" }".to_owned(), "cde"),
        ("createdAt: { eq: \"2026-01-02T00:00:00Z\" }".to_owned(), "c"),
        ("completedAt: { isNull: false }".to_owned(), "d"),
        ("completedAt: { isNull: true }".to_owned(), "abce"),
        ("completedAt: { gte: \"2026-03-01T00:00:00Z\" }".to_owned(), "d"),
        (format!("id: {{ eq: \"{}\" }}", id(1)), "b"),
        (format!("id: {{ in: [\"{}\", \"{}\"] }}", id(0), id(4)), "ae"),
        (format!("id: {{ notIn: [\"{}\"] }}", id(0)), "bcde"),
        ("id: { in: [] }".to_owned(), ""),
        (format!("projectId: {{ eq: \"{project}\" }}"), "abcde"),
        (format!("assignedToId: {{ eq: \"{mine}\" }}"), "a"),
        (format!("assignedToId: {{ notIn: [\"{mine}\"] }}"), "bcde"),
        ("assignedToId: { isNull: true }".to_owned(), "bcde"),
        ("assignedToId: { isNull: false }".to_owned(), "a"),
        ("status: { eq: DONE }".to_owned(), "d"),
        ("status: { neq: DONE }".to_owned(), "abce"),
        ("status: { in: [TODO, CANCELLED] }".to_owned(), "ae"),
        ("status: { notIn: [TODO, CANCELLED] }".to_owned(), "bcd"),
        ("priority: { eq: MEDIUM }".to_owned(), "be"),
        ("priority: { neq: MEDIUM }".to_owned(), "acd"),
        ("priority: { in: [LOW, URGENT] }".to_owned(), "ad"),
        ("priority: { notIn: [LOW, URGENT], eq: HIGH }".to_owned(), "c"),
    ];
    for (filter, expected) in cases {
        assert_eq!(tasks(&owner, &filter).await, expected, "{filter}");
    }
    let people =
        "isActive: true, role: { in: [OWNER, MEMBER] }, email: { endsWith: \"acme.test\" }";
    let people = found(&owner, "users", "email", &format!("filter: {{ {people} }}")).await;
    assert_eq!(people, ["member@acme.test", "owner@acme.test"]);
    assert!(found(&owner, "users", "email", "filter: { isActive: false }").await.is_empty());
    let seen = found(&owner, "users", "email", "filter: { lastSignInAt: { isNull: false } }").await;
    assert_eq!(seen, ["owner@acme.test"]);
}

#[tokio::test]
async fn a_time_as_it_is_shown_finds_its_row() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    // Stored with microseconds, shown with milliseconds.
    let shown = "2026-01-01T00:00:00.000Z";
    let query = "{ tasks(filter: { title: { eq: \"a\" } }) { nodes { createdAt } } }";
    assert_eq!(owner.gql(query).await.text("/data/tasks/nodes/0/createdAt"), shown);
    for (operator, expected) in
        [("eq", "a"), ("lte", "a"), ("gte", "abcde"), ("lt", ""), ("gt", "bcde")]
    {
        let filter = format!("createdAt: {{ {operator}: \"{shown}\" }}");
        assert_eq!(tasks(&owner, &filter).await, expected, "{operator}");
    }
}

#[tokio::test]
async fn conditions_combine() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    let title = |t: &str| format!("{{ title: {{ eq: \"{t}\" }} }}");
    let (a, b, c) = (title("a"), title("b"), title("c"));
    let cases = [
        (format!("or: [{a}, {b}]"), "ab"),
        (format!("and: [{a}, {b}]"), ""),
        (format!("not: {a}"), "bcde"),
        (format!("not: {{ or: [{a}, {b}] }}"), "cde"),
        (format!("not: {{ not: {a} }}"), "a"),
        (format!("title: {{ eq: \"a\" }}, or: [{a}, {b}]"), "a"),
        (format!("title: {{ in: [\"a\", \"c\"] }}, not: {c}"), "a"),
        (format!("or: [{{ and: [{a}, {b}] }}, {{ not: {{ or: [{a}, {c}] }} }}]"), "bde"),
        ("not: { dueDate: { gte: \"2026-02-02\" } }".to_owned(), "abe"),
        ("or: []".to_owned(), ""),
        ("and: []".to_owned(), "abcde"),
        ("or: [{}]".to_owned(), "abcde"),
        (format!("or: [{a}, {{}}]"), "abcde"),
        ("not: {}".to_owned(), ""),
        ("".to_owned(), "abcde"),
        ("title: null, and: null, or: null, not: null".to_owned(), "abcde"),
    ];
    for (filter, expected) in cases {
        assert_eq!(tasks(&owner, &filter).await, expected, "{filter}");
    }
    let both = "filter: { status: { neq: DONE } }, search: \"D\"";
    assert!(found(&owner, "tasks", "title", both).await.is_empty(), "search comes on top");
}

#[tokio::test]
async fn filters_that_ask_too_much_or_nonsense_are_refused() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let owner = app.sign_in("acme", "owner").await;
    let mine = me(&owner).await;
    let leaf = || json!({ "title": { "eq": "a" } });
    let nest = |n: usize| (1..n).fold(leaf(), |inner, _| json!({ "not": inner }));
    let many = |n: usize| json!({ "or": vec![leaf(); n] });
    let words = |n: usize| json!({ "title": { "in": vec!["a"; n] } });
    let ids = |n: usize| json!({ "assignedToId": { "in": vec![&mine; n] } });
    let long = |n: usize| json!({ "title": { "contains": "x".repeat(n) } });
    let refused = async |filter: Value| {
        let query = "query($f: TaskFilter) { tasks(filter: $f) { totalCount } }";
        let answer = owner.gql_with(query, json!({ "f": filter })).await;
        assert_eq!(answer.is_empty(), !answer.code().is_empty(), "{}", answer.body);
        answer.code()
    };
    for good in [nest(5), many(50), words(250), ids(250), long(1000)] {
        assert_eq!(refused(good.clone()).await, "", "{good}");
    }
    for bad in [
        nest(6),
        nest(20),
        many(51),
        words(251),
        ids(251),
        long(1001),
        json!({ "and": [{ "or": [nest(4)] }] }),
        json!({ "title": { "eq": "a\u{0}" } }),
        json!({ "title": { "in": ["a", "\u{0}"] } }),
        json!({ "title": { "startsWith": "\u{1}" } }),
        json!({ "title": { "in": [null] } }),
        json!({ "title": "a" }),
        json!({ "titel": { "eq": "a" } }),
        json!({ "title": { "like": "a" } }),
        json!({ "status": { "eq": "NONE" } }),
        json!({ "id": { "eq": mine } }),
        json!({ "id": { "eq": "x" } }),
        json!({ "projectId": { "in": ["x"] } }),
        json!({ "assignedToId": { "notIn": ["task_01jtestgap0000000000000000"] } }),
        json!({ "dueDate": { "eq": "2026-13-01" } }),
        json!({ "createdAt": { "gt": "2026-01-01" } }),
        json!({ "createdAt": { "gt": "2026-01-01T00:00:00" } }),
    ] {
        assert_eq!(refused(bad.clone()).await, "BAD_USER_INPUT", "{bad}");
    }
}
