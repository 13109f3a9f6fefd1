//! The same mix of requests as a client sends them, and hangs up on some.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;

use super::{NAMES, ROWS, UNDONE, WORKERS};
use crate::support::{Caller, TestApp};

/// Sends requests: reads, writes, mistakes, and clients that hang up.
pub async fn talk(app: &TestApp, requests: usize) {
    let mut callers = vec![];
    for name in NAMES {
        callers.push(app.sign_in(name, "owner").await);
    }
    let talks = (0..WORKERS).map(|worker| {
        let callers = &callers;
        async move {
            let mut dice = StdRng::seed_from_u64(1_000 + worker as u64);
            for _ in 0..requests / WORKERS + 1 {
                let me = dice.random_range(0..NAMES.len());
                exchange(&callers[me], me, &mut dice).await;
            }
        }
    });
    futures_util::future::join_all(talks).await;
}

async fn exchange(caller: &Caller, me: usize, dice: &mut StdRng) {
    let query =
        "{ projects(first: 50) { totalCount nodes { name description tasks { totalCount } } } }";
    let body = match dice.random_range(0..10) {
        0 => json!({ "query": "{ projects(after: \"nonsense\") { nodes { name } } }" }),
        1 => {
            json!({ "query": "mutation { projectCreate(input: {name: \"\"}) { project { name } } }" })
        }
        _ => json!({ "query": query }),
    };
    let mut request = caller.request(reqwest::Method::POST, "/graphql").json(&body);
    let hangs_up = dice.random_range(0..10) == 0;
    if hangs_up {
        request = request.timeout(Duration::from_micros(dice.random_range(100..4_000)));
    }
    let Ok(response) = request.send().await else { return assert!(hangs_up) };
    let Ok(text) = response.text().await else { return assert!(hangs_up) };
    for (other, name) in NAMES.iter().enumerate() {
        assert!(other == me || !text.contains(&format!("{name}#")), "{} sees {text}", NAMES[me]);
    }
    assert!(!text.contains(UNDONE), "{text}");
    let own = text.matches(&format!("{}#", NAMES[me])).count();
    assert!(own == 2 * ROWS || body["query"] != query, "{text}");
}
