//! What the configuration accepts and refuses. Files and the environment are in `sources`, what is
//! shown in `shown`.

mod shown;
mod sources;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use taruvi::config::{
    Config, Entry, HostPattern, Introspection, Loaded, LogFormat, Mode, Sources, settings, show,
};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn variables(pairs: &[(&str, &str)]) -> Sources {
    let environment = pairs.iter().map(|(name, value)| (name.into(), value.into())).collect();
    Sources { environment, ..Sources::default() }
}

fn load(pairs: &[(&str, &str)]) -> Loaded {
    Config::load(variables(pairs)).unwrap()
}

#[track_caller]
fn refused(sources: Sources) -> Vec<String> {
    Config::load(sources).map(|loaded| show(&loaded)).unwrap_err().problems
}

#[track_caller]
fn refusal(pairs: &[(&str, &str)]) -> String {
    let mut problems = refused(variables(pairs));
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.remove(0)
}

fn entry<'a>(loaded: &'a Loaded, key: &str) -> &'a Entry {
    loaded.entries.iter().find(|entry| entry.setting.key == key).unwrap()
}

fn url(loaded: &Loaded) -> &str {
    loaded.config.database.url.as_ref().unwrap().expose()
}

/// A file of this test run.
fn file(content: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("config-{}-{n}", std::process::id()));
    fs::write(&path, content).unwrap();
    path
}

fn toml(content: &str) -> Sources {
    Sources { files: vec![file(content)], ..Sources::default() }
}

fn dotenv(content: &str) -> Sources {
    Sources { dotenv: Some(file(content)), ..Sources::default() }
}

#[test]
fn nothing_given_is_a_development_server() {
    let Loaded { config, entries, notes } = load(&[]);
    assert_eq!(config.mode, Mode::Development);
    assert_eq!(config.data_dir, Path::new(".taruvi"));
    assert_eq!(format!("{}:{}", config.http.host, config.http.port), "127.0.0.1:8000");
    assert_eq!(config.http.base_domains, ["localhost", "127.0.0.1.nip.io"]);
    assert!(config.http.allows("anything.example"));
    assert!(config.database.url.is_none() && config.auth.signing_key.is_none());
    assert_eq!((config.database.pool_size, config.database.tenant_permits()), (8, 4));
    assert_eq!(config.graphql.introspection, Introspection::Public);
    assert_eq!(config.telemetry.format, LogFormat::Auto);
    assert!(!config.telemetry.format.is_json(config.mode));
    assert_eq!(entries.len(), settings().count());
    assert!(entries.iter().all(Entry::is_default) && notes.is_empty());
}

#[test]
fn stronger_sources_win() {
    let first = file("[http]\nport = 1\nhost = '10.0.0.1'\nbody_limit = 2000\n");
    let second = file("http = { port = 2, request_timeout = 20 }");
    let mut sources = variables(&[("PORT", "4"), ("TARUVI_HTTP__SHUTDOWN_TIMEOUT", "30")]);
    sources.files = vec![first, second];
    sources.dotenv = Some(file("PORT=3\nHOST=10.0.0.3\n"));
    sources.overrides = vec![("http.shutdown_timeout", "40".into())];
    let loaded = Config::load(sources).unwrap();
    let http = &loaded.config.http;
    assert_eq!((http.port, http.body_limit), (4, 2000));
    assert_eq!(http.host.to_string(), "10.0.0.3");
    assert_eq!((http.request_timeout.as_secs(), http.shutdown_timeout.as_secs()), (20, 40));
    assert_eq!(entry(&loaded, "http.port").source.to_string(), "environment");
    assert_eq!(entry(&loaded, "http.port").name, "PORT");
    assert_eq!(entry(&loaded, "http.shutdown_timeout").source.to_string(), "flag");
    assert!(entry(&loaded, "http.host").source.to_string().contains("config-"));
}

#[test]
fn the_full_name_is_stronger_than_plain_ones_and_ours_than_others() {
    let all =
        [("HOST", "10.0.0.3"), ("TARUVI_HOST", "10.0.0.2"), ("TARUVI_HTTP__HOST", "10.0.0.1")];
    for (n, expected) in [(3, "10.0.0.1"), (2, "10.0.0.2"), (1, "10.0.0.3")] {
        assert_eq!(load(&all[..n]).config.http.host.to_string(), expected);
    }
}

