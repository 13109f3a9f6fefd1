//! The HTTP client: how long it waits, what it follows (nothing), how much it reads.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Response;
use reqwest::redirect::Policy;
use reqwest::{Client, Request};

use super::resolver::{Guarded, Private};
use super::{Failure, PRIVATE};

/// Until somebody answers at all, the look-up of the name included.
const CONNECT: Duration = Duration::from_secs(3);
/// Until the last byte of the answer.
const WHOLE: Duration = Duration::from_secs(10);
/// For how long connections are kept for another request.
const IDLE: Duration = Duration::from_secs(30);
const MAX_IDLE: usize = 2;

/// Makes the client, beside the requests that others answer meanwhile.
pub(super) async fn make(allow_private: bool) -> Result<Client, Failure> {
    let build = move || {
        Client::builder()
            .user_agent(concat!("taruvi/", env!("CARGO_PKG_VERSION")))
            .https_only(!allow_private)
            .redirect(Policy::none())
            .referer(false)
            // A proxy would resolve the names in our place.
            .no_proxy()
            .dns_resolver(Arc::new(Guarded { allow_private }))
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(MAX_IDLE)
            .build()
    };
    let built = tokio::task::spawn_blocking(build).await;
    built.map_err(|e| e.to_string()).and_then(|client| client.map_err(|e| root(&e))).map_err(
        |error| {
            tracing::error!(error, "there is no client for requests to others");
            Failure::Unreachable("can't be asked: the server has no HTTP client".to_owned())
        },
    )
}

/// Sends a request, and reads the answer as far as it may go.
pub(super) async fn send(
    client: &Client,
    request: Request,
    max_bytes: usize,
) -> Result<Response<Vec<u8>>, Failure> {
    let mut answer = client.execute(request).await.map_err(|e| failure(&e))?;
    let announced = answer.content_length().and_then(|length| usize::try_from(length).ok());
    if announced.is_some_and(|length| length > max_bytes) {
        return Err(Failure::TooLarge(max_bytes));
    }
    let mut body = Vec::with_capacity(announced.unwrap_or(0));
    while let Some(chunk) = answer.chunk().await.map_err(|e| failure(&e))? {
        if body.len() + chunk.len() > max_bytes {
            return Err(Failure::TooLarge(max_bytes));
        }
        body.extend_from_slice(&chunk);
    }
    let mut response = Response::new(body);
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    Ok(response)
}

fn failure(error: &reqwest::Error) -> Failure {
    if causes(error).any(|cause| cause.is::<Private>()) {
        return PRIVATE;
    }
    Failure::Unreachable(match error {
        e if e.is_timeout() => "does not answer in time".to_owned(),
        e if e.is_connect() => format!("can't be reached: {}", root(e)),
        e => format!("does not answer as it should: {}", root(e)),
    })
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// What it comes down to.
fn root(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}
