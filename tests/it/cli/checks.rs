//! `taruvi check`: each item is found when it is wrong, and is silent in an installation as it
//! should be.

use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use taruvi::embedded::{Cluster, Options};

use super::{Place, said};
use crate::support::{Redis, database};

const KEY: &str = "8Q0kI3PzTfx2b7mWvCq5hNsR1uYdLgA9eJoXwB4t6ZiHrKpVnMcUGaSyEDjF";
const DAY: Duration = Duration::from_secs(86_400);
/// Nobody listens there.
const NOWHERE: &str = "postgres://app@127.0.0.1:1/taruvi";

/// Wrong settings, and what they are found out as.
const WRONG: [(&str, &[(&str, &str)]); 29] = [
    ("config.E001", &[("TARUVI_PROT", "1")]),
    ("config.W001", &[("CELERY_QUEUE_PREFIX", "mail")]),
    ("security.E018", &[("TARUVI_MODE", "development")]),
    ("security.E001", &[("TARUVI_MODE", "development"), ("JWT_SIGNING_KEY", "")]),
    ("security.W009", &[("JWT_SIGNING_KEY", "0123456789abcdef0123456789abcdef")]),
    ("security.W009", &[("SECRET_KEY", "abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc")]),
    ("security.W112", &[("JWT_KEYS", "{open_key}")]),
    ("security.W113", &[("JWT_KEYS", "{old_key}")]),
    ("security.W004", &[("SECURE_HSTS_SECONDS", "0")]),
    ("security.W110", &[("SECURE_HSTS_SECONDS", "3600")]),
    ("security.W008", &[("SECURE_SSL_REDIRECT", "false")]),
    ("security.W012", &[("SESSION_COOKIE_SECURE", "false")]),
    ("http.E001", &[("TRUSTED_PROXIES", "")]),
    ("security.W114", &[("TRUSTED_PROXIES", "10.0.0.0/8,::/0")]),
    ("security.W020", &[("ALLOWED_HOSTS", "")]),
    ("security.W101", &[("PLATFORM_HOSTS", "app.example.com,localhost")]),
    ("security.W102", &[("CORS_ALLOWED_ORIGINS", "*")]),
    ("security.W111", &[("CORS_ALLOWED_ORIGINS", "https://a.example.com,http://b.example.com")]),
    ("security.W103", &[("GRAPHQL_INTROSPECTION", "public")]),
    ("security.W104", &[("GRAPHQL_PLAYGROUND", "true")]),
    ("security.E105", &[("RATE_LIMIT_ENABLE", "false")]),
    ("security.W115", &[("AUTH_RATE_LIMIT_PER_MINUTE", "31")]),
    ("security.W116", &[("ACCESS_TOKEN_LIFETIME_SECONDS", "3601")]),
    ("security.E118", &[("OUTBOUND_ALLOW_PRIVATE", "true")]),
    ("telemetry.W001", &[("LOG_FORMAT", "pretty")]),
    ("telemetry.W002", &[("RUST_LOG", "info,security=off")]),
    ("redis.W001", &[("REDIS_URL", "")]),
    ("redis.W002", &[("REDIS_URL", "redis://:secret@redis.invalid:6379/0")]),
    ("redis.E001", &[("REDIS_URL", "redis://127.0.0.1:1")]),
];
/// The same for the database and what is in it, in the tests below.
const WRONG_ELSEWHERE: [&str; 17] = [
    "backup.W001",
    "names.W001",
    "database.E001",
    "database.E003",
    "database.E004",
    "database.E005",
    "database.E006",
    "database.E007",
    "database.W001",
    "platform.W001",
    "security.E108",
    "security.E117",
    "security.W106",
    "security.W107",
    "security.W109",
    "server.E001",
    // Needs a PostgreSQL that is out of support.
    "database.E002",
];

/// A server's place with a configuration in which nothing is wrong.
struct Installation {
    place: Place,
    redis: Redis,
}

impl Installation {
    async fn new() -> Self {
        let new = Self { place: Place::new(), redis: Redis::start().await };
        std::fs::create_dir_all(new.place.dir()).expect("a folder");
        for (name, mode, age) in
            [("open_key", 0o644, 0), ("old_key", 0o600, 400), ("stamp", 0o644, 0)]
        {
            new.write(name, mode, DAY * age);
        }
        std::fs::write(new.file("taruvi.toml"), "[http]\nbase_domains = []\n").expect("a file");
        new
    }