#[test]
fn wrong_values_are_named_with_value_and_source() {
    assert_eq!(
        refusal(&[("PORT", "eighty")]),
        r#"PORT: "eighty" is not a port number (environment)"#
    );
    for (name, value, why) in [
        ("HOST", "local host", "is not an IP address"),
        ("TARUVI_MODE", "staging", "is not one of development, production"),
        ("DEBUG", "perhaps", "is not true or false"),
        ("DATABASE_POOL_SIZE", "0", "is not a whole number from 1 to 200"),
        ("TARUVI_HTTP__REQUEST_TIMEOUT", "1.5", "is not a whole number from 1 to 300 (seconds)"),
        ("API_RATE_LIMIT_BURST", "0", "is not a whole number above 0"),
        ("ALLOWED_HOSTS", "a b", "is not a host name"),
        ("ALLOWED_HOSTS", "ok,a:80", r#"holds "a:80", which is not a host name"#),
        ("CORS_ALLOWED_ORIGINS", "example.com", "is not an origin like https://app.example.com"),
        ("CORS_ALLOWED_ORIGINS", "https://a/", "is not an origin like https://app.example.com"),
        ("TRUSTED_PROXIES", "10.0.0.0/33", "is not an IP address or a network like 10.0.0.0/8"),
        ("GRAPHQL_INTROSPECTION", "no", "is not one of public, authenticated, off"),
        ("JWT_ISSUER", "", "is empty"),
    ] {
        let expected = format!("{name}: {value:?} {why} (environment)");
        assert_eq!(refusal(&[(name, value)]), expected);
    }
    let mut flag = Sources::default();
    flag.overrides.push(("http.port", "-1".into()));
    assert_eq!(refused(flag), [r#"http.port: "-1" is not a port number (flag)"#]);
}

#[test]
fn all_wrong_values_are_reported_together() {
    let mut sources = variables(&[("PORT", "x"), ("HOST", "y"), ("TARUVI_PROT", "1")]);
    sources.files = vec![file("[graphql]\nmax_depth = 0\nmax_dept = 1\n")];
    sources.dotenv = Some(file("DATABASE_POOL_SIZE=many\n"));
    let problems = refused(sources).join("\n");
    for part in ["PORT: ", "HOST: ", "TARUVI_PROT: ", ".max_depth: ", ".max_dept ", "_SIZE: "] {
        assert!(problems.contains(part), "{part} is missing in\n{problems}");
    }
    assert_eq!(problems.lines().count(), 6, "{problems}");
}

#[test]
fn names_of_the_replaced_systems_are_understood() {
    let loaded = load(&[
        ("DEBUG", "False"),
        ("SECRET_KEY", &"k".repeat(50)),
        ("ALLOWED_HOSTS", "*"),
        ("DB_NAME", "taruvi_db"),
        ("DB_USER", "taruvi_user"),
        ("DB_PASSWORD", "p@ss/w:rd"),
        ("DB_HOST", "localhost"),
        ("DB_PORT", "5432"),
        ("LOG_LEVEL", "WARNING"),
        ("RATE_LIMIT_ENABLE", "True"),
        ("CELERY_BROKER_URL", "sqs://"),
        ("AWS_SECRET_ACCESS_KEY", "hunter2"),
        ("TENANT_MODEL", "core.Site"),
        ("SOMETHING_ELSE", "1"),
    ]);
    let config = &loaded.config;
    assert_eq!(config.mode, Mode::Production);
    assert!(config.telemetry.format.is_json(config.mode));
    assert_eq!(config.telemetry.filter, "warn");
    assert_eq!(config.http.allowed_hosts, [HostPattern::Any]);
    assert_eq!(url(&loaded), "postgresql://taruvi_user:p%40ss%2Fw%3Ard@localhost:5432/taruvi_db");
    assert_eq!(config.auth.signing_key, config.secret_key);
    let reserved = "AWS_SECRET_ACCESS_KEY, CELERY_BROKER_URL, TENANT_MODEL";
    assert_eq!(loaded.notes, [format!("understood, used from a later release: {reserved}")]);
}

#[test]
fn a_url_is_built_from_parts_only_when_it_is_needed() {
    assert_eq!(url(&load(&[("DB_NAME", "a b")])), "postgresql://postgres@localhost/a%20b");
    assert_eq!(url(&load(&[("DB_HOST", "::1")])), "postgresql://postgres@[::1]");
    assert_eq!(url(&load(&[("DB_HOST", "/run/pg")])), "postgresql://postgres@%2Frun%2Fpg");
    let both = load(&[("DB_HOST", "h"), ("DATABASE_URL", "postgres://u@g/d")]);
    assert_eq!(url(&both), "postgres://u@g/d");
    assert_eq!(both.notes, ["not used, because a URL is given: DB_HOST"]);
    let neither = load(&[("DB_USER", "u")]);
    assert!(neither.config.database.url.is_none());
    assert_eq!(neither.notes, ["not used without DB_HOST or DB_NAME: DB_USER"]);
}

#[test]
fn urls_of_databases_are_checked() {
    for good in [
        "postgres://h/d",
        "postgresql://u:p@h1:5432,h2:5433/d?sslmode=require",
        "postgresql:///d?host=/run/pg",
        "postgresql://u@[::1]:5432/d",
    ] {
        assert_eq!(url(&load(&[("DATABASE_URL", good)])), good);
    }
    for bad in ["mysql://h/d", "h", "postgres://h:x/d", "postgres://u:p@q@h/d", "postgres://h /d"] {
        assert!(refusal(&[("DATABASE_URL", bad)]).starts_with("DATABASE_URL: the value "));
    }
    let loaded = load(&[("DATABASE_URL", "postgres://u@h/d")]);
    assert_eq!(loaded.config.database.admin(), loaded.config.database.url.as_ref());
}

#[test]
fn production_needs_keys_and_a_database() {
    let problems = refused(variables(&[("TARUVI_MODE", "production"), ("SECRET_KEY", "short")]));
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].starts_with("JWT_SIGNING_KEY: production needs"));
    assert!(problems[1].starts_with("DATABASE_URL: production needs"));
    let sealing = "a secret of thirty-two bytes or more";
    let good = [
        ("DEBUG", "false"),
        ("JWT_KEYS", "a.pem,b.pem"),
        ("SECRET_KEY", sealing),
        ("DATABASE_URL", "postgres://h"),
    ];
    let problems = refused(variables(&[&good[..2], &good[3..]].concat()));
    assert!(problems.len() == 1 && problems[0].starts_with("SECRET_KEY: production needs 32"));
    assert_eq!(load(&good).config.auth.keys, [Path::new("a.pem"), Path::new("b.pem")]);

    let url = "postgres://u:change-me@h/d";
    let long = "your-secret-key-that-is-long-enough-to-be-taken-as-one";
    let pairs = [("DEBUG", "false"), ("SECRET_KEY", long), ("DATABASE_URL", url)];
    let problems = refused(variables(&pairs)).join("\n");
    for name in ["SECRET_KEY", "DATABASE_URL"] {
        assert!(problems.contains(&format!("{name}: holds a placeholder")), "{problems}");
    }
    assert_eq!(load(&pairs[1..]).config.mode, Mode::Development);
}

#[test]
fn settings_must_go_together() {
    let cors = [("CORS_ALLOWED_ORIGINS", "*"), ("CORS_ALLOW_CREDENTIALS", "true")];
    assert!(refusal(&cors).starts_with("CORS_ALLOW_CREDENTIALS: "));
    let lifetimes = [("REFRESH_TOKEN_LIFETIME_SECONDS", "60")];
    assert!(refusal(&lifetimes).starts_with("REFRESH_TOKEN_LIFETIME_SECONDS: 60 is shorter"));
}

#[test]
fn hosts_and_proxies_match() {
    let loaded = load(&[
        ("ALLOWED_HOSTS", "Exact.example, .suffix.example,[::1]"),
        ("TRUSTED_PROXIES", "10.1.0.0/16,::1,192.168.1.7,fd00::/8"),
    ]);
    let http = &loaded.config.http;
    for host in ["exact.EXAMPLE", "suffix.example", "a.b.suffix.example", "[::1]"] {
        assert!(http.allows(host), "{host}");
    }
    for host in ["a.exact.example", "notsuffix.example", "suffix.example.evil", ""] {
        assert!(!http.allows(host), "{host}");
    }
    for peer in ["10.1.255.1", "::ffff:10.1.2.3", "::1", "192.168.1.7", "fd12::1"] {
        assert!(http.trusts(peer.parse().unwrap()), "{peer}");
    }
    for peer in ["10.2.0.1", "::2", "192.168.1.8", "fe80::1"] {
        assert!(!http.trusts(peer.parse().unwrap()), "{peer}");
    }
}
