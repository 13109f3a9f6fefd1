//! `graphql-transport-ws`: the states of a WebSocket, from its first message to its last.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::outbox::{Close, Outbox, Said, What};
use super::peer::Peer;
use super::protocol::{self as p, Heard};
use super::running::Running;
use crate::http::body::GraphqlRequest;
use crate::http::correlation::Correlation;
use crate::http::negotiate::Media;
use crate::http::reply::Failure;
use crate::http::{Api, cookies, log};

/// A message that can't be written for so long is never read.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);
/// Thousands of these connections wait.
const READ_BUFFER: usize = 4 * 1024;

/// Heartbeats without any sign of life from the other end.
const MAX_SILENT: u8 = 3;

/// Closing takes no longer. Who was too slow to read has as long to find that out.
const FAREWELL_PATIENCE: Duration = Duration::from_secs(5);

/// Why a connection is closed: the code and the words.
type Farewell = (u16, String);
/// The code when the other end has closed it.
const CLOSED: u16 = 0;

/// What the other end says, and whether it has said anything of late.
struct Ear {
    stream: SplitStream<WebSocket>,
    heard: Arc<AtomicBool>,
}

/// Whether a request asks for a WebSocket.
pub(in crate::http) fn is_upgrade(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
}

/// Answers the request for a WebSocket. Who it is may be in its headers or in the first message.
pub(in crate::http) async fn upgrade(
    api: Arc<Api>,
    peer: SocketAddr,
    correlation: Correlation,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(refused) => return refused.into_response(),
    };
    let limit = api.app.config.http.body_limit;
    let upgrade = upgrade
        .protocols([p::NAME])
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_message_size(limit)
        .max_frame_size(limit);
    // A browser sends cookies along whoever made it connect, and can't send our header.
    if let Some(slot) = cookies::slot_in_query(&parts.uri) {
        parts.headers.entry(cookies::SESSION).or_insert(slot);
    }
    let (ip, headers, uri) = (peer.ip(), &parts.headers, &parts.uri);
    match Box::pin(Peer::of(api, ip, headers, uri, &correlation)).await {
        Ok(peer) => upgrade.on_upgrade(move |socket| converse(socket, peer, correlation)),
        Err(failure) => {
            log::refused(&failure, &correlation);
            failure.into_response(Media::Json, &correlation.0)
        }
    }
}

/// Everything that happens on the connection.
async fn converse(socket: WebSocket, peer: Peer, correlation: Correlation) {
    let is_ours = socket.protocol().is_some_and(|name| name.as_bytes() == p::NAME.as_bytes());
    let (mut sink, stream) = socket.split();
    let heard = Arc::new(AtomicBool::new(true));
    let mut ear = Ear { stream, heard: heard.clone() };
    if !is_ours {
        return say_farewell(&mut sink, ear, with_words(p::NOT_ACCEPTABLE)).await;
    }
    let (outbox, said, closed) = Outbox::new(peer.api.app.config.live.buffer);
    let running = match greeted(&mut ear, peer, outbox, &correlation).await {
        Ok(running) => running,
        Err(farewell) => return say_farewell(&mut sink, ear, farewell).await,
    };
    let acknowledged = json!({ "type": "connection_ack", "payload": expiry(&running.peer) });
    if sink.send(Message::Text(acknowledged.to_string().into())).await.is_err() {
        return;
    }
    let heartbeat = running.peer.api.app.config.live.heartbeat;
    let farewell = tokio::select! {
        farewell = Box::pin(listen(&mut ear, &running)) => farewell,
        () = Box::pin(running.watch()) => with_words(p::close(running.outbox.why())),
        () = write(&mut sink, said, closed, &heard, heartbeat) => return,
    };
    drop(running);
    say_farewell(&mut sink, ear, farewell).await;
}

/// Waits for the first message, which may show who it is.
async fn greeted(
    ear: &mut Ear,
    peer: Peer,
    outbox: Outbox,
    correlation: &Correlation,
) -> Result<Running, Farewell> {
    let wait = peer.api.app.config.live.init_timeout;
    let first = tokio::time::timeout(wait, first(ear)).await;
    let payload = first.map_err(|_| with_words(p::INIT_TIMEOUT))??;
    if let Some(authorization) = authorization(&payload) {
        let shown = peer.show(authorization, correlation).await;
        shown.map_err(|failure| refused(&failure, correlation))?;
    }
    let running = Running::new(Arc::new(peer), outbox, correlation).await;
    running.map_err(|failure| refused(&failure, correlation))
}

async fn first(ear: &mut Ear) -> Result<Map<String, Value>, Farewell> {
    loop {
        match ear.next().await? {
            Heard::Init(payload) => return Ok(payload),
            Heard::Ping(_) | Heard::Pong => {}
            Heard::Subscribe(..) | Heard::Complete(_) => return Err(with_words(p::UNAUTHORIZED)),
        }
    }
}

