//! Documents that come in good requests and can't be run: hostile, broken, wrong, too dear. And
//! what an answer tells when the fault is ours.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::post;
use crate::support::{Answer, Caller, TestApp, database};

const JSON: (&str, &str) = ("content-type", "application/json");
const STRICT: (&str, &str) = ("accept", "application/graphql-response+json");

/// The answer to a document in the form that tells by its status what was wrong.
async fn strict(caller: &Caller, document: &str, variables: Value) -> Answer {
    let body = json!({ "query": document, "variables": variables }).to_string();
    post(caller, &[JSON, STRICT], body).await
}

fn nested(open: &str, inside: &str, close: &str, times: usize) -> String {
    format!("{}{inside}{}", open.repeat(times), close.repeat(times))
}

/// Fragments of which each spreads the next twice.
fn doubling(levels: usize) -> String {
    let fragments = (0..levels)
        .map(|n| format!("fragment f{n} on Query {{ ...f{0} ...f{0} }} ", n + 1))
        .collect::<String>();
    format!("{{ ...f0 }} {fragments} fragment f{levels} on Query {{ __typename }}")
}

/// Documents, variables that are right for them, and some that are wrong.
fn documents_and_variables() -> [(&'static str, Value, Vec<Value>); 5] {
    [
        (
            "query($id: ID!) { task(id: $id) { id } }",
            json!({ "id": "task_01kh3k4kfmf0jrz0cq6fm1kz0n" }),
            vec![json!({}), json!({ "id": null }), json!({ "id": {} }), json!({ "id": "nothing" })],
        ),
        (
            "query($n: Int = 2, $more: Boolean!) {
                tasks(first: $n) { nodes { id title @include(if: $more) } } }",
            json!({ "more": true }),
            vec![json!({ "more": 1 }), json!({ "n": "2", "more": true }), json!({ "n": -1 })],
        ),
        (
            "query($f: TaskFilter) { tasks(filter: $f) { nodes { id } } }",
            json!({ "f": {} }),
            vec![json!({ "f": { "nothing": 1 } }), json!({ "f": 1 }), json!({ "f": { "id": 1 } })],
        ),
        (
            "query($s: TaskStatus!) { tasks(filter: { status: { eq: $s } }) { nodes { id } } }",
            json!({ "s": "TODO" }),
            vec![json!({ "s": "NOTHING" }), json!({ "s": 1 }), json!({ "s": null })],
        ),
        (
            "query($t: String) { tasks(filter: { title: { contains: $t } }) { nodes { id } } }",
            json!({ "t": "a" }),
            vec![json!({ "t": 1 }), json!({ "t": [] })],
        ),
    ]
}

#[tokio::test]
async fn what_was_valid_once_is_no_less_refused_with_wrong_variables() {
    let (fresh, used) = (TestApp::new().await, TestApp::new().await);
    let (first, again) =
        (fresh.sign_in("acme", "owner").await, used.sign_in("acme", "owner").await);
    for (document, right, wrong) in documents_and_variables() {
        for _ in 0..2 {
            assert_eq!(strict(&again, document, right.clone()).await.status, 200, "{document}");
        }
        for variables in wrong {
            let expected = strict(&first, document, variables.clone()).await;
            assert_ne!(expected.code(), "", "{document} with {variables}");
            let answer = strict(&again, document, variables.clone()).await;
            let place = format!("{document} with {variables}");
            assert_eq!(
                (answer.status, answer.code()),
                (expected.status, expected.code()),
                "{place}"
            );
            let message = |answer: &Answer| answer.at("/errors/0/message");
            assert_eq!(message(&answer), message(&expected), "{place}");
        }
    }
}

