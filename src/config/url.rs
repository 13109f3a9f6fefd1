//! The URL of a PostgreSQL database: checked, built from parts, shown without its passwords.

use std::fmt;

use super::{
    setting::Secrecy,
    value::{Parsed, Value},
};

/// `postgresql://user:password@host:port/name?options`. Printing it hides the passwords.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The whole URL, with its passwords.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The URL with `***` for each password.
    pub fn redacted(&self) -> String {
        let parts = Parts::of(&self.0);
        let login = match parts.login.map(|login| login.split_once(':')) {
            Some(Some((user, _))) => format!("{user}:***@"),
            Some(None) => format!("{}@", parts.login.unwrap_or_default()),
            None => String::new(),
        };
        let options: Vec<String> = parts.options.split('&').map(redacted_option).collect();
        let question = if parts.options.is_empty() { "" } else { "?" };
        format!(
            "{}://{login}{}{}{question}{}",
            parts.scheme,
            parts.hosts,
            parts.path,
            options.join("&")
        )
    }

    /// The password, as encoded in the URL.
    pub(super) fn password(&self) -> Option<&str> {
        let parts = Parts::of(&self.0);
        parts.login.and_then(|login| login.split_once(':')).map(|(_, password)| password)
    }

    /// Builds the URL of `postgresql://user:password@host:port/name`; everything is encoded.
    pub(super) fn build(at: &Address<'_>) -> Self {
        let mut url = format!("postgresql://{}", encoded(at.user));
        if let Some(password) = at.password {
            url.push(':');
            url.push_str(&encoded(password));
        }
        url.push('@');
        match at.host.parse() {
            Ok(std::net::IpAddr::V6(address)) => url.push_str(&format!("[{address}]")),
            _ => url.push_str(&encoded(at.host)),
        }
        if let Some(port) = at.port {
            url.push_str(&format!(":{port}"));
        }
        if let Some(name) = at.name {
            url.push('/');
            url.push_str(&encoded(name));
        }
        Self(url)
    }
}

/// What `DB_HOST` and the others say.
pub(super) struct Address<'a> {
    pub host: &'a str,
    pub port: Option<u16>,
    pub name: Option<&'a str>,
    pub user: &'a str,
    pub password: Option<&'a str>,
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl Value for DatabaseUrl {
    const SECRECY: Secrecy = Secrecy::Url;

    /// What is wrong is said without repeating any of the URL: it may hold a password.
    fn parse(text: &str) -> Parsed<Self> {
        let parts = Parts::of(text);
        if !matches!(parts.scheme, "postgres" | "postgresql") {
            return Err("does not begin with postgresql://".into());
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err("holds a space or a control character".into());
        }
        let parted = [parts.login.unwrap_or_default(), parts.path, parts.options];
        if parted.iter().any(|part| part.contains('@')) {
            return Err("has characters in its password that must be percent-encoded".into());
        }
        if !parts.hosts.split(',').all(has_good_port) {
            return Err("has a port that is not a number from 1 to 65535, or a password with \
                        characters that must be percent-encoded"
                .into());
        }
        Ok(Self(text.to_owned()))
    }
}

/// A URL cut up, nothing decoded.
struct Parts<'a> {
    scheme: &'a str,
    login: Option<&'a str>,
    hosts: &'a str,
    /// With its slash.
    path: &'a str,
    options: &'a str,
}

impl<'a> Parts<'a> {
    fn of(url: &'a str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (login, hosts) = match authority.rsplit_once('@') {
            Some((login, hosts)) => (Some(login), hosts),
            None => (None, authority),
        };
        Self { scheme, login, hosts, path, options }
    }
}

fn has_good_port(host: &str) -> bool {
    match host.rsplit_once(':') {
        Some((_, port)) if !port.ends_with(']') => port.parse::<u16>().is_ok_and(|p| p > 0),
        _ => true,
    }
}

fn redacted_option(option: &str) -> String {
    match option.split_once('=') {
        Some((name, _)) if name.to_ascii_lowercase().contains("password") => format!("{name}=***"),
        _ => option.to_owned(),
    }
}

fn encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let one = |b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    text.bytes().map(one).collect()
}
