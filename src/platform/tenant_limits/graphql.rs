//! Tenants' figures in the API; for platform administrators, on platform hosts.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};

use super::{FiguresPatch, service};
use crate::base::ids::TenantId;
use crate::ctx::Ctx;
use crate::graphql::error::or_null;
use crate::graphql::{CtxExt, Nullable, Result, clearable};
use crate::limits::Rate;
use crate::tenancy::Figures;

/// What a tenant may use up, as it is in force.
#[derive(SimpleObject)]
pub struct TenantLimits {
    /// The tenant's id.
    tenant_id: ID,
    /// Requests a minute of one user or API key, or of one address without signing in.
    api_per_minute: i64,
    /// Requests one of them may send at once beyond that.
    api_burst: i64,
    /// Requests a minute of one of them with a field that has a limit of its own.
    burst_per_minute: i64,
    /// Tries a minute to sign in to one account.
    auth_per_minute: i64,
    /// Requests an hour of one address without signing in.
    anonymous_per_hour: i64,
    /// Requests an hour of one user or API key.
    signed_in_per_hour: i64,
    /// Requests a minute of the whole tenant; null when they are not counted.
    tenant_per_minute: Option<i64>,
    /// Points of query cost a minute for one caller.
    cost_per_minute: i64,
    /// Connections to the database at once.
    concurrency: i64,
    /// How long one statement may run, in milliseconds.
    statement_timeout_ms: i64,
    /// Whether only registered documents may be run.
    trusted_documents_only: bool,
    /// Names of the figures that are the tenant's own; the others are the server's.
    own_figures: Vec<String>,
}

impl TenantLimits {
    fn new(ctx: &Ctx, own: &Figures) -> Self {
        let rates = own.rates(ctx.app.limits.rates());
        let amount = |rate: Rate| i64::from(rate.per_window().get());
        let database = &ctx.app.config.database;
        let connections = own.concurrency.map_or(database.tenant_permits() as i64, i64::from);
        let longest = own
            .statement_timeout_ms
            .map_or(i64::try_from(database.statement_timeout_ms).unwrap_or(i64::MAX), i64::from);
        let names = [
            ("apiPerMinute", own.api_per_minute),
            ("apiBurst", own.api_burst),
            ("burstPerMinute", own.burst_per_minute),
            ("authPerMinute", own.auth_per_minute),
            ("anonymousPerHour", own.anonymous_per_hour),
            ("signedInPerHour", own.signed_in_per_hour),
            ("tenantPerMinute", own.tenant_per_minute),
            ("costPerMinute", own.cost_per_minute),
            ("concurrency", own.concurrency),
            ("statementTimeoutMs", own.statement_timeout_ms),
        ];
        let own_figures = names.iter().filter(|(_, figure)| figure.is_some());
        Self {
            tenant_id: own.tenant_id.into(),
            api_per_minute: amount(rates.api),
            api_burst: rates.api.burst().into(),
            burst_per_minute: amount(rates.burst),
            auth_per_minute: amount(rates.auth_account),
            anonymous_per_hour: amount(rates.anonymous),
            signed_in_per_hour: amount(rates.signed_in),
            tenant_per_minute: rates.tenant.map(amount),
            cost_per_minute: amount(rates.cost),
            concurrency: connections,
            statement_timeout_ms: longest,
            trusted_documents_only: own.trusted_documents_only,
            own_figures: own_figures.map(|(name, _)| (*name).to_owned()).collect(),
        }
    }
}

