//! Things that can be fetched again by their global id.

use async_graphql::ID;

use crate::base::ids;
use crate::error::{Invalid, Problem, Result};

/// The prefix and UUID of a global id given as an argument.
pub fn parse<'a>(field: &str, id: &'a ID) -> Result<(&'a str, uuid::Uuid)> {
    ids::decode(id).ok_or_else(|| Invalid::new(Problem::Invalid, field, "is not an id").into())
}
