//! Files, `.env` and environment as sources of settings. What single values may be is in `config`.

use std::path::Path;

use taruvi::config::{Config, Loaded, Secret, Sources};

use super::{KEY, dotenv, entry, file, load, refusal, refused, toml, variables};

#[test]
fn a_command_reads_the_files_it_names() {
    let named = Sources::of_process(vec!["a.toml".into()], vec![("http.port", "1".into())]);
    assert_eq!(named.files, [Path::new("a.toml")]);
    assert_eq!(named.dotenv.as_deref(), Some(Path::new(".env")));
    assert_eq!(named.overrides, [("http.port", "1".to_owned())]);
    assert!(named.environment.iter().any(|(name, _)| name == "PATH"));
}

#[test]
fn secrets_may_stand_in_files() {
    let path = file(&format!("{KEY}\n"));
    let path = path.to_str().unwrap();
    let key = |loaded: &Loaded| loaded.config.auth.signing_key.clone();
    for name in ["JWT_SIGNING_KEY_FILE", "TARUVI_AUTH__SIGNING_KEY_FILE"] {
        assert_eq!(key(&load(&[(name, path)])), Some(Secret::new(KEY)));
    }
    let in_toml = Config::load(toml(&format!("[auth]\nsigning_key_file = {path:?}\n"))).unwrap();
    assert_eq!(key(&in_toml), Some(Secret::new(KEY)));
    assert_eq!(
        key(&load(&[("JWT_SIGNING_KEY", ""), ("JWT_SIGNING_KEY_FILE", path)])),
        key(&in_toml)
    );

    let missing = refusal(&[("SECRET_KEY_FILE", "/nowhere/key")]);
    assert!(missing.starts_with("SECRET_KEY_FILE: the value names a file that cannot be read"));
    let both = refusal(&[("JWT_SIGNING_KEY", KEY), ("JWT_SIGNING_KEY_FILE", path)]);
    assert!(both.contains("JWT_SIGNING_KEY_FILE too"), "{both}");
    let open = refusal(&[("TARUVI_HTTP__PORT_FILE", path)]);
    assert!(open.contains("is not a setting"), "{open}");
}

#[test]
fn unknown_names_are_refused_with_the_nearest_known_one() {
    for (name, nearest) in [
        ("TARUVI_PORT", "PORT"),
        ("TARUVI_HTPP__PORT", "TARUVI_HTTP__PORT"),
        ("TARUVI_MOD", "TARUVI_MODE"),
        ("TARUVI_POOL_SIZE", "TARUVI_DATABASE__POOL_SIZE"),
    ] {
        let expected = format!("{name}: is not a setting; did you mean {nearest}? (environment)");
        assert_eq!(refusal(&[(name, "1")]), expected);
    }
    for (text, expected) in [
        ("[http]\nprot = 1", "http.prot is not a setting; did you mean http.port?"),
        ("[htpp]\nport = 1", "htpp is not a setting; did you mean http?"),
        ("http = 1", "http is a section, not a setting"),
    ] {
        let problems = refused(toml(text));
        assert!(problems[0].ends_with(expected), "{problems:?}");
        assert!(problems[0].contains("config-"), "the file is not named: {problems:?}");
    }
}

