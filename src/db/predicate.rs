//! Conditions and orderings whose shape the caller decides: filters, search, keyset paging.
//! Column names are constants of the slices; every value is a bind parameter.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryResult;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Text, Timestamptz, Uuid as SqlUuid};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::column::Column;
use super::grants::Grants;
use super::json_field::JsonField;

/// Statements with more conditions than this are planned each time and not kept prepared, so
/// that unusual filters can't fill the database's memory.
const MAX_CACHED_LEAVES: usize = 6;

/// A value to compare with, or a part of a cursor.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Value {
    #[serde(rename = "z")]
    Null,
    #[serde(rename = "b")]
    Bool(bool),
    #[serde(rename = "i")]
    Int(i32),
    #[serde(rename = "l")]
    Long(i64),
    #[serde(rename = "s")]
    Text(String),
    #[serde(rename = "t")]
    Time(DateTime<Utc>),
    #[serde(rename = "d")]
    Date(NaiveDate),
    #[serde(rename = "u")]
    Id(Uuid),
    #[serde(skip)]
    Texts(Vec<String>),
    #[serde(skip)]
    Ids(Vec<Uuid>),
    #[serde(skip)]
    Ints(Vec<i32>),
}

impl Value {
    fn push<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::Null => {
                out.push_sql("NULL");
                Ok(())
            }
            Self::Bool(v) => out.push_bind_param::<Bool, _>(v),
            Self::Int(v) => out.push_bind_param::<Integer, _>(v),
            Self::Long(v) => out.push_bind_param::<BigInt, _>(v),
            Self::Text(v) => out.push_bind_param::<Text, _>(v),
            Self::Time(v) => out.push_bind_param::<Timestamptz, _>(v),
            Self::Date(v) => out.push_bind_param::<Date, _>(v),
            Self::Id(v) => out.push_bind_param::<SqlUuid, _>(v),
            Self::Texts(v) => out.push_bind_param::<Array<Text>, _>(v),
            Self::Ids(v) => out.push_bind_param::<Array<SqlUuid>, _>(v),
            Self::Ints(v) => out.push_bind_param::<Array<Integer>, _>(v),
        }
    }
}

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Test {
    Equal,
    /// True for NULL too, as people expect of "is not".
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// The value is a list.
    In,
    /// The value is a list.
    NotIn,
    /// The value is a LIKE pattern (see [`pattern`]).
    Like,
    /// The value is a LIKE pattern; upper and lower case are the same.
    LikeAnyCase,
}

/// A condition on a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Predicate {
    True,
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    Is(Column, Test, Value),
    IsNull(Column),
    /// The column is the id of the parent at hand (see [`super::per_parent`]).
    OfParent(Column),
    /// The object was granted to the caller.
    Granted(Grants),
    /// The column's JSON has such a field.
    JsonField(JsonField),
    /// The first column is among the values of the second one, of another table's rows that the
    /// condition holds for.
    Through(Column, Column, Box<Predicate>),
    /// All columns together come before (`Less`) or after (`Greater`) the values.
    Row(Vec<Column>, Test, Vec<Value>),
}

impl Predicate {
    pub fn equal(column: Column, value: Value) -> Self {
        Self::Is(column, Test::Equal, value)
    }

    /// Any of the columns holds the text, upper and lower case the same.
    pub fn search(columns: &[Column], text: &str) -> Self {
        let like = |c: &Column| Self::Is(*c, Test::LikeAnyCase, pattern("%", text, "%"));
        Self::Any(columns.iter().map(like).collect())
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::True, p) | (p, Self::True) => p,
            (Self::All(mut all), p) => {
                all.push(p);
                Self::All(all)
            }
            (p, q) => Self::All(vec![p, q]),
        }
    }

    /// Number of conditions in the tree.
    pub fn leaves(&self) -> usize {
        match self {
            Self::True => 0,
            Self::All(all) | Self::Any(all) => all.iter().map(Self::leaves).sum(),
            Self::Not(inner) => inner.leaves(),
            Self::Through(_, _, inner) => inner.leaves().max(1),
            _ => 1,
        }
    }

    fn walk<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::True => out.push_sql("TRUE"),
            Self::All(all) => walk_list(all, " AND ", "TRUE", out)?,
            Self::Any(any) => walk_list(any, " OR ", "FALSE", out)?,
            Self::Not(inner) => {
                out.push_sql("(");
                inner.walk(out)?;
                out.push_sql(") IS NOT TRUE");
            }
            Self::Is(column, test, value) => walk_test(*column, *test, value, out)?,
            Self::IsNull(column) => {
                column.push(out)?;
                out.push_sql(" IS NULL");
            }
            Self::OfParent(column) => {
                column.push(out)?;
                out.push_sql(" = parent.id");
            }
            Self::Granted(grants) => grants.walk(out)?,
            Self::JsonField(field) => field.walk(out)?,
            Self::Through(column, other, inner) => {
                column.push(out)?;
                out.push_sql(" IN (SELECT ");
                other.push(out)?;
                out.push_sql(" FROM ");
                out.push_identifier(other.table)?;
                out.push_sql(" WHERE ");
                inner.walk(out)?;
                out.push_sql(")");
            }
            Self::Row(columns, test, values) => walk_row(columns, *test, values, out)?,
        }
        Ok(())
    }
}