fn refused(failure: &Failure, correlation: &Correlation) -> Farewell {
    log::refused(failure, correlation);
    match failure.code {
        "TOO_MANY_SUBSCRIPTIONS" => (p::TOO_MANY, failure.message.clone()),
        "UNAVAILABLE" => (1013, failure.message.clone()),
        _ => with_words(p::FORBIDDEN),
    }
}

impl Ear {
    /// The next message; or why there is none that could be understood.
    async fn next(&mut self) -> Result<Heard, Farewell> {
        loop {
            let message = self.stream.next().await;
            self.heard.store(true, Relaxed);
            match message {
                Some(Ok(Message::Text(text))) => {
                    return p::read(text.as_str()).map_err(|why| (p::INVALID, why.to_owned()));
                }
                Some(Ok(Message::Binary(_))) => {
                    return Err((p::INVALID, "Invalid message: messages are text".to_owned()));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Err(e)) if is_too_large(&e) => return Err(with_words(p::TOO_LARGE)),
                Some(Err(_) | Ok(Message::Close(_))) | None => return Err((CLOSED, String::new())),
            }
        }
    }
}

fn is_too_large(e: &axum::Error) -> bool {
    let text = e.to_string();
    text.contains("too long") || text.contains("too large") || text.contains("Space limit exceeded")
}

/// Does what the client asks, until the connection is to be closed.
async fn listen(ear: &mut Ear, running: &Running) -> Farewell {
    loop {
        let message = match ear.next().await {
            Ok(message) => message,
            Err(farewell) => return farewell,
        };
        match message {
            Heard::Init(_) => return with_words(p::SECOND_INIT),
            Heard::Pong => {}
            Heard::Ping(payload) => {
                if let Some(authorization) = authorization(&payload) {
                    let correlation = Correlation::generate();
                    let peer = &running.peer;
                    let shown = match peer.show(authorization, &correlation).await {
                        Ok(()) => peer.look(&correlation).await.map(|_| ()),
                        Err(failure) => Err(failure),
                    };
                    if let Err(failure) = shown {
                        return refused(&failure, &correlation);
                    }
                }
                let pong = What::Pong(expiry(&running.peer).to_string().into());
                running.outbox.say(Said { id: "".into(), what: pong }, false).await;
            }
            Heard::Subscribe(id, _) if running.has(&id) => {
                return (p::DUPLICATE, format!("Subscriber for {id} already exists"));
            }
            Heard::Subscribe(id, payload) => {
                running.begin(id, GraphqlRequest::from_value(payload)).await;
            }
            Heard::Complete(id) => running.end(&id),
        }
    }
}

/// Writes what is said, and a ping now and then; returns when the other end is gone.
async fn write(
    sink: &mut SplitSink<WebSocket, Message>,
    mut said: mpsc::Receiver<Said>,
    mut closed: watch::Receiver<Option<Close>>,
    heard: &AtomicBool,
    heartbeat: Duration,
) {
    let mut silent = 0;
    let mut pings = tokio::time::interval(heartbeat);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pings.tick().await;
    loop {
        let message = tokio::select! {
            Some(said) = said.recv() => Message::Text(p::write(&said).into()),
            _ = pings.tick() => {
                silent = if heard.swap(false, Relaxed) { 0 } else { silent + 1 };
                Message::Ping(axum::body::Bytes::new())
            }
        };
        let written = tokio::select! {
            biased;
            () = async { _ = closed.wait_for(Option::is_some).await; } => break,
            written = tokio::time::timeout(WRITE_PATIENCE, sink.send(message)) => written,
        };
        if !matches!(written, Ok(Ok(()))) || silent == MAX_SILENT {
            return;
        }
    }
    // Others say why it is closed.
    std::future::pending().await
}

/// Closes the connection, and waits until the other end has done so as well: what it said last
/// would otherwise make the network drop what we say last (RFC 6455, 7.1.1).
async fn say_farewell(
    sink: &mut SplitSink<WebSocket, Message>,
    mut ear: Ear,
    (code, reason): Farewell,
) {
    let goodbye = async {
        if code == CLOSED {
            return sink.close().await;
        }
        let frame = CloseFrame { code, reason: reason.into() };
        sink.send(Message::Close(Some(frame))).await?;
        while let Some(Ok(_)) = ear.stream.next().await {}
        Ok(())
    };
    let _ = tokio::time::timeout(FAREWELL_PATIENCE, goodbye).await;
}

/// When the token ends, so that the client can send another in time.
fn expiry(peer: &Peer) -> Value {
    match peer.expires_in() {
        Some(left) => json!({ "expiresInMs": u64::try_from(left.as_millis()).unwrap_or(u64::MAX) }),
        None => json!({}),
    }
}

/// The token in a payload, under the name that HTTP has for it.
fn authorization(payload: &Map<String, Value>) -> Option<&str> {
    let (_, value) = payload.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    // What is no text is no token, and refused as one.
    Some(value.as_str().unwrap_or_default())
}

fn with_words((code, words): (u16, &str)) -> Farewell {
    (code, words.to_owned())
}