/// A change of a tenant's limits. A key left out keeps its figure, null goes back to the server's.
#[derive(InputObject)]
pub struct TenantLimitsUpdateInput {
    /// Requests a minute of one user or API key, or of one address without signing in.
    api_per_minute: MaybeUndefined<i32>,
    /// Requests one of them may send at once beyond that.
    api_burst: MaybeUndefined<i32>,
    /// Requests a minute of one of them with a field that has a limit of its own.
    burst_per_minute: MaybeUndefined<i32>,
    /// Tries a minute to sign in to one account.
    auth_per_minute: MaybeUndefined<i32>,
    /// Requests an hour of one address without signing in.
    anonymous_per_hour: MaybeUndefined<i32>,
    /// Requests an hour of one user or API key.
    signed_in_per_hour: MaybeUndefined<i32>,
    /// Requests a minute of the whole tenant.
    tenant_per_minute: MaybeUndefined<i32>,
    /// Points of query cost a minute for one caller; at least what one operation may cost.
    cost_per_minute: MaybeUndefined<i32>,
    /// Connections to the database at once, at most 200.
    concurrency: MaybeUndefined<i32>,
    /// How long one statement may run, in milliseconds.
    statement_timeout_ms: MaybeUndefined<i32>,
}

impl From<TenantLimitsUpdateInput> for FiguresPatch {
    fn from(i: TenantLimitsUpdateInput) -> Self {
        Self {
            api_per_minute: clearable(i.api_per_minute),
            api_burst: clearable(i.api_burst),
            burst_per_minute: clearable(i.burst_per_minute),
            auth_per_minute: clearable(i.auth_per_minute),
            anonymous_per_hour: clearable(i.anonymous_per_hour),
            signed_in_per_hour: clearable(i.signed_in_per_hour),
            tenant_per_minute: clearable(i.tenant_per_minute),
            cost_per_minute: clearable(i.cost_per_minute),
            concurrency: clearable(i.concurrency),
            statement_timeout_ms: clearable(i.statement_timeout_ms),
        }
    }
}

/// Which documents a tenant runs.
#[derive(SimpleObject)]
pub struct TrustedDocumentSettings {
    /// Whether only registered documents may be run. Signing in is always possible, and those who
    /// may change this setting can run anything.
    only: bool,
}

/// A change of which documents the tenant runs.
#[derive(InputObject)]
pub struct TrustedDocumentSettingsUpdateInput {
    /// Whether only registered documents may be run.
    only: bool,
}

crate::payload! {
    /// What `trustedDocumentSettingsUpdate` answers.
    TrustedDocumentSettingsUpdatePayload {
        /// The settings after the change.
        trusted_document_settings: TrustedDocumentSettings,
    }
}
crate::payload! {
    /// What `tenantLimitsUpdate` answers.
    TenantLimitsUpdatePayload {
        /// The limits after the change.
        tenant_limits: TenantLimits,
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "TenantLimitsQuery")]
impl Query {
    /// What a tenant may use up; null when there is no such tenant. Platform administrators only.
    async fn tenant_limits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant.")] tenant_id: TenantId,
    ) -> Nullable<TenantLimits> {
        let ctx = ctx.app();
        or_null(service::of_tenant(ctx, tenant_id).await.map(|own| TenantLimits::new(ctx, &own)))
    }

    /// Which documents the tenant runs. Owners only.
    async fn trusted_document_settings(
        &self,
        ctx: &Context<'_>,
    ) -> Result<TrustedDocumentSettings> {
        Ok(TrustedDocumentSettings { only: service::only_trusted(ctx.app())? })
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "TenantLimitsMutation")]
impl Mutation {
    /// Changes what a tenant may use up, at once and on every server. Platform administrators only.
    async fn tenant_limits_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant.")] tenant_id: TenantId,
        #[graphql(desc = "What to change.")] input: TenantLimitsUpdateInput,
    ) -> Result<TenantLimitsUpdatePayload> {
        let ctx = ctx.app();
        let changed = service::update(ctx, tenant_id, input.into()).await;
        TenantLimitsUpdatePayload::from(changed.map(|own| TenantLimits::new(ctx, &own)))
    }

    /// Changes which documents the tenant runs, at once and on every server. Owners only.
    async fn trusted_document_settings_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: TrustedDocumentSettingsUpdateInput,
    ) -> Result<TrustedDocumentSettingsUpdatePayload> {
        let changed = service::allow_only_trusted(ctx.app(), input.only).await;
        let settings = changed.map(|only| TrustedDocumentSettings { only });
        TrustedDocumentSettingsUpdatePayload::from(settings)
    }
}
