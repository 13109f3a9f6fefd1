//! Where webhooks lead: a server over HTTP that keeps what it hears, and answers as it is told to.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::net::TcpListener;

/// A message that came in.
#[derive(Debug, Clone)]
pub struct Message {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Message {
    pub fn header(&self, name: &str) -> String {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("there is no {name}"));
        value.to_str().expect("text").to_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// Whether it is signed with this secret, as a library of the standard's own authors sees it.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let judge = standardwebhooks::Webhook::new(secret).expect("a secret");
        judge.verify(&self.body, &self.headers).is_ok()
    }
}

/// What is answered, and after how long.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub header: Option<(&'static str, String)>,
    pub pause: Duration,
}

impl From<u16> for Reply {
    fn from(status: u16) -> Self {
        Self { status, ..Self::default() }
    }
}

#[derive(Default)]
struct Kept {
    heard: Vec<Message>,
    taken: usize,
    /// For the next messages; then `always`.
    replies: VecDeque<Reply>,
    always: Option<Reply>,
}

/// A server that ends with the test.
pub struct Receiver {
    pub url: String,
    kept: Arc<Mutex<Kept>>,
}

impl Receiver {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let kept = Arc::<Mutex<Kept>>::default();
        let server = Router::new().fallback(hear).with_state(kept.clone());
        tokio::spawn(async move { axum::serve(listener, server).await });
        Self { url, kept }
    }

    /// What is answered to the next messages, one each.
    pub fn reply(&self, replies: impl IntoIterator<Item = impl Into<Reply>>) {
        self.kept.lock().replies.extend(replies.into_iter().map(Into::into));
    }

    /// What is answered from now on.
    pub fn always(&self, reply: impl Into<Reply>) {
        self.kept.lock().always = Some(reply.into());
    }

    /// How many messages have come.
    pub fn count(&self) -> usize {
        self.kept.lock().heard.len()
    }

    /// The next message that was not looked at yet.
    #[track_caller]
    pub fn next(&self) -> impl Future<Output = Message> {
        let at = std::panic::Location::caller();
        async move {
            for _ in 0..600 {
                {
                    let mut kept = self.kept.lock();
                    if let Some(message) = kept.heard.get(kept.taken).cloned() {
                        kept.taken += 1;
                        return message;
                    }
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
            panic!("{at}: nothing comes");
        }
    }
}

async fn hear(State(kept): State<Arc<Mutex<Kept>>>, headers: HeaderMap, body: Bytes) -> Response {
    let reply = {
        let mut kept = kept.lock();
        kept.heard.push(Message { headers, body });
        kept.replies.pop_front().or_else(|| kept.always.clone()).unwrap_or_else(|| 200.into())
    };
    tokio::time::sleep(reply.pause).await;
    let status = StatusCode::from_u16(reply.status).expect("a status");
    let mut answer = (status, "heard").into_response();
    if let Some((name, value)) = reply.header {
        let value = value.parse().expect("a header's value");
        answer.headers_mut().insert(HeaderName::from_static(name), value);
    }
    answer
}
