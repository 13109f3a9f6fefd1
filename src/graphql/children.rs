//! Connections below a list: the first rows of many parents in one statement, and their counts in
//! another.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Deref;
use std::sync::Arc;

use async_graphql::Context;
use async_graphql::dataloader::Loader;
use diesel::QueryResult;
use uuid::Uuid;

use super::paging::{Connection, Listed};
use super::{CtxExt, Result as Answer};
use crate::ctx::Loaders;
use crate::db::{Column, Listing, Page, PlatformConn, TenantConn};
use crate::error::AppError;

/// A kind of connection that loaders can have.
pub trait Loading: Sized + Sync {
    fn of(
        loaders: &Loaders,
    ) -> impl Future<Output = Result<impl Deref<Target = Self> + Send + Sync, Arc<AppError>>> + Send;
}

impl Loading for TenantConn {
    async fn of(
        loaders: &Loaders,
    ) -> Result<impl Deref<Target = Self> + Send + Sync, Arc<AppError>> {
        loaders.read().await
    }
}

impl Loading for PlatformConn {
    async fn of(
        loaders: &Loaders,
    ) -> Result<impl Deref<Target = Self> + Send + Sync, Arc<AppError>> {
        loaders.platform().await.map(Box::new)
    }
}

/// A slice whose rows are listed below parents; implemented by what says which relations of the
/// rows come along.
pub trait Children: Copy + Eq + Hash + Send + Sync + 'static {
    type Row: Clone + Send + Sync + 'static;
    /// Where the rows are.
    type Conn: Loading;

    /// The row's value of `column`.
    fn parent(row: &Self::Row, column: Column) -> Option<Uuid>;

    /// The first rows of each parent, in the listing's order.
    fn pages(
        self,
        conn: &Self::Conn,
        parents: Vec<Uuid>,
        column: Column,
        listing: &Listing,
    ) -> impl Future<Output = QueryResult<Vec<Self::Row>>> + Send;

    /// How many rows each parent has.
    fn counts(
        self,
        conn: &Self::Conn,
        parents: Vec<Uuid>,
        column: Column,
        listing: &Listing,
    ) -> impl Future<Output = QueryResult<Vec<(Uuid, i64)>>> + Send;
}

/// One parent's page of children.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PageOf<C> {
    pub parent: Uuid,
    pub list: Arc<ListOf<C>>,
}

/// What is listed of each parent. Parents that ask for the same share a statement.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ListOf<C> {
    pub column: Column,
    pub listing: Listing,
    pub with: C,
    pub total: bool,
}

impl<C: Children> Loader<PageOf<C>> for Loaders {
    type Value = Page<C::Row>;
    type Error = Arc<AppError>;

    async fn load(
        &self,
        keys: &[PageOf<C>],
    ) -> Result<HashMap<PageOf<C>, Page<C::Row>>, Arc<AppError>> {
        let mut lists: HashMap<&Arc<ListOf<C>>, Vec<Uuid>> = HashMap::new();
        for key in keys {
            lists.entry(&key.list).or_default().push(key.parent);
        }
        let conn = C::Conn::of(self).await?;
        let mut pages = HashMap::with_capacity(keys.len());
        for (list, parents) in lists {
            let found = pages_of(&*conn, list, parents).await;
            pages.extend(found.map_err(|e| Arc::new(e.into()))?);
        }
        Ok(pages)
    }
}

async fn pages_of<C: Children>(
    conn: &C::Conn,
    list: &Arc<ListOf<C>>,
    parents: Vec<Uuid>,
) -> QueryResult<Vec<(PageOf<C>, Page<C::Row>)>> {
    let ListOf { column, listing, with, total } = &**list;
    let rows = with.pages(conn, parents.clone(), *column, listing);
    let counts = async {
        match total {
            true => with.counts(conn, parents.clone(), *column, listing).await.map(Some),
            false => Ok(None),
        }
    };
    let (rows, counts) = futures_util::future::try_join(rows, counts).await?;
    let mut of: HashMap<Uuid, Vec<C::Row>> = HashMap::new();
    for row in rows {
        if let Some(parent) = C::parent(&row, *column) {
            of.entry(parent).or_default().push(row);
        }
    }
    let counts: Option<HashMap<Uuid, i64>> = counts.map(|c| c.into_iter().collect());
    let page = |parent: Uuid| {
        let total = counts.as_ref().map(|c| c.get(&parent).copied().unwrap_or_default());
        let page = listing.page(of.remove(&parent).unwrap_or_default(), total);
        (PageOf { parent, list: list.clone() }, page)
    };
    Ok(parents.into_iter().map(page).collect())
}

/// The page of rows whose `column` is `parent`; one statement for all parents of the operation.
pub async fn below<N, C>(
    ctx: &Context<'_>,
    column: Column,
    parent: impl Into<Uuid>,
    listing: Listing,
    with: C,
) -> Answer<Connection<N>>
where
    N: Listed + From<C::Row>,
    C: Children,
{
    let total = ctx.selects("totalCount");
    let list = Arc::new(ListOf { column, listing, with, total });
    let page = ctx.app().load(PageOf { parent: parent.into(), list }).await?;
    let page = page.ok_or_else(|| AppError::internal("a page was not loaded"))?;
    Ok(page.map(N::from).into())
}