#[test]
fn toml_values_must_fit() {
    let loaded = Config::load(toml(
        "mode = 'development'\n[http]\nallowed_hosts = ['a.example', '.b.example']\nport = '81'\n\
         cors_credentials = true\n",
    ))
    .unwrap();
    assert_eq!(entry(&loaded, "http.allowed_hosts").value, "a.example,.b.example");
    assert!(loaded.config.http.port == 81 && loaded.config.http.cors_credentials);
    for (text, expected) in [
        ("http = { port = [80] }", r#"http.port: "[…]" is not a whole number"#),
        ("http = { port = 1.5 }", r#"http.port: "1.5" is not a whole number"#),
        ("http = { ssl_redirect = 1 }", r#"http.ssl_redirect: "1" is not true or false"#),
        ("http = { base_domains = 1 }", r#"http.base_domains: "1" is not a list"#),
        ("auth = { issuer = true }", r#"auth.issuer: "true" is not text"#),
        ("http = { port = 99999 }", r#"http.port: "99999" is not a port number"#),
    ] {
        let problems = refused(toml(text));
        assert!(problems[0].starts_with(expected), "{problems:?}");
    }
    let missing = Sources { files: vec!["/nowhere/taruvi.toml".into()], ..Sources::default() };
    assert!(refused(missing)[0].starts_with("/nowhere/taruvi.toml: cannot be read"));
}

#[test]
fn dotenv_files_are_read_as_people_write_them() {
    let text = "\u{feff}# a comment\r\n\r\nexport PORT = 9000\r\nJWT_ISSUER='a # b' # c\n\
                JWT_AUDIENCE=\"a\\\"b\\\\c\"\nLOG_DIR=/var/log/x # where\nDATABASE_URL=\n\
                SECRET_KEY=a#b\nCORS_ALLOWED_ORIGINS= # none\n";
    let loaded = Config::load(dotenv(text)).unwrap();
    let config = &loaded.config;
    assert_eq!(config.http.port, 9000);
    assert_eq!(config.auth.issuer, "a # b");
    assert_eq!(config.auth.audience, r#"a"b\c"#);
    assert_eq!(config.telemetry.log_dir.as_deref(), Some(Path::new("/var/log/x")));
    assert_eq!(config.secret_key, Some(Secret::new("a#b")));
    assert!(config.database.url.is_none() && config.http.cors_origins.is_empty());
    for (text, expected) in [
        ("A=1\nPORT 80", "line 2: is not NAME=value"),
        ("A='b", "line 1: has a quote that is not closed"),
        ("A='b' c", "line 1: has something after the closing quote"),
    ] {
        assert!(refused(dotenv(text))[0].ends_with(expected));
    }
}

#[test]
fn production_does_not_read_dotenv() {
    let mut sources = variables(&[
        ("TARUVI_MODE", "production"),
        ("JWT_SIGNING_KEY", KEY),
        ("DATABASE_URL", "postgres://u@h/d"),
    ]);
    sources.dotenv = Some(file("PORT=nonsense\n"));
    assert_eq!(Config::load(sources).unwrap().config.http.port, 8000);
    let absent = Sources { dotenv: Some("/nowhere/.env".into()), ..Sources::default() };
    assert!(Config::load(absent).is_ok());
}

#[cfg(unix)]
#[test]
fn values_that_are_not_text_are_refused_only_where_they_matter() {
    use std::{ffi::OsString, os::unix::ffi::OsStringExt};
    let broken = || OsString::from_vec(vec![0xff, b'x']);
    let mut sources = variables(&[]);
    sources.environment.push(("OTHER".into(), broken()));
    sources.environment.push((broken(), "x".into()));
    assert!(Config::load(sources).is_ok());
    let mut sources = variables(&[]);
    sources.environment.push(("JWT_ISSUER".into(), broken()));
    assert!(refused(sources)[0].contains("is not UTF-8 text (environment)"));
}

#[test]
fn children_get_the_environment_without_our_settings() {
    let loaded = load(&[
        ("PATH", "/usr/bin:/bin"),
        ("PGSSLMODE", "require"),
        ("SECRET_KEY", "x"),
        ("DB_PASSWORD_FILE", ""),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        ("TARUVI_DATABASE__URL", "postgres://h"),
    ]);
    let environment = &loaded.config.environment;
    let names: Vec<&str> =
        environment.for_children().map(|(name, _)| name.to_str().unwrap()).collect();
    assert_eq!(names, ["PATH", "PGSSLMODE"]);
    assert_eq!(environment.search_path(), [Path::new("/usr/bin"), Path::new("/bin")]);
    assert!(environment.get("SECRET_KEY").is_none());
}
