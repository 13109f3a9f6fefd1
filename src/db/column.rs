//! Columns that callers may filter and sort by, as constants of the slices.

use chrono::Datelike;
use diesel::QueryResult;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Nullable, Uuid as SqlUuid};

use super::predicate::Value;

/// A column that callers may filter or sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Column {
    pub table: &'static str,
    pub name: &'static str,
    pub nullable: bool,
    kind: Kind,
}

/// What a column holds that callers may sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Text,
    Int,
    Long,
    Time,
    Date,
    Id,
}

impl Column {
    /// A column of texts, or one that nothing is sorted by.
    pub const fn new(table: &'static str, name: &'static str) -> Self {
        Self { table, name, nullable: false, kind: Kind::Text }
    }

    /// A column of times.
    pub const fn time(table: &'static str, name: &'static str) -> Self {
        Self { kind: Kind::Time, ..Self::new(table, name) }
    }

    /// A column of days.
    pub const fn day(table: &'static str, name: &'static str) -> Self {
        Self { kind: Kind::Date, ..Self::new(table, name) }
    }

    /// A column of ids.
    pub const fn id(table: &'static str, name: &'static str) -> Self {
        Self { kind: Kind::Id, ..Self::new(table, name) }
    }

    /// A column of 32-bit numbers.
    pub const fn int(table: &'static str, name: &'static str) -> Self {
        Self { kind: Kind::Int, ..Self::new(table, name) }
    }

    /// A column of 64-bit numbers.
    pub const fn long(table: &'static str, name: &'static str) -> Self {
        Self { kind: Kind::Long, ..Self::new(table, name) }
    }

    pub const fn nullable(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// Whether a row could have this value here. Cursors come from outside: anything may be in
    /// them, and PostgreSQL takes neither other types nor NUL nor any year.
    pub(super) fn can_hold(self, value: &Value) -> bool {
        let year = |y: i32| (0..10_000).contains(&y);
        match (self.kind, value) {
            (_, Value::Null) => self.nullable,
            (Kind::Text, Value::Text(text)) => !text.contains('\0'),
            (Kind::Time, Value::Time(time)) => year(time.year()),
            (Kind::Date, Value::Date(day)) => year(day.year()),
            (Kind::Int, Value::Int(_)) | (Kind::Long, Value::Long(_)) => true,
            (Kind::Id, Value::Id(_)) => true,
            _ => false,
        }
    }

    pub(super) fn push<'b>(self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_identifier(self.table)?;
        out.push_sql(".");
        out.push_identifier(self.name)
    }
}

/// A column of ids as an expression of a query, for what is counted by it.
#[derive(Debug, Clone, Copy)]
pub struct IdOf(pub Column);

impl QueryFragment<Pg> for IdOf {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.push(&mut out)
    }
}

impl QueryId for IdOf {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Expression for IdOf {
    type SqlType = Nullable<SqlUuid>;
}

impl<From> AppearsOnTable<From> for IdOf {}
impl<From> SelectableExpression<From> for IdOf {}

impl<GroupBy> ValidGrouping<GroupBy> for IdOf {
    type IsAggregate = is_aggregate::Never;
}
