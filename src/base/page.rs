//! Page arguments as callers give them, checked. Knows neither GraphQL nor SQL.

use crate::error::{Invalid, Problem, Result};

/// Rows on a page when the caller does not say.
pub const DEFAULT_SIZE: i32 = 20;
/// The most rows on one page.
pub const MAX_SIZE: i32 = 100;
/// How far `offset` may skip; further down, use cursors.
pub const MAX_OFFSET: i32 = 10_000;

/// Which way a list is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    Forward,
    Backward,
}

/// The arguments of a connection field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PageArgs {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
    pub offset: Option<i32>,
}

/// Page arguments that make sense together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Window {
    pub size: i64,
    pub offset: i64,
    pub direction: Direction,
    pub cursor: Option<String>,
}

impl PageArgs {
    /// Refuses what can't be meant, instead of guessing.
    pub fn window(self) -> Result<Window> {
        let invalid =
            |field: &str, why: String| Err(Invalid::new(Problem::Invalid, field, why).into());
        let (direction, size, name, cursor) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                return invalid("last", "first and last can't be used together".into());
            }
            (None, Some(last)) => (Direction::Backward, last, "last", self.before),
            (first, None) if self.before.is_some() && first.is_none() => {
                (Direction::Backward, DEFAULT_SIZE, "last", self.before)
            }
            (first, None) => {
                if self.before.is_some() {
                    return invalid("before", "before goes with last, after with first".into());
                }
                (Direction::Forward, first.unwrap_or(DEFAULT_SIZE), "first", self.after.clone())
            }
        };
        if direction == Direction::Backward && self.after.is_some() {
            return invalid("after", "before goes with last, after with first".into());
        }
        if !(0..=MAX_SIZE).contains(&size) {
            return invalid(name, format!("{name} must be between 0 and {MAX_SIZE}"));
        }
        let offset = self.offset.unwrap_or(0);
        if !(0..=MAX_OFFSET).contains(&offset) {
            return invalid("offset", format!("offset must be between 0 and {MAX_OFFSET}"));
        }
        if offset > 0 && (cursor.is_some() || direction == Direction::Backward) {
            return invalid("offset", "offset can't be combined with cursors or last".into());
        }
        Ok(Window { size: size.into(), offset: offset.into(), direction, cursor })
    }
}
