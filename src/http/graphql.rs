//! `/graphql`: from an HTTP request to an operation, and from its result to an answer.
//!
//! In this order: what the answer may look like, host, token, body, document, limits, execution.

use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::parser::types::OperationType;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::FutureExt;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::body::{GraphqlRequest, from_get, from_post};
use super::budget::Budget;
use super::correlation::Correlation;
use super::detached::Detached;
use super::idempotency::Executed;
use super::negotiate::{Media, negotiate};
use super::reply::{Failure, is_refused, render};
use super::stored::Way;
use super::{Api, api, caller, cookies, idempotency, log, scope, watch};
use crate::ctx::{Actor, App, Core, Ctx, Origin, Scope};
use crate::db::Meter;
use crate::error::AppError;
use crate::graphql::document::{Estimate, Operation, Prepared};

/// Answers `GET` and `POST`.
pub(super) async fn handle(
    State(api): State<Arc<Api>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    correlation: Correlation,
    request: Request,
) -> Response {
    if request.method() == Method::GET && wants_page(request.headers()) {
        return Redirect::to("/playground/").into_response();
    }
    let media = match negotiate(request.headers()) {
        Ok(Media::EventStream) => Err(Failure::not_acceptable()),
        found => found,
    };
    let media = match media {
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

/// An operation that may be run.
struct Planned {
    prepared: Arc<Prepared>,
    asked: GraphqlRequest,
    estimate: Estimate,
}

impl Planned {
    fn operation(&self) -> Result<&Operation, Failure> {
        Ok(self.prepared.operation(self.asked.operation_name.as_deref())?)
    }
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
    // What is no operation counts as a request all the same.
    let planned = plan(&api, &core, &parts, body).await;
    let taken = match &planned {
        Ok(planned) => budget.take(Some((planned.operation()?, planned.estimate))).await,
        Err(_) => budget.take(None).await,
    };
    if taken.is_err() {
        watch::limit(&core, budget.refused_by());
    }
    taken?;
    let planned = planned?;
    let estimate = planned.estimate;
    let operated = operate(api, planned, core, parts, correlation.clone(), begun);
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

/// Reads the request, and finds out what it would cost.
async fn plan(api: &Api, core: &Core, parts: &Parts, body: Body) -> Result<Planned, Failure> {
    let mut asked = match parts.method {
        Method::GET => from_get(&parts.uri)?,
        Method::POST => from_post(&parts.headers, &read(api, &parts.headers, body).await?)?,
        _ => return Err(Failure::method_not_allowed("GET, POST", "use GET or POST")),
    };
    let way = api.stored.resolve(core, &mut asked).await?;
    let text = asked.query.as_deref().unwrap_or_default();
    let prepared = api.documents.prepare(text)?;
    let operation = prepared.operation(asked.operation_name.as_deref())?;
    allow(api, core, operation, &parts.method)?;
    api.stored.check(core, &asked, &way, operation).await?;
    let estimate = api.documents.check(&prepared, operation, &asked.variables)?;
    if let Way::Named(hash) = way {
        api.stored.remember(core, hash, text);
    }
    Ok(Planned { prepared, asked, estimate })
}

/// Runs the operation, and leaves a line in the log.
async fn operate(
    api: Arc<Api>,
    planned: Planned,
    core: Core,
    parts: Parts,
    correlation: Correlation,
    begun: Instant,
) -> Result<Executed, Failure> {
    let Planned { prepared, asked, estimate } = planned;
    let operation = prepared.operation(asked.operation_name.as_deref())?;
    let key = idempotency::of(&core, &parts.headers, &asked, operation)?;
    let core = core.with_idempotency(key);
    let log = log::Line::new(&core, operation, estimate, begun);
    let run = run(&api, &prepared, operation, asked.variables, core);
    let executed = limited(api.app.config.http.request_timeout, run).await;
    log.write(&executed, &correlation);
    executed
}

/// Ends what takes too long, and what panics: that ends the operation, not the server.
async fn limited(
    patience: Duration,
    run: impl Future<Output = Result<Executed, Failure>>,
) -> Result<Executed, Failure> {
    match AssertUnwindSafe(tokio::time::timeout(patience, run)).catch_unwind().await {
        Ok(Ok(executed)) => executed,
        Ok(Err(_)) => Err(AppError::Unavailable(anyhow::anyhow!("out of time")).into()),
        // The panic hook has said where and why.
        Err(_) => Err(AppError::internal("an operation panicked").into()),
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
    let jar = cookies::of(app, headers, uri, &host, &origin)?;
    let shown = match &jar {
        Some(jar) => caller::in_cookies(app, jar, &host, &origin),
        None => caller::identify(app, headers, &host, &origin)?,
    };
    let signed_in = sign_in(app, host.clone(), shown, &origin, meter).await;
    let (scope, actor) = match signed_in {
        // A cookie comes along by itself: one that does not hold any more is as good as none.
        Err(failure) if jar.is_some() && failure.status == StatusCode::UNAUTHORIZED => {
            (host, Actor::Anonymous)
        }
        signed_in => signed_in?,
    };
    let core = Core::new(app.clone(), scope, actor, origin).with_meter(meter.clone());
    watch::agent(&core);
    Ok(core.with_jar(jar))
}

/// Where the operation takes place, and what who sends it may do there.
async fn sign_in(
    app: &App,
    host: Scope,
    shown: Option<caller::Shown>,
    origin: &Origin,
    meter: &Meter,
) -> Result<(Scope, Actor), Failure> {
    let scope = scope::agree(app, host, shown.as_ref(), origin, meter).await?;
    let actor = match &shown {
        None => Actor::Anonymous,
        Some(shown) => Actor::SignedIn(caller::access(app, shown, &scope, origin, meter).await?),
    };
    Ok((scope, actor))
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

/// Refuses what this caller may not run in this way.
fn allow(api: &Api, core: &Core, operation: &Operation, method: &Method) -> Result<(), Failure> {
    if *method == Method::GET && operation.kind != OperationType::Query {
        return Err(Failure::method_not_allowed("POST", "only queries may be sent with GET"));
    }
    let asks = operation.root_fields.iter().any(|f| matches!(f.as_str(), "__schema" | "__type"));
    let allowed = match api.app.config.graphql.introspection {
        crate::config::Introspection::Public => true,
        crate::config::Introspection::Authenticated => core.actor != Actor::Anonymous,
        crate::config::Introspection::Off => false,
    };
    if asks && !allowed { Err(api::introspection_disabled()) } else { Ok(()) }
}

async fn run(
    api: &Api,
    prepared: &Prepared,
    operation: &Operation,
    variables: Map<String, Value>,
    core: Core,
) -> Result<Executed, Failure> {
    let tenant = core.tenant().map_or(Uuid::nil(), |tenant| tenant.id.0);
    let patience = Duration::from_millis(api.app.config.database.pool_wait_ms);
    let Some(_turn) = api.turns.take(tenant, patience).await else {
        return Err(AppError::Unavailable(anyhow::anyhow!("too many requests of a tenant")).into());
    };
    if core.idempotency().is_some()
        && let Some(stored) = Box::pin(idempotency::stored(&core)).await?
    {
        return Ok(Executed::Before(stored));
    }
    watch::variables(&core, &variables);
    let ctx = Arc::new(Ctx::new(core));
    let request = prepared.request(operation, variables).data(ctx.clone());
    let schema = if prepared.is_known_valid() { &api.trusting_schema } else { &api.schema };
    // Boxed, since it is large, and what it stands in is moved on the way here.
    let response = ctx.carry(Box::pin(schema.execute(request))).await;
    if !is_refused(&response) {
        prepared.found_valid();
    }
    watch::errors(&ctx, &response);
    match ctx.idempotency() {
        Some(_) => Box::pin(idempotency::finish(&ctx, response)).await,
        None => Ok(Executed::Anew(response)),
    }
}