#[tokio::test]
async fn hostile_documents_are_refused_at_once() {
    let app = TestApp::new().await;
    let caller = app.anonymous("acme");
    let aliases: String = (0..31).map(|n| format!("a{n}: __typename ")).collect();
    let costly = "{ projects(first: 100) { nodes { tasks(first: 100) { nodes { id } } } } }";
    for (code, document) in [
        ("QUERY_TOO_COMPLEX", format!("{{ node(id: {}) }}", nested("{k:", "1", "}", 1_500))),
        ("QUERY_TOO_COMPLEX", format!("{{ node(id: {}) }}", nested("[", "", "]", 2_000))),
        ("QUERY_TOO_COMPLEX", format!("{{ node(id: {}", "[".repeat(60_000))),
        ("QUERY_TOO_COMPLEX", doubling(22)),
        ("QUERY_TOO_COMPLEX", doubling(31)),
        ("QUERY_TOO_COMPLEX", format!("{{ {aliases} }}")),
        ("QUERY_TOO_COMPLEX", format!("{{ {} }}", "__typename ".repeat(2_001))),
        ("QUERY_TOO_COMPLEX", format!("{{ {} }}", "__typename ".repeat(21))),
        ("QUERY_TOO_COMPLEX", format!("{{ __typename {} }}", "@skip(if: false)".repeat(21))),
        ("QUERY_TOO_COMPLEX", format!("{{ __typename }} #{}", "x".repeat(64 << 10))),
        ("QUERY_TOO_COMPLEX", costly.to_owned()),
        ("QUERY_TOO_DEEP", nested("{ node ", "{ id }", "}", 13)),
        ("QUERY_TOO_DEEP", nested("{ node ", "", "}", 5_000)),
        (
            "QUERY_TOO_DEEP",
            "{ __schema { types { fields { type { fields { type { fields { name }}}}}}}}"
                .to_owned(),
        ),
    ] {
        let begun = Instant::now();
        let answer = caller.gql(&document).await;
        let took = begun.elapsed();
        assert_eq!(answer.code(), code, "{document:.80}");
        answer.refused(400, code);
        assert!(answer.at("/errors/0/extensions/limit").is_u64(), "{}", answer.body);
        // 50 ms without load; the tests run beside each other, and unoptimised.
        assert!(took < Duration::from_secs(2), "{took:?} for {document:.80}");
    }
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let deep: Value = serde_json::from_str(&deep).expect("JSON");
    let query = "query($f: ProjectFilter) { projects(filter: $f) { totalCount } }";
    let answer = caller.gql_with(query, json!({ "f": deep })).await;
    answer.refused(400, "QUERY_TOO_COMPLEX");
    let costs = strict(&caller, costly, json!({})).await;
    assert!(costs.at("/errors/0/extensions/cost").as_u64() > Some(5_000), "{}", costs.body);
}

