//! Filters: input objects that become conditions. All keys given must hold; `and`, `or` and `not`
//! nest.

mod inputs;

use std::str::FromStr;

use async_graphql::ID;
use uuid::Uuid;

pub use inputs::{DateFilter, DateTimeFilter, IDFilter, IDSetFilter, StringFilter};

use super::scalars::{Date, DateTime};
use crate::db::{Column, Predicate, Test, Value, pattern};
use crate::error::{Invalid, Problem, Result};

/// How deep `and`, `or` and `not` may nest.
const MAX_DEPTH: usize = 5;
/// How many conditions one filter may hold.
const MAX_LEAVES: usize = 50;
/// How many values one list of a filter may hold.
const MAX_LIST: usize = 250;
/// How many things may be asked to be there all together.
const MAX_ALL: usize = 20;

/// A slice's filter input.
pub trait Filter: Sized {
    /// The nested filters: `and`, `or`, `not`.
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>);
    /// Adds the filter's own keys.
    fn conditions(&self, all: &mut Conditions);
}

/// The condition that a filter stands for.
pub fn predicate<F: Filter>(filter: Option<&F>) -> Result<Predicate> {
    let Some(filter) = filter else { return Ok(Predicate::True) };
    let predicate = read(filter, 1)?;
    if predicate.leaves() > MAX_LEAVES {
        let why = format!("a filter can't hold more than {MAX_LEAVES} conditions");
        return Err(Invalid::new(Problem::Invalid, "filter", why).into());
    }
    Ok(predicate)
}

fn read<F: Filter>(filter: &F, depth: usize) -> Result<Predicate> {
    if depth > MAX_DEPTH {
        let why = format!("a filter can't nest deeper than {MAX_DEPTH}");
        return Err(Invalid::new(Problem::Invalid, "filter", why).into());
    }
    let mut all = Conditions::default();
    filter.conditions(&mut all);
    all.invalid.finish()?;
    let mut parts = all.found;
    let (and, or, not) = filter.nested();
    for inner in and.iter().flatten() {
        parts.push(read(inner, depth + 1)?);
    }
    if let Some(or) = or {
        let any = or.iter().map(|f| read(f, depth + 1)).collect::<Result<Vec<_>>>()?;
        parts.push(if any.contains(&Predicate::True) {
            Predicate::True
        } else {
            Predicate::Any(any)
        });
    }
    if let Some(inner) = not {
        parts.push(negated(read(inner, depth + 1)?));
    }
    // A filter that holds for every row reads as True, however it is written.
    parts.retain(|p| *p != Predicate::True);
    Ok(match parts.len() {
        0 => Predicate::True,
        1 => parts.swap_remove(0),
        _ => Predicate::All(parts),
    })
}

fn negated(predicate: Predicate) -> Predicate {
    match predicate {
        Predicate::True => Predicate::Any(vec![]),
        Predicate::Any(any) if any.is_empty() => Predicate::True,
        predicate => Predicate::Not(Box::new(predicate)),
    }
}

/// Collects a filter's conditions, and what is wrong with them.
#[derive(Default)]
pub struct Conditions {
    found: Vec<Predicate>,
    invalid: Invalid,
}

impl Conditions {
    fn is(&mut self, column: Column, test: Test, value: Option<Value>) {
        if let Some(value) = value {
            self.found.push(Predicate::Is(column, test, value));
        }
    }

    fn null(&mut self, column: Column, is_null: Option<bool>) {
        match is_null {
            Some(true) => self.found.push(Predicate::IsNull(column)),
            Some(false) => {
                self.found.push(Predicate::Not(Box::new(Predicate::IsNull(column))));
            }
            None => {}
        }
    }

    fn list<T>(&mut self, field: &str, list: &Option<Vec<T>>) {
        if list.as_ref().is_some_and(|l| l.len() > MAX_LIST) {
            let why = format!("can't hold more than {MAX_LIST} values");
            self.invalid.push(Problem::Invalid, field, why);
        }
    }

