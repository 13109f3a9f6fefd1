//! Keyset paging: from a caller's page arguments and ordering to a query's condition, order and
//! limit, and from its rows to a page with cursors.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::QueryResult;

use super::column::Column;
use super::predicate::{Ordering, Predicate, Sort, Test, Value};
use crate::base::page::{Direction, Window};
use crate::error::{AppError, Invalid, Problem, Result};

/// A row that can be listed, and tell where it stands in an ordering.
pub trait Sorted {
    /// The primary key, which ends every ordering.
    const ID: Column;
    /// The ordering when the caller gives none.
    const DEFAULT: Sort;
    /// The columns that `search` looks through.
    const SEARCH: &'static [Column];
    /// The row's value of a column it may be sorted by.
    fn sort_value(&self, column: Column) -> Value;
}

/// What to list: which rows, in which order, which part of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Listing {
    pub predicate: Predicate,
    sorts: Arc<[Sort]>,
    window: Window,
    after: Option<Vec<Value>>,
}

impl Listing {
    /// `sorts` may be empty; `tiebreak` (the primary key) always ends the ordering.
    pub fn new(
        predicate: Predicate,
        mut sorts: Vec<Sort>,
        tiebreak: Column,
        window: Window,
    ) -> Result<Self> {
        let descending = sorts.last().is_some_and(|s| s.descending);
        sorts.retain(|s| s.column != tiebreak);
        sorts.push(Sort { column: tiebreak, descending });
        let after = decode(&window, &sorts)?;
        Ok(Self { predicate, sorts: sorts.into(), window, after })
    }

    /// The rows of the page and those behind it.
    pub fn filter(&self) -> Predicate {
        let keyset = self.after.as_ref().map_or(Predicate::True, |v| beyond(&self.order().0, v));
        self.predicate.clone().and(keyset)
    }

    /// Only those of the rows that `predicate` holds for.
    #[must_use]
    pub fn within(self, predicate: Predicate) -> Self {
        Self { predicate: self.predicate.and(predicate), ..self }
    }

    /// The same for one parent at a time (see [`super::per_parent`]).
    #[must_use]
    pub fn of_parent(&self, column: Column) -> Self {
        let predicate = Predicate::OfParent(column).and(self.predicate.clone());
        Self { predicate, ..self.clone() }
    }

    /// The direction of reading: reversed for `last`/`before`.
    pub fn order(&self) -> Ordering {
        let back = self.window.direction == Direction::Backward;
        let turn = |s: &Sort| Sort { column: s.column, descending: s.descending != back };
        Ordering(self.sorts.iter().map(turn).collect())
    }

    /// One more than the page holds, to know whether there is another.
    pub fn limit(&self) -> i64 {
        self.window.size + 1
    }

    pub fn offset(&self) -> i64 {
        self.window.offset
    }

    /// Makes the page from the rows that came back.
    pub fn page<T>(&self, mut rows: Vec<T>, total: Option<i64>) -> Page<T> {
        let size = usize::try_from(self.window.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let entered = self.after.is_some() || self.window.offset > 0;
        let (has_next, has_previous) = match self.window.direction {
            Direction::Forward => (more, entered),
            Direction::Backward => {
                rows.reverse();
                (entered, more)
            }
        };
        Page { rows, has_next, has_previous, total, sorts: self.sorts.clone() }
    }
}

/// A part of a list, in the caller's order.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub has_next: bool,
    pub has_previous: bool,
    /// How many rows there are in all; counted only when asked for.
    pub total: Option<i64>,
    sorts: Arc<[Sort]>,
}

impl<T> Page<T> {
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(f).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
            total: self.total,
            sorts: self.sorts,
        }
    }

    /// The ordering that this page's cursors belong to.
    pub fn sorts(&self) -> &Arc<[Sort]> {
        &self.sorts
    }
}

/// Reads a page, and how many rows there are in all if `total` asks for it; both at once.
pub async fn read<T>(
    listing: &Listing,
    rows: impl Future<Output = QueryResult<Vec<T>>>,
    count: impl Future<Output = QueryResult<i64>>,
    total: bool,
) -> Result<Page<T>> {
    let count = async { if total { count.await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, count).await?;
    Ok(listing.page(rows, total))
}

/// The cursor of `row`: opaque to clients, good for the same ordering only.
pub fn cursor(row: &impl Sorted, sorts: &[Sort]) -> String {
    let values: Vec<Value> = sorts.iter().map(|s| row.sort_value(s.column)).collect();
    let json = serde_json::to_vec(&(signature(sorts), values)).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(json)
}

/// The values in the window's cursor.
fn decode(window: &Window, sorts: &[Sort]) -> Result<Option<Vec<Value>>> {
    let Some(text) = &window.cursor else { return Ok(None) };
    let field = if window.direction == Direction::Forward { "after" } else { "before" };
    let wrong =
        || AppError::from(Invalid::new(Problem::Invalid, field, "is not a cursor of this list"));
    if text.len() > 4096 {
        return Err(wrong());
    }
    let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
    let (sig, values): (String, Vec<Value>) = serde_json::from_slice(&json).map_err(|_| wrong())?;
    let fit = sorts.iter().zip(&values).all(|(s, v)| s.column.can_hold(v));
    if sig != signature(sorts) || values.len() != sorts.len() || !fit {
        return Err(wrong());
    }
    Ok(Some(values))
}

/// Names the ordering inside its cursors: `created_at-,id-`.
fn signature(sorts: &[Sort]) -> String {
    let part = |s: &Sort| format!("{}{}", s.column.name, if s.descending { '-' } else { '+' });
    sorts.iter().map(part).collect::<Vec<_>>().join(",")
}

/// Rows that come behind `values` in the ordering.
fn beyond(sorts: &[Sort], values: &[Value]) -> Predicate {
    let uniform = sorts.iter().all(|s| s.descending == sorts[0].descending);
    if uniform && sorts.iter().all(|s| !s.column.nullable) {
        let test = if sorts[0].descending { Test::Less } else { Test::Greater };
        let columns = sorts.iter().map(|s| s.column).collect();
        return Predicate::Row(columns, test, values.to_vec());
    }
    let mut any = vec![];
    for (i, (sort, value)) in sorts.iter().zip(values).enumerate() {
        let mut all: Vec<_> =
            sorts.iter().zip(values).take(i).map(|(s, v)| same(s.column, v)).collect();
        all.push(after(*sort, value));
        any.push(Predicate::All(all));
    }
    Predicate::Any(any)
}

fn same(column: Column, value: &Value) -> Predicate {
    match value {
        Value::Null => Predicate::IsNull(column),
        value => Predicate::equal(column, value.clone()),
    }
}

fn after(sort: Sort, value: &Value) -> Predicate {
    let column = sort.column;
    match (value, sort.descending) {
        (Value::Null, true) => Predicate::Not(Box::new(Predicate::IsNull(column))),
        (Value::Null, false) => Predicate::Any(vec![]),
        (value, true) => Predicate::Is(column, Test::Less, value.clone()),
        (value, false) => {
            let greater = Predicate::Is(column, Test::Greater, value.clone());
            if column.nullable {
                Predicate::Any(vec![greater, Predicate::IsNull(column)])
            } else {
                greater
            }
        }
    }
}
