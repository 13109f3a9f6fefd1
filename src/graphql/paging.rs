//! Connections, as Relay describes them: <https://relay.dev/graphql/connections.htm>.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{Enum, Object, OutputType, SimpleObject, TypeName};

use super::filter::{self, Filter};
use crate::base::page::PageArgs;
use crate::db::page::cursor;
use crate::db::{Listing, Page, Predicate, Sort, Sorted};
use crate::error::{Invalid, Problem, Result};

/// A node type that is listed in connections.
pub trait Listed: OutputType + Sorted + Send + Sync {
    /// `ClientConnection`.
    const CONNECTION: &'static str;
    /// `ClientEdge`.
    const EDGE: &'static str;
}

/// Names a node type's connection and edge: `listed!(ClientNode, "Client")`.
#[macro_export]
macro_rules! listed {
    ($node:ty, $name:literal) => {
        impl $crate::graphql::paging::Listed for $node {
            const CONNECTION: &'static str = concat!($name, "Connection");
            const EDGE: &'static str = concat!($name, "Edge");
        }
    };
}

/// One part of a caller's ordering.
pub trait Order {
    fn sort(&self) -> Sort;
}

/// How many parts a caller's ordering may have.
const MAX_ORDER: usize = 3;

/// What a connection field's arguments ask for.
pub struct ListArgs<F, O> {
    pub page: PageArgs,
    /// Boxed: it is large, rarely there, and every field's future would have room for it.
    pub filter: Option<Box<F>>,
    pub search: Option<String>,
    pub order_by: Option<Vec<O>>,
}

impl<F: Filter, O: Order> ListArgs<F, O> {
    /// The listing of `N`s, or what is wrong with the arguments; those who are not `allowed` to
    /// see the list are told only that.
    pub fn listing<N: Sorted>(self, allowed: Result<()>) -> Result<Listing> {
        allowed?;
        let mut predicate = filter::predicate(self.filter.as_deref())?;
        if let Some(text) = self.search.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
            let mut invalid = Invalid::default();
            crate::base::text::search(&mut invalid, "search", text);
            invalid.finish()?;
            predicate = predicate.and(Predicate::search(N::SEARCH, text));
        }
        let sorts: Vec<Sort> = self.order_by.iter().flatten().map(Order::sort).collect();
        if sorts.len() > MAX_ORDER {
            let why = format!("can't have more than {MAX_ORDER} parts");
            return Err(Invalid::new(Problem::Invalid, "orderBy", why).into());
        }
        let sorts = if sorts.is_empty() { vec![N::DEFAULT] } else { sorts };
        Listing::new(predicate, sorts, N::ID, self.page.window()?)
    }
}

/// Which way a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum, Default)]
pub enum OrderDirection {
    /// Smallest first; missing values last.
    #[default]
    Asc,
    /// Largest first; missing values first.
    Desc,
}

impl OrderDirection {
    pub fn is_descending(self) -> bool {
        self == Self::Desc
    }
}

/// Where a page stands in its list.
#[derive(Debug, Clone, SimpleObject)]
pub struct PageInfo {
    /// Whether there are rows behind the last one, in the direction of reading.
    has_next_page: bool,
    /// Whether there are rows before the first one.
    has_previous_page: bool,
    /// The first row's cursor; null on an empty page.
    start_cursor: Option<String>,
    /// The last row's cursor; null on an empty page.
    end_cursor: Option<String>,
}

/// A page of a list.
pub struct Connection<N> {
    edges: Vec<Edge<N>>,
    has_next: bool,
    has_previous: bool,
    total: Option<i64>,
}

impl<N: Listed> From<Page<N>> for Connection<N> {
    fn from(page: Page<N>) -> Self {
        let sorts = page.sorts().clone();
        let edge = |node| Edge { node, sorts: sorts.clone() };
        Self {
            has_next: page.has_next,
            has_previous: page.has_previous,
            total: page.total,
            edges: page.rows.into_iter().map(edge).collect(),
        }
    }
}

impl<N: Listed> TypeName for Connection<N> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(N::CONNECTION)
    }
}

/// A page of a list: its rows, and where it stands.
#[Object(name_type)]
impl<N: Listed> Connection<N> {
    /// The rows with their cursors.
    async fn edges(&self) -> &[Edge<N>] {
        &self.edges
    }

    /// The rows alone.
    async fn nodes(&self) -> Vec<&N> {
        self.edges.iter().map(|e| &e.node).collect()
    }

    /// Where this page stands in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.edges.first().map(Edge::to_cursor),
            end_cursor: self.edges.last().map(Edge::to_cursor),
        }
    }

    /// How many rows there are in all. Counted only when selected.
    async fn total_count(&self) -> i64 {
        self.total.unwrap_or_default()
    }
}

/// A row of a list with its place in it.
pub struct Edge<N> {
    node: N,
    sorts: Arc<[Sort]>,
}

impl<N: Listed> Edge<N> {
    fn to_cursor(&self) -> String {
        cursor(&self.node, &self.sorts)
    }
}

impl<N: Listed> TypeName for Edge<N> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(N::EDGE)
    }
}

/// A row of a list with its place in it.
#[Object(name_type)]
impl<N: Listed> Edge<N> {
    /// Marks this row's place: `after` or `before` continue there, under the same ordering.
    async fn cursor(&self) -> String {
        self.to_cursor()
    }

    /// The row itself.
    async fn node(&self) -> &N {
        &self.node
    }
}
