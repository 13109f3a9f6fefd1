//! Page arguments that can't be meant are refused, not guessed at.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::{Answer, Caller, TestApp};

#[track_caller]
fn assert_refused(answer: &Answer, what: &str) {
    assert_eq!(answer.code(), "BAD_USER_INPUT", "{what}: {}", answer.body);
    assert!(answer.is_empty(), "{what}: {}", answer.body);
}

const LISTS: [&str; 4] = ["projects", "tasks", "documents", "users"];

/// Arguments, and the one that the refusal names.
const WRONG: [(&str, &str); 21] = [
    ("first: 101", "first"),
    ("first: -1", "first"),
    ("first: 2147483647", "first"),
    ("first: -2147483648", "first"),
    ("last: 101", "last"),
    ("last: -1", "last"),
    ("last: 2147483647", "last"),
    ("first: 1, last: 1", "last"),
    ("first: 1, before: \"x\"", "before"),
    ("last: 1, after: \"x\"", "after"),
    ("before: \"x\", after: \"x\"", "after"),
    ("offset: -1", "offset"),
    ("offset: 10001", "offset"),
    ("offset: 2147483647", "offset"),
    ("offset: 1, after: \"x\"", "offset"),
    ("offset: 1, last: 1", "offset"),
    ("first: 1, after: \"x\"", "after"),
    ("last: 1, before: \"x\"", "before"),
    ("first: 1, after: \"\"", "after"),
    ("search: \"a\\u0000b\"", "search"),
    ("search: \"a\\u0007b\"", "search"),
];

#[tokio::test]
async fn sizes_and_directions_that_make_no_sense_are_refused() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    for list in LISTS {
        for (arguments, field) in WRONG {
            let answer = owner.gql(&format!("{{ {list}({arguments}) {{ totalCount }} }}")).await;
            assert_refused(&answer, &format!("{list} {arguments}"));
            let named = answer.text("/errors/0/extensions/field");
            assert_eq!(named, field, "{list} {arguments}: {}", answer.body);
        }
        // Those who may not see the list learn nothing of its arguments.
        let anonymous = app.anonymous("acme");
        let answer = anonymous.gql(&format!("{{ {list}(first: 101) {{ totalCount }} }}")).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "{list}");
        let long = "x".repeat(201);
        let answer = owner.gql(&format!("{{ {list}(search: \"{long}\") {{ totalCount }} }}")).await;
        assert_refused(&answer, list);
        let good = "first: 100, offset: 10000, filter: {}, orderBy: [], search: \"\"";
        owner.gql(&format!("{{ {list}({good}) {{ totalCount }} }}")).await.data();
    }
}

#[tokio::test]
async fn numbers_that_are_none_are_refused() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    for number in ["2147483648", "-2147483649", "99999999999", "1.5", "\"1\"", "true", "[1]", "1e3"]
    {
        for name in ["first", "last", "offset"] {
            let literal = format!("{{ tasks({name}: {number}) {{ totalCount }} }}");
            assert_refused(&owner.gql(&literal).await, &literal);
            let value: Value = serde_json::from_str(number).unwrap();
            let query = format!("query($n: Int) {{ tasks({name}: $n) {{ totalCount }} }}");
            let answer = owner.gql_with(&query, json!({ "n": value })).await;
            assert_refused(&answer, &format!("{name} as a variable: {number}"));
        }
    }
    let nulls = "{ tasks(first: null, last: null, after: null, before: null, offset: null,
        filter: null, search: null, orderBy: null) { totalCount } }";
    assert_eq!(owner.gql(nulls).await.data()["tasks"]["totalCount"], 0);
}

#[tokio::test]
async fn orderings_of_more_than_three_parts_are_refused() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    for list in LISTS {
        let part = "{ field: CREATED_AT }";
        let three = [part; 3].join(", ");
        owner.gql(&format!("{{ {list}(orderBy: [{three}]) {{ totalCount }} }}")).await.data();
        let four = [part; 4].join(", ");
        let answer = owner.gql(&format!("{{ {list}(orderBy: [{four}]) {{ totalCount }} }}")).await;
        assert_refused(&answer, list);
        assert_eq!(answer.text("/errors/0/extensions/field"), "orderBy");
        for wrong in ["{ field: PASSWORD_HASH }", "{ field: 1 }", "{}", "{ direction: ASC }"] {
            let query = format!("{{ {list}(orderBy: [{wrong}]) {{ totalCount }} }}");
            assert_refused(&owner.gql(&query).await, wrong);
        }
    }
}

async fn after(caller: &Caller, order: &str, cursor: &str) -> Answer {
    let query = format!(
        "query($c: String) {{ tasks(first: 5, orderBy: [{order}], after: $c) {{ nodes {{ id }} }} }}"
    );
    caller.gql_with(&query, json!({ "c": cursor })).await
}

#[tokio::test]
async fn cursors_of_another_ordering_or_of_nobodys_making_are_refused() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "Apollo").await;
    app.task(&owner, &project, "one").await;
    let orders = [
        "",
        "{ field: TITLE }",
        "{ field: TITLE, direction: DESC }",
        "{ field: DUE_DATE }",
        "{ field: TITLE }, { field: DUE_DATE }",
    ];
    for order in orders {
        let query = format!("{{ tasks(orderBy: [{order}]) {{ pageInfo {{ endCursor }} }} }}");
        let cursor = owner.gql(&query).await.text("/data/tasks/pageInfo/endCursor");
        for other in orders {
            let answer = after(&owner, other, &cursor).await;
            match other == order {
                true => assert!(answer.data()["tasks"]["nodes"].is_array()),
                false => assert_refused(&answer, &format!("{order} used as {other}")),
            }
        }
        assert_refused(&after(&owner, order, &cursor[..cursor.len() - 4]).await, "cut off");
        assert_refused(&after(&owner, order, &format!("{cursor}AAAA")).await, "drawn out");
    }
    let encode = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let id = "{\"u\":\"0190163d-8694-739b-aea5-966c26f8ad91\"}";
    let forged = [
        String::new(),
        " ".to_owned(),
        "x".repeat(5000),
        "😀".to_owned(),
        encode(""),
        encode("[]"),
        encode("null"),
        encode("[\"created_at-,id-\"]"),
        encode("[\"created_at-,id-\",[]]"),
        encode(&format!("[\"created_at-,id-\",[{id}]]")),
        // Values of another type than the column's, of none, and none at all.
        encode(&format!("[\"created_at-,id-\",[{{\"s\":\"x\"}},{id}]]")),
        encode(&format!("[\"created_at-,id-\",[{{\"i\":1}},{id}]]")),
        encode(&format!("[\"created_at-,id-\",[{{\"q\":1}},{id}]]")),
        encode(&format!("[\"created_at-,id-\",[\"z\",{id}]]")),
        encode(&format!("[\"created_at-,id-\",[{{\"t\":\"+262142-12-31T23:59:59Z\"}},{id}]]")),
        encode("[\"created_at-,id-\",[{\"t\":\"2026-01-01T00:00:00Z\"},{\"s\":\"1\"}]]"),
        encode("[\"created_at-,id-\",[{\"t\":\"2026-01-01T00:00:00Z\"},\"z\"]]"),
    ];
    for cursor in &forged {
        assert_refused(&after(&owner, "", cursor).await, cursor);
    }
    let named = format!("[\"title+,id+\",[{{\"s\":\"a\\u0000b\"}},{id}]]");
    assert_refused(&after(&owner, "{ field: TITLE }", &encode(&named)).await, "NUL in a cursor");
}
