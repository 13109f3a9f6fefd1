//! Settings of the web server. Rate limits are in `limits`, the API's own limits in `graphql`.

use std::{net::IpAddr, time::Duration};

use super::{
    host::{HostPattern, Network, host_name, origin},
    setting::section,
    value::{Parsed, list, number, optional, port_number, seconds},
};

section! {
    /// Where the server listens, and whom it answers.
    pub struct Http in "http." {
        /// Address to listen on; 0.0.0.0 for all.
        host: IpAddr = "127.0.0.1", env ["TARUVI_HOST", "HOST"];
        /// Port to listen on; 0 takes a free one.
        port: u16 = "8000", env ["PORT"], read port_number;
        /// Hosts to answer: exact, `.suffix`, `*` or none for all; each must be a known domain too.
        allowed_hosts: Vec<HostPattern> = "", env ["ALLOWED_HOSTS"];
        /// Hosts on which the platform itself answers instead of a tenant.
        platform_hosts: Vec<String> = "localhost,127.0.0.1", env ["PLATFORM_HOSTS"],
            read list(host_name);
        /// Domains under which `<schema>.<domain>` reaches each tenant without being registered.
        base_domains: Vec<String> = "localhost,127.0.0.1.nip.io", env ["BASE_DOMAINS"],
            read list(host_name);
        /// Base of links in mails, like https://{host} (the default); {host} is the tenant's domain.
        public_url: Option<String> = "", env ["PUBLIC_URL"], read optional(url_of_a_host);
        /// Origins whose pages may call the API; `*` for all.
        cors_origins: Vec<String> = "", env ["CORS_ALLOWED_ORIGINS"], read list(origin);
        /// Whether those pages may send cookies.
        cors_credentials: bool = "false", env ["CORS_ALLOW_CREDENTIALS"];
        /// Whether cookies go over HTTPS only; if not said, in production.
        cookie_secure: Option<bool> = "", env ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"];
        /// Addresses or networks of the proxies whose X-Forwarded headers are believed.
        trusted_proxies: Vec<Network> = "", env ["TRUSTED_PROXIES"];
        /// Largest request body, in bytes.
        body_limit: usize = "1048576", read number(1024..=1_073_741_824);
        /// Longest time for one answer, in seconds.
        request_timeout: Duration = "10", read seconds(1..=300);
        /// Longest wait for running requests when the server stops, in seconds.
        shutdown_timeout: Duration = "10", read seconds(0..=300);
        /// Max-age of Strict-Transport-Security, sent in production only; 0 sends none.
        hsts_seconds: u64 = "31536000", env ["SECURE_HSTS_SECONDS"], read number(0..=315_360_000);
        /// Whether plain HTTP is redirected to HTTPS.
        ssl_redirect: bool = "false", env ["SECURE_SSL_REDIRECT"];
    }
}

impl Http {
    /// Whether `allowed_hosts` lets a host (without a port) through.
    pub fn allows(&self, host: &str) -> bool {
        self.allowed_hosts.is_empty() || self.allowed_hosts.iter().any(|p| p.matches(host))
    }

    /// Whether the peer is a proxy whose `X-Forwarded-…` headers are believed.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(peer))
    }

    /// Whether every peer is such a proxy.
    pub fn trusts_everybody(&self) -> bool {
        self.trusted_proxies.iter().any(Network::is_everything)
    }

    /// Whether any page may call the API.
    pub fn allows_any_origin(&self) -> bool {
        self.cors_origins.iter().any(|origin| origin == "*")
    }
}

fn url_of_a_host(text: &str) -> Parsed<String> {
    let good = (text.starts_with("https://") || text.starts_with("http://"))
        && text.contains("{host}")
        && !text.contains(char::is_whitespace);
    match good {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err("is not a URL with {host} in it, like https://{host}".into()),
    }
}
