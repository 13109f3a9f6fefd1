//! What the settings alone tell of a production server. Nothing is asked of anybody.

use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use super::found::Found;
use super::items::{self, Item};
use crate::base::clock::Clock;
use crate::config::{Config, HostPattern, Http, Introspection, LogFormat, Secret};

/// A year, as browsers' preload lists ask for.
const HSTS: u64 = 31_536_000;
/// What a secret must hold at least: a random key of 32 characters from the 64 of Base64 holds 192
/// bits, estimated from which characters it has some 150.
const SECRET_BITS: f64 = 140.0;
/// Tries of one name's password in a minute.
const TRIES: u32 = 30;
/// Seconds that an access token may hold.
const ACCESS: u64 = 3_600;
/// A day, and time for the backup itself.
const BACKUP_HOURS: i64 = 26;
const KEY_DAYS: i64 = 366;

/// Everything wrong with them.
pub(super) fn look(config: &Config) -> Vec<Found> {
    let mut found = vec![];
    let mut add = |item: &'static Item, what: &str| found.push(Found::new(item, what));
    if !config.mode.is_production() {
        add(&items::DEVELOPMENT, "the mode is development");
    }
    if let Some((item, what)) = backup(config.backup_stamp.as_deref()) {
        add(item, &what);
    }
    keys(config, &mut add);
    hosts(&config.http, &mut add);
    origins(&config.http, &mut add);
    api(config, &mut add);
    others(config, &mut add);
    found
}

