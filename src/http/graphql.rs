//! `/graphql`: from an HTTP request to an operation, and from its result to an answer.
//!
//! In this order: what the answer may look like, host, token, body, document, limits, execution.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::body::{GraphqlRequest, from_get, from_post};
use super::budget::Budget;
use super::correlation::Correlation;
use super::detached::Detached;
use super::idempotency::Executed;
use super::live::{sse, ws};
use super::negotiate::{Media, negotiate};
use super::operation::{self, By};
use super::reply::{Failure, render};
use super::{Api, caller, idempotency, log, scope, watch};
use crate::ctx::Core;
use crate::db::Meter;

/// Answers `GET` and `POST`.
pub(super) async fn handle(
    State(api): State<Arc<Api>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    correlation: Correlation,
    request: Request,
) -> Response {
    if ws::is_upgrade(request.headers()) {
        return ws::upgrade(api, peer, correlation, request).await;
    }
    if request.method() == Method::GET && wants_page(request.headers()) {
        return Redirect::to("/playground/").into_response();
    }
    let media = match negotiate(request.headers()) {
        Ok(Media::EventStream) => return sse::distinct(api, peer, &correlation, request).await,
        Ok(media) => media,
        Err(failure) => return failure.into_response(Media::Json, &correlation.0),
    };
    let mut budget = None;
    let answered = answer(api, peer, &correlation, request, media, &mut budget).await;
    let mut response = answered.unwrap_or_else(|failure| {
        log::refused(&failure, &correlation);
        failure.into_response(media, &correlation.0)
    });
    if let Some(budget) = budget {
        budget.stamp(response.headers_mut());
    }
    response
}

/// A person's browser, rather than a program, asks.
fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.starts_with("text/html"))
}

async fn answer(
    api: Arc<Api>,
    peer: SocketAddr,
    correlation: &Correlation,
    request: Request,
    media: Media,
    budget: &mut Option<Budget>,
) -> Result<Response, Failure> {
    let begun = Instant::now();
    let (parts, body) = request.into_parts();
    let meter = Meter::default();
    let core = core(&api, peer, correlation, &parts.headers, &parts.uri, &meter).await?;
    let budget = budget.insert(Budget::of(&core));
    budget.check()?;
    let planned = match asked(&api, &parts, body).await {
        Ok(asked) => operation::plan(&api, &core, asked, By::from(&parts.method)).await,
        Err(failure) => Err(failure),
    };
    let planned = operation::pay(&core, budget, planned).await?;
    let estimate = planned.estimate;
    let operated =
        operation::operate(api, planned, core, parts.headers, correlation.clone(), begun);
    // A caller who goes away cancels nothing half way.
    Ok(match Detached::new(operated).await? {
        Executed::Anew(response) => {
            let cost = budget.settle(estimate, Some(&response.data));
            render(response, cost.as_ref(), media, &correlation.0)
        }
        Executed::Before(text) => {
            idempotency::replay(text, budget.settle(estimate, None).as_ref(), media)
        }
    })
}

/// Reads the request.
pub(super) async fn asked(api: &Api, parts: &Parts, body: Body) -> Result<GraphqlRequest, Failure> {
    match parts.method {
        Method::GET => from_get(&parts.uri),
        Method::POST => from_post(&parts.headers, &read(api, &parts.headers, body).await?),
        _ => Err(Failure::method_not_allowed("GET, POST", "use GET or POST")),
    }
}

/// Who asks, and where.
async fn core(
    api: &Api,
    peer: SocketAddr,
    correlation: &Correlation,
    headers: &HeaderMap,
    uri: &axum::http::Uri,
    meter: &Meter,
) -> Result<Core, Failure> {
    let app = &api.app;
    let origin = caller::origin(app, peer.ip(), headers, &correlation.0);
    let host = scope::of_host(app, headers, uri, meter).await;
    let host = host.inspect_err(|failure| watch::host(app, &origin, headers, failure))?;
    let caller = caller::recognize(app, host, headers, uri, &origin, meter).await?;
    let core = Core::new(app.clone(), caller.scope, caller.actor, origin);
    let core = core.with_meter(meter.clone());
    watch::agent(&core);
    Ok(core.with_jar(caller.jar))
}

/// The body, up to the limit, as long as it does arrive.
async fn read(api: &Api, headers: &HeaderMap, body: Body) -> Result<axum::body::Bytes, Failure> {
    let http = &api.app.config.http;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|l| l.to_str().ok()?.parse().ok());
    let too_large = || {
        let message = format!("the body may have {} bytes", http.body_limit);
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message)
    };
    if announced.is_some_and(|length: usize| length > http.body_limit) {
        return Err(too_large());
    }
    match tokio::time::timeout(http.request_timeout, to_bytes(body, http.body_limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(e)) if is_broken(&e) => {
            let message = "the body cannot be read";
            Err(Failure::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message))
        }
        Ok(Err(_)) => Err(too_large()),
        Err(_) => {
            let message = "the body did not arrive in time";
            Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message))
        }
    }
}

/// Whether the connection failed, rather than the limit being reached.
fn is_broken(error: &axum::Error) -> bool {
    let mut causes = std::iter::successors(Some(error as &dyn std::error::Error), |e| e.source());
    causes.any(|cause| cause.is::<hyper::Error>())
}
