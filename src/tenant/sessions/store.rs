//! Queries on `sessions` and `refresh_tokens`. No rules here.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::base::ids::UserId;
use crate::db::schema::tenant::{refresh_tokens, sessions};
use crate::db::{TenantConn, TenantTx};

crate::session_store!(Sessions: TenantTx, TenantConn; sessions, refresh_tokens; user_id: UserId);
