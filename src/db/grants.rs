//! Grants on single objects, as conditions and as a summary.

use std::sync::Arc;

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::AstPass;
use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::TenantConn;
use super::column::Column;

/// Up to so many granted rows are fetched one by one.
pub const FEW: i64 = 2_000;
/// Up to so many are put into a hash table for a single statement.
pub const SOME: i64 = 20_000;

/// How the database is asked whether a row was granted. All ways answer the same; which one is
/// quick depends on the number of grants, which the planner can't know. `cargo bench -- grants`
/// measures them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lookup {
    /// Fetch the granted rows by their ids, and sort them.
    Rows,
    /// Read the list in its order, and look each row up in a hash of all grants.
    Hash,
    /// Read the list in its order, and look each row up in the index of grants.
    Probe,
}

/// The object of this kind whose id is in `column` is one that any of the holders was granted
/// `permission` on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Grants {
    pub column: Column,
    pub kind: &'static str,
    pub permission: &'static str,
    pub holders: Arc<[Uuid]>,
    pub lookup: Lookup,
}

impl Grants {
    pub(super) fn walk<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self.lookup {
            Lookup::Rows => {
                self.column.push(out)?;
                out.push_sql(" = ANY(ARRAY(");
                self.push_granted(out)?;
                out.push_sql("))");
            }
            Lookup::Hash => {
                // IS TRUE keeps the planner from turning this into a join.
                out.push_sql("(");
                self.column.push(out)?;
                out.push_sql(" IN (");
                self.push_granted(out)?;
                out.push_sql(")) IS TRUE");
            }
            Lookup::Probe => {
                // And so does OFFSET.
                out.push_sql("EXISTS (");
                self.push_granted(out)?;
                out.push_sql(" AND g.object_id = ");
                self.column.push(out)?;
                out.push_sql(" OFFSET 0)");
            }
        }
        Ok(())
    }

    fn push_granted<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT g.object_id FROM object_grants g WHERE g.holder_id = ANY(");
        out.push_bind_param::<Array<SqlUuid>, [Uuid]>(&self.holders)?;
        out.push_sql(") AND g.permission = ");
        out.push_bind_param::<Text, str>(self.permission)?;
        out.push_sql(" AND g.object_kind = ");
        out.push_bind_param::<Text, str>(self.kind)
    }
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    permission: String,
    #[diesel(sql_type = Text)]
    object_kind: String,
    #[diesel(sql_type = BigInt)]
    grants: i64,
}

/// The permissions that a user or one of their groups was granted on single objects, on which kinds
/// of object, and on how many (counted as far as it matters). Walks the index from one permission
/// to the next, however many grants there are.
#[expect(clippy::disallowed_methods, reason = "the DSL has no recursion")]
pub async fn extents(mut conn: &TenantConn, user: Uuid) -> QueryResult<Vec<(String, String, i64)>> {
    let query = diesel::sql_query(
        "WITH RECURSIVE holders (id) AS (
            SELECT $1 UNION ALL SELECT m.group_id FROM group_members m WHERE m.user_id = $1),
        held (holder, permission, object_kind) AS (
            SELECT h.id, g.permission, g.object_kind FROM holders h, LATERAL (
                SELECT g.permission, g.object_kind FROM object_grants g WHERE g.holder_id = h.id
                ORDER BY g.permission, g.object_kind LIMIT 1) g
            UNION ALL
            SELECT held.holder, g.permission, g.object_kind FROM held, LATERAL (
                SELECT g.permission, g.object_kind FROM object_grants g
                WHERE g.holder_id = held.holder
                    AND (g.permission, g.object_kind) > (held.permission, held.object_kind)
                ORDER BY g.permission, g.object_kind LIMIT 1) g)
        SELECT held.permission, held.object_kind, sum((SELECT count(*) FROM (
            SELECT 1 FROM object_grants g WHERE g.holder_id = held.holder
                AND g.permission = held.permission AND g.object_kind = held.object_kind
            LIMIT $2) counted))::bigint AS grants
        FROM held GROUP BY held.permission, held.object_kind",
    );
    let query = query.bind::<SqlUuid, _>(user).bind::<BigInt, _>(SOME + 1);
    let rows: Vec<Row> = query.load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| (row.permission, row.object_kind, row.grants)).collect())
}
