//! What all handlers share, and the small endpoints beside GraphQL.

use std::sync::Arc;

use anyhow::Context as _;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;

use super::correlation::Correlation;
use super::live::{Answers, Open, Reservations};
use super::negotiate::Media;
use super::reply::Failure;
use super::secure::Secure;
use super::stored::StoredDocuments;
use super::{caller, scope};
use crate::config::Introspection;
use crate::ctx::{App, Origin};
use crate::db::Meter;
use crate::graphql::document::{Documents, Limits, Vocabulary};
use crate::limits::Turns;
use crate::registry::{self, AppSchema};

/// The process, as the server needs it.
pub struct Api {
    pub app: Arc<App>,
    pub schema: AppSchema,
    /// For documents that `schema` has found valid.
    pub trusting_schema: AppSchema,
    pub documents: Documents,
    pub stored: StoredDocuments,
    pub turns: Turns,
    pub secure: Secure,
    pub sdl: String,
    /// What is open, and whose it is.
    pub(super) open: Open,
    pub(super) answers: Answers,
    pub(super) reservations: Reservations,
    /// Set when the server was told to stop: not ready any more.
    pub stopping: watch::Sender<bool>,
}

impl Api {
    pub fn new(app: Arc<App>) -> anyhow::Result<Self> {
        let sdl = registry::sdl();
        let vocabulary = Vocabulary::from_sdl(&sdl).context("our own schema can't be read")?;
        for field in &app.config.limits.burst_fields {
            let there = ['(', ':'].iter().any(|end| sdl.contains(&format!("\t{field}{end}")));
            if !there {
                tracing::warn!(field, "limits.burst_fields names a field that is not there");
            }
        }
        let g = &app.config.graphql;
        let limits = Limits {
            max_depth: g.max_depth,
            max_aliases: g.max_aliases,
            max_tokens: g.max_tokens,
            max_directives: g.max_directives,
            max_root_fields: g.max_root_fields,
            max_cost: g.max_cost,
            max_nodes: g.max_nodes,
            max_document_bytes: g.max_document_bytes,
            max_nesting: g.max_nesting,
            ..Limits::default()
        };
        Ok(Self {
            documents: Documents::new(limits, vocabulary),
            stored: StoredDocuments::new(&app.bus),
            turns: Turns::new(tokio::runtime::Handle::current().metrics().num_workers()),
            secure: Secure::new(&app.config),
            schema: registry::schema(),
            trusting_schema: registry::trusting_schema(),
            sdl,
            open: Open::default(),
            answers: Answers::default(),
            reservations: Reservations::default(),
            stopping: watch::Sender::default(),
            app,
        })
    }
}

/// The schema in GraphQL's own language, for those who may introspect.
pub(super) async fn sdl(
    State(api): State<Arc<Api>>,
    correlation: Correlation,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    match may_introspect(&api, &uri, &headers, &correlation).await {
        Ok(()) => {
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], api.sdl.clone()).into_response()
        }
        Err(failure) => failure.into_response(Media::Json, &correlation.0),
    }
}

async fn may_introspect(
    api: &Api,
    uri: &Uri,
    headers: &HeaderMap,
    correlation: &Correlation,
) -> Result<(), Failure> {
    match api.app.config.graphql.introspection {
        Introspection::Public => Ok(()),
        Introspection::Off => Err(introspection_disabled()),
        Introspection::Authenticated => {
            let origin = Origin { correlation_id: correlation.0.to_string(), ..Origin::default() };
            let (app, meter) = (&api.app, Meter::default());
            let host = scope::of_host(app, headers, uri, &meter).await?;
            let Some(shown) = caller::identify(app, headers, &host, &origin)? else {
                return Err(introspection_disabled());
            };
            let scope = scope::agree(app, host, Some(&shown), &origin, &meter).await?;
            caller::access(app, &shown, &scope, &origin, &meter).await.map(|_| ())
        }
    }
}

/// The answer to introspection that the configuration does not allow.
pub(super) fn introspection_disabled() -> Failure {
    let message = "introspection is not allowed here";
    Failure::new(StatusCode::FORBIDDEN, "INTROSPECTION_DISABLED", message)
}

/// The public signing keys (RFC 7517).
pub(super) async fn jwks(State(api): State<Arc<Api>>) -> Response {
    let cache = [(header::CACHE_CONTROL, "public, max-age=300")];
    let now = api.app.clock.now().timestamp();
    (cache, axum::Json(api.app.tokens.keys().jwks(now))).into_response()
}

pub(super) async fn not_found(correlation: Correlation) -> Response {
    let message = "there is nothing here; the API is at /graphql";
    Failure::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
        .into_response(Media::Json, &correlation.0)
}
