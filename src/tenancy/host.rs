//! What a `Host` header can name.

use crate::config::{HostPattern, Http};
use crate::db::TenantSchema;

/// The platform's own hosts, and the domains below which each tenant has a name.
#[derive(Debug, Clone)]
pub struct Hosts {
    platform: Vec<String>,
    bases: Vec<String>,
    allowed: Vec<HostPattern>,
}

/// A host name, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    Platform,
    /// To be looked up: as a registered domain, else as the schema that its first label names.
    Tenant {
        domain: String,
        schema: Option<TenantSchema>,
    },
}

impl Hosts {
    pub fn new(http: &Http) -> Self {
        let lower = |list: &[String]| list.iter().map(|h| h.to_ascii_lowercase()).collect();
        Self {
            platform: lower(&http.platform_hosts),
            bases: lower(&http.base_domains),
            allowed: http.allowed_hosts.clone(),
        }
    }

    /// `None` for what is no host name, an address, or a host that is not allowed here.
    pub fn read(&self, header: &str) -> Option<Host> {
        let name = without_port(header)?.trim_end_matches('.').to_ascii_lowercase();
        if self.platform.contains(&name) {
            return Some(Host::Platform);
        }
        let labels = || name.split('.');
        let well_formed = name.len() <= 253
            && labels()
                .all(|l| (1..=63).contains(&l.len()) && !l.starts_with('-') && !l.ends_with('-'))
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
        let address = labels().next_back().is_some_and(|l| l.bytes().all(|b| b.is_ascii_digit()));
        if !well_formed || address || !self.allows(&name) {
            return None;
        }
        Some(Host::Tenant { schema: self.schema_of(&name), domain: name })
    }

    /// The schema that a name below a base domain means.
    pub fn schema_of(&self, name: &str) -> Option<TenantSchema> {
        let below = |base: &String| name.strip_suffix(base.as_str())?.strip_suffix('.');
        let label = self.bases.iter().find_map(below).filter(|l| !l.contains('.'));
        label.and_then(TenantSchema::parse)
    }

    /// The name of a tenant's host below the first base domain.
    pub fn of_schema(&self, schema: &TenantSchema) -> Option<String> {
        self.bases.first().map(|base| format!("{}.{base}", schema.label()))
    }

    fn allows(&self, name: &str) -> bool {
        self.allowed.is_empty() || self.allowed.iter().any(|pattern| pattern.matches(name))
    }
}

fn without_port(header: &str) -> Option<&str> {
    match header.rsplit_once(':') {
        None => Some(header),
        Some((name, port)) => {
            (!name.contains(':') && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit()))
                .then_some(name)
        }
    }
}
