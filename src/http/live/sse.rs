//! `graphql-sse`, distinct connections: one operation for each request, whose results are the
//! events of the answer (<https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>).

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, header};
use axum::response::Response;

use super::outbox::{Said, What};
use super::peer::Peer;
use super::running::{Running, refused_text};
use super::single;
use super::start::{Refused, start};
use super::stream::{Form, answer, queue};
use crate::http::correlation::Correlation;
use crate::http::negotiate::{Media, negotiate};
use crate::http::operation::By;
use crate::http::reply::Failure;
use crate::http::{Api, graphql, log};

/// `/graphql/stream`, for both modes.
pub(in crate::http) async fn handle(
    State(api): State<Arc<Api>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    correlation: Correlation,
    request: Request,
) -> Response {
    let is_single = single::is_meant(&request);
    let answered = if is_single {
        Box::pin(single::handle(api, peer, &correlation, request)).await
    } else {
        match negotiate(request.headers()) {
            Ok(Media::EventStream) => {
                return Box::pin(distinct(api, peer, &correlation, request)).await;
            }
            _ => Err(Failure::event_stream_only()),
        }
    };
    answered.unwrap_or_else(|failure| {
        log::refused(&failure, &correlation);
        failure.into_response(Media::Json, &correlation.0)
    })
}

/// One operation, answered as a stream.
pub(in crate::http) async fn distinct(
    api: Arc<Api>,
    peer: SocketAddr,
    correlation: &Correlation,
    request: Request,
) -> Response {
    match Box::pin(begin(api, peer, correlation, request)).await {
        Ok(response) => response,
        // A stream that never began is answered in JSON.
        Err(failure) => {
            log::refused(&failure, correlation);
            failure.into_response(Media::EventStream, &correlation.0)
        }
    }
}

async fn begin(
    api: Arc<Api>,
    peer: SocketAddr,
    correlation: &Correlation,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let peer = Peer::of(api.clone(), peer.ip(), &parts.headers, &parts.uri, correlation).await?;
    let (outbox, ends) = queue(api.app.config.live.buffer);
    let running = Running::new(Arc::new(peer), outbox, correlation).await?;
    let asked = graphql::asked(&api, &parts, body).await;
    let seen = parts.headers.get(header::HeaderName::from_static("last-event-id"));
    let seen = seen.and_then(|seen| seen.to_str().ok()).filter(|seen| !seen.is_empty());
    let by = if parts.method == Method::GET { By::GetStream } else { By::Post };
    match Box::pin(start(&running.peer, asked, by, seen, correlation)).await {
        Ok(started) => running.run("".into(), started),
        Err(Refused::Request(failure)) => return Err(failure),
        Err(refused) => {
            let text = refused_text(refused, correlation);
            let what = What::Next(text, None);
            running.outbox.say(Said { id: "".into(), what }, true).await;
            running.outbox.say(Said { id: "".into(), what: What::Complete }, true).await;
        }
    }
    Ok(answer(Form::Distinct, Arc::new(running), ends, || ()))
}
