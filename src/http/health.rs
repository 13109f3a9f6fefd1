//! Whether the process lives, whether it should get requests, and what is wrong if not.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::Api;
use crate::db::Meter;

/// A probe must not wait longer than those who ask.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process answers.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// The process can serve: the database answers, and it was not told to stop.
pub(super) async fn ready(State(api): State<Arc<Api>>) -> Response {
    if *api.stopping.borrow() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response();
    }
    match database(&api).await {
        true => "ok\n".into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, "no database\n").into_response(),
    }
}

/// For people and monitors: each part by name. The keys are those that the monitors of the
/// systems before knew.
pub(super) async fn report(State(api): State<Arc<Api>>) -> Response {
    let database = database(&api).await;
    let word = |ok| if ok { "working" } else { "failing" };
    let (open, idle) = api.app.db.pool_size();
    let body = json!({
        "database": word(database),
        "cache": word(api.app.bus.healthy()),
        "celery": "not configured",
        "storage": "not configured",
        "pool": { "open": open, "idle": idle },
        "version": env!("CARGO_PKG_VERSION"),
    });
    let status = if database { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}

async fn database(api: &Api) -> bool {
    let meter = Meter::default();
    let asked = async { api.app.db.platform(&meter).await?.ping().await };
    matches!(tokio::time::timeout(PATIENCE, asked).await, Ok(Ok(())))
}
