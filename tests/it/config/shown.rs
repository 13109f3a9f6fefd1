//! What people get to see: the table of values, errors and `.env.example`, none with a secret.

use std::{fs, path::Path};

use taruvi::config::{
    Config, ConfigError, Entry, Loaded, Secret, diff, env_example, settings, show,
};

use super::{KEY, dotenv, entry, load, refused, toml, variables};

#[test]
fn nothing_shown_holds_a_secret() {
    let admin = "postgres://o:hunter2@h:5/d?sslpassword=hunter2&sslmode=require";
    let loaded = load(&[
        ("SECRET_KEY", "hunter2"),
        ("JWT_SIGNING_KEY", &format!("{KEY}hunter2")),
        ("DB_HOST", "db"),
        ("DB_PASSWORD", "hunter2"),
        ("DATABASE_ADMIN_URL", admin),
        ("OTHERS_SECRET", "hunter2"),
    ]);
    for text in [show(&loaded), diff(&loaded), format!("{loaded:?}")] {
        assert!(!text.contains("hunter2"), "{text}");
    }
    assert_eq!(entry(&loaded, "secret_key").value, "***");
    assert_eq!(entry(&loaded, "database.url").value, "postgresql://postgres:***@db");
    assert_eq!(
        entry(&loaded, "database.admin_url").value,
        "postgres://o:***@h:5/d?sslpassword=***&sslmode=require"
    );
    assert_eq!(format!("{:?}", Secret::new("hunter2")), "***");
}

#[test]
fn the_table_names_the_source_of_each_value() {
    let loaded = load(&[("PORT", "9000"), ("DB_NAME", "d"), ("USE_S3", "True")]);
    let lines: Vec<String> =
        diff(&loaded).lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        lines,
        [
            "http.port 9000 environment: PORT",
            "database.url postgresql://postgres@localhost/d derived: DB_NAME",
            "database.name d environment: DB_NAME",
            "note: understood, used from a later release: USE_S3",
        ]
    );
    assert_eq!(show(&loaded).lines().count(), settings().count() + 1);
}

#[test]
fn values_of_secrets_are_never_repeated() {
    let url = "postgresql://u:hunter2/x@h/db";
    let problems = refused(variables(&[("JWT_SIGNING_KEY", "hunter2"), ("DATABASE_URL", url)]));
    let text = ConfigError { problems }.to_string();
    assert!(!text.contains("hunter2"), "{text}");
    assert!(
        text.contains(
            "JWT_SIGNING_KEY: the value has 7 bytes; at least 32 are needed (environment)"
        )
    );
    let unparsed = refused(toml("secret_key = hunter2\n")).join("\n");
    assert!(unparsed.contains("line 1") && !unparsed.contains("hunter2"), "{unparsed}");
    let mistyped = refused(toml("[database]\npassword = 12345\n")).join("\n");
    assert!(mistyped.contains("database.password: the value is not text"), "{mistyped}");
}

#[test]
fn every_name_belongs_to_one_setting() {
    let mut names: Vec<String> = settings().map(|setting| setting.full_name()).collect();
    names.extend(settings().flat_map(|setting| setting.names).map(|name| name.text.to_owned()));
    names.sort_unstable();
    let top_level = ["TARUVI_DATA_DIR", "TARUVI_MODE"];
    for pair in names.windows(2).filter(|pair| !top_level.contains(&pair[0].as_str())) {
        assert_ne!(pair[0], pair[1]);
    }
    for setting in settings() {
        let about = setting.about;
        assert!(!about.is_empty() && about.len() <= 96, "{}: {about}", setting.key);
    }
}

#[test]
fn the_example_switches_nothing_on_and_states_the_defaults() {
    let loaded = Config::load(dotenv(&env_example())).unwrap();
    assert!(loaded.entries.iter().all(Entry::is_default));

    let switch = |line: &str| match line.strip_prefix('#') {
        Some(setting) if setting.starts_with(|c: char| c.is_ascii_uppercase()) => {
            setting.to_owned()
        }
        _ => line.to_owned(),
    };
    let on: Vec<String> = env_example().lines().map(switch).collect();
    let stated = Config::load(dotenv(&on.join("\n"))).unwrap();
    assert!(stated.entries.iter().all(|entry| !entry.is_default()));
    let values = |l: &Loaded| l.entries.iter().map(|e| e.value.clone()).collect::<Vec<_>>();
    assert_eq!(values(&stated), values(&loaded));
    assert_eq!(format!("{:?}", stated.config), format!("{:?}", load(&[]).config));
}

#[test]
fn the_example_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".env.example");
    if fs::read_to_string(&path).ok().as_deref() != Some(&env_example()) {
        fs::write(&path, env_example()).unwrap();
        panic!(".env.example was not current and has been rewritten: read the change, commit it");
    }
}
