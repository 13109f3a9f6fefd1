//! Settings of Redis. What is kept there is the business of `limits` and `documents`.

use std::time::Duration;

use redis::IntoConnectionInfo;

use super::{
    secret::Secret,
    setting::section,
    value::{Parsed, number},
};

section! {
    /// What several servers share besides the database. One server alone needs no Redis.
    pub struct Redis in "redis." {
        /// `redis://:password@host:6379/0`, or `rediss://…`; without it each process counts for itself.
        url: Option<Secret> = "", env ["REDIS_URL"], read redis_url;
        /// Longest wait for an answer, in milliseconds; then one goes on without it.
        timeout: Duration = "50", read milliseconds;
        /// What the names of all keys begin with.
        prefix: String = "taruvi";
    }
}

impl Redis {
    /// Whether the connection leaves this machine and is not encrypted.
    pub fn may_be_overheard(&self) -> bool {
        let plain = self.url.as_ref().and_then(|url| url.expose().strip_prefix("redis://"));
        let Some(rest) = plain else { return false };
        let authority = rest.split(['/', '?']).next().unwrap_or(rest);
        let place = authority.rsplit('@').next().unwrap_or(authority);
        let host = match place.strip_prefix('[') {
            Some(v6) => v6.split(']').next().unwrap_or(v6),
            None => place.split(':').next().unwrap_or(place),
        };
        let loopback = || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        !(host.is_empty() || host == "localhost" || loopback())
    }
}

/// Says what is wrong without repeating any of it: it may hold a password.
fn redis_url(text: &str) -> Parsed<Option<Secret>> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.into_connection_info() {
        Ok(_) => Ok(Some(Secret::new(text))),
        Err(_) => Err("is not a URL such as redis://localhost:6379/0".to_owned()),
    }
}

fn milliseconds(text: &str) -> Parsed<Duration> {
    number(1..=5_000)(text).map(Duration::from_millis)
}