    /// Conditions on a text column. `field` names it to the caller.
    pub fn text(&mut self, field: &str, column: Column, filter: &Option<StringFilter>) {
        let Some(f) = filter else { return };
        let lists = [&f.r#in, &f.not_in].into_iter().flatten().flatten();
        let single = [&f.eq, &f.neq, &f.contains, &f.starts_with, &f.ends_with];
        for text in single.into_iter().flatten().chain(lists) {
            crate::base::text::prose(&mut self.invalid, &format!("filter.{field}"), text, 1000);
        }
        self.list(field, &f.r#in);
        self.list(field, &f.not_in);
        let text = |t: &Option<String>| t.clone().map(Value::Text);
        let texts = |t: &Option<Vec<String>>| t.clone().map(Value::Texts);
        let like = if f.case_sensitive { Test::Like } else { Test::LikeAnyCase };
        self.is(column, Test::Equal, text(&f.eq));
        self.is(column, Test::NotEqual, text(&f.neq));
        self.is(column, Test::In, texts(&f.r#in));
        self.is(column, Test::NotIn, texts(&f.not_in));
        self.is(column, like, f.contains.as_ref().map(|t| pattern("%", t, "%")));
        self.is(column, like, f.starts_with.as_ref().map(|t| pattern("", t, "%")));
        self.is(column, like, f.ends_with.as_ref().map(|t| pattern("%", t, "")));
        self.null(column, f.is_null);
    }

    /// Conditions on a time. Stored are microseconds, shown are milliseconds: what is compared is
    /// what is shown, so that a time taken from an answer finds its row.
    pub fn time(&mut self, column: Column, filter: &Option<DateTimeFilter>) {
        let Some(f) = filter else { return };
        let begin = |t: &Option<DateTime>| t.and_then(|t| millisecond(t, 0)).map(Value::Time);
        let end = |t: &Option<DateTime>| t.and_then(|t| millisecond(t, 1)).map(Value::Time);
        self.is(column, Test::GreaterOrEqual, begin(&f.eq));
        self.is(column, Test::Less, end(&f.eq));
        self.is(column, Test::Less, begin(&f.lt));
        self.is(column, Test::Less, end(&f.lte));
        self.is(column, Test::GreaterOrEqual, end(&f.gt));
        self.is(column, Test::GreaterOrEqual, begin(&f.gte));
        self.null(column, f.is_null);
    }

    /// Conditions on a day.
    pub fn day(&mut self, column: Column, filter: &Option<DateFilter>) {
        let Some(f) = filter else { return };
        let value = |t: &Option<Date>| t.map(|t| Value::Date(t.0));
        self.is(column, Test::Equal, value(&f.eq));
        self.is(column, Test::Less, value(&f.lt));
        self.is(column, Test::LessOrEqual, value(&f.lte));
        self.is(column, Test::Greater, value(&f.gt));
        self.is(column, Test::GreaterOrEqual, value(&f.gte));
        self.null(column, f.is_null);
    }

    /// Conditions on an id. `T` is its type: ids of another type are a mistake.
    pub fn id<T: FromStr + Into<Uuid>>(
        &mut self,
        field: &str,
        column: Column,
        filter: &Option<IDFilter>,
    ) {
        let Some(f) = filter else { return };
        self.list(field, &f.r#in);
        self.list(field, &f.not_in);
        let invalid = &mut self.invalid;
        let mut read = |id: &ID| match id.parse::<T>() {
            Ok(id) => id.into(),
            Err(_) => {
                invalid.push(Problem::Invalid, &format!("filter.{field}"), "is not such an id");
                Uuid::nil()
            }
        };
        let eq = f.eq.as_ref().map(&mut read).map(Value::Id);
        let within = f.r#in.as_ref().map(|l| Value::Ids(l.iter().map(&mut read).collect()));
        let without = f.not_in.as_ref().map(|l| Value::Ids(l.iter().map(&mut read).collect()));
        self.is(column, Test::Equal, eq);
        self.is(column, Test::In, within);
        self.is(column, Test::NotIn, without);
        self.null(column, f.is_null);
    }

    /// Conditions on what is linked to a row. `T` is the type of its id; `links` are the columns of
    /// the table between: whose it is, and what it is. `id` is the row's own.
    pub fn linked<T: FromStr + Into<Uuid>>(
        &mut self,
        field: &str,
        id: Column,
        links: [Column; 2],
        filter: &Option<IDSetFilter>,
    ) {
        let Some(f) = filter else { return };
        for list in [&f.any, &f.all, &f.none] {
            self.list(field, list);
        }
        if f.all.as_ref().is_some_and(|all| all.len() > MAX_ALL) {
            let why = format!("all can't hold more than {MAX_ALL} values");
            self.invalid.push(Problem::Invalid, &format!("filter.{field}"), why);
        }
        let invalid = &mut self.invalid;
        let mut read = |id: &ID| match id.parse::<T>() {
            Ok(id) => id.into(),
            Err(_) => {
                invalid.push(Problem::Invalid, &format!("filter.{field}"), "is not such an id");
                Uuid::nil()
            }
        };
        let mut ids = |list: &Vec<ID>| -> Vec<Uuid> { list.iter().map(&mut read).collect() };
        let (any, all) = (f.any.as_ref().map(&mut ids), f.all.as_ref().map(&mut ids));
        let none = f.none.as_ref().map(&mut ids);
        let [whose, what] = links;
        let has = |ids: Vec<Uuid>| {
            let one = Predicate::Is(what, Test::In, Value::Ids(ids));
            Predicate::Through(id, whose, Box::new(one))
        };
        self.found.extend(any.map(has));
        self.found.extend(all.into_iter().flatten().map(|id| has(vec![id])));
        self.found.extend(none.map(|ids| Predicate::Not(Box::new(has(ids)))));
    }

    /// The id of something, whatever its type.
    pub fn any_id(&mut self, field: &str, column: Column, id: Option<&ID>) {
        let Some(id) = id else { return };
        match crate::base::ids::decode(id) {
            Some((_, id)) => self.is(column, Test::Equal, Some(Value::Id(id))),
            None => {
                self.invalid.push(Problem::Invalid, &format!("filter.{field}"), "is not an id");
            }
        }
    }

    /// Conditions on a column with a fixed set of values.
    pub fn choice<T: Choice>(
        &mut self,
        column: Column,
        eq: Option<T>,
        neq: Option<T>,
        r#in: Option<&[T]>,
        not_in: Option<&[T]>,
    ) {
        self.is(column, Test::Equal, eq.map(T::value));
        self.is(column, Test::NotEqual, neq.map(T::value));
        self.is(column, Test::In, r#in.map(T::values));
        self.is(column, Test::NotIn, not_in.map(T::values));
    }

    /// A condition of the slice's own making, or what is wrong with what it was made of.
    pub fn add(&mut self, field: &str, made: std::result::Result<Predicate, &str>) {
        match made {
            Ok(predicate) => self.found.push(predicate),
            Err(why) => self.invalid.push(Problem::Invalid, &format!("filter.{field}"), why),
        }
    }

    /// A condition on a boolean.
    pub fn flag(&mut self, column: Column, eq: Option<bool>) {
        self.is(column, Test::Equal, eq.map(Value::Bool));
    }
}

/// The id of anything, for filters of what is about objects of all kinds.
pub struct AnyId(Uuid);

impl FromStr for AnyId {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        crate::base::ids::decode(text).map(|(_, id)| Self(id)).ok_or(())
    }
}

impl From<AnyId> for Uuid {
    fn from(id: AnyId) -> Self {
        id.0
    }
}

/// The beginning of the millisecond that a time is in, or of one after it.
fn millisecond(time: DateTime, later: i64) -> Option<chrono::DateTime<chrono::Utc>> {
    chrono::DateTime::from_timestamp_millis(time.0.timestamp_millis() + later)
}

/// A column enum that can be filtered by (see [`enum_filter!`](crate::enum_filter)).
pub trait Choice: Copy {
    fn value(self) -> Value;
    fn values(list: &[Self]) -> Value;
}

/// Declares the filter input of a column enum: `enum_filter!(StageFilter, Stage, Text)`.
#[macro_export]
macro_rules! enum_filter {
    ($(#[$doc:meta])* $name:ident, $ty:ty, text) => {
        $crate::enum_filter!(@input $(#[$doc])* $name, $ty);
        impl $crate::graphql::filter::Choice for $ty {
            fn value(self) -> $crate::db::Value {
                $crate::db::Value::Text(self.stored().to_owned())
            }
            fn values(list: &[Self]) -> $crate::db::Value {
                $crate::db::Value::Texts(list.iter().map(|v| v.stored().to_owned()).collect())
            }
        }
    };
    ($(#[$doc:meta])* $name:ident, $ty:ty, int) => {
        $crate::enum_filter!(@input $(#[$doc])* $name, $ty);
        impl $crate::graphql::filter::Choice for $ty {
            fn value(self) -> $crate::db::Value {
                $crate::db::Value::Int(self.stored())
            }
            fn values(list: &[Self]) -> $crate::db::Value {
                $crate::db::Value::Ints(list.iter().map(|v| v.stored()).collect())
            }
        }
    };
    (@input $(#[$doc:meta])* $name:ident, $ty:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Hash, async_graphql::InputObject)]
        pub struct $name {
            /// Is this value.
            eq: Option<$ty>,
            /// Is another value.
            neq: Option<$ty>,
            /// Is one of these values.
            r#in: Option<Vec<$ty>>,
            /// Is none of these values.
            not_in: Option<Vec<$ty>>,
        }

        impl $name {
            /// Adds what is asked of the column.
            pub fn conditions(
                filter: &Option<Self>,
                column: $crate::db::Column,
                all: &mut $crate::graphql::filter::Conditions,
            ) {
                if let Some(f) = filter {
                    all.choice(column, f.eq, f.neq, f.r#in.as_deref(), f.not_in.as_deref());
                }
            }
        }
    };
}