#[tokio::test]
async fn sign_ins_cannot_be_tried_in_bulk() {
    let app = TestApp::new().await;
    let caller = app.anonymous("acme");
    let tries: String = (0..50)
        .map(|n| {
            format!(
                "a{n}: tokenCreate(input: {{email: \"a@b.c\", password: \"{n}\"}}) {{ expiresIn }} "
            )
        })
        .collect();
    caller.gql(&format!("mutation {{ {tries} }}")).await.refused(400, "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn documents_that_do_not_hold_are_refused_with_a_code() {
    let app = TestApp::new().await;
    let caller = app.anonymous("acme");
    let invalid = "GRAPHQL_VALIDATION_FAILED";
    let unresolved = "OPERATION_RESOLUTION_FAILURE";
    for (code, document) in [
        ("GRAPHQL_PARSE_FAILED", "{"),
        ("GRAPHQL_PARSE_FAILED", "{ projects( }"),
        ("GRAPHQL_PARSE_FAILED", "query { \"a }"),
        ("GRAPHQL_PARSE_FAILED", "{ a } ?"),
        (unresolved, "fragment a on Query { __typename }"),
        (invalid, "{ projectz { totalCount } }"),
        (invalid, "{ projects { totalCountt } }"),
        (invalid, "{ projects(frist: 1) { totalCount } }"),
        (invalid, "{ projects }"),
        (invalid, "{ __typename { a } }"),
        (invalid, "{ ...a } fragment a on Query { ...a }"),
        (invalid, "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"),
        (invalid, "{ ...missing }"),
        (invalid, "{ ... on Nothing { id } }"),
        (invalid, "query($unused: Int) { __typename }"),
        (invalid, "{ projects(first: $undefined) { totalCount } }"),
        (invalid, "query($a: Nothing) { projects(first: $a) { totalCount } }"),
        (invalid, "{ __typename @nothing }"),
        (invalid, "query a { __typename } query a { __typename }"),
        (invalid, "{ __typename } { __typename }"),
        (invalid, "{ a: viewer { id } a: viewerOperator { id } }"),
        (invalid, "mutation { projects { totalCount } }"),
        (invalid, "{ node { id } }"),
    ] {
        let answer = strict(&caller, document, json!({})).await;
        assert_eq!(answer.code(), code, "{document}: {}", answer.body);
        answer.refused(400, code);
        assert!(answer.body.get("data").is_none(), "{}", answer.body);
        caller.gql(document).await.refused(200, code);
    }
    let subscription = strict(&caller, "subscription { a }", json!({})).await;
    assert_eq!(subscription.status, 400, "{}", subscription.body);
    subscription.check_errors();
}

#[tokio::test]
async fn nothing_is_suggested_to_those_who_guess() {
    let app = TestApp::new().await;
    let caller = app.anonymous("acme");
    for document in [
        "{ projectz { id } }",
        "{ projects { totalCoun } }",
        "{ projects(frst: 1) { totalCount } }",
        "{ __typename @skp(if: true) }",
        "{ __typename @skip(iff: true) }",
        "query($f: ProjectFiltr) { projects(filter: $f) { totalCount } }",
        "mutation { projectCreate(input: {nam: \"a\"}) { project { id } } }",
    ] {
        let answer = strict(&caller, document, json!({})).await;
        assert_eq!(answer.status, 400, "{document}: {}", answer.body);
        answer.check_errors();
        assert!(!answer.body.to_string().contains("Did you mean"), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_long_document_is_not_echoed() {
    let app = TestApp::new().await;
    let caller = app.anonymous("acme");
    let name = "x".repeat(20_000);
    for document in [format!("{{ {name} }}"), format!("{{ a {name}"), format!("{{ a ?{name}")] {
        let answer = caller.gql(&document).await;
        answer.check_errors();
        assert!(answer.body.to_string().len() < 2_000, "{}", answer.body);
    }
    let many = (0..20).map(|n| format!("x{n} ")).collect::<String>();
    caller.gql(&format!("{{ {many} }}")).await.check_errors();
}

#[tokio::test]
async fn variables_must_be_what_the_document_says() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let first = "query($n: Int!) { projects(first: $n) { totalCount } }";
    let status = "query($s: ProjectStatus!) {
        projects(filter: {status: {eq: $s}}) { totalCount } }";
    let create = "mutation($i: ProjectCreateInput!) {
        projectCreate(input: $i) { project { id } } }";
    for (document, variables) in [
        (first, json!({})),
        (first, json!({ "n": null })),
        (first, json!({ "n": "1" })),
        (first, json!({ "n": 1.5 })),
        (first, json!({ "n": 99_999_999_999_u64 })),
        (first, json!({ "n": [] })),
        (status, json!({ "s": "NO_SUCH" })),
        (status, json!({ "s": 1 })),
        (create, json!({ "i": {} })),
        (create, json!({ "i": { "name": 1 } })),
        (create, json!({ "i": { "name": "a", "unknown": 1 } })),
        (create, json!({ "i": { "name": "a", "dueDate": "tomorrow" } })),
        (create, json!({ "i": [] })),
    ] {
        let answer = strict(&owner, document, variables.clone()).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{variables}: {}", answer.body);
        answer.check_errors();
        assert!(answer.at("/data").is_null(), "{}", answer.body);
    }
    for literal in ["99999999999", "\"1\"", "1.5", "true", "[[1]]", "RED"] {
        let answer = owner.gql(&format!("{{ projects(first: {literal}) {{ totalCount }} }}")).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{literal}: {}", answer.body);
    }
    assert_eq!(app.value("SELECT count(*) FROM t_acme.projects").await, "0");
}

#[tokio::test]
async fn arguments_out_of_range_are_named() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    for (arguments, field) in [
        ("first: 101", "first"),
        ("first: -1", "first"),
        ("last: 101", "last"),
        ("first: 2147483647", "first"),
        ("first: 1, last: 1", "last"),
        ("after: \"nonsense\"", "after"),
        ("offset: -1", "offset"),
        ("offset: 10001", "offset"),
        ("search: \"\\u0000\"", "search"),
        ("filter: {name: {contains: \"\\u0000\"}}", "filter.name"),
        ("filter: {id: {eq: \"task_01arz3ndektsv4rrffq69g5fav\"}}", "filter.id"),
    ] {
        let answer = owner.gql(&format!("{{ projects({arguments}) {{ totalCount }} }}")).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{arguments}: {}", answer.body);
        answer.refused(200, "BAD_USER_INPUT");
        assert_eq!(answer.text("/errors/0/extensions/field"), field);
    }
    owner.gql("{ node(id: \"nonsense\") { id } }").await.refused(200, "BAD_USER_INPUT");
    owner.gql("{ project(id: \"task_01arz3ndektsv4rrffq69g5fav\") { id } }").await.check_errors();
}

