//! One statement for the first rows of many parents: the same small query for each of them.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, Uuid as SqlUuid};
use uuid::Uuid;

/// `query` must hold [`super::Predicate::OfParent`]; its limit counts for each parent.
/// The rows of one parent keep the query's order; parents come in any order.
pub fn per_parent<Q>(parents: Vec<Uuid>, query: Q) -> PerParent<Q> {
    PerParent { parents, query }
}

/// See [`per_parent`].
pub struct PerParent<Q> {
    parents: Vec<Uuid>,
    query: Q,
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for PerParent<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT page.* FROM unnest(");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.parents)?;
        out.push_sql(") AS parent(id) CROSS JOIN LATERAL (");
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(") AS page");
        Ok(())
    }
}

impl<Q> QueryId for PerParent<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for PerParent<Q> {
    type SqlType = Q::SqlType;
}
