//! How often one may ask: a bucket for each user, or for each address of those not signed in, and
//! never one for two tenants.

use serde_json::json;

use super::post;
use crate::support::{Answer, Caller, TestApp};

const JSON: (&str, &str) = ("content-type", "application/json");
const TYPENAME: &str = r#"{"query":"{ __typename }"}"#;
/// Requests that one caller may send at once with [`limited`].
const AT_ONCE: usize = 6;

/// A server on which a caller has four requests a minute, and two more at once.
async fn limited(more: &[(&'static str, &str)]) -> TestApp {
    let mut settings =
        vec![("limits.enabled", "true"), ("limits.api_per_minute", "4"), ("limits.api_burst", "2")];
    settings.extend(more);
    TestApp::with(&settings).await
}

/// How many requests are answered before the first that is not, and that one.
async fn until_limited(caller: &Caller, headers: &[(&str, &str)]) -> (usize, Answer) {
    let headers: Vec<_> = headers.iter().copied().chain([JSON]).collect();
    for answered in 0..50 {
        let answer = post(caller, &headers, TYPENAME).await;
        if answer.status != 200 {
            return (answered, answer);
        }
    }
    panic!("there is no limit");
}

#[track_caller]
fn limit_reached(answer: &Answer) {
    answer.refused(429, "RATE_LIMITED");
    let wait = answer.at("/errors/0/extensions/retryAfterMs").as_u64().expect("how long to wait");
    assert!((1_000..=60_000).contains(&wait), "{wait}");
    let seconds: u64 = answer.header("retry-after").parse().expect("whole seconds");
    assert_eq!(seconds, wait.div_ceil(1000));
    assert_eq!(answer.at("/errors/0/extensions/retryable"), true);
}

#[tokio::test]
async fn a_user_has_a_bucket_whatever_the_session() {
    let app = limited(&[]).await;
    let (first, second) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "owner").await);
    let other = app.sign_in("acme", "member").await;
    let (answered, refused) = until_limited(&first, &[]).await;
    assert_eq!(answered, AT_ONCE);
    limit_reached(&refused);
    limit_reached(&second.gql("{ __typename }").await);
    // Nobody else is the worse for it: not on the tenant, nor on the same address.
    other.gql("{ __typename }").await.data();
    app.anonymous("acme").gql("{ __typename }").await.data();
    // The platform's host is no way around.
    limit_reached(&first.at("localhost").gql("{ __typename }").await);
}

#[tokio::test]
async fn an_address_has_a_bucket_on_each_tenant() {
    let app = limited(&[]).await;
    let caller = app.anonymous("acme");
    let (answered, refused) = until_limited(&caller, &[]).await;
    assert_eq!(answered, AT_ONCE);
    limit_reached(&refused);
    // Headers that anybody can send give nobody a new one.
    for (name, value) in
        [("x-forwarded-for", "10.1.2.3"), ("x-real-ip", "10.1.2.3"), ("forwarded", "for=10.1.2.3")]
    {
        limit_reached(&post(&caller, &[JSON, (name, value)], TYPENAME).await);
    }
    limit_reached(&caller.at("acme.127.0.0.1.nip.io").gql("{ __typename }").await);
    for host in ["globex", "localhost"] {
        app.anonymous(host).gql("{ __typename }").await.data();
    }
}

