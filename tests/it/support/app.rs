//! A server of its own for a test, on a database of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use taruvi::ctx::App;
use taruvi::tenancy::Tenant;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::caller::Caller;
use super::database::{self, PASSWORD};
use super::smtp::Mailbox;

/// A running server. Its runtime ends with it.
pub struct TestApp {
    pub app: Arc<App>,
    pub address: SocketAddr,
    pub database: String,
    runtime: Option<Runtime>,
    client: reqwest::Client,
}

impl TestApp {
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With settings of its own, such as `("database.pool_size", "2")`.
    pub async fn with(overrides: &[(&'static str, &str)]) -> Self {
        Self::on(database::copy().await, overrides).await
    }

    /// With a mail server, and the mail that comes there.
    pub async fn with_mail() -> (Self, Mailbox) {
        let mailbox = Mailbox::open().await;
        let port = mailbox.address.port().to_string();
        let settings = [
            ("mail.host", "127.0.0.1"),
            ("mail.port", port.as_str()),
            ("mail.from", "Taruvi <mail@taruvi.test>"),
        ];
        (Self::with(&settings).await, mailbox)
    }

    /// Another process on the database of `other`.
    pub async fn beside(other: &Self) -> Self {
        Self::beside_with(other, &[]).await
    }

    /// The same with settings of its own.
    pub async fn beside_with(other: &Self, overrides: &[(&'static str, &str)]) -> Self {
        Self::on(other.database.clone(), overrides).await
    }

    async fn on(database: String, overrides: &[(&'static str, &str)]) -> Self {
        let config = database::config(overrides);
        let (login, owner) = database::connectors(&database, &config).await;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_stack_size(8 << 20) // async-graphql needs deep frames in debug builds
            .enable_all()
            .build()
            .expect("a runtime");
        let start = async move {
            let app = database::process(config, login, owner).await;
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            let served = taruvi::http::serve(app.clone(), listener, std::future::pending());
            tokio::spawn(served);
            (app, address)
        };
        let (app, address) = runtime.spawn(start).await.expect("the server starts");
        Self { app, address, database, runtime: Some(runtime), client: client() }
    }

    /// Runs a future where the server's connections live.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let runtime = self.runtime.as_ref().expect("the app runs");
        runtime.spawn(work).await.expect("the work does not panic")
    }

    /// Handles events from now on, in this process.
    pub async fn work(&self) {
        let app = self.app.clone();
        // It ends with the runtime.
        self.run(async move { std::mem::forget(taruvi::worker::Worker::start(&app)) }).await;
    }

    /// Somebody without a token, at `acme.localhost`, or at the platform's host for `localhost`.
    pub fn anonymous(&self, tenant: &str) -> Caller {
        let host = match tenant {
            "localhost" => tenant.to_owned(),
            tenant => format!("{tenant}.localhost"),
        };
        Caller::new(self.client.clone(), self.address, host)
    }

    /// `owner`, `manager` or `member` of a tenant, signed in.
    pub async fn sign_in(&self, tenant: &str, account: &str) -> Caller {
        self.anonymous(tenant).sign_in(&format!("{account}@{tenant}.test"), PASSWORD).await
    }

    /// The platform's administrator, signed in at the platform's host.
    pub async fn operator(&self) -> Caller {
        self.anonymous("localhost").sign_in("admin@taruvi.test", PASSWORD).await
    }

    /// Makes a tenant with an owner, a manager and a member.
    pub async fn add_tenant(&self, name: &str) -> Arc<Tenant> {
        let (app, name) = (self.app.clone(), name.to_owned());
        self.run(async move { database::add_tenant(&app, &name).await }).await
    }

    /// The tenant with this schema, as the server sees it.
    pub async fn tenant(&self, name: &str) -> Arc<Tenant> {
        let (app, name) = (self.app.clone(), name.to_owned());
        self.run(async move { database::find_tenant(&app, &name).await }).await
    }

    /// Runs SQL as the superuser in this test's database.
    pub async fn sql(&self, text: &str) {
        database::sql(&self.database, text).await;
    }

    /// The first value that the superuser reads.
    pub async fn value(&self, query: &str) -> String {
        database::value(&self.database, query).await
    }

    /// The record of changes of a tenant, or of the platform for `localhost`, the oldest first.
    pub async fn record(&self, tenant: &str) -> Vec<Value> {
        let schema = match tenant {
            "localhost" => "public".to_owned(),
            tenant => format!("t_{tenant}"),
        };
        let all = self
            .value(&format!(
                "SELECT json_agg(json_build_object('seq', seq, 'action', action,
                    'objectKind', object_kind, 'objectId', object_id, 'actorKind', actor_kind,
                    'actorId', actor_id, 'keyId', key_id, 'impersonatorId', impersonator_id,
                    'before', before::json, 'after', after::json, 'ip', ip,
                    'userAgent', user_agent, 'correlationId', correlation_id,
                    'prevHash', encode(prev_hash, 'hex'), 'hash', encode(hash, 'hex'))
                    ORDER BY seq) FROM {schema}.audit_log"
            ))
            .await;
        serde_json::from_str(&all).unwrap_or_default()
    }

    /// Waits until all security events are written that were noted before.
    pub async fn events_written(&self) {
        let security = self.app.security.clone();
        self.run(async move { security.flush().await }).await;
    }

    /// What the record of changes says of the last thing done in a tenant.
    pub async fn last_recorded(&self, tenant: &str) -> Value {
        self.record(tenant).await.pop().expect("something is recorded")
    }

    /// A project with this name; its id.
    pub async fn project(&self, caller: &Caller, name: &str) -> String {
        let query = "mutation($n: String!) { projectCreate(input: {name: $n}) { project { id } } }";
        let made = caller.gql_with(query, json!({ "n": name })).await;
        made.text("/data/projectCreate/project/id")
    }

    /// A task with this title; its id.
    pub async fn task(&self, caller: &Caller, project: &str, title: &str) -> String {
        let query = "mutation($p: ID!, $t: String!) {
            taskCreate(input: {projectId: $p, title: $t}) { task { id } } }";
        let made = caller.gql_with(query, json!({ "p": project, "t": title })).await;
        made.text("/data/taskCreate/task/id")
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What is answered is looked at, wherever it leads.
fn client() -> reqwest::Client {
    let follow = reqwest::redirect::Policy::none();
    reqwest::Client::builder().redirect(follow).build().expect("a client")
}
