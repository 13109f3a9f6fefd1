//! The web addresses of tenants, for links that leave the server. Which host is a tenant's is known
//! to the directory.

use crate::config::Config;

/// From a host name to a URL.
#[derive(Debug, Clone)]
pub struct Addresses(String);

impl Addresses {
    pub fn new(config: &Config) -> Self {
        let http = &config.http;
        Self(match &http.public_url {
            Some(url) => url.clone(),
            None if config.mode.is_production() => "https://{host}".to_owned(),
            None => format!("http://{{host}}:{}", http.port),
        })
    }

    /// The URL of a host, without a slash at the end.
    pub fn of(&self, host: &str) -> String {
        self.0.replace("{host}", host)
    }
}
