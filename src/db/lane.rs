//! Which work waits in which tenant: `public.event_backlog`, which workers read instead of every
//! schema.

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;

use super::conn::{TenantConn, TenantTx};

crate::column_enum! {
    /// A kind of work. Each has workers of its own, so that what waits for other machines holds up
    /// nothing else.
    Lane: Integer as i32 {
        /// Events to handle.
        Events = 0,
        /// Webhooks to send.
        Webhooks = 1,
    }
}

/// Tells the workers that there is something to do in the tenant, once this is committed.
pub async fn note_backlog(tx: &TenantTx, lane: Lane) -> QueryResult<usize> {
    let mut conn: &TenantConn = tx;
    RunQueryDsl::execute(NoteBacklog(lane), &mut conn).await
}

/// See the platform's migration: the function knows the tenant by the role of the session.
pub(super) struct NoteBacklog(pub(super) Lane);

impl QueryFragment<Pg> for NoteBacklog {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT public.note_backlog(");
        out.push_bind_param::<Integer, _>(&self.0)?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for NoteBacklog {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
