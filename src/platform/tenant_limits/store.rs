//! Queries on `tenant_limits`. No rules and no permissions here. Reading is `tenancy`'s, which
//! needs the figures for every request.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::db::schema::platform::tenant_limits;
use crate::db::{PlatformConn, PlatformTx};
use crate::tenancy::Figures;

pub async fn save(tx: &PlatformTx, figures: &Figures) -> QueryResult<Figures> {
    let mut conn: &PlatformConn = tx;
    diesel::insert_into(tenant_limits::table)
        .values(figures)
        .on_conflict(tenant_limits::tenant_id)
        .do_update()
        .set(figures)
        .returning(Figures::as_returning())
        .get_result(&mut conn)
        .await
}