fn walk_list<'b>(
    list: &'b [Predicate],
    between: &str,
    empty: &str,
    out: &mut AstPass<'_, 'b, Pg>,
) -> QueryResult<()> {
    if list.is_empty() {
        out.push_sql(empty);
    }
    for (i, predicate) in list.iter().enumerate() {
        out.push_sql(if i == 0 { "(" } else { between });
        out.push_sql("(");
        predicate.walk(out)?;
        out.push_sql(")");
    }
    if !list.is_empty() {
        out.push_sql(")");
    }
    Ok(())
}

fn walk_test<'b>(
    column: Column,
    test: Test,
    value: &'b Value,
    out: &mut AstPass<'_, 'b, Pg>,
) -> QueryResult<()> {
    let (before, after) = match test {
        Test::Equal => (" = ", ""),
        Test::NotEqual => (" IS DISTINCT FROM ", ""),
        Test::Less => (" < ", ""),
        Test::LessOrEqual => (" <= ", ""),
        Test::Greater => (" > ", ""),
        Test::GreaterOrEqual => (" >= ", ""),
        Test::In => (" = ANY(", ")"),
        Test::NotIn => (" = ANY(", ")) IS NOT TRUE"),
        Test::Like => (" LIKE ", ""),
        Test::LikeAnyCase => (" ILIKE ", ""),
    };
    if test == Test::NotIn {
        out.push_sql("(");
    }
    column.push(out)?;
    out.push_sql(before);
    value.push(out)?;
    out.push_sql(after);
    Ok(())
}

fn walk_row<'b>(
    columns: &[Column],
    test: Test,
    values: &'b [Value],
    out: &mut AstPass<'_, 'b, Pg>,
) -> QueryResult<()> {
    for (i, column) in columns.iter().enumerate() {
        out.push_sql(if i == 0 { "(" } else { ", " });
        column.push(out)?;
    }
    out.push_sql(if test == Test::Less { ") < " } else { ") > " });
    for (i, value) in values.iter().enumerate() {
        out.push_sql(if i == 0 { "(" } else { ", " });
        value.push(out)?;
    }
    out.push_sql(")");
    Ok(())
}

impl QueryFragment<Pg> for Predicate {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.leaves() > MAX_CACHED_LEAVES {
            out.unsafe_to_cache_prepared();
        }
        self.walk(&mut out)
    }
}

impl QueryId for Predicate {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Expression for Predicate {
    type SqlType = Bool;
}

impl<From> AppearsOnTable<From> for Predicate {}
impl<From> SelectableExpression<From> for Predicate {}

impl<GroupBy> ValidGrouping<GroupBy> for Predicate {
    type IsAggregate = is_aggregate::Never;
}

/// One part of an ordering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sort {
    pub column: Column,
    pub descending: bool,
}

/// A whole ordering; NULL sorts last going up and first going down, as PostgreSQL does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordering(pub Vec<Sort>);

impl QueryFragment<Pg> for Ordering {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for (i, sort) in self.0.iter().enumerate() {
            if i > 0 {
                out.push_sql(", ");
            }
            sort.column.push(&mut out)?;
            out.push_sql(if sort.descending { " DESC" } else { " ASC" });
        }
        Ok(())
    }
}

impl QueryId for Ordering {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Expression for Ordering {
    type SqlType = Bool;
}

impl<From> AppearsOnTable<From> for Ordering {}

impl<GroupBy> ValidGrouping<GroupBy> for Ordering {
    type IsAggregate = is_aggregate::Never;
}

/// A LIKE pattern for the text itself, whatever signs are in it.
pub fn pattern(prefix: &str, text: &str, suffix: &str) -> Value {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push_str(prefix);
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push_str(suffix);
    Value::Text(pattern)
}
