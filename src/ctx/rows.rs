//! What use cases do with rows again and again: find one, lock some, and say of the others no more
//! than the caller may know. The queries themselves are in the slices' stores.

use diesel::QueryResult;
use uuid::Uuid;

use super::Core;
use crate::authz::{Permission, Rows};
use crate::db::{Listing, Page, Predicate, TenantConn, TenantTx, Test, Value, page};
use crate::error::{AppError, Result};

/// A row whose slice declares its queries with [`stored!`](crate::stored).
pub trait Row: Sized + Send {
    /// Whose it is. The kind is also what it is called where it is missing.
    const ROWS: Rows;

    fn key(&self) -> Uuid;
    fn version(&self) -> i32;

    /// The one row that `which` holds for.
    fn find(
        conn: &TenantConn,
        which: Predicate,
    ) -> impl Future<Output = QueryResult<Option<Self>>> + Send;

    /// The rows that `which` holds for; nobody else can change them before this transaction ends.
    fn lock(tx: &TenantTx, which: Predicate)
    -> impl Future<Output = QueryResult<Vec<Self>>> + Send;
}

/// A row that is listed without its relations (see [`listed_alone!`](crate::listed_alone)).
pub trait Alone: Row + Clone + Sync + 'static {
    fn page(
        conn: &TenantConn,
        listing: &Listing,
    ) -> impl Future<Output = QueryResult<Vec<Self>>> + Send;

    fn count(conn: &TenantConn, listing: &Listing)
    -> impl Future<Output = QueryResult<i64>> + Send;
}

/// A row that can be in the trash (see [`trashed!`](crate::trashed)).
pub trait Trashed: Row {
    /// The row that `which` holds for, wherever it is, and whether it is in the trash.
    fn anywhere(
        conn: &TenantConn,
        which: Predicate,
    ) -> impl Future<Output = QueryResult<Option<(Self, bool)>>> + Send;
}

/// The row with this id.
pub fn only<R: Row>(id: impl Into<Uuid>) -> Predicate {
    Predicate::equal(R::ROWS.id, Value::Id(id.into()))
}

/// These rows.
pub fn these<R: Row>(rows: &[R]) -> Predicate {
    Predicate::Is(R::ROWS.id, Test::In, Value::Ids(rows.iter().map(R::key).collect()))
}

/// Fails if the caller has seen another version.
pub fn require_version<R: Row>(row: &R, expected: Option<i32>) -> Result<()> {
    if expected.is_none_or(|version| version == row.version()) {
        Ok(())
    } else {
        Err(AppError::stale())
    }
}

/// Whether the row is there and within reach: of a permission on rows like it, or else of one on
/// what is in them.
pub async fn is_within<R: Row>(
    conn: &TenantConn,
    id: impl Into<Uuid>,
    reach: &crate::authz::Reach,
    own_kind: bool,
) -> Result<bool> {
    let within = if own_kind { reach.predicate(&R::ROWS) } else { reach.into_container(&R::ROWS) };
    Ok(R::find(conn, only::<R>(id).and(within)).await?.is_some())
}

impl Core {
    /// The condition that the permission reaches a row; fails when it reaches none.
    pub fn reaching<R: Row>(&self, permission: &Permission) -> Result<Predicate> {
        Ok(self.reach(permission)?.predicate(&R::ROWS))
    }

    /// The row, if the permission reaches it.
    pub async fn found<R: Row>(&self, id: impl Into<Uuid>, view: &Permission) -> Result<R> {
        let which = only::<R>(id).and(self.reaching::<R>(view)?);
        R::find(&*self.read().await?, which).await?.ok_or(AppError::NotFound(R::ROWS.kind))
    }

    /// A page of the rows that the permission reaches.
    pub async fn listed<R: Alone>(
        &self,
        listing: Listing,
        view: &Permission,
        total: bool,
    ) -> Result<Page<R>> {
        let listing = listing.within(self.reaching::<R>(view)?);
        let conn = self.read().await?;
        page::read(&listing, R::page(&conn, &listing), R::count(&conn, &listing), total).await
    }

    /// The row, locked, if the permission reaches it. What the caller may see but not change is
    /// forbidden; what they may not see is not there.
    pub async fn locked<R: Row>(
        &self,
        tx: &TenantTx,
        id: impl Into<Uuid>,
        permission: &Permission,
        view: &Permission,
    ) -> Result<R> {
        let id = id.into();
        let reach = self.reaching::<R>(permission)?;
        if let Some(row) = R::lock(tx, only::<R>(id).and(reach)).await?.pop() {
            return Ok(row);
        }
        let missing = AppError::NotFound(R::ROWS.kind);
        let Ok(seen) = self.reaching::<R>(view) else { return Err(missing) };
        match R::find(tx, only::<R>(id).and(seen)).await? {
            Some(_) => Err(AppError::Forbidden(permission.name)),
            None => Err(missing),
        }
    }

    /// All of them that the permission reaches, locked.
    pub async fn all_locked<R: Row>(
        &self,
        tx: &TenantTx,
        which: Predicate,
        permission: &Permission,
    ) -> Result<Vec<R>> {
        Ok(R::lock(tx, which.and(self.reaching::<R>(permission)?)).await?)
    }
}
