//! What operations cost: points that are taken before they run, and given back as far as they were
//! not needed.

use serde_json::json;

use super::post;
use crate::support::{Answer, Caller, TestApp};

async fn limited(cost: &str) -> TestApp {
    TestApp::with(&[("limits.enabled", "true"), ("limits.cost_per_minute", cost)]).await
}

/// Requested and actual cost, and what is left of which limit.
#[track_caller]
fn costs(answer: &Answer) -> [u64; 4] {
    let names = ["requested", "actual", "remaining", "limit"];
    names.map(|name| {
        let found = answer.at(&format!("/extensions/cost/{name}")).as_u64();
        found.unwrap_or_else(|| panic!("no {name} in {}", answer.body))
    })
}

async fn project_with_tasks(app: &TestApp, caller: &Caller, tasks: usize) {
    let project = app.project(caller, "Apollo").await;
    for n in 0..tasks {
        app.task(caller, &project, &format!("Task {n}")).await;
    }
}

#[tokio::test]
async fn an_answer_says_what_it_cost() {
    let app = limited("10000").await;
    let owner = app.sign_in("acme", "owner").await;
    let made = owner.gql("mutation { projectCreate(input: {name: \"A\"}) { project { id } } }");
    assert_eq!(costs(&made.await)[..2], [11, 11], "ten for the change, one for the project");
    project_with_tasks(&app, &owner, 3).await;
    // A page may have ten rows with a project each; it has three.
    let page = owner.gql("{ tasks(first: 10) { nodes { title project { name } } } }").await;
    let [requested, actual, remaining, limit] = costs(&page);
    assert_eq!((requested, actual, limit), (21, 7, 10_000));
    assert!(remaining <= 10_000 - actual && remaining > 9_800, "{remaining}");
    let reset = page.text("/extensions/cost/resetAt");
    let reset: chrono::DateTime<chrono::Utc> = reset.parse().expect("a time");
    let wait = (reset - app.app.clock.now()).num_seconds();
    assert!((-5..=60).contains(&wait), "{wait}");
    // The same page with a variable costs the same, and twice as much under two names.
    let query = "query($n: Int) { tasks(first: $n) { nodes { title project { name } } } }";
    assert_eq!(costs(&owner.gql_with(query, json!({ "n": 10 })).await)[..2], [21, 7]);
    let twice = "{ a: tasks(first: 10) { nodes { title project { name } } }
                   b: tasks(first: 10) { nodes { title project { name } } } }";
    assert_eq!(costs(&owner.gql(twice).await)[..2], [42, 14]);
    // Objects by their ids are as many as the ids.
    let ids: Vec<String> = (0..7).map(|n| format!("task_{n}")).collect();
    let nodes = "query($i: [ID!]!) { nodes(ids: $i) { id } }";
    assert_eq!(costs(&owner.gql_with(nodes, json!({ "i": ids })).await)[..2], [7, 1]);
}

#[tokio::test]
async fn what_was_not_needed_is_put_back() {
    let app = limited("6000").await;
    let owner = app.sign_in("acme", "owner").await;
    let dear = "{ projects(first: 20) { nodes { tasks(first: 90) { nodes { title } } } } }";
    for _ in 0..4 {
        let [requested, actual, remaining, _] = costs(&owner.gql(dear).await);
        assert_eq!((requested, actual), (1 + 20 + 20 + 20 * 90, 1));
        assert!(remaining > 5_900, "{remaining}");
    }
}

#[tokio::test]
async fn who_has_few_points_left_waits_for_what_is_dear_alone() {
    let settings = [
        ("limits.enabled", "true"),
        ("graphql.max_cost", "30"),
        ("limits.cost_per_minute", "30"),
        ("limits.api_per_minute", "1"),
        ("limits.api_burst", "50"),
    ];
    let app = TestApp::with(&settings).await;
    let owner = app.sign_in("acme", "owner").await;
    // Changes under several names cost what they cost alone, together.
    let twice = "mutation { a: projectCreate(input: {name: \"A\"}) { project { id } }
                            b: projectCreate(input: {name: \"B\"}) { project { id } } }";
    assert_eq!(costs(&owner.gql(twice).await)[..2], [22, 22]);
    let refused = owner.gql(twice).await;
    refused.refused(429, "RATE_LIMITED");
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((20..=28).contains(&wait), "14 points at one in two seconds: {wait}");
    // To ask in vain is a request too.
    let left = |answer: &Answer| -> u64 {
        answer.header("ratelimit-remaining").parse().expect("what is left")
    };
    assert_eq!(left(&owner.gql(twice).await) + 1, left(&refused));
    assert_eq!(app.value("SELECT count(*) FROM t_acme.projects").await, "2");
    // What is cheap goes on, and so do others.
    owner.gql("{ viewer { email } }").await.data();
    app.sign_in("acme", "manager").await.gql(twice).await.data();
}

#[tokio::test]
async fn a_repetition_tells_its_own_cost() {
    let app = limited("10000").await;
    let owner = app.sign_in("acme", "owner").await;
    let body = r#"{"query":"mutation { projectCreate(input: {name: \"A\"}) { project { id } } }"}"#;
    let headers = [("content-type", "application/json"), ("idempotency-key", "one")];
    let first = post(&owner, &headers, body).await;
    let again = post(&owner, &headers, body).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.at("/data"), first.at("/data"));
    assert_eq!(costs(&again)[..2], [11, 1]);
}

#[tokio::test]
async fn a_bucket_that_can_never_hold_an_operation_is_no_setting() {
    let overrides = vec![("limits.cost_per_minute", "4999".to_owned())];
    let sources = taruvi::config::Sources { overrides, ..Default::default() };
    let refused = taruvi::config::Config::load(sources).expect_err("too little");
    let expected = "RATE_LIMIT_COST_PER_MINUTE: 4999 is less than graphql.max_cost, 5000";
    assert_eq!(refused.problems, [expected]);
}