    fn file(&self, name: &str) -> PathBuf {
        self.place.dir().join(name)
    }

    fn write(&self, name: &str, mode: u32, age: Duration) {
        let path = self.file(name);
        std::fs::write(&path, "not looked into").expect("a file");
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&path, permissions).expect("its permissions");
        let file = std::fs::File::options().write(true).open(&path).expect("the file");
        file.set_modified(SystemTime::now() - age).expect("its time");
    }

    /// What is checked, with some settings changed.
    fn check(&self, changed: &[(&str, &str)]) -> Checked {
        let dir = self.place.dir().display().to_string();
        let mut command = self.place.command(&["check", "--deploy", "--json", "--config"]);
        command.arg(self.file("taruvi.toml"));
        for (name, value) in [
            ("TARUVI_MODE", "production"),
            ("JWT_SIGNING_KEY", KEY),
            ("DATABASE_URL", NOWHERE),
            ("DATABASE_ADMIN_URL", "postgres://owner@127.0.0.1:1/taruvi"),
            ("TARUVI_DATABASE__CONNECT_TIMEOUT_MS", "1000"),
            ("PLATFORM_HOSTS", "app.example.com"),
            ("ALLOWED_HOSTS", ".example.com"),
            ("TRUSTED_PROXIES", "10.0.0.0/8"),
            ("SECURE_SSL_REDIRECT", "true"),
            ("CORS_ALLOWED_ORIGINS", "https://a.example.com"),
            ("GRAPHQL_INTROSPECTION", "authenticated"),
            ("GRAPHQL_PLAYGROUND", "false"),
            ("REDIS_URL", &self.redis.url()),
            ("BACKUP_STAMP", &format!("{dir}/stamp")),
        ] {
            command.env(name, value);
        }
        for (name, value) in changed {
            let keys = ["open_key", "old_key"].iter();
            let fill = |text: String, key: &&str| {
                text.replace(&format!("{{{key}}}"), &format!("{dir}/{key}"))
            };
            command.env(name, keys.fold((*value).to_owned(), fill));
        }
        let output = command.output().expect("the program runs");
        let json = serde_json::from_slice(&output.stdout);
        let json: Value = json.unwrap_or_else(|e| panic!("{e}: {}", said(&output)));
        Checked { json, code: output.status.code().unwrap_or_default() }
    }
}

struct Checked {
    json: Value,
    code: i32,
}

impl Checked {
    fn items(&self) -> &[Value] {
        self.json["items"].as_array().expect("items")
    }

    fn with(&self, state: &str) -> BTreeSet<&str> {
        let of = |item: &&Value| item["state"] == state;
        self.items().iter().filter(of).filter_map(|item| item["id"].as_str()).collect()
    }

    /// This is found, with what to do about it, and the exit code says so.
    #[track_caller]
    fn finds(&self, id: &str) {
        assert!(self.with("found").contains(id), "{id} in {:#}", self.json);
        for item in self.items().iter().filter(|item| item["state"] == "found") {
            for part in ["what", "mend", "good"] {
                assert!(item[part].as_str().is_some_and(|text| text.len() > 8), "{item}");
            }
        }
        let errors = self.items().iter().any(|i| i["state"] == "found" && i["level"] == "error");
        assert_eq!(self.code, i32::from(errors), "{:#}", self.json);
    }

    #[track_caller]
    fn finds_only(&self, ids: &[&str]) {
        assert_eq!(self.with("found"), ids.iter().copied().collect(), "{:#}", self.json);
    }
}

#[tokio::test]
async fn every_setting_that_is_wrong_is_found() {
    let there = Installation::new().await;
    // Nothing is wrong but that there is no database.
    let good = there.check(&[]);
    good.finds_only(&["database.E001"]);
    for (id, changed) in WRONG {
        let found = there.check(changed);
        found.finds(id);
        assert!(id == "config.E001" || !good.with("skipped").contains(id), "{id}");
    }
    let no_stamp = [("BACKUP_STAMP", "")];
    there.check(&no_stamp).finds("backup.W001");
    there.write("stamp", 0o644, DAY * 2);
    there.check(&[]).finds("backup.W001");
    std::fs::remove_file(there.file("stamp")).expect("the stamp goes");
    there.check(&[]).finds("backup.W001");
    let base = "[http]\nbase_domains = [\"taruvi.invalid\"]\n";
    std::fs::write(there.file("taruvi.toml"), base).expect("a file");
    there.check(&[]).finds("names.W001");
    let far = "postgres://app@db.invalid/taruvi";
    there.check(&[("DATABASE_URL", far)]).finds("security.W106");
    let required = format!("{far}?sslmode=require");
    let both = [("DATABASE_URL", &*required), ("DATABASE_ADMIN_URL", &*required)];
    let mended = there.check(&both);
    assert!(mended.with("ok").contains("security.W106"), "{:#}", mended.json);
    mended.finds("security.W107");
}

