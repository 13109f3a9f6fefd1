//! The other end of an event stream.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use super::caller::Caller;

/// Nothing takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer whose events are read as they come.
pub struct Stream {
    pub status: StatusCode,
    response: Response,
    read: String,
}

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub name: String,
    pub id: Option<String>,
    pub data: Value,
}

impl Stream {
    /// Asks for an operation in a stream of its own, which has begun when this returns.
    pub async fn ask(caller: &Caller, query: &str, variables: Value) -> Self {
        Self::ask_with(caller, query, variables, &[]).await
    }

    pub async fn ask_with(
        caller: &Caller,
        query: &str,
        variables: Value,
        headers: &[(&str, &str)],
    ) -> Self {
        let body = json!({ "query": query, "variables": variables });
        let mut request = caller.request(Method::POST, "/graphql/stream").json(&body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Self::of(request).await
    }

    /// The answer to a request, as a stream.
    pub async fn of(request: RequestBuilder) -> Self {
        let request = request.header("accept", "text/event-stream");
        let response = request.send().await.expect("the server answers");
        Self { status: response.status(), response, read: String::new() }
    }

    /// A header of the answer.
    pub fn header(&self, name: &str) -> &str {
        self.response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The next event; `None` at the end of the stream.
    pub async fn event(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.read = rest;
                if let Some(event) = parse(&event) {
                    return Some(event);
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk.expect("something to read").ok().flatten()?;
            self.read += std::str::from_utf8(&chunk).expect("text");
        }
    }

    /// The data of the next result.
    pub async fn next(&mut self) -> Value {
        let event = self.event().await.expect("an event");
        assert_eq!(event.name, "next", "{event:?}");
        assert!(event.data.get("errors").is_none(), "{event:?}");
        event.data["data"].clone()
    }

    /// The rest, as text: for answers that are no stream.
    pub async fn text(self) -> String {
        self.response.text().await.expect("the whole answer")
    }
}

/// Comments are no events.
fn parse(text: &str) -> Option<Event> {
    let field = |name: &str| {
        let of = |line: &str| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim().to_owned());
        text.lines().find_map(of)
    };
    let data = field("data").filter(|data| !data.is_empty());
    let data = data.map_or(Value::Null, |data| serde_json::from_str(&data).expect("JSON"));
    Some(Event { name: field("event")?, id: field("id"), data })
}
