//! Limits that several servers share in Redis, and what holds when it is gone.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Answer, Redis, TestApp};

/// Two servers on one database and one Redis; a caller has six requests at once.
async fn two(redis: &Redis, more: &[(&'static str, &str)]) -> (TestApp, TestApp) {
    let url = redis.url();
    let mut settings = vec![
        ("limits.enabled", "true"),
        ("limits.api_per_minute", "4"),
        ("limits.api_burst", "2"),
        ("redis.url", url.as_str()),
        // The machine that tests run on may be busy.
        ("redis.timeout", "2000"),
    ];
    settings.extend(more);
    let first = TestApp::with(&settings).await;
    let second = TestApp::beside_with(&first, &settings).await;
    (first, second)
}

async fn attempt(app: &TestApp, email: &str) -> Answer {
    let query = "mutation($e: String!) {
        tokenCreate(input: {email: $e, password: \"wrong-password\"}) { expiresIn } }";
    app.anonymous("acme").gql_with(query, json!({ "e": email })).await
}

#[tokio::test]
async fn two_servers_share_buckets_exactly() {
    let redis = Redis::start().await;
    let (first, second) = two(&redis, &[]).await;
    let here = first.sign_in("acme", "owner").await;
    let mut there = second.anonymous("acme");
    there.token = here.token.clone();
    let all = (0..20).map(|n| if n % 2 == 0 { &here } else { &there });
    let answers = futures_util::future::join_all(all.map(|c| c.gql("{ __typename }"))).await;
    let answered = answers.iter().filter(|a| a.status == 200).count();
    assert_eq!(answered, 6);
    for refused in answers.iter().filter(|a| a.status != 200) {
        refused.refused(429, "RATE_LIMITED");
        assert_eq!(refused.header("ratelimit-remaining"), "0");
    }
    // Another caller is not concerned, on either.
    second.sign_in("acme", "member").await.gql("{ __typename }").await.data();
}

#[tokio::test]
async fn points_that_were_not_needed_come_back_for_all_servers() {
    let redis = Redis::start().await;
    let (first, second) = two(&redis, &[("limits.cost_per_minute", "5000")]).await;
    let here = first.sign_in("acme", "owner").await;
    let mut there = second.anonymous("acme");
    there.token = here.token.clone();
    let dear = "{ projects(first: 50) { nodes { tasks(first: 90) { nodes { title } } } } }";
    for caller in [&here, &there, &here] {
        let answer = caller.gql(dear).await;
        answer.data();
        assert_eq!(answer.at("/extensions/cost/actual"), 1);
        // Putting back goes on behind the answer.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let last = there.gql("{ viewer { email } }").await;
    assert!(last.at("/extensions/cost/remaining").as_u64() > Some(4_900), "{}", last.body);
}

#[tokio::test]
async fn without_redis_requests_go_on_and_passwords_stay_guarded() {
    let mut redis = Redis::start().await;
    let more = [("limits.auth_per_minute", "3"), ("redis.timeout", "50")];
    let (first, second) = two(&redis, &more).await;
    let owner = first.sign_in("acme", "owner").await;
    redis.kill();
    let since = Instant::now();
    for _ in 0..20 {
        let answer = owner.gql("{ __typename }").await;
        answer.data();
    }
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    for _ in 0..3 {
        attempt(&first, "manager@acme.test").await.refused(200, "UNAUTHENTICATED");
    }
    attempt(&first, "manager@acme.test").await.refused(429, "RATE_LIMITED");
    attempt(&second, "manager@acme.test").await.refused(200, "UNAUTHENTICATED");
    // And when it is back, they count together again.
    redis.resume().await;
    let mut refused = false;
    for _ in 0..200 {
        refused = owner.gql("{ __typename }").await.status == 429;
        if refused {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert!(refused, "requests are counted again");
}
