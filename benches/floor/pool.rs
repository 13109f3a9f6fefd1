//! The hand-written server's connections: each remembers the tenant it last served, and has one
//! prepared statement a query. What the rows become is in `answer`.

use std::collections::{HashMap, VecDeque};
use std::ops::{Deref, DerefMut};

use anyhow::Result;
use futures_util::future::try_join;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row, Statement};
use uuid::Uuid;

use super::APPLICATION_NAME;

const TASK: &str = "SELECT id, title, status, priority, due_date
    FROM tasks WHERE id = $1 AND deleted_at IS NULL";

const TASKS: &str = "SELECT t.id, t.title, t.status, t.priority, t.due_date,
        p.id, p.name, u.id, u.first_name, u.last_name, u.username
    FROM tasks t
    LEFT JOIN projects p ON p.id = t.project_id
    LEFT JOIN users u ON u.id = t.assigned_to
    WHERE t.deleted_at IS NULL
    ORDER BY t.created_at DESC, t.id DESC
    LIMIT 20";

/// A tenant, and the statement that reaches it.
pub struct Tenant {
    id: Uuid,
    set_path: String,
}

/// All tenants that there are.
pub async fn tenants(url: &str) -> Result<HashMap<Uuid, Tenant>> {
    let client = connect(url).await?;
    let rows = client.query("SELECT id, schema_name FROM public.tenants", &[]).await?;
    let tenant = |row: &Row| {
        let (id, schema): (Uuid, &str) = (row.get(0), row.get(1));
        (id, Tenant { id, set_path: format!("SET search_path TO \"{schema}\"") })
    };
    Ok(rows.iter().map(tenant).collect())
}

/// As many connections as there will be, lent in turn.
pub struct Pool {
    idle: Mutex<VecDeque<Connection>>,
    permits: Semaphore,
}

pub struct Connection {
    client: Client,
    /// `None` while it is being changed: a request that is dropped meanwhile leaves it so.
    tenant: Option<Uuid>,
    task: Statement,
    tasks: Statement,
}

impl Pool {
    /// Opens all connections; the statements are prepared in the schema of `any` tenant.
    pub async fn open(url: &str, size: usize, any: &Tenant) -> Result<Self> {
        let mut idle = VecDeque::with_capacity(size);
        for _ in 0..size {
            let client = connect(url).await?;
            client.batch_execute(&any.set_path).await?;
            let (task, tasks) = (client.prepare(TASK).await?, client.prepare(TASKS).await?);
            idle.push_back(Connection { client, tenant: Some(any.id), task, tasks });
        }
        Ok(Self { idle: Mutex::new(idle), permits: Semaphore::new(size) })
    }

    pub async fn take(&self) -> Result<Lent<'_>> {
        let permit = self.permits.acquire().await?;
        let connection = self.idle.lock().pop_front();
        Ok(Lent { connection, pool: self, _permit: permit })
    }
}

impl Connection {
    pub async fn task(&mut self, tenant: &Tenant, id: Uuid) -> Result<Vec<Row>> {
        let statement = self.task.clone();
        self.query(tenant, &statement, &[&id]).await
    }

    pub async fn tasks(&mut self, tenant: &Tenant) -> Result<Vec<Row>> {
        let statement = self.tasks.clone();
        self.query(tenant, &statement, &[]).await
    }

    /// One round trip, whether the tenant changes or not.
    async fn query(
        &mut self,
        tenant: &Tenant,
        statement: &Statement,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>> {
        let rows = self.client.query(statement, values);
        if self.tenant == Some(tenant.id) {
            return Ok(rows.await?);
        }
        self.tenant = None;
        // Polled in this order, so that the path is sent first.
        let ((), rows) = try_join(self.client.batch_execute(&tenant.set_path), rows).await?;
        self.tenant = Some(tenant.id);
        Ok(rows)
    }
}

/// A connection on loan; dropping it gives it back.
pub struct Lent<'a> {
    connection: Option<Connection>,
    pool: &'a Pool,
    _permit: SemaphorePermit<'a>,
}

impl Deref for Lent<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a permit stands for a connection")
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a permit stands for a connection")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.pool.idle.lock().extend(self.connection.take());
    }
}

async fn connect(url: &str) -> Result<Client> {
    let mut config: tokio_postgres::Config = url.parse()?;
    config.application_name(APPLICATION_NAME);
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
