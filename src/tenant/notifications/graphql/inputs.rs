//! What callers say about notifications: filter, order.

use async_graphql::{Enum, InputObject};

use super::super::NotificationId;
use super::super::columns as c;
use crate::db::Sort;
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter};
use crate::graphql::paging::{Order, OrderDirection};

/// Which notifications. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct NotificationFilter {
    /// All of these hold.
    and: Option<Vec<NotificationFilter>>,
    /// At least one of these holds.
    or: Option<Vec<NotificationFilter>>,
    /// This does not hold.
    not: Option<Box<NotificationFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By the time you have read it; `isNull: true` for those that you have not.
    read_at: Option<DateTimeFilter>,
    /// By the time you were told.
    created_at: Option<DateTimeFilter>,
}

impl Filter for NotificationFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<NotificationId>("id", c::ID, &self.id);
        all.time(c::READ_AT, &self.read_at);
        all.time(c::CREATED_AT, &self.created_at);
    }
}

/// What notifications can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum NotificationOrderField {
    /// When you were told.
    CreatedAt,
}

/// One part of an ordering of notifications.
#[derive(Debug, Clone, InputObject)]
pub struct NotificationOrder {
    /// What to sort by.
    field: NotificationOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for NotificationOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            NotificationOrderField::CreatedAt => c::CREATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