#[tokio::test]
async fn an_hour_has_limits_of_its_own() {
    let settings = [
        ("limits.enabled", "true"),
        ("limits.anonymous_per_hour", "2"),
        ("limits.signed_in_per_hour", "3"),
    ];
    let app = TestApp::with(&settings).await;
    let owner = app.sign_in("globex", "owner").await;
    for (caller, per_hour) in [(app.anonymous("acme"), 2), (owner, 3)] {
        let (answered, refused) = until_limited(&caller, &[]).await;
        assert_eq!(answered, per_hour);
        refused.refused(429, "RATE_LIMITED");
        let wait = refused.at("/errors/0/extensions/retryAfterMs").as_u64().expect("a wait");
        let each = 3_600_000 / per_hour as u64;
        assert!((each - 60_000..=each).contains(&wait), "{wait}");
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_address_is_the_callers() {
    let app = limited(&[("http.trusted_proxies", "127.0.0.1,10.0.0.0/8")]).await;
    let caller = app.anonymous("acme");
    let (answered, refused) = until_limited(&caller, &[("x-forwarded-for", "192.0.2.1")]).await;
    assert_eq!(answered, AT_ONCE);
    limit_reached(&refused);
    let from =
        async |chain: &str| post(&caller, &[JSON, ("x-forwarded-for", chain)], TYPENAME).await;
    from("192.0.2.2").await.data();
    // What the caller wrote in front of the proxies' own entries does not count.
    limit_reached(&from("192.0.2.9, 192.0.2.1").await);
    limit_reached(&from("192.0.2.9, 192.0.2.1, 10.0.0.7").await);
}

#[tokio::test]
async fn users_of_two_tenants_never_share_a_bucket() {
    let app = limited(&[]).await;
    let acme = app.sign_in("acme", "owner").await;
    let globex = app.sign_in("globex", "owner").await;
    limit_reached(&until_limited(&acme, &[]).await.1);
    let (answered, _) = until_limited(&globex, &[]).await;
    assert_eq!(answered, AT_ONCE);
    let operator = app.operator().await;
    assert_eq!(until_limited(&operator, &[]).await.0, AT_ONCE);
}

#[tokio::test]
async fn passwords_can_be_tried_a_few_times() {
    let settings = [
        ("limits.enabled", "true"),
        ("limits.auth_per_minute", "3"),
        ("limits.auth_per_minute_address", "6"),
    ];
    let app = TestApp::with(&settings).await;
    let attempt = async |host: &str, email: &str| {
        let query = "mutation($e: String!) {
            tokenCreate(input: {email: $e, password: \"wrong-password\"}) { expiresIn } }";
        app.anonymous(host).gql_with(query, json!({ "e": email })).await
    };
    for email in ["owner@acme.test", "OWNER@acme.test", "Owner@Acme.Test"] {
        attempt("acme", email).await.refused(200, "UNAUTHENTICATED");
    }
    limit_reached(&attempt("acme", "owner@acme.test").await);
    // The right password has to wait as well, or guessing would go on.
    let right = "mutation { tokenCreate(input: {email: \"owner@acme.test\",
        password: \"a-password-for-tests\"}) { expiresIn } }";
    limit_reached(&app.anonymous("acme").gql(right).await);
    attempt("acme", "member@acme.test").await.refused(200, "UNAUTHENTICATED");
    limit_reached(&attempt("acme", "manager@acme.test").await); // the address has tried six
}

#[tokio::test]
async fn every_answer_says_how_the_buckets_stand() {
    let app = limited(&[]).await;
    let owner = app.sign_in("acme", "owner").await;
    let first = owner.gql("{ __typename }").await;
    assert_eq!(
        first.header("ratelimit-policy"),
        "\"api\";q=6;w=60, \"signed-in\";q=1000;w=3600, \"cost\";q=50000;w=60"
    );
    let standing = first.header("ratelimit").to_owned();
    assert!(standing.starts_with("\"api\";r=5;t=15, \"signed-in\";r=999;t=4, "), "{standing}");
    let counts = |a: &Answer| ["limit", "remaining", "reset"].map(|n| number(a, n));
    assert_eq!(counts(&first), [6, 5, 15]);
    // What is no operation counts as well, and so does what is refused by the document alone.
    for body in ["{", r#"{"query":"{ nothing }"}"#, r#"{"query":"{"}"#] {
        post(&owner, &[JSON], body).await;
    }
    assert_eq!(counts(&owner.gql("{ __typename }").await)[1], 1);
    let (_, refused) = until_limited(&owner, &[]).await;
    limit_reached(&refused);
    assert_eq!(counts(&refused)[..2], [6, 0]);
    // Refused once more without being looked at, in the same way.
    let again = owner.gql("{ __typename }").await;
    limit_reached(&again);
    assert_eq!(counts(&again)[..2], [6, 0]);
}

fn number(answer: &Answer, name: &str) -> u64 {
    let text = answer.header(&format!("ratelimit-{name}"));
    text.parse().unwrap_or_else(|_| panic!("ratelimit-{name}: {text:?}"))
}

#[tokio::test]
async fn what_one_bucket_refuses_is_not_taken_from_another() {
    let app = limited(&[("limits.signed_in_per_hour", "2")]).await;
    let owner = app.sign_in("acme", "owner").await;
    assert_eq!(until_limited(&owner, &[]).await.0, 2);
    for _ in 0..5 {
        let refused = owner.gql("{ __typename }").await;
        refused.refused(429, "RATE_LIMITED");
    }
    // The requests of the minute were given back: the tenant's other bucket shows it.
    let app = limited(&[("limits.tenant_per_minute", "3")]).await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    owner.gql("{ __typename }").await.data(); // the third: signing in took two
    let refused = member.gql("{ __typename }").await;
    limit_reached(&refused);
    assert!(refused.header("ratelimit").starts_with("\"api\";r=6;t=0, "), "untouched");
    // Another tenant's bucket is another.
    app.anonymous("globex").gql("{ __typename }").await.data();
}

#[tokio::test]
async fn some_fields_have_a_bucket_of_their_own() {
    let settings = [
        ("limits.enabled", "true"),
        ("limits.burst_per_minute", "2"),
        ("limits.burst_fields", "viewer"),
    ];
    let app = TestApp::with(&settings).await;
    let owner = app.sign_in("acme", "owner").await;
    for _ in 0..2 {
        owner.gql("{ viewer { email } }").await.data();
    }
    limit_reached(&owner.gql("{ me: viewer { email } }").await);
    owner.gql("{ __typename }").await.data();
    app.sign_in("acme", "member").await.gql("{ viewer { email } }").await.data();
}

#[tokio::test]
async fn without_limits_nothing_is_counted_or_said() {
    let app = TestApp::new().await;
    let answer = app.anonymous("acme").gql("{ __typename }").await;
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("ratelimit")));
    assert!(answer.at("/extensions").is_null());
}
