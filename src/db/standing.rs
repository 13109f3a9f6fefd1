//! How a database is run, as far as that can spoil everything: asked by `taruvi check --deploy`.

use tokio_postgres::{Client, SimpleQueryMessage};

use super::Connector;
use super::console::readable;
use crate::error::Result;

/// Two sessions of a pooler may by chance get different connections.
const ROUNDS: usize = 5;

/// What a login meets.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// The login may do everything, whatever was granted.
    pub is_superuser: bool,
    /// What was committed may be lost.
    pub forgets: bool,
    /// Sessions share connections: a pooler lends them for one transaction.
    pub by_transaction: bool,
}

impl Connector {
    /// Asks the database. In simple statements, which every pooler passes on.
    pub async fn standing(&self) -> Result<Standing> {
        let (one, other) = (self.bare().await?, self.bare().await?);
        let is_superuser = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user";
        Ok(Standing {
            is_superuser: first(&one, is_superuser).await?.as_deref() == Some("t"),
            forgets: first(&one, "SHOW fsync").await?.as_deref() == Some("off"),
            by_transaction: share(&one, &other).await?,
        })
    }
}

/// Whether two open sessions are served by the same process.
async fn share(one: &Client, other: &Client) -> Result<bool> {
    const PROCESS: &str = "SELECT pg_catalog.pg_backend_pid()";
    for _ in 0..ROUNDS {
        if first(one, PROCESS).await? == first(other, PROCESS).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn first(client: &Client, sql: &str) -> Result<Option<String>> {
    let messages = client.simple_query(sql).await.map_err(readable)?;
    Ok(messages.into_iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}