#[tokio::test]
async fn the_operation_is_found_by_its_name() {
    let app = TestApp::new().await;
    let caller = app.anonymous("acme");
    let document = "query a { a: __typename } query b { b: __typename }";
    let ask = async |name: Value| {
        let body = json!({ "query": document, "operationName": name }).to_string();
        post(&caller, &[JSON], body).await
    };
    assert_eq!(ask(json!("b")).await.data(), json!({ "b": "Query" }));
    for name in [json!(null), json!(""), json!("c"), json!("A")] {
        ask(name).await.refused(200, "OPERATION_RESOLUTION_FAILURE");
    }
}

#[tokio::test]
async fn our_own_faults_tell_nothing_of_what_is_inside() {
    let settings = [("database.statement_timeout_ms", "300"), ("database.lock_timeout_ms", "200")];
    let app = TestApp::with(&settings).await;
    let owner = app.sign_in("acme", "owner").await;
    let list = "{ projects { nodes { name } } }";
    // A database that does not answer is no fault of anybody's: try again.
    let mut other = database::session(&app.database, "postgres").await;
    let lock = other.transaction().await.expect("a transaction");
    lock.batch_execute("LOCK TABLE t_acme.projects").await.expect("the lock");
    let begun = Instant::now();
    let answer = owner.gql(list).await;
    answer.refused(503, "UNAVAILABLE");
    assert_eq!(answer.at("/errors/0/extensions/retryable"), true);
    assert_eq!(answer.header("retry-after"), "1");
    assert!(begun.elapsed() < Duration::from_secs(3));
    lock.rollback().await.expect("the lock is gone");
    owner.gql(list).await.data();
    app.sql("ALTER TABLE t_acme.projects RENAME COLUMN name TO elsewhere").await;
    for document in [list, "mutation { projectCreate(input: {name: \"A\"}) { project { id } } }"] {
        let answer = owner.gql(document).await;
        answer.refused(200, "INTERNAL_SERVER_ERROR");
        assert_eq!(answer.text("/errors/0/message"), "Something went wrong");
        assert_eq!(answer.at("/errors/0/extensions/retryable"), false);
        for word in ["elsewhere", "does not exist", "t_acme"] {
            assert!(!answer.body.to_string().contains(word), "{}", answer.body);
        }
    }
}
