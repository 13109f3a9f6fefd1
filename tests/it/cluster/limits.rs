//! Limits that two processes share in a real Redis, and what is left of them without it.

use serde_json::json;

use super::{ME, Pair, within_a_second};
use crate::support::{Answer, Caller, Redis};

/// Both count in this Redis: ten requests of a caller at once, three tries of a password.
async fn counting(redis: &Redis) -> Pair {
    let url = redis.url();
    Pair::with(&[
        ("REDIS_URL", &url),
        ("API_RATE_LIMIT_PER_MINUTE", "6"),
        ("API_RATE_LIMIT_BURST", "4"),
        ("AUTH_RATE_LIMIT_PER_MINUTE", "3"),
        // The machine that tests run on may be busy.
        ("TARUVI_REDIS__TIMEOUT", "2000"),
    ])
    .await
}

async fn guess(caller: &Caller) -> Answer {
    let wrong = json!({ "input": { "email": "manager@acme.test", "password": "wrong-password" } });
    caller.mutate("tokenCreate", wrong, "").await
}

fn statuses(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[tokio::test]
async fn two_processes_count_as_one_and_without_redis_passwords_stay_guarded() {
    let mut redis = Redis::start().await;
    let pair = counting(&redis).await;
    let here = pair.sign_in(0, "acme", "owner").await;
    let there = pair.through(1, &here);
    let all = (0..30).map(|n| if n % 2 == 0 { &here } else { &there });
    let answers = futures_util::future::join_all(all.map(|caller| caller.gql(ME))).await;
    assert_eq!((statuses(&answers, 200), statuses(&answers, 429)), (10, 20));
    for refused in answers.iter().filter(|answer| answer.status == 429) {
        refused.refused(429, "RATE_LIMITED");
        assert!(refused.headers.contains_key("retry-after"));
    }
    // Another account has a bucket of its own, in both.
    let member = pair.sign_in(1, "acme", "member").await;
    pair.through(0, &member).gql(ME).await.data();

    // Whoever guesses gains nothing by asking another process.
    let guessers = [pair.anonymous(0, "acme"), pair.anonymous(1, "acme")];
    let mut tries = vec![];
    for n in 0..6 {
        tries.push(guess(&guessers[n % 2]).await);
    }
    let refused = tries.iter().filter(|answer| answer.code() == "RATE_LIMITED").count();
    assert_eq!(refused, 3);

    redis.kill();
    let wanted = |answer: &Answer| answer.status == 200;
    within_a_second("requests go on without Redis", &member, ME, wanted).await;
    for _ in 0..12 {
        member.gql(ME).await.data();
        pair.through(0, &member).gql(ME).await.data();
    }
    for guesser in &guessers {
        let mut tries = vec![];
        for _ in 0..5 {
            tries.push(guess(guesser).await.code());
        }
        assert_eq!(tries[3..], ["RATE_LIMITED", "RATE_LIMITED"], "{tries:?}");
    }
}
