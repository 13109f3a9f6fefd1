//! Users as those who are told something.

use super::{User, store};
use crate::base::ids::UserId;
use crate::db::TenantConn;
use crate::error::Result;

/// These users, whoever asks.
pub async fn by_ids(conn: &TenantConn, ids: &[UserId]) -> Result<Vec<User>> {
    Ok(store::by_ids(conn, ids).await?)
}

/// The active users with these names or addresses, which are in small letters.
pub async fn by_names(conn: &TenantConn, names: &[String]) -> Result<Vec<UserId>> {
    Ok(store::by_names(conn, names).await?)
}

/// All owners.
pub async fn owners(conn: &TenantConn) -> Result<Vec<UserId>> {
    Ok(store::owners(conn).await?)
}
