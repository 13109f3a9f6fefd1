//! Tenants with work in them, made in bulk. Ids follow from the tenant's number and the row's, so
//! that requests can name rows without reading them first.

use anyhow::{Context, Result};
use diesel_async::SimpleAsyncConnection;
use futures_util::{TryStreamExt, stream};
use taruvi::db::{Connector, PlatformConn, TenantConn, TenantPlace, TenantSchema};
use tokio_postgres::Client;
use uuid::Uuid;

pub const TASKS: u32 = 200;
const PROJECTS: u32 = 10;
const USERS: u32 = 5;
/// Tenants made at the same time.
const AT_ONCE: usize = 3;
/// When the first row was made, in Unix milliseconds; each next one a minute later.
const SINCE: u64 = 1_760_000_000_000;

/// Whose id it is.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Tenant = 1,
    User,
    Session,
    Project,
    Task,
}

/// The id of a row: a UUID of version 7, with what is usually random counted up instead.
pub fn id(kind: Kind, tenant: u32, row: u32) -> Uuid {
    let time = u128::from(SINCE + 60_000 * u64::from(row));
    let version = 0x7000 << 64 | 0x8000 << 48 | (kind as u128) << 48;
    Uuid::from_u128(time << 80 | version | u128::from(tenant) << 24 | u128::from(row))
}

/// The same in SQL, for the row whose number is the expression `row`.
pub fn sql_id(kind: Kind, tenant: u32, row: &str) -> String {
    let kind = kind as u32;
    format!(
        "(lpad(to_hex({SINCE} + 60000 * ({row})::bigint), 12, '0') || '7000800{kind}' \
         || '{tenant:06x}' || lpad(to_hex({row}), 6, '0'))::uuid"
    )
}

pub fn sql_time(row: &str) -> String {
    format!("to_timestamp({SINCE} / 1000 + 60 * {row})")
}

/// The schema of a tenant, without its prefix.
pub fn name(tenant: u32) -> String {
    format!("tenant_{tenant:04}")
}

/// Makes the tenants of these numbers.
pub async fn tenants(owner: &Connector, numbers: std::ops::Range<u32>) -> Result<()> {
    let made = stream::iter(numbers.map(Ok));
    made.try_for_each_concurrent(AT_ONCE, |number| tenant(owner, number)).await
}

async fn tenant(owner: &Connector, number: u32) -> Result<()> {
    let id = id(Kind::Tenant, number, 0);
    let schema = TenantSchema::parse(&name(number)).context("a schema's name")?;
    let place = TenantPlace::new(id, schema, 1);
    let row = format!(
        "SET LOCAL synchronous_commit = off;
         INSERT INTO public.tenants
           (id, schema_name, name, created_on, max_users, created_at, updated_at)
         VALUES ('{id}', '{}', 'Tenant {number}', now(), 50, now(), now())",
        place.schema().as_str()
    );
    let rows = rows(number);
    let made = owner.create_tenant(
        &place,
        async |tx| {
            let mut conn: &PlatformConn = tx;
            Ok(conn.batch_execute(&row).await?)
        },
        async |tx| {
            let mut conn: &TenantConn = tx;
            Ok(conn.batch_execute(&rows).await?)
        },
    );
    made.await.with_context(|| format!("making tenant {number}"))
}

/// What the tables of one tenant hold.
fn rows(tenant: u32) -> String {
    let user = sql_id(Kind::User, tenant, "i");
    let project = sql_id(Kind::Project, tenant, "i");
    let task = sql_id(Kind::Task, tenant, "i");
    let session = sql_id(Kind::Session, tenant, "0");
    let first_user = sql_id(Kind::User, tenant, "0");
    let its_user = sql_id(Kind::User, tenant, &format!("i % {USERS}"));
    let its_project = sql_id(Kind::Project, tenant, &format!("i % {PROJECTS}"));
    let at = sql_time("i");
    format!(
        "INSERT INTO users (id, username, email, first_name, last_name, role, created_at, updated_at)
         SELECT {user}, 'user' || i, 'user' || i || '@tenant{tenant}.example', 'First' || i,
           'Last' || i, CASE i WHEN 0 THEN 'owner' ELSE 'member' END, {at}, {at}
         FROM generate_series(0, {USERS} - 1) i;
         INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at)
         VALUES ({session}, {first_user}, now(), now(), now() + interval '1 day');
         INSERT INTO projects
           (id, name, description, status, assigned_to, created_at, updated_at, created_by)
         SELECT {project}, 'Project ' || i || ' of tenant {tenant}', 'What it is about', 'active',
           {its_user}, {at}, {at}, {first_user}
         FROM generate_series(0, {PROJECTS} - 1) i;
         INSERT INTO tasks (id, project_id, title, description, status, priority, due_date,
           completed_at, assigned_to, created_at, updated_at, created_by)
         SELECT {task}, {its_project}, 'Task ' || i || ' of tenant {tenant}',
           'Look at number ' || i || ', and tell the others what came of it',
           (ARRAY['todo', 'in_progress', 'in_review', 'done', 'cancelled'])[1 + i % 5], i % 4,
           CASE WHEN i % 3 > 0 THEN date '2026-01-01' + i END,
           CASE WHEN i % 5 = 3 THEN {at} END,
           CASE WHEN i % 7 > 0 THEN {its_user} END, {at}, {at}, {first_user}
         FROM generate_series(0, {TASKS} - 1) i"
    )
}

/// What autovacuum would do some time later: without it, it would do so while we measure.
pub async fn settle(clients: &[Client], numbers: std::ops::Range<u32>) -> Result<()> {
    clients[0]
        .batch_execute("ANALYZE pg_class, pg_attribute, pg_index, pg_constraint, pg_depend")
        .await?;
    let each = numbers.zip((0..clients.len()).cycle());
    let shares = (0..clients.len()).map(|at| {
        let mine = each.clone().filter(move |(_, client)| *client == at);
        async move {
            for (number, _) in mine {
                let t = format!("t_{}", name(number));
                let tables = format!("{t}.users, {t}.sessions, {t}.projects, {t}.tasks");
                clients[at].batch_execute(&format!("VACUUM (ANALYZE) {tables}")).await?;
            }
            anyhow::Ok(())
        }
    });
    futures_util::future::try_join_all(shares).await?;
    Ok(clients[0].batch_execute("CHECKPOINT").await?)
}

/// A user of the platform who may make tenants, and is signed in.
pub async fn operator(client: &Client) -> Result<()> {
    let (user, session) = (id(Kind::User, 0, 0), id(Kind::Session, 0, 0));
    let rows = format!(
        "INSERT INTO public.operators (id, username, email, created_at, updated_at)
         VALUES ('{user}', 'operator', 'operator@platform.example', now(), now());
         INSERT INTO public.operator_sessions
           (id, operator_id, created_at, last_used_at, expires_at)
         VALUES ('{session}', '{user}', now(), now(), now() + interval '1 day')"
    );
    Ok(client.batch_execute(&rows).await?)
}
