//! Short messages between the processes of one database: "forget what you have cached". A message
//! is a hint; the rows are the truth.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use parking_lot::RwLock;
use tokio::sync::Notify;
use tokio_postgres::{AsyncMessage, Client};
use uuid::Uuid;

use crate::db::Connector;

const CHANNEL: &str = "taruvi";
/// How often the connection is tried; a dead one is noticed within twice that.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// What has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// A tenant, or its domains.
    Tenant(Uuid),
    /// Users, roles or sessions of a tenant.
    Access(Uuid),
    /// Operators or their sessions.
    Operators,
    /// The keys that sign tokens.
    SigningKeys,
    /// Messages may have been missed.
    Everything,
}

impl Wake {
    fn to_payload(self) -> String {
        match self {
            Self::Tenant(id) => format!("tenant {id}"),
            Self::Access(id) => format!("access {id}"),
            Self::Operators => "operators".to_owned(),
            Self::SigningKeys => "signing-keys".to_owned(),
            Self::Everything => "everything".to_owned(),
        }
    }

    fn parse(payload: &str) -> Self {
        let id = || payload.split_once(' ').and_then(|(_, id)| id.parse().ok());
        match (payload.split(' ').next(), id()) {
            (Some("tenant"), Some(id)) => Self::Tenant(id),
            (Some("access"), Some(id)) => Self::Access(id),
            (Some("operators"), _) => Self::Operators,
            (Some("signing-keys"), _) => Self::SigningKeys,
            // Of a newer release, perhaps: forgetting too much is safe.
            _ => Self::Everything,
        }
    }
}

type Listener = Box<dyn Fn(Wake) + Send + Sync>;

/// Sends and receives [`Wake`]s over PostgreSQL's NOTIFY. Cheap to clone.
#[derive(Clone, Default)]
pub struct Bus(Arc<Inner>);

#[derive(Default)]
struct Inner {
    listeners: RwLock<Vec<Listener>>,
    client: tokio::sync::RwLock<Option<Client>>,
    healthy: AtomicBool,
    ended: Notify,
}

impl Bus {
    /// `listener` is called for every message, this process's own too, and must not block.
    pub fn on_wake(&self, listener: impl Fn(Wake) + Send + Sync + 'static) {
        self.0.listeners.write().push(Box::new(listener));
    }

    /// Whether messages of other processes arrive. While not, nothing cached may be trusted.
    pub fn healthy(&self) -> bool {
        self.0.healthy.load(Relaxed)
    }

    /// Tells this process at once, and the others before it returns. A message that can't be sent
    /// is made up for by `Everything` when the connection is back.
    pub async fn publish(&self, wake: Wake) {
        self.deliver(wake);
        self.send(wake).await;
    }

    async fn send(&self, wake: Wake) {
        let client = self.0.client.read().await;
        let Some(client) = client.as_ref() else { return };
        let payload = wake.to_payload();
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&CHANNEL, &payload];
        let sent = client.execute("SELECT pg_notify($1, $2)", &parameters);
        match tokio::time::timeout(HEARTBEAT, sent).await {
            Ok(Ok(_)) => {}
            failed => tracing::warn!(?failed, "could not notify the other processes"),
        }
    }

    fn deliver(&self, wake: Wake) {
        for listener in self.0.listeners.read().iter() {
            listener(wake);
        }
    }

    /// Keeps the connection for as long as the process runs.
    pub async fn run(self, connector: Connector) {
        loop {
            if let Err(e) = self.listen(&connector).await {
                tracing::warn!(error = ?e, "the bus has no connection; nothing is cached meanwhile");
            }
            self.0.healthy.store(false, Relaxed);
            *self.0.client.write().await = None;
            tokio::time::sleep(HEARTBEAT / 4).await;
        }
    }

    /// Ends when the connection does.
    async fn listen(&self, connector: &Connector) -> anyhow::Result<()> {
        let bus = self.clone();
        let watch = EndWatch(self.0.clone());
        let client = connector
            .bus(move |message| {
                let _ = &watch; // dropped with the reader, when the connection ends
                if let AsyncMessage::Notification(n) = message {
                    bus.deliver(Wake::parse(n.payload()));
                }
            })
            .await?;
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        *self.0.client.write().await = Some(client);
        self.0.healthy.store(true, Relaxed);
        self.deliver(Wake::Everything);
        self.send(Wake::Everything).await;
        loop {
            tokio::select! {
                () = self.0.ended.notified() => return Ok(()),
                () = tokio::time::sleep(HEARTBEAT) => self.beat().await?,
            }
        }
    }

    async fn beat(&self) -> anyhow::Result<()> {
        let client = self.0.client.read().await;
        if let Some(client) = client.as_ref() {
            tokio::time::timeout(HEARTBEAT, client.simple_query("")).await??;
        }
        Ok(())
    }
}

struct EndWatch(Arc<Inner>);

impl Drop for EndWatch {
    fn drop(&mut self) {
        self.0.healthy.store(false, Relaxed);
        self.0.ended.notify_one();
    }
}
