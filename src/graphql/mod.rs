//! The GraphQL kit: how rows, pages, errors and arguments look in the API. No product types.

pub mod children;
pub mod document;
pub mod error;
pub mod filter;
pub mod live;
pub mod money;
pub mod node;
pub mod paging;
pub mod payload;
pub mod scalars;
pub mod selection;

use std::sync::Arc;

use async_graphql::{Context, MaybeUndefined};

pub use error::{ApiError, Nullable, Result};

use crate::ctx::Ctx;
use crate::error::{Invalid, Problem};

/// The way from a resolver to the operation.
pub trait CtxExt {
    fn app(&self) -> &Ctx;
    /// Whether the selection holds `path` (`"nodes.project"` looks below `edges.node` too).
    fn selects(&self, field: &str) -> bool;
    /// Whether the nodes of this connection are asked for `field`.
    fn nodes_select(&self, field: &str) -> bool;
}

impl CtxExt for Context<'_> {
    fn app(&self) -> &Ctx {
        self.data_unchecked::<Arc<Ctx>>()
    }

    fn selects(&self, field: &str) -> bool {
        self.look_ahead().field(field).exists()
    }

    fn nodes_select(&self, field: &str) -> bool {
        let look = self.look_ahead();
        look.field("nodes").field(field).exists()
            || look.field("edges").field("node").field(field).exists()
    }
}

/// The change of a column that may be cleared: left out, null, or a value.
pub fn clearable<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// The change of a column that always has a value: null is a mistake of the caller's.
pub fn required<T>(invalid: &mut Invalid, field: &str, value: MaybeUndefined<T>) -> Option<T> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => {
            invalid.push(Problem::Required, field, "can't be null");
            None
        }
        MaybeUndefined::Value(value) => Some(value),
    }
}
