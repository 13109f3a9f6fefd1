//! From a request on an open connection to an operation that may run.

use std::sync::Arc;
use std::time::Instant;

use async_graphql::parser::types::OperationType;
use axum::http::{HeaderMap, StatusCode};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};

use super::answers::Question;
use super::follow::Following;
use super::open::{Limit, Permit};
use super::peer::Peer;
use crate::ctx::{Core, Ctx, Scope};
use crate::error::AppError;
use crate::http::body::GraphqlRequest;
use crate::http::budget::Budget;
use crate::http::correlation::Correlation;
use crate::http::detached::Detached;
use crate::http::idempotency::Executed;
use crate::http::operation::{self, By, Planned, limited};
use crate::http::reply::{self, Failure};
use crate::http::{log, watch};
use crate::live::{Ask, place};

/// An operation that has begun.
pub(super) enum Started {
    /// Answers once, with JSON text.
    Once(BoxFuture<'static, Arc<str>>),
    /// Answers again and again.
    Follow(Box<Following>),
}

/// Why an operation did not begin.
pub(super) enum Refused {
    /// The request was not good for any operation.
    Request(Failure),
    /// The operation is refused: a result without data, and the correlation id.
    Operation(Box<async_graphql::Response>),
}

impl<E: Into<Failure>> From<E> for Refused {
    fn from(e: E) -> Self {
        Self::Request(e.into())
    }
}

/// Begins an operation. `seen` is the place behind which a subscription goes on that names none.
pub(super) async fn start(
    peer: &Peer,
    asked: Result<GraphqlRequest, Failure>,
    by: By,
    seen: Option<&str>,
    correlation: &Correlation,
) -> Result<Started, Refused> {
    let begun = Instant::now();
    let api = peer.api.clone();
    let core = peer.look(correlation).await?;
    let mut budget = Budget::of(&core);
    budget.check()?;
    let planned = match asked {
        Ok(asked) => operation::plan(&api, &core, asked, by).await,
        Err(failure) => Err(failure),
    };
    let planned = operation::pay(&core, &mut budget, planned).await?;
    let estimate = planned.estimate;
    if planned.operation()?.kind == OperationType::Subscription {
        let fields = &planned.operation()?.root_fields;
        if fields.len() != 1 || fields[0].starts_with("__") {
            return Err(one_field().into());
        }
        let following =
            limited(api.app.config.http.request_timeout, begin(peer, planned, core, seen).map(Ok));
        return following.await?.map(|following| Started::Follow(Box::new(following)));
    }
    let id = correlation.clone();
    let run = operation::operate(api, planned, core, HeaderMap::new(), id.clone(), begun);
    // A caller who goes away cancels nothing half way.
    let run = Detached::new(run);
    Ok(Started::Once(Box::pin(async move {
        match run.await {
            Ok(Executed::Anew(response)) => {
                let cost = budget.settle(estimate, Some(&response.data));
                reply::payload(response, cost.as_ref(), &id.0).into()
            }
            Ok(Executed::Before(text)) => text.into(),
            Err(failure) => {
                log::refused(&failure, &id);
                let response = async_graphql::Response::from_errors(vec![failure.into()]);
                reply::payload(response, None, &id.0).into()
            }
        }
    })))
}

/// Asks a subscription what it wants to hear of.
async fn begin(
    peer: &Peer,
    planned: Planned,
    core: Core,
    seen: Option<&str>,
) -> Result<Following, Refused> {
    let api = &peer.api;
    let permit = permit(&core, api)?;
    let operation = planned.operation()?.clone();
    let Planned { prepared, asked, .. } = planned;
    let variables = serde_json::to_string(&asked.variables).unwrap_or_default();
    let text = asked.query.as_deref().unwrap_or_default();
    let question = Question::new(text, asked.operation_name.as_deref(), &variables);
    let place_of = core.tenant().map(|tenant| (tenant.id.0, tenant.place.clone()));
    let ask = Ask::begin();
    let ctx = Arc::new(Ctx::new(core));
    let request = prepared.request(&operation, asked.variables.clone());
    let request = request.data(ctx.clone()).data(ask.clone());
    let schema = if prepared.is_known_valid() { &api.trusting_schema } else { &api.schema };
    let mut answers = Box::pin(schema.execute_stream(request));
    if let Some(response) = ctx.carry(answers.next()).await
        && !response.errors.is_empty()
    {
        watch::errors(&ctx, &response);
        return Err(Refused::Operation(Box::new(response)));
    }
    prepared.found_valid();
    let Some((interest, after)) = ask.wanted() else { return Err(one_field().into()) };
    let (tenant, tenant_place) = place_of?;
    let feed = api.app.live.feed(&tenant_place);
    let place = match (after, seen) {
        (Some(after), _) => after,
        (None, Some(seen)) => place(tenant, seen)?,
        (None, None) => feed.position().await?,
    };
    let variables = asked.variables;
    Ok(Following {
        prepared,
        operation,
        variables,
        question,
        interest,
        tenant,
        feed,
        place,
        permit,
    })
}

/// See the specification, 5.2.3.1.
fn one_field() -> Failure {
    let message = "a subscription has exactly one field";
    Failure::new(StatusCode::BAD_REQUEST, "GRAPHQL_VALIDATION_FAILED", message)
}

/// Leave for one more subscription.
fn permit(core: &Core, api: &crate::http::Api) -> Result<Permit, AppError> {
    let limits = &api.app.config.live;
    let tenant = match &core.scope {
        Scope::Tenant(tenant) => Some(tenant.id.0),
        Scope::Platform => None,
    };
    api.open.take(&[
        Limit::new(whose(core), limits.per_user, "of one user or API key"),
        Limit::new(tenant, limits.per_tenant, "in one tenant"),
    ])
}

/// Who holds what is counted.
pub(super) fn whose(core: &Core) -> String {
    match core.access() {
        Some(access) => match access.through {
            crate::authz::Through::Key(key) => format!("key {key}"),
            crate::authz::Through::Session(_) => format!("user {}", access.subject()),
        },
        None => format!("address {:?}", crate::limits::network(core.origin.ip)),
    }
}
