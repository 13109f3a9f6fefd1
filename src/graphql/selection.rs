//! What bulk mutations touch: a list of ids, or what a filter finds.

use uuid::Uuid;

use super::filter::{self, Filter};
use crate::db::{Column, Predicate, Test, Value};
use crate::error::{Invalid, Problem, Result};

const MAX_IDS: usize = 250;

/// The rows with these ids.
pub fn of_ids<T: Into<Uuid>>(id: Column, ids: Vec<T>) -> Result<Predicate> {
    if ids.len() > MAX_IDS {
        let why = format!("can't hold more than {MAX_IDS} ids");
        return Err(Invalid::new(Problem::Invalid, "selection.ids", why).into());
    }
    Ok(Predicate::Is(id, Test::In, Value::Ids(ids.into_iter().map(Into::into).collect())))
}

/// The rows that the filter finds; an empty one is more likely a mistake than meant.
pub fn of_filter<F: Filter>(filter: &F) -> Result<Predicate> {
    match filter::predicate(Some(filter))? {
        Predicate::True => {
            let why = "an empty filter would take every row";
            Err(Invalid::new(Problem::Invalid, "selection.filter", why).into())
        }
        predicate => Ok(predicate),
    }
}
