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

/// With more grants than this, rows are looked at one by one in the order of the list.
const MANY: i64 = 1_000;

/// The object whose id is in `column` is one that any of the holders was granted `permission` on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Grants {
    pub column: Column,
    pub permission: &'static str,
    pub holders: Arc<[Uuid]>,
    /// Whether there are so many grants that a page is found sooner by asking for each row.
    pub many: bool,
}

impl Grants {
    pub(super) fn walk<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.many {
            // OFFSET keeps the planner from turning this into a join with all grants.
            out.push_sql("EXISTS (SELECT 1 FROM object_grants g WHERE g.object_id = ");
            self.column.push(out)?;
            self.push_holders(" AND ", out)?;
            out.push_sql(" OFFSET 0)");
        } else {
            self.column.push(out)?;
            out.push_sql(" = ANY(ARRAY(SELECT g.object_id FROM object_grants g");
            self.push_holders(" WHERE ", out)?;
            out.push_sql("))");
        }
        Ok(())
    }

    fn push_holders<'b>(&'b self, begin: &str, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(begin);
        out.push_sql("g.holder_id = ANY(");
        out.push_bind_param::<Array<SqlUuid>, [Uuid]>(&self.holders)?;
        out.push_sql(") AND g.permission = ");
        out.push_bind_param::<Text, str>(self.permission)
    }
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    permission: String,
    #[diesel(sql_type = BigInt)]
    grants: i64,
}

/// The permissions that a user or one of their groups was granted on single objects, and whether
/// on many. Walks the index from one permission to the next, however many grants there are.
#[expect(clippy::disallowed_methods, reason = "the DSL has no recursion")]
pub async fn extents(mut conn: &TenantConn, user: Uuid) -> QueryResult<Vec<(String, bool)>> {
    let query = diesel::sql_query(
        "WITH RECURSIVE held (holder, permission) AS (
            SELECT h.holder, (SELECT min(g.permission) FROM object_grants g
                WHERE g.holder_id = h.holder)
            FROM (SELECT $1 AS holder
                UNION ALL SELECT m.group_id FROM group_members m WHERE m.user_id = $1) h
            UNION ALL
            SELECT held.holder, (SELECT min(g.permission) FROM object_grants g
                WHERE g.holder_id = held.holder AND g.permission > held.permission)
            FROM held WHERE held.permission IS NOT NULL)
        SELECT held.permission, sum((SELECT count(*) FROM (SELECT 1 FROM object_grants g
            WHERE g.holder_id = held.holder AND g.permission = held.permission
            LIMIT $2) few))::bigint AS grants
        FROM held WHERE held.permission IS NOT NULL GROUP BY held.permission",
    );
    let query = query.bind::<SqlUuid, _>(user).bind::<BigInt, _>(MANY + 1);
    let rows: Vec<Row> = query.load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| (row.permission, row.grants > MANY)).collect())
}
