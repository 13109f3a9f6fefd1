//! The run's PostgreSQL cluster, and in it a template database that each test gets a copy of:
//! migrated, with the tenants acme and globex, three users each, and one operator.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use taruvi::auth::keys::KeyRing;
use taruvi::auth::tokens::{TokenSettings, Tokens};
use taruvi::auth::vault::Vault;
use taruvi::authz::Role;
use taruvi::base::clock::Clock;
use taruvi::bus::Bus;
use taruvi::config::{Config, Sources};
use taruvi::ctx::{Actor, App, Core, Ctx, Origin, Scope};
use taruvi::db::{Connector, Db, Meter, migrate};
use taruvi::embedded::{Cluster, Options};
use taruvi::platform::{operators, signing, tenants};
use taruvi::tenancy::Tenant;
use taruvi::tenant::users;
use tokio::sync::OnceCell;

/// The password of everybody in the template.
pub const PASSWORD: &str = "a-password-for-tests";
pub const SIGNING_KEY: &str = "a signing key for tests, of more than 32 bytes";
const TEMPLATE: &str = "template_migrated";

/// A configuration as tests need it; `overrides` are keys such as `limits.enabled`.
pub fn config(overrides: &[(&'static str, &str)]) -> Config {
    let mut all = vec![
        ("limits.enabled", "false".to_owned()),
        ("database.pool_size", "4".to_owned()),
        ("auth.signing_key", SIGNING_KEY.to_owned()),
    ];
    all.extend(overrides.iter().map(|(k, v)| (*k, (*v).to_owned())));
    let sources = Sources { overrides: all, ..Sources::default() };
    Config::load(sources).expect("the tests' configuration is good").config
}

/// A folder of this run's own. What ended runs have left behind goes: their numbers come again.
fn place() -> std::path::PathBuf {
    const PREFIX: &str = "taruvi-tests-";
    let temp = std::env::temp_dir();
    for entry in std::fs::read_dir(&temp).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let run = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next());
        let ended = run.is_some_and(|pid| !std::path::Path::new("/proc").join(pid).exists());
        if ended {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    let once = uuid::Uuid::now_v7().simple().to_string();
    temp.join(format!("{PREFIX}{}-{}", std::process::id(), &once[20..]))
}

async fn cluster() -> &'static Cluster {
    static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
    CLUSTER
        .get_or_init(|| async {
            let data_dir = place();
            let path = std::env::var_os("PATH");
            let options =
                Options { data_dir, bin_dir: None, path, durable: false, max_connections: 300 };
            let cluster = Cluster::start(options).await.expect("PostgreSQL starts");
            let url = cluster.url("postgres", "postgres");
            let mut pg = AsyncPgConnection::establish(&url).await.expect("a superuser");
            pg.batch_execute("CREATE ROLE taruvi_app LOGIN NOINHERIT").await.expect("the role");
            cluster
        })
        .await
}

/// How a user of the cluster reaches a database.
pub async fn url(user: &str, database: &str) -> String {
    cluster().await.url(user, database)
}

async fn superuser(database: &str) -> AsyncPgConnection {
    let url = cluster().await.url("postgres", database);
    AsyncPgConnection::establish(&url).await.expect("a connection of the superuser")
}

async fn template() -> &'static str {
    static MADE: OnceCell<()> = OnceCell::const_new();
    MADE.get_or_init(|| async {
        let mut pg = superuser("postgres").await;
        pg.batch_execute(&format!("CREATE DATABASE {TEMPLATE}")).await.expect("the template");
        let (app, owner) = connectors(TEMPLATE, &config(&[])).await;
        migrate::migrate_platform(&owner).await.expect("the platform's tables");
        let process = process(config(&[]), app, owner).await;
        fill(process).await;
    })
    .await;
    TEMPLATE
}

async fn fill(app: Arc<App>) {
    let ctx = Ctx::new(Core::new(app.clone(), Scope::Platform, Actor::System, Origin::default()));
    let admin = operators::NewOperator {
        email: "admin@taruvi.test".to_owned(),
        first_name: "Pia".to_owned(),
        last_name: "Platform".to_owned(),
        is_admin: true,
        password: PASSWORD.to_owned(),
    };
    operators::service::create(&ctx, admin).await.expect("an operator");
    for name in ["acme", "globex"] {
        add_tenant(&app, name).await;
    }
}

