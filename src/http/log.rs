//! One line in the log for each operation: what, for whom, how dear. No variables, no tokens.

use std::time::{Duration, Instant};

use super::codes::code_of;
use super::correlation::Correlation;
use super::idempotency::Executed;
use super::reply::Failure;
use crate::ctx::Core;
use crate::db::Meter;
use crate::graphql::document::{Estimate, Operation};

/// What is known before the operation runs.
pub(super) struct Line {
    begun: Instant,
    slow: Duration,
    kind: &'static str,
    name: String,
    tenant: String,
    user: String,
    cost: u64,
    meter: Meter,
}

impl Line {
    pub(super) fn new(core: &Core, operation: &Operation, cost: Estimate, begun: Instant) -> Self {
        use async_graphql::parser::types::OperationType as Kind;
        let name = match &operation.name {
            Some(name) => name.to_string(),
            None => operation.root_fields.first().map(ToString::to_string).unwrap_or_default(),
        };
        Self {
            begun,
            slow: Duration::from_millis(core.app.config.telemetry.slow_ms),
            kind: match operation.kind {
                Kind::Query => "query",
                Kind::Mutation => "mutation",
                Kind::Subscription => "subscription",
            },
            name,
            tenant: core.scope_name().to_owned(),
            user: core.actor_id(),
            cost: cost.cost,
            meter: core.meter.clone(),
        }
    }

    pub(super) fn write(&self, executed: &Result<Executed, Failure>, correlation: &Correlation) {
        let took = self.begun.elapsed();
        let codes: Vec<&str> = match executed {
            Ok(Executed::Anew(response)) => response.errors.iter().filter_map(code_of).collect(),
            Ok(Executed::Before(_)) => vec![],
            Err(failure) => vec![failure.code],
        };
        tracing::info!(
            target: "api",
            operation = self.name,
            kind = self.kind,
            tenant = self.tenant,
            user = self.user,
            cost = self.cost,
            statements = self.meter.statements(),
            duration_ms = took.as_secs_f64() * 1000.0,
            codes = codes.join(","),
            correlation_id = &*correlation.0,
            "operation"
        );
        if took >= self.slow {
            tracing::warn!(
                target: "performance",
                operation = self.name,
                tenant = self.tenant,
                statements = self.meter.statements(),
                duration_ms = took.as_secs_f64() * 1000.0,
                correlation_id = &*correlation.0,
                "slow operation"
            );
        }
    }
}

/// A request that was refused before it became an operation.
pub(super) fn refused(failure: &Failure, correlation: &Correlation) {
    tracing::info!(
        target: "api",
        status = failure.status.as_u16(),
        codes = failure.code,
        correlation_id = &*correlation.0,
        "refused"
    );
}
