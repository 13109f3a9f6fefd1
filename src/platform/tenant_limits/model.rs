//! Changes of a tenant's figures, and the rules that need no database.

use crate::error::{Invalid, Problem, Result};
use crate::tenancy::Figures;

/// Requests or points in a window: no figure is larger.
const MOST: i32 = 10_000_000;
/// As for the pool itself.
const MOST_CONNECTIONS: i32 = 200;
const LONGEST_STATEMENT: i32 = 600_000;

/// `None` leaves a figure alone, `Some(None)` goes back to the server's.
#[derive(Debug, Default, Clone)]
pub struct FiguresPatch {
    pub api_per_minute: Option<Option<i32>>,
    pub api_burst: Option<Option<i32>>,
    pub burst_per_minute: Option<Option<i32>>,
    pub auth_per_minute: Option<Option<i32>>,
    pub anonymous_per_hour: Option<Option<i32>>,
    pub signed_in_per_hour: Option<Option<i32>>,
    pub tenant_per_minute: Option<Option<i32>>,
    pub cost_per_minute: Option<Option<i32>>,
    pub concurrency: Option<Option<i32>>,
    pub statement_timeout_ms: Option<Option<i32>>,
}

impl FiguresPatch {
    /// `dearest`: what one operation may cost; a bucket has to hold it.
    pub fn validate(&self, dearest: usize) -> Result<()> {
        let dearest = i32::try_from(dearest).unwrap_or(MOST).min(MOST);
        let figures = [
            ("apiPerMinute", self.api_per_minute, 1, MOST),
            ("apiBurst", self.api_burst, 1, MOST),
            ("burstPerMinute", self.burst_per_minute, 1, MOST),
            ("authPerMinute", self.auth_per_minute, 1, MOST),
            ("anonymousPerHour", self.anonymous_per_hour, 1, MOST),
            ("signedInPerHour", self.signed_in_per_hour, 1, MOST),
            ("tenantPerMinute", self.tenant_per_minute, 1, MOST),
            ("costPerMinute", self.cost_per_minute, dearest, MOST),
            ("concurrency", self.concurrency, 1, MOST_CONNECTIONS),
            ("statementTimeoutMs", self.statement_timeout_ms, 1, LONGEST_STATEMENT),
        ];
        let mut invalid = Invalid::default();
        for (name, figure, least, most) in figures {
            if let Some(Some(figure)) = figure
                && !(least..=most).contains(&figure)
            {
                let why = format!("has to be from {least} to {most}");
                invalid.push(Problem::Invalid, &format!("input.{name}"), why);
            }
        }
        invalid.finish()
    }

    /// The figures after the change.
    pub fn apply(&self, to: Figures) -> Figures {
        Figures {
            api_per_minute: self.api_per_minute.unwrap_or(to.api_per_minute),
            api_burst: self.api_burst.unwrap_or(to.api_burst),
            burst_per_minute: self.burst_per_minute.unwrap_or(to.burst_per_minute),
            auth_per_minute: self.auth_per_minute.unwrap_or(to.auth_per_minute),
            anonymous_per_hour: self.anonymous_per_hour.unwrap_or(to.anonymous_per_hour),
            signed_in_per_hour: self.signed_in_per_hour.unwrap_or(to.signed_in_per_hour),
            tenant_per_minute: self.tenant_per_minute.unwrap_or(to.tenant_per_minute),
            cost_per_minute: self.cost_per_minute.unwrap_or(to.cost_per_minute),
            concurrency: self.concurrency.unwrap_or(to.concurrency),
            statement_timeout_ms: self.statement_timeout_ms.unwrap_or(to.statement_timeout_ms),
            ..to
        }
    }
}