/// Makes a tenant with an owner, a manager and a member, such as `owner@acme.test`.
pub async fn add_tenant(app: &Arc<App>, name: &str) -> Arc<Tenant> {
    let user = |role: Role, account: &str| users::NewUser {
        email: format!("{account}@{name}.test"),
        username: Some(account.to_owned()),
        first_name: account.to_owned(),
        last_name: name.to_owned(),
        role,
        password: PASSWORD.to_owned(),
    };
    let new = tenants::NewTenant {
        name: format!("{name} Ltd"),
        organization: None,
        schema_name: name.to_owned(),
        domain: None,
        max_users: None,
        owner: user(Role::Owner, "owner"),
    };
    let ctx = Ctx::new(Core::new(app.clone(), Scope::Platform, Actor::System, Origin::default()));
    tenants::service::create(&ctx, new).await.expect("a tenant");
    let tenant = find_tenant(app, name).await;
    let scope = Scope::Tenant(tenant.clone());
    let ctx = Ctx::new(Core::new(app.clone(), scope, Actor::System, Origin::default()));
    for (role, account) in [(Role::Manager, "manager"), (Role::Member, "member")] {
        users::service::create(&ctx, user(role, account)).await.expect("a user");
    }
    tenant
}

/// The tenant with this schema, with or without its prefix.
pub async fn find_tenant(app: &App, name: &str) -> Arc<Tenant> {
    let schema = taruvi::db::TenantSchema::parse(name).expect("a name");
    app.directory.by_schema(&schema, &Meter::default()).await.expect("the tenant")
}

/// What `DATABASE_URL` and `DATABASE_ADMIN_URL` say for a database of the cluster.
pub async fn urls(database: &str) -> (String, String) {
    let cluster = cluster().await;
    (cluster.url("taruvi_app", database), cluster.url("postgres", database))
}

/// The application's and the owner's login to a database of the cluster.
pub async fn connectors(database: &str, config: &Config) -> (Connector, Connector) {
    let (app, owner) = urls(database).await;
    Db::connectors(config, &app, &owner).expect("connectors")
}

/// A process on a database, without a server.
pub async fn process(config: Config, app: Connector, owner: Connector) -> Arc<App> {
    let db = Db::connect(app.clone(), owner, &config.database).await.expect("the pools");
    let settings = TokenSettings {
        issuer: config.auth.issuer.clone(),
        audience: config.auth.audience.clone(),
        ttl: std::time::Duration::from_secs(config.auth.access_seconds),
        leeway: std::time::Duration::from_secs(config.auth.leeway_seconds),
    };
    let keys = KeyRing::from_secret(SIGNING_KEY.as_bytes()).expect("a key");
    let tokens = Tokens::new(keys, settings).expect("token settings");
    let bus = Bus::default();
    tokio::spawn(bus.clone().run(app));
    while !bus.healthy() {
        tokio::task::yield_now().await;
    }
    let vault = Vault::new(SIGNING_KEY.as_bytes(), &[]).expect("a secret");
    let app = App::new(config, Clock::default(), db, bus, tokens, vault);
    signing::service::keep_current(&app).await.expect("the signing keys");
    app
}

/// A database of its own for a test: a copy of the template.
pub async fn copy() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Copying needs the template to itself.
    static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _turn = ONE_AT_A_TIME.lock().await;
    let name = format!("test_{}", NEXT.fetch_add(1, Relaxed));
    let template = template().await;
    let mut pg = superuser("postgres").await;
    let end = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'"
    );
    pg.batch_execute(&end).await.expect("nobody else in the template");
    pg.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"))
        .await
        .expect("a copy of the template");
    name
}

/// An empty database of its own for a test.
pub async fn empty(name: &str) {
    template().await;
    let mut pg = superuser("postgres").await;
    pg.batch_execute(&format!("CREATE DATABASE {name}")).await.expect("an empty database");
}

/// Runs SQL as the superuser, to arrange what no caller could.
pub async fn sql(database: &str, text: &str) {
    superuser(database).await.batch_execute(text).await.expect("the test's SQL is good");
}

/// A session of `user` outside all pools, with nothing set.
pub async fn session(database: &str, user: &str) -> tokio_postgres::Client {
    let url = cluster().await.url(user, database);
    let (client, connection) =
        tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("a session");
    tokio::spawn(connection);
    client
}

/// What the superuser reads: rows of texts.
pub async fn rows(database: &str, query: &str) -> Vec<Vec<Option<String>>> {
    let client = session(database, "postgres").await;
    let messages = client.simple_query(query).await.expect("the test's SQL is good");
    let row = |message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect())
        }
        _ => None,
    };
    messages.into_iter().filter_map(row).collect()
}

/// The first value of the first row that the superuser reads; empty when there is none.
pub async fn value(database: &str, query: &str) -> String {
    let first =
        rows(database, query).await.into_iter().next().and_then(|row| row.into_iter().next());
    first.flatten().unwrap_or_default()
}
