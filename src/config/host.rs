//! Hosts, origins and networks as they are written in settings. Nothing is resolved here.

use std::net::{IpAddr, Ipv6Addr};

use super::value::{Parsed, Value};

/// An entry of `ALLOWED_HOSTS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostPattern {
    /// `*`
    Any,
    /// `example.com`
    Exact(String),
    /// `.example.com`: the domain itself and everything below it. Held without the dot.
    Suffix(String),
}

impl HostPattern {
    /// Whether the host, without a port, is meant.
    pub fn matches(&self, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(name) => host.eq_ignore_ascii_case(name),
            Self::Suffix(domain) => {
                let host = host.to_ascii_lowercase();
                host.strip_suffix(domain.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
        }
    }
}

impl Value for HostPattern {
    fn parse(text: &str) -> Parsed<Self> {
        if text == "*" {
            return Ok(Self::Any);
        }
        match text.strip_prefix('.') {
            Some(domain) => host_name(domain).map(Self::Suffix),
            None => host_name(text).map(Self::Exact),
        }
    }
}

/// Addresses that share a prefix: `10.0.0.0/8`, or a single one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Whether the address is in it; an IPv4 address written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let same = |a: u128, b: u128, width: u32| {
            (a ^ b).checked_shr(width - self.prefix).unwrap_or(0) == 0
        };
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into(), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128),
            _ => false,
        }
    }

    /// Whether it is `0.0.0.0/0` or `::/0`.
    pub fn is_everything(&self) -> bool {
        self.prefix == 0
    }
}

impl Value for Network {
    fn parse(text: &str) -> Parsed<Self> {
        let wrong = || "is not an IP address or a network like 10.0.0.0/8".to_owned();
        let width = |address: IpAddr| if address.is_ipv4() { 32 } else { 128 };
        let Some((address, prefix)) = text.split_once('/') else {
            let address = text.parse::<IpAddr>().map_err(|_| wrong())?.to_canonical();
            return Ok(Self { address, prefix: width(address) });
        };
        let address = address.parse().map_err(|_| wrong())?;
        let prefix = prefix.parse().map_err(|_| wrong())?;
        if prefix > width(address) { Err(wrong()) } else { Ok(Self { address, prefix }) }
    }
}

/// A host name or address without a port, in lower case.
pub(super) fn host_name(text: &str) -> Parsed<String> {
    let address = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let fits = match address {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => text.len() <= 253 && text.split('.').all(is_label),
    };
    if fits { Ok(text.to_ascii_lowercase()) } else { Err("is not a host name".into()) }
}

/// `https://app.example.com`, with a port if need be, or `*` for all.
pub fn origin(text: &str) -> Parsed<String> {
    let wrong = || "is not an origin like https://app.example.com".to_owned();
    if text == "*" {
        return Ok(text.to_owned());
    }
    let lower = text.to_ascii_lowercase();
    let (scheme, rest) = lower.split_once("://").ok_or_else(wrong)?;
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let fits = matches!(scheme, "http" | "https")
        && host_name(host).is_ok()
        && port.is_none_or(|port| port.parse::<u16>().is_ok());
    if fits { Ok(lower) } else { Err(wrong()) }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