fn keys(config: &Config, add: &mut impl FnMut(&'static Item, &str)) {
    let signing = config.auth.signing_key.as_ref().map(Secret::expose);
    if signing.is_none() && config.auth.keys.is_empty() {
        add(&items::NO_KEY, "tokens are signed with a key made up by this machine");
    }
    let secret = config.secret_key.as_ref().map(Secret::expose);
    for (name, key) in [("SECRET_KEY", secret), ("JWT_SIGNING_KEY", signing)] {
        // What was derived is named only by what it was derived from.
        if key.is_some_and(|key| bits(key) < SECRET_BITS) && (name == "SECRET_KEY" || key != secret)
        {
            add(&items::WEAK_KEY, &format!("{name} is short or repeats itself: it can be guessed"));
        }
    }
    for path in &config.auth.keys {
        let mode = std::fs::metadata(path).map(|meta| meta.permissions().mode()).unwrap_or(0);
        if mode & 0o007 != 0 {
            add(&items::OPEN_KEY, &format!("{} may be read by everybody", path.display()));
        }
    }
    let age = config.auth.keys.first().and_then(|first| Some((first, age_of(first)?)));
    if let Some((first, age)) = age.filter(|(_, age)| age.num_days() > KEY_DAYS) {
        let what = format!("{} is {} days old", first.display(), age.num_days());
        add(&items::OLD_KEY, &what);
    }
}

/// What guessing a text costs at most, by how often it has each character (Shannon's entropy).
fn bits(text: &str) -> f64 {
    let mut counts = HashMap::new();
    text.chars().for_each(|c| *counts.entry(c).or_insert(0.0) += 1.0);
    let length: f64 = counts.values().sum();
    counts.values().map(|n| n * (length / n).log2()).sum()
}

/// How long ago a file was written; nothing for a file that is not there.
fn age_of(path: &Path) -> Option<TimeDelta> {
    let written: DateTime<Utc> = std::fs::metadata(path).ok()?.modified().ok()?.into();
    Some(Clock::default().now() - written)
}

fn backup(stamp: Option<&Path>) -> Option<(&'static Item, String)> {
    let what = match stamp.map(|path| (path, age_of(path))) {
        None => "nobody tells when the last backup was made".to_owned(),
        Some((path, None)) => format!("there is no file {}", path.display()),
        Some((_, Some(age))) if age.num_hours() >= BACKUP_HOURS => {
            format!("the last backup was made {} hours ago", age.num_hours())
        }
        Some(_) => return None,
    };
    Some((&items::NO_BACKUP, what))
}

fn hosts(http: &Http, add: &mut impl FnMut(&'static Item, &str)) {
    if http.hsts_seconds == 0 {
        add(&items::NO_HSTS, "Strict-Transport-Security is not sent");
    } else if http.hsts_seconds < HSTS {
        add(&items::SHORT_HSTS, "Strict-Transport-Security ends in less than a year");
    }
    if !http.ssl_redirect {
        add(&items::NO_REDIRECT, "plain HTTP is not redirected");
    } else if http.trusted_proxies.is_empty() {
        let what = "every request is redirected to HTTPS for ever: no proxy is believed that says \
                    that TLS ended there";
        add(&items::REDIRECT_LOOP, what);
    }
    if http.cookie_secure == Some(false) {
        add(&items::PLAIN_COOKIES, "browsers send the cookies of a session over plain HTTP, too");
    }
    if http.trusts_everybody() {
        add(&items::TRUSTS_ALL, "any caller can say which address it has");
    }
    if http.allowed_hosts.is_empty() || http.allowed_hosts.contains(&HostPattern::Any) {
        add(&items::ANY_HOST, "any host name is answered that is a known domain");
    }
    let local = |name: &&String| {
        *name == "localhost" || name.ends_with(".nip.io") || name.starts_with("127.")
    };
    let names = || http.base_domains.iter().chain(&http.platform_hosts);
    if let Some(name) = names().find(local) {
        add(&items::LOCAL_HOSTS, &format!("{name} is answered"));
    }
}

fn origins(http: &Http, add: &mut impl FnMut(&'static Item, &str)) {
    if http.allows_any_origin() {
        add(&items::ANY_ORIGIN, "pages of any origin may call the API");
    }
    if let Some(plain) = http.cors_origins.iter().find(|origin| origin.starts_with("http://")) {
        add(
            &items::PLAIN_ORIGIN,
            &format!("{plain} is not encrypted: anybody on the way can be it"),
        );
    }
}

fn api(config: &Config, add: &mut impl FnMut(&'static Item, &str)) {
    if config.graphql.introspection == Introspection::Public {
        add(&items::OPEN_SCHEMA, "anybody may read the schema");
    }
    if config.graphql.playground {
        add(&items::PLAYGROUND, "the playground is served");
    }
    if !config.limits.enabled {
        let what = "requests are not limited: passwords can be tried without end";
        add(&items::NO_LIMITS, what);
    } else if config.limits.auth_per_minute.get() > TRIES {
        let tries = config.limits.auth_per_minute;
        add(&items::MANY_TRIES, &format!("a password can be tried {tries} times a minute"));
    }
    if config.auth.access_seconds > ACCESS {
        let what = format!("access tokens hold for {} seconds", config.auth.access_seconds);
        add(&items::LONG_ACCESS, &what);
    }
}

fn others(config: &Config, add: &mut impl FnMut(&'static Item, &str)) {
    if config.outbound.allow_private {
        let what = "a tenant's sign-in provider may be any address within the server's reach";
        add(&items::OPEN_OUTBOUND, what);
    }
    if config.telemetry.format == LogFormat::Pretty {
        add(&items::PRETTY_LOGS, "logs are written for people");
    }
    if !shows_security(&config.telemetry.filter) {
        add(&items::SILENT_LOGS, "the filter of the log leaves out what is told of security");
    }
    if config.redis.url.is_none() {
        add(&items::NO_REDIS, "each server counts requests by itself");
    }
    if config.redis.may_be_overheard() {
        add(&items::OPEN_REDIS, "the connection to Redis is not encrypted");
    }
}

/// Whether a filter such as `info,taruvi::db=debug` lets warnings of the target `security` through.
fn shows_security(filter: &str) -> bool {
    let directives = || filter.split(',').map(str::trim);
    let own = directives().filter_map(|d| d.strip_prefix("security=")).next_back();
    let rest = || directives().rfind(|d| !d.contains('='));
    let level = own.or_else(rest).unwrap_or("off").to_ascii_lowercase();
    !matches!(level.as_str(), "off" | "error")
}
