//! `graphql-sse`, single connection: a stream is reserved, opened once, and tells of all the
//! operations that further requests begin and end
//! (<https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>).

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, Request};
use axum::http::{HeaderName, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use rand::RngCore;
use serde::Deserialize;
use serde_json::Value;

use super::peer::Peer;
use super::running::Running;
use super::start::whose;
use super::stream::{Ends, Form, answer, queue};
use crate::http::correlation::Correlation;
use crate::http::reply::Failure;
use crate::http::{Api, graphql};

/// Names the stream that a request is about.
pub(in crate::http) const TOKEN: HeaderName =
    HeaderName::from_static("x-graphql-event-stream-token");
/// A stream that is not opened for so long is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The streams that were reserved, by their tokens. Cheap to clone.
#[derive(Clone, Default)]
pub(in crate::http) struct Reservations(Arc<Mutex<HashMap<String, Reservation>>>);

struct Reservation {
    running: Arc<Running>,
    /// Until it is opened.
    ends: Option<Ends>,
    whose: (String, String),
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    token: Option<String>,
    operation_id: Option<String>,
}

/// Whether a request is about a stream of many operations.
pub(super) fn is_meant(request: &Request) -> bool {
    matches!(*request.method(), Method::PUT | Method::DELETE)
        || request.headers().contains_key(TOKEN)
        || parameters(request.uri()).token.is_some()
}

fn parameters(uri: &Uri) -> Parameters {
    Query::try_from_uri(uri).map(|Query(parameters)| parameters).unwrap_or_default()
}

pub(super) async fn handle(
    api: Arc<Api>,
    peer: SocketAddr,
    correlation: &Correlation,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let peer = Peer::of(api.clone(), peer.ip(), &parts.headers, &parts.uri, correlation).await?;
    let core = peer.look(correlation).await?;
    let caller = (core.scope_name().to_owned(), whose(&core));
    if parts.method == Method::PUT {
        return reserve(&api, peer, caller, correlation).await;
    }
    let parameters = parameters(&parts.uri);
    let in_header = parts.headers.get(TOKEN).and_then(|token| token.to_str().ok());
    let token = in_header.map(str::to_owned).or(parameters.token).unwrap_or_default();
    let running = api.reservations.find(&token, &caller)?;
    match parts.method {
        Method::GET => open(&api.reservations, token),
        Method::POST => {
            let asked = graphql::asked(&api, &parts, body).await?;
            let Some(Value::String(id)) = asked.extensions.get("operationId") else {
                return Err(bad("extensions.operationId is missing"));
            };
            let id: Arc<str> = id.as_str().into();
            if running.has(&id) {
                let message = "an operation with this id runs on the stream";
                return Err(Failure::new(StatusCode::CONFLICT, "CONFLICT", message));
            }
            running.begin(id, Ok(asked)).await;
            Ok(StatusCode::ACCEPTED.into_response())
        }
        Method::DELETE => {
            let Some(id) = parameters.operation_id else {
                return Err(bad("operationId is missing"));
            };
            running.end(&id);
            Ok(StatusCode::OK.into_response())
        }
        _ => Err(Failure::method_not_allowed("GET, POST, PUT, DELETE", "there is no such way")),
    }
}

async fn reserve(
    api: &Api,
    peer: Peer,
    whose: (String, String),
    correlation: &Correlation,
) -> Result<Response, Failure> {
    let (outbox, ends) = queue(api.app.config.live.buffer);
    let running = Arc::new(Running::new(Arc::new(peer), outbox, correlation).await?);
    let mut secret = [0; 24];
    rand::rng().fill_bytes(&mut secret);
    let token = URL_SAFE_NO_PAD.encode(secret);
    let reservation = Reservation { running, ends: Some(ends), whose };
    api.reservations.0.lock().insert(token.clone(), reservation);
    let (reservations, unopened) = (api.reservations.clone(), token.clone());
    tokio::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        let mut all = reservations.0.lock();
        if all.get(&unopened).is_some_and(|reservation| reservation.ends.is_some()) {
            all.remove(&unopened);
        }
    });
    Ok((StatusCode::CREATED, token).into_response())
}

fn open(reservations: &Reservations, token: String) -> Result<Response, Failure> {
    let mut all = reservations.0.lock();
    let reservation = all.get_mut(&token).ok_or_else(missing)?;
    let Some(ends) = reservation.ends.take() else {
        let message = "the stream is open already";
        return Err(Failure::new(StatusCode::CONFLICT, "CONFLICT", message));
    };
    let running = reservation.running.clone();
    drop(all);
    let reservations = reservations.clone();
    Ok(answer(Form::Single, running, ends, move || {
        let gone = reservations.0.lock().remove(&token);
        drop(gone);
    }))
}

impl Reservations {
    /// What runs on the stream, if it is the caller's own.
    fn find(&self, token: &str, caller: &(String, String)) -> Result<Arc<Running>, Failure> {
        let all = self.0.lock();
        let found = all.get(token).filter(|reservation| reservation.whose == *caller);
        found.map(|reservation| reservation.running.clone()).ok_or_else(missing)
    }
}

fn missing() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such stream")
}

fn bad(message: &str) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
}
