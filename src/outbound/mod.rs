//! Requests to addresses of tenants' choice: one HTTP client that can't be led into the network
//! behind the server. What is asked, and of whom, is decided by those who send.
//!
//! Sending waits for another machine: never do it while holding a connection to the database.

mod address;
mod client;
mod resolver;

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{Request, Response};
use reqwest::Url;
use tokio::sync::OnceCell;

pub use address::is_public;

/// Why a request was not sent, or has no answer. The text is for whoever chose the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The address is none that may be asked.
    #[error("{0}")]
    NotAllowed(&'static str),
    /// Nobody answers there, or not in time, or not as themselves.
    #[error("{0}")]
    Unreachable(String),
    /// The answer is longer than its reader wants.
    #[error("answers with more than {0} bytes")]
    TooLarge(usize),
}

const PRIVATE: Failure = Failure::NotAllowed("leads to a private address, which is not allowed");

/// Sends requests. Cheap to clone.
#[derive(Clone)]
pub struct Outbound(Arc<Inner>);

struct Inner {
    allow_private: bool,
    /// Made at the first request: reading the certificates of the system takes a while.
    client: OnceCell<reqwest::Client>,
}

impl Outbound {
    pub fn new(config: &crate::config::Outbound) -> Self {
        let allow_private = config.allow_private;
        Self(Arc::new(Inner { allow_private, client: OnceCell::new() }))
    }

    /// Whether the address may be asked, as far as it tells by itself. Where a name leads is looked
    /// at when it is resolved, so that it can't lead elsewhere afterwards.
    pub fn check(&self, url: &Url) -> Result<(), Failure> {
        match url.scheme() {
            "https" => {}
            "http" if self.0.allow_private => {}
            _ => return Err(Failure::NotAllowed("has to begin with https://")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Failure::NotAllowed("can't hold a user name or a password"));
        }
        let host = url.host_str().unwrap_or_default();
        if host.is_empty() {
            return Err(Failure::NotAllowed("has no host"));
        }
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match literal {
            Ok(address) if !self.0.allow_private && !is_public(address) => Err(PRIVATE),
            _ => Ok(()),
        }
    }

    /// Sends a request, and reads an answer of at most so many bytes. Redirects are not followed:
    /// they are answers.
    pub async fn send(
        &self,
        request: Request<Vec<u8>>,
        max_bytes: usize,
    ) -> Result<Response<Vec<u8>>, Failure> {
        let request = reqwest::Request::try_from(request)
            .map_err(|_| Failure::NotAllowed("is not an address"))?;
        self.check(request.url())?;
        let make = async || client::make(self.0.allow_private).await;
        let client = self.0.client.get_or_try_init(make).await?;
        client::send(client, request, max_bytes).await
    }
}
