//! The other end of a WebSocket that speaks `graphql-transport-ws`, message by message.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use super::caller::Caller;

/// Nothing takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection.
pub struct Socket(WebSocketStream<TcpStream>);

/// What comes from the server.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    Message(Value),
    /// The code and the reason.
    Closed(u16, String),
}

impl Socket {
    /// A connection at the caller's host, on which nothing was said yet.
    pub async fn open(caller: &Caller) -> Self {
        Self::with(caller, "/graphql", Some("graphql-transport-ws"), &[]).await
    }

    pub async fn with(
        caller: &Caller,
        path: &str,
        protocol: Option<&'static str>,
        headers: &[(&'static str, &str)],
    ) -> Self {
        let url = format!("ws://{}{path}", caller.host);
        let mut request = url.into_client_request().expect("a request");
        let all = request.headers_mut();
        if let Some(protocol) = protocol {
            all.insert("sec-websocket-protocol", HeaderValue::from_static(protocol));
        }
        for (name, value) in headers {
            all.insert(*name, HeaderValue::from_str(value).expect("a header"));
        }
        let stream = TcpStream::connect(caller.address).await.expect("a connection");
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await.expect("a socket");
        Self(socket)
    }

    /// A connection whose first message has shown the caller's token.
    pub async fn greeted(caller: &Caller) -> Self {
        let mut socket = Self::open(caller).await;
        socket.greet(caller.token.as_deref()).await;
        assert_eq!(socket.message().await["type"], "connection_ack");
        socket
    }

    pub async fn greet(&mut self, token: Option<&str>) {
        let payload = match token {
            Some(token) => json!({ "authorization": format!("Bearer {token}") }),
            None => json!({}),
        };
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
    }

    pub async fn say(&mut self, message: Value) {
        self.say_text(&message.to_string()).await;
    }

    pub async fn say_text(&mut self, text: &str) {
        self.send(Message::Text(text.into())).await;
    }

    pub async fn send(&mut self, message: Message) {
        // If it is closed, what is heard next tells why.
        _ = self.0.send(message).await;
    }

    /// What comes next; fails the test when nothing does.
    pub async fn hear(&mut self) -> Heard {
        self.hear_within(PATIENCE).await.expect("something to hear")
    }

    /// What comes next, if it comes in time. Heartbeats are not told.
    pub async fn hear_within(&mut self, patience: Duration) -> Option<Heard> {
        loop {
            return match tokio::time::timeout(patience, self.0.next()).await.ok()? {
                Some(Ok(Message::Text(text))) => {
                    Some(Heard::Message(serde_json::from_str(&text).expect("JSON")))
                }
                Some(Ok(Message::Close(Some(frame)))) => {
                    Some(Heard::Closed(frame.code.into(), frame.reason.to_string()))
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                other => panic!("{other:?}"),
            };
        }
    }

    /// The next message.
    #[track_caller]
    pub fn message(&mut self) -> impl Future<Output = Value> {
        let at = std::panic::Location::caller();
        async move {
            match self.hear().await {
                Heard::Message(message) => message,
                closed => panic!("{at}: {closed:?}"),
            }
        }
    }

    /// Asks for an operation.
    pub async fn ask(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// Asks for a subscription, and waits until it has begun: everything that happens from then on
    /// is told. Answers the errors of one that is refused.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) -> Option<Value> {
        self.ask(id, query, variables).await;
        self.say(json!({ "type": "ping" })).await;
        let mut refused = None;
        loop {
            let message = self.message().await;
            match message["type"].as_str() {
                Some("pong") => return refused,
                Some("error") => refused = Some(message["payload"].clone()),
                _ => panic!("{message}"),
            }
        }
    }

    /// The data of the next result, which must be of this operation.
    #[track_caller]
    pub fn next(&mut self, id: &str) -> impl Future<Output = Value> {
        let message = self.message();
        let id = id.to_owned();
        async move {
            let message = message.await;
            assert_eq!(
                (&message["type"], &message["id"]),
                (&json!("next"), &json!(id)),
                "{message}"
            );
            assert!(message["payload"].get("errors").is_none(), "{message}");
            message["payload"]["data"].clone()
        }
    }

    /// Nothing comes for a while.
    pub async fn is_silent(&mut self) -> bool {
        self.hear_within(Duration::from_millis(300)).await.is_none()
    }

    /// The code that it is closed with; fails the test when something else comes.
    #[track_caller]
    pub fn closed(&mut self) -> impl Future<Output = u16> {
        let at = std::panic::Location::caller();
        async move {
            match self.hear().await {
                Heard::Closed(code, _) => code,
                Heard::Message(message) => panic!("{at}: {message}"),
            }
        }
    }
}
