//! What a tenant may use up: the server's figures, or its own in place of them.

use std::num::NonZeroU32;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::base::ids::TenantId;
use crate::db::schema::platform::tenant_limits;
use crate::db::{PlatformConn, Share};
use crate::limits::{Rate, Rates};

/// A tenant's own figures as stored; `None` is the server's.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset, serde::Serialize)]
#[diesel(table_name = tenant_limits)]
#[diesel(treat_none_as_null = true)]
pub struct Figures {
    pub tenant_id: TenantId,
    pub api_per_minute: Option<i32>,
    pub api_burst: Option<i32>,
    pub burst_per_minute: Option<i32>,
    pub auth_per_minute: Option<i32>,
    pub anonymous_per_hour: Option<i32>,
    pub signed_in_per_hour: Option<i32>,
    pub tenant_per_minute: Option<i32>,
    pub cost_per_minute: Option<i32>,
    pub concurrency: Option<i32>,
    pub statement_timeout_ms: Option<i32>,
    pub trusted_documents_only: bool,
    pub updated_at: DateTime<Utc>,
}

impl Figures {
    /// Those of a tenant that has none.
    pub fn none(tenant_id: TenantId) -> Self {
        Self {
            tenant_id,
            api_per_minute: None,
            api_burst: None,
            burst_per_minute: None,
            auth_per_minute: None,
            anonymous_per_hour: None,
            signed_in_per_hour: None,
            tenant_per_minute: None,
            cost_per_minute: None,
            concurrency: None,
            statement_timeout_ms: None,
            trusted_documents_only: false,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    pub async fn find(mut conn: &PlatformConn, tenant: TenantId) -> QueryResult<Option<Self>> {
        tenant_limits::table
            .find(tenant)
            .select(Self::as_select())
            .first(&mut conn)
            .await
            .optional()
    }

    /// The rates in force.
    pub fn rates(&self, server: &Rates) -> Rates {
        let minute = |own: Option<i32>, rate: Rate| amount(own).map_or(rate, Rate::per_minute);
        let hour = |own: Option<i32>, rate: Rate| amount(own).map_or(rate, Rate::per_hour);
        let burst = amount(self.api_burst).map_or(server.api.burst(), NonZeroU32::get);
        let api = minute(self.api_per_minute, server.api);
        Rates {
            api: Rate::per_minute(api.per_window()).with_burst(burst),
            signed_in: hour(self.signed_in_per_hour, server.signed_in),
            anonymous: hour(self.anonymous_per_hour, server.anonymous),
            burst: minute(self.burst_per_minute, server.burst),
            tenant: amount(self.tenant_per_minute).map(Rate::per_minute).or(server.tenant),
            cost: minute(self.cost_per_minute, server.cost),
            auth_account: minute(self.auth_per_minute, server.auth_account),
            auth_address: server.auth_address,
        }
    }

    /// The tenant's share of the database.
    pub fn share(&self) -> Share {
        Share {
            connections: amount(self.concurrency).map(|n| n.get() as usize),
            statement: amount(self.statement_timeout_ms)
                .map(|ms| Duration::from_millis(ms.get().into())),
        }
    }
}

fn amount(figure: Option<i32>) -> Option<NonZeroU32> {
    figure.and_then(|figure| u32::try_from(figure).ok()).and_then(NonZeroU32::new)
}
