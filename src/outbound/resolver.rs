//! From names to addresses, without those that may not be asked. The connection is made to what is
//! answered here: nobody can change a name's address between the look and the use.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::is_public;

/// All addresses of the name are private.
#[derive(Debug, thiserror::Error)]
#[error("leads to a private address, which is not allowed")]
pub(super) struct Private;

/// The system's resolver.
pub(super) struct Guarded {
    pub allow_private: bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            // The port is put in by who asks.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let fits = |address: &SocketAddr| allow_private || is_public(address.ip());
            let allowed: Vec<SocketAddr> = found.filter(fits).collect();
            if allowed.is_empty() {
                return Err(Private.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
