//! Opening connections: the settings every session starts with, and TLS.

use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use rustls_platform_verifier::ConfigVerifierExt;
use tokio_postgres::config::SslMode;
use tokio_postgres::{AsyncMessage, CancelToken, Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::names::RoleName;
use crate::error::{AppError, Result};

/// How long the database may take over a statement, a lock, and an idle open transaction.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    pub connect: Duration,
    pub statement: Duration,
    pub lock: Duration,
    pub idle_in_transaction: Duration,
}

/// Opens connections to one database as one login. Cheap to clone.
#[derive(Clone)]
pub struct Connector(Arc<Inner>);

struct Inner {
    config: Config,
    app_role: RoleName,
    timeouts: Timeouts,
    /// Only made when the URL does not rule TLS out.
    tls: Option<MakeRustlsConnect>,
}

impl Connector {
    /// Reads a `postgres://` URL; connects nowhere yet.
    pub fn parse(url: &str, app_role: RoleName, timeouts: Timeouts) -> Result<Self> {
        let mut config: Config =
            url.parse().map_err(|_| AppError::internal("the database URL can't be read"))?;
        config.connect_timeout(timeouts.connect);
        config.tcp_user_timeout(Duration::from_secs(10));
        config.application_name("taruvi");
        let local =
            config.get_hosts().iter().all(|h| !matches!(h, tokio_postgres::config::Host::Tcp(_)));
        let tls =
            if local || config.get_ssl_mode() == SslMode::Disable { None } else { Some(tls()?) };
        Ok(Self(Arc::new(Inner { config, app_role, timeouts, tls })))
    }

    /// The same login in another database of the same server.
    pub fn database(&self, name: &str) -> Self {
        let mut config = self.0.config.clone();
        config.dbname(name);
        Self(Arc::new(Inner {
            config,
            app_role: self.0.app_role.clone(),
            timeouts: self.0.timeouts,
            tls: self.0.tls.clone(),
        }))
    }

    pub fn database_name(&self) -> &str {
        self.0.config.get_dbname().unwrap_or("postgres")
    }

    pub(super) fn config(&self) -> &Config {
        &self.0.config
    }

    pub fn app_role(&self) -> &RoleName {
        &self.0.app_role
    }

    /// The login name of the URL.
    pub fn login(&self) -> &str {
        self.0.config.get_user().unwrap_or("postgres")
    }

    /// A session for the pool. It starts as the application's role, which has no rights on any
    /// tenant's schema, and with a path that holds no table: a missing pin finds nothing.
    pub(super) async fn pooled(&self) -> Result<AsyncPgConnection> {
        let t = self.0.timeouts;
        self.open(&[
            ("role", self.0.app_role.as_str().to_owned()),
            ("search_path", "pg_catalog".to_owned()),
            // It compiles for longer than our statements run.
            ("jit", "off".to_owned()),
            ("plan_cache_mode", "force_generic_plan".to_owned()),
            ("statement_timeout", t.statement.as_millis().to_string()),
            ("lock_timeout", t.lock.as_millis().to_string()),
            ("idle_in_transaction_session_timeout", t.idle_in_transaction.as_millis().to_string()),
        ])
        .await
    }

    /// A session of the owner, outside any pool: migrations and the making of tenants.
    pub async fn owner(&self) -> Result<AsyncPgConnection> {
        let lock = self.0.timeouts.lock.as_millis().to_string();
        self.open(&[("search_path", "pg_catalog".to_owned()), ("lock_timeout", lock)]).await
    }

    async fn open(&self, settings: &[(&str, String)]) -> Result<AsyncPgConnection> {
        let options: Vec<String> = settings.iter().map(|(k, v)| format!("-c {k}={v}")).collect();
        let mut config = self.0.config.clone();
        config.options(options.join(" "));
        let opened = match &self.0.tls {
            None => {
                let (client, connection) = config.connect(NoTls).await.map_err(unreachable)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await
            }
            Some(tls) => {
                let (client, connection) =
                    config.connect(tls.clone()).await.map_err(unreachable)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await
            }
        };
        opened.map_err(|e| AppError::Unavailable(e.into()))
    }

    /// A bare session for LISTEN and NOTIFY. `on_message` sees each message until the
    /// connection ends; the task that reads it ends with it.
    pub async fn bus(&self, on_message: impl Fn(AsyncMessage) + Send + 'static) -> Result<Client> {
        let mut config = self.0.config.clone();
        config.application_name("taruvi bus");
        match &self.0.tls {
            None => {
                let (client, connection) = config.connect(NoTls).await.map_err(unreachable)?;
                tokio::spawn(read_messages(connection, on_message));
                Ok(client)
            }
            Some(tls) => {
                let (client, connection) =
                    config.connect(tls.clone()).await.map_err(unreachable)?;
                tokio::spawn(read_messages(connection, on_message));
                Ok(client)
            }
        }
    }

    /// Asks the server to stop a query that nobody waits for any more.
    pub(super) async fn cancel(&self, token: CancelToken) {
        let asked = match &self.0.tls {
            None => token.cancel_query(NoTls).await,
            Some(tls) => token.cancel_query(tls.clone()).await,
        };
        if let Err(e) = asked {
            tracing::debug!(error = %e, "could not cancel an abandoned query");
        }
    }
}

async fn read_messages<S>(
    mut connection: tokio_postgres::Connection<tokio_postgres::Socket, S>,
    on_message: impl Fn(AsyncMessage),
) where
    S: tokio_postgres::tls::TlsStream + Unpin + Send + 'static,
{
    while let Some(Ok(message)) =
        std::future::poll_fn(|context| connection.poll_message(context)).await
    {
        on_message(message);
    }
}

fn tls() -> Result<MakeRustlsConnect> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let _ = provider.install_default(); // an earlier connector may have done so
    let config =
        rustls::ClientConfig::with_platform_verifier().map_err(|e| AppError::Internal(e.into()))?;
    Ok(MakeRustlsConnect::new(config))
}

fn unreachable(e: tokio_postgres::Error) -> AppError {
    AppError::Unavailable(anyhow::Error::new(e).context("no connection to the database"))
}