#[tokio::test]
async fn every_item_is_tested_and_in_the_manual() {
    let there = Installation::new().await;
    let checked = there.check(&[]);
    let all: BTreeSet<&str> = checked.items().iter().filter_map(|i| i["id"].as_str()).collect();
    let tested = WRONG.iter().map(|(id, _)| *id).chain(WRONG_ELSEWHERE).collect();
    assert_eq!(all, tested);
    let path = format!("{}/docs/checks.md", env!("CARGO_MANIFEST_DIR"));
    let current = there.place.run(&["check", "--list"]);
    if std::fs::read_to_string(&path).unwrap_or_default() != current {
        std::fs::write(&path, current).expect("the manual can be written");
        panic!("docs/checks.md was not current; it is now");
    }
}

#[tokio::test]
async fn what_is_wrong_in_the_database_is_found() {
    let there = Installation::new().await;
    let name = database::copy().await;
    let app = database::url("taruvi_app", &name).await;
    let owner = database::url("postgres", &name).await;
    let urls = [("DATABASE_URL", &*app), ("DATABASE_ADMIN_URL", &*owner)];
    // The tests' cluster is in a hurry, and the accounts are those of the demo.
    let demo = ["database.E007", "security.E108", "security.W109"];
    there.check(&urls).finds_only(&demo);
    let superuser = [("DATABASE_URL", &*owner), ("DATABASE_ADMIN_URL", &*owner)];
    let found = there.check(&superuser);
    found.finds("security.E117");
    found.finds("security.W107");
    let no_pem = [urls[0], urls[1], ("JWT_KEYS", "{old_key}")];
    there.check(&no_pem).finds("server.E001");
    let edit = "UPDATE public.migration_ledger SET checksum = 'x' WHERE schema_name = 't_acme'";
    database::sql(&name, edit).await;
    there.check(&urls).finds("database.W001");
    let forget = "DELETE FROM public.migration_ledger WHERE schema_name = 't_acme'";
    database::sql(&name, forget).await;
    there.check(&urls).finds("database.E004");
}

#[tokio::test]
async fn an_installation_as_it_should_be_is_silent() {
    let there = Installation::new().await;
    let own = there.check(&[
        ("TARUVI_MODE", "development"),
        ("DATABASE_URL", ""),
        ("DATABASE_ADMIN_URL", ""),
    ]);
    own.finds("database.E005");
    own.finds("database.E003");
    there.place.run(&["migrate"]);
    let path = std::env::var_os("PATH");
    let data_dir = there.place.dir().to_owned();
    let options = Options { data_dir, bin_dir: None, path, durable: true, max_connections: 30 };
    let cluster = Cluster::start(options).await.expect("PostgreSQL starts");
    let (app, owner) = (cluster.url("taruvi_app", "taruvi"), cluster.url("postgres", "taruvi"));
    let urls = [("DATABASE_URL", &*app), ("DATABASE_ADMIN_URL", &*owner)];
    there.check(&urls).finds_only(&["platform.W001"]);
    let mut create = there.place.command(&["platform", "create-admin", "--email", "a@example.com"]);
    create.env("DATABASE_URL", &app).env("DATABASE_ADMIN_URL", &owner);
    let made = create.env("ADMIN_PASSWORD", "a good long password").output().expect("it runs");
    assert!(made.status.success(), "{}", said(&made));
    let silent = there.check(&urls);
    silent.finds_only(&[]);
    assert_eq!((silent.code, silent.with("skipped").len()), (0, 0), "{:#}", silent.json);
    cluster.stop().await.expect("PostgreSQL stops");
}

