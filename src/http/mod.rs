//! The server: routes, and what goes around every request.

mod api;
mod assets;
pub mod body;
mod caller;
pub mod codes;
mod correlation;
mod graphql;
mod headers;
mod health;
mod idempotency;
mod listen;
mod log;
pub mod negotiate;
mod page;
pub mod reply;
mod scope;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use tokio::net::TcpListener;

pub use api::Api;

use crate::ctx::App;

/// All routes of the server.
pub fn router(api: Arc<Api>) -> Router {
    let cors = headers::cors(&api.app.config.http);
    Router::new()
        .route("/graphql", any(graphql::handle))
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
        .layer(from_fn_with_state(api.clone(), headers::secure))
        .layer(from_fn(correlation::tie))
        .with_state(api)
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
        stopping.store(true, std::sync::atomic::Ordering::SeqCst);
    };
    listen::serve(listener, router(api.clone()), stop, &api.app.config.http).await;
    Ok(())
}
