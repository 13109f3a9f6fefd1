//! How often signing in may be tried: for an account, and from an address.

use std::time::Instant;

use serde_json::{Value, json};

use super::tokens::sign_in;
use crate::support::database::PASSWORD;
use crate::support::{Answer, Caller, TestApp};

async fn tries(caller: &Caller, n: usize, input: &Value) -> Vec<u16> {
    let mut all = vec![];
    for _ in 0..n {
        all.push(sign_in(caller, input.clone()).await.status.as_u16());
    }
    all
}

/// Tries until it has to wait, and checks that this was after ten tries; some more if so much time
/// went by that there were some again. `before` were made since `begun`.
async fn exhaust(caller: &Caller, inputs: &[Value], before: u64, begun: Instant) -> Answer {
    for (tried, input) in (before..).zip(inputs.iter().cycle()) {
        let answer = sign_in(caller, input.clone()).await;
        let earned = begun.elapsed().as_secs() / 6;
        assert!(tried <= 10 + earned, "{tried} tries in {:?}", begun.elapsed());
        if answer.status == 429 {
            assert!(tried >= 10, "{tried} tries are not too many");
            return answer;
        }
    }
    unreachable!("the inputs come again and again")
}

#[tokio::test]
async fn the_eleventh_try_for_an_account_has_to_wait() {
    let app = TestApp::with(&[("limits.enabled", "true")]).await;
    let acme = app.anonymous("acme");
    let wrong = json!({ "email": "member@acme.test", "password": "wrong" });
    let begun = Instant::now();
    let answer = exhaust(&acme, &[wrong], 0, begun).await;
    assert_eq!(answer.code(), "RATE_LIMITED");
    let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(answer.at("/errors/0/extensions/retryable"), true);
    assert!(answer.at("/errors/0/extensions/retryAfterMs").as_u64().unwrap() > 0);
    let right = json!({ "email": "Member@ACME.test", "password": PASSWORD });
    let (status, late) = (tries(&acme, 1, &right).await, begun.elapsed().as_secs() >= 6);
    assert!(status == [429] || late, "the right password does not help");
    // Others are not kept waiting.
    let other = json!({ "email": "member@globex.test", "password": PASSWORD });
    assert_eq!(tries(&app.anonymous("globex"), 1, &other).await, [200]);
    let other = json!({ "email": "owner@acme.test", "password": PASSWORD });
    assert_eq!(tries(&acme, 1, &other).await, [200]);
}

#[tokio::test]
async fn another_way_to_write_the_tenant_gives_no_further_tries() {
    let app = TestApp::with(&[("limits.enabled", "true")]).await;
    let platform = app.anonymous("localhost");
    let wrong =
        |tenant: &str| json!({ "username": "member", "password": "wrong", "tenant": tenant });
    let begun = Instant::now();
    let here = json!({ "username": "MEMBER", "password": "wrong" });
    assert_eq!(tries(&app.anonymous("acme"), 3, &here).await, [200; 3]);
    exhaust(&platform, &[wrong("acme"), wrong("t_acme")], 3, begun).await;
}

#[tokio::test]
async fn an_address_may_not_try_all_accounts() {
    let app = TestApp::with(&[("limits.enabled", "true")]).await;
    let acme = app.anonymous("acme");
    let begun = Instant::now();
    for n in 0.. {
        let wrong = json!({ "input": { "refreshToken": "x" } });
        let status = acme.mutate("tokenRefresh", wrong, "").await.status;
        let earned = begun.elapsed().as_secs() / 2;
        assert!(n <= 30 + earned, "{n} tries in {:?}", begun.elapsed());
        if status == 429 {
            assert!(n >= 30, "{n} tries are not too many");
            break;
        }
    }
    let right = json!({ "email": "owner@acme.test", "password": PASSWORD });
    let (status, late) = (tries(&acme, 1, &right).await, begun.elapsed().as_secs() >= 2);
    assert!(status == [429] || late, "whichever account it is");
}

#[tokio::test]
async fn many_tries_in_one_request_are_as_many_tries() {
    let app = TestApp::with(&[("limits.enabled", "true")]).await;
    let acme = app.anonymous("acme");
    let tries = |password: &str, n: usize| {
        let one = format!(
            "tokenCreate(input: {{ username: \"owner\", password: \"{password}\" }}) {{ expiresIn }}"
        );
        let all: Vec<_> = (0..n).map(|i| format!("t{i}: {one}")).collect();
        format!("mutation {{ {} }}", all.join(" "))
    };
    let fifty = acme.gql(&tries("x", 50)).await;
    assert_eq!((fifty.status.as_u16(), fifty.code().as_str()), (400, "QUERY_TOO_COMPLEX"));
    let begun = Instant::now();
    let wrong = acme.gql(&tries("x", 8)).await;
    assert_eq!(wrong.at("/data"), Value::Null, "the first one that fails is the last");
    let right = acme.gql(&tries(PASSWORD, 8)).await.data();
    assert_eq!(right.as_object().unwrap().len(), 8);
    let input = json!({ "username": "OWNER", "password": PASSWORD });
    exhaust(&acme, &[input], 9, begun).await;
}