#[tokio::test]
async fn a_pooler_that_mixes_sessions_is_found() {
    let there = Installation::new().await;
    let name = database::copy().await;
    let app = database::url("taruvi_app", &name).await;
    let sockets = app.rsplit_once("host=").expect("a socket").1;
    let sockets = sockets.split('&').next().expect("its folder").replace("%2F", "/");
    for (mode, by_transaction) in [("transaction", true), ("session", false)] {
        let pooler = Pooler::start(&there.place, Path::new(&sockets), mode).await;
        let through =
            |user: &str| format!("postgres://{user}@/{name}?host={}", pooler.dir.display());
        let (app, owner) = (through("taruvi_app"), through("postgres"));
        let found = there.check(&[("DATABASE_URL", &*app), ("DATABASE_ADMIN_URL", &*owner)]);
        assert_eq!(
            found.with("found").contains("database.E006"),
            by_transaction,
            "{:#}",
            found.json
        );
    }
}

/// PgBouncer, in front of the tests' cluster.
struct Pooler {
    dir: PathBuf,
    process: Child,
}

impl Pooler {
    async fn start(place: &Place, sockets: &Path, mode: &str) -> Self {
        let dir = place.dir().join(mode);
        std::fs::create_dir_all(&dir).expect("a folder");
        for open in [place.dir(), &dir] {
            let everybody = std::fs::Permissions::from_mode(0o777);
            std::fs::set_permissions(open, everybody).expect("its permissions");
        }
        let file = dir.join("pgbouncer.ini");
        let settings = format!(
            "[databases]\n* = host={}\n[pgbouncer]\nlisten_port = 5432\nunix_socket_dir = {}\n\
             auth_type = trust\nauth_file = {}/users\npool_mode = {mode}\nignore_startup_parameters = options\n",
            sockets.display(),
            dir.display(),
            dir.display()
        );
        std::fs::write(&file, settings).expect("its settings");
        let users = "\"taruvi_app\" \"\"\n\"postgres\" \"\"\n";
        std::fs::write(dir.join("users"), users).expect("its users");
        let mut command = Command::new("pgbouncer");
        let owner = std::fs::metadata(sockets).expect("the folder of sockets").uid();
        if std::fs::metadata("/proc/self").expect("this process").uid() != owner {
            // Root steps down to whoever runs PostgreSQL.
            let passwd = std::fs::read_to_string("/etc/passwd").expect("the accounts");
            let named = |line: &&str| line.split(':').nth(2) == Some(&*owner.to_string());
            let account = passwd.lines().find(named).and_then(|l| l.split(':').next());
            command.args(["-u", account.expect("its owner")]);
        }
        command.arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("pgbouncer is installed (Debian: pgbouncer)");
        let pooler = Self { dir, process };
        let socket = pooler.dir.join(".s.PGSQL.5432");
        for _ in 0..500 {
            if tokio::net::UnixStream::connect(&socket).await.is_ok() {
                return pooler;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("pgbouncer does not start");
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn what_is_printed_and_the_code_are_as_asked_for() {
    let place = Place::new();
    assert!(place.fails(1, &["check"]).contains("database.E003"));
    place.run(&["migrate"]);
    let said = place.run(&["check"]);
    assert!(said.ends_with("0 errors, 0 warnings\n") && !said.contains("ok "), "{said}");
    let said = place.fails(1, &["check", "--deploy"]);
    for line in ["error    security.E018", "ok       database.E001", "warning  security.W008"] {
        assert!(said.contains(line), "{line} in {said}");
    }
    assert!(
        place.fails(2, &["check", "--ignore", "security.W999"]).contains("is the id of no check")
    );
    let ignored = place.run(&["check", "--json", "--ignore", "database.E004,config.W001"]);
    let ignored: Value = serde_json::from_str(&ignored).expect("JSON");
    let items = ignored["items"].as_array().expect("items");
    let states = items.iter().filter(|item| item["state"] == "ignored").count();
    assert_eq!(states, 2, "{ignored:#}");
    // A warning alone ends well, unless asked otherwise.
    let warned = |level: &[&str]| {
        let mut command = place.command(&["check"]);
        command.args(level).env("SECRET_KEY", "too-short-to-sign-0123456789");
        command.output().expect("the program runs").status.code()
    };
    assert_eq!(warned(&[]), Some(0));
    assert_eq!(warned(&["--fail-level", "warn"]), Some(1));
    assert_eq!(warned(&["--fail-level", "warn", "--ignore", "config.W001"]), Some(0));
}
