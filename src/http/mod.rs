//! The server: routes, and what goes around every request.

mod api;
mod assets;
pub mod body;
mod budget;
mod caller;
pub mod codes;
mod cookies;
mod correlation;
mod cors;
mod detached;
mod graphql;
mod health;
mod idempotency;
mod listen;
mod live;
mod log;
pub mod negotiate;
mod operation;
mod page;
pub mod reply;
mod scope;
mod secure;
mod stored;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use tokio::net::TcpListener;
use tower::ServiceExt;

pub use api::Api;

use self::correlation::Correlation;

use crate::ctx::App;

/// How long connections that were told to close may take to do so.
const FAREWELL: Duration = Duration::from_secs(2);

/// All routes of the server.
fn router(api: Arc<Api>) -> Router {
    let cors = cors::layer(&api.app);
    Router::new()
        .route("/graphql", any(graphql::handle))
        .route("/graphql/stream", any(live::sse::handle))
        .route("/schema.graphql", get(api::sdl))
        .route("/.well-known/jwks.json", get(api::jwks))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/health", get(health::report))
        .route("/health/", get(health::report))
        .route("/playground/config.json", get(page::config))
        .route("/playground", get(page::to_playground))
        .route("/playground/", get(page::index))
        .route("/playground/voyager", get(page::to_picture))
        .route("/playground/{*path}", get(page::asset))
        .route("/", get(page::to_playground))
        .fallback(api::not_found)
        .layer(cors)
        .with_state(api)
}

/// What every request and every answer gets.
async fn around(api: Arc<Api>, router: Router, mut request: Request) -> Response {
    let correlation = Correlation::of(request.headers());
    request.extensions_mut().insert(correlation.clone());
    if let Some(seen) = watch::path(&api, &request, &correlation) {
        Box::pin(seen.note(&api)).await;
    }
    let mut response = match secure::redirect(&api.app.config.http, &request) {
        Some(elsewhere) => elsewhere,
        None => router.oneshot(request).await.into_response(),
    };
    api.secure.stamp(response.headers_mut());
    correlation.stamp(response.headers_mut());
    response
}

/// Answers requests until `stop`, then ends those that are running, for at most the configured
/// time.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let api = Arc::new(Api::new(app)?);
    let stopping = api.stopping.clone();
    let stop = async move {
        stop.await;
        stopping.send_replace(true);
    };
    let (settings, router) = (api.clone(), router(api.clone()));
    let answer = move |request| around(api.clone(), router.clone(), request);
    listen::serve(listener, answer, stop, &settings.app.config.http).await;
    settings.open.end(FAREWELL).await;
    Ok(())
}
