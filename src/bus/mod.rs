//! Short messages between the processes of one database: "forget what you have cached", "there are
//! new events". A message is a hint; the rows are the truth.

mod hints;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use tokio::sync::{oneshot, watch};
use tokio_postgres::{AsyncMessage, Client};
use uuid::Uuid;

use self::hints::Hints;
use crate::db::Connector;

const CHANNEL: &str = "taruvi";
/// How often the connection is tried; a dead one is noticed within twice that.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How long a message waits for the connection.
const PATIENCE: Duration = Duration::from_secs(3);

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
    /// There are new events in a tenant.
    Events(Uuid),
    /// There is something else for workers to do.
    Work,
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
            Self::Events(id) => format!("events {id}"),
            Self::Work => "work".to_owned(),
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
            (Some("work"), _) => Self::Work,
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
    /// The connection that listens, or the last one that did.
    line: watch::Sender<Option<Arc<Client>>>,
    hints: Hints,
}

fn open(line: &Option<Arc<Client>>) -> bool {
    line.as_ref().is_some_and(|client| !client.is_closed())
}

impl Bus {
    /// `listener` is called for every message, this process's own too, and must not block.
    pub fn on_wake(&self, listener: impl Fn(Wake) + Send + Sync + 'static) {
        self.0.listeners.write().push(Box::new(listener));
    }

    /// Whether messages of other processes arrive. While not, nothing cached may be trusted.
    pub fn healthy(&self) -> bool {
        open(&self.0.line.borrow())
    }

    /// Tells this process at once, and the others before it returns. While there is no connection
    /// it waits for one, though not for long: `Everything`, which is told when it is back, makes up
    /// for the message. Of events the others hear a little later, of many at once, and nobody waits
    /// for that.
    pub async fn publish(&self, wake: Wake) {
        self.deliver(wake);
        match wake {
            Wake::Events(tenant) => self.0.hints.add(tenant),
            wake => self.send(&wake.to_payload()).await,
        }
    }

    async fn send(&self, payload: &str) {
        if tokio::time::timeout(PATIENCE, self.sent(payload)).await.is_err() {
            tracing::warn!(payload, "could not notify the other processes");
        }
    }

    async fn sent(&self, payload: &str) {
        let mut lines = self.0.line.subscribe();
        loop {
            let line = lines.wait_for(open).await.ok().and_then(|line| line.clone());
            // The sender is this bus's own.
            let Some(client) = line else { return };
            match notify(&client, payload).await {
                Ok(()) => return,
                Err(error) if client.is_closed() => tracing::debug!(?error, "sent once more"),
                Err(error) => return tracing::warn!(?error, "could not notify the processes"),
            }
        }
    }

    fn deliver(&self, wake: Wake) {
        for listener in self.0.listeners.read().iter() {
            listener(wake);
        }
    }

    /// What another process has sent, or this one.
    fn received(&self, payload: &str) {
        match self.0.hints.read(payload) {
            Some(tenants) => tenants.for_each(|tenant| self.deliver(Wake::Events(tenant))),
            None => self.deliver(Wake::parse(payload)),
        }
    }

    /// Keeps the connection for as long as the process runs.
    pub async fn run(self, connector: Connector) {
        tokio::join!(self.keep(connector), self.send_hints());
    }

    async fn keep(&self, connector: Connector) {
        loop {
            if let Err(e) = self.listen(&connector).await {
                tracing::warn!(error = ?e, "the bus has no connection; nothing is cached meanwhile");
            }
            self.0.line.send_replace(None);
            tokio::time::sleep(HEARTBEAT / 8).await;
        }
    }

    /// Ends when the connection does.
    async fn listen(&self, connector: &Connector) -> anyhow::Result<()> {
        let bus = self.clone();
        // The reader holds one end: the other sees when the reader is gone.
        let (reads, mut ended) = oneshot::channel::<()>();
        let client = connector
            .bus(move |message| {
                let _ = &reads;
                if let AsyncMessage::Notification(n) = message {
                    bus.received(n.payload());
                }
            })
            .await?;
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        // What was cached before anybody listened goes before it is trusted again.
        self.deliver(Wake::Everything);
        notify(&client, &Wake::Everything.to_payload()).await?;
        let client = Arc::new(client);
        self.0.line.send_replace(Some(client.clone()));
        loop {
            tokio::select! {
                _ = &mut ended => return Ok(()),
                () = tokio::time::sleep(HEARTBEAT) => {
                    tokio::time::timeout(HEARTBEAT, client.simple_query("")).await??;
                }
            }
        }
    }
}

async fn notify(client: &Client, payload: &str) -> Result<(), tokio_postgres::Error> {
    client.execute("SELECT pg_notify($1, $2)", &[&CHANNEL, &payload]).await.map(|_| ())
}
