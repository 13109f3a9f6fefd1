//! The server as clients meet it: requests good and bad over real connections, and what comes back.

mod answers;
mod audits;
mod cookies;
mod cost;
mod documents;
mod hosts;
mod idempotency;
mod identity;
mod limits;
mod outage;
mod raw;
mod redis;
mod requests;
mod stored;
mod turns;
mod wire;

use reqwest::Method;
use serde_json::Value;

use crate::support::{Answer, Caller};

/// Who is signed in, of either kind.
const VIEWER: &str = "{ viewer { email } viewerOperator { email } }";

/// Sends a body to `/graphql` with these headers and no others.
async fn post(caller: &Caller, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Answer {
    send(caller, Method::POST, "/graphql", headers, body).await
}

async fn get(caller: &Caller, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(caller, Method::GET, path, headers, "").await
}

async fn send(
    caller: &Caller,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<reqwest::Body>,
) -> Answer {
    let mut request = caller.request(method, path).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    caller.send(request).await
}

impl Answer {
    /// A header of the answer; empty when it is not there.
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// The request was refused for its token, in the words used for every reason.
#[track_caller]
fn token_refused(answer: &Answer) {
    answer.refused(401, "UNAUTHENTICATED");
    assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    let message = answer.text("/errors/0/message");
    assert_eq!(message, "the access token does not hold; sign in again");
}

async fn viewer(caller: &Caller) -> Value {
    let data = caller.gql(VIEWER).await.data();
    let who = [&data["viewer"]["email"], &data["viewerOperator"]["email"]];
    who.into_iter().find(|v| !v.is_null()).cloned().unwrap_or_default()
}
