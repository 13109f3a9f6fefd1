//! One operation, whatever carried it here: what it would do, what it costs, and running it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::parser::types::OperationType;
use axum::http::{HeaderMap, Method};
use futures_util::FutureExt;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::body::GraphqlRequest;
use super::budget::Budget;
use super::correlation::Correlation;
use super::idempotency::Executed;
use super::reply::{Failure, is_refused};
use super::stored::Way;
use super::{Api, api, idempotency, log, watch};
use crate::ctx::{Actor, Core, Ctx};
use crate::error::AppError;
use crate::graphql::document::{Estimate, Operation, Prepared};

/// How an operation was sent, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// So that no link leads there.
    Post,
    /// As a link leads there.
    Get,
    /// As a link leads there, by whoever reads a stream.
    GetStream,
}

impl From<&Method> for By {
    fn from(method: &Method) -> Self {
        if *method == Method::GET { Self::Get } else { Self::Post }
    }
}

/// An operation that may be run.
pub(super) struct Planned {
    pub prepared: Arc<Prepared>,
    pub asked: GraphqlRequest,
    pub estimate: Estimate,
}

impl Planned {
    pub(super) fn operation(&self) -> Result<&Operation, Failure> {
        Ok(self.prepared.operation(self.asked.operation_name.as_deref())?)
    }
}

/// Finds out what a request would do and cost, and refuses what may not run.
pub(super) async fn plan(
    api: &Api,
    core: &Core,
    mut asked: GraphqlRequest,
    by: By,
) -> Result<Planned, Failure> {
    let way = api.stored.resolve(core, &mut asked).await?;
    let text = asked.query.as_deref().unwrap_or_default();
    let prepared = api.documents.prepare(text)?;
    let operation = prepared.operation(asked.operation_name.as_deref())?;
    allow(api, core, operation, by)?;
    api.stored.check(core, &asked, &way, operation).await?;
    let estimate = api.documents.check(&prepared, operation, &asked.variables)?;
    if let Way::Named(hash) = way {
        api.stored.remember(core, hash, text);
    }
    Ok(Planned { prepared, asked, estimate })
}

/// Takes what the operation may cost from the caller's buckets. What is no operation counts as a
/// request all the same.
pub(super) async fn pay(
    core: &Core,
    budget: &mut Budget,
    planned: Result<Planned, Failure>,
) -> Result<Planned, Failure> {
    let taken = match &planned {
        Ok(planned) => budget.take(Some((planned.operation()?, planned.estimate))).await,
        Err(_) => budget.take(None).await,
    };
    if taken.is_err() {
        watch::limit(core, budget.refused_by());
    }
    taken?;
    planned
}

/// Runs the operation, and leaves a line in the log.
pub(super) async fn operate(
    api: Arc<Api>,
    planned: Planned,
    core: Core,
    headers: HeaderMap,
    correlation: Correlation,
    begun: Instant,
) -> Result<Executed, Failure> {
    let Planned { prepared, asked, estimate } = planned;
    let operation = prepared.operation(asked.operation_name.as_deref())?;
    let key = idempotency::of(&core, &headers, &asked, operation)?;
    let core = core.with_idempotency(key);
    let log = log::Line::new(&core, operation, estimate, begun);
    let run = run(&api, &prepared, operation, asked.variables, core);
    let executed = limited(api.app.config.http.request_timeout, run).await;
    log.write(&executed, &correlation);
    executed
}

/// Ends what takes too long, and what panics: that ends the operation, not the server.
pub(super) async fn limited<T>(
    patience: Duration,
    run: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    match AssertUnwindSafe(tokio::time::timeout(patience, run)).catch_unwind().await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(AppError::Unavailable(anyhow::anyhow!("out of time")).into()),
        // The panic hook has said where and why.
        Err(_) => Err(AppError::internal("an operation panicked").into()),
    }
}

/// Refuses what this caller may not run in this way.
fn allow(api: &Api, core: &Core, operation: &Operation, by: By) -> Result<(), Failure> {
    let allowed = match by {
        By::Post => true,
        By::Get => operation.kind == OperationType::Query,
        By::GetStream => operation.kind != OperationType::Mutation,
    };
    if !allowed {
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
