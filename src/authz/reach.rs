//! How far a permission reaches: on everything, or on some rows, which become a condition of the
//! very statement that reads or writes them.

use std::sync::Arc;

use uuid::Uuid;

use crate::db::{Column, Grants, Predicate, Value};

/// How many objects a permission is granted on. The database is asked in another way for many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    Few,
    Many,
}

/// The rows that a permission holds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    All,
    Part(Part),
}

/// Some rows: the caller's own, those they were granted, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub(super) permission: &'static str,
    pub(super) own: Option<Uuid>,
    pub(super) granted: Option<(Arc<[Uuid]>, Extent)>,
}

/// The columns of a table that say whose a row is.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    pub id: Column,
    /// Who counts as its owner.
    pub owners: &'static [Column],
    /// What it lies in: a grant on that is one on the row.
    pub containers: &'static [Column],
}

impl Reach {
    pub fn is_all(&self) -> bool {
        *self == Self::All
    }

    /// The condition that a row is within reach.
    pub fn predicate(&self, rows: &Rows) -> Predicate {
        let Self::Part(part) = self else { return Predicate::True };
        let mut any = vec![];
        if let Some(user) = part.own {
            any.extend(rows.owners.iter().map(|c| Predicate::equal(*c, Value::Id(user))));
        }
        for column in std::iter::once(&rows.id).chain(rows.containers) {
            any.extend(part.granted_on(*column));
        }
        Predicate::Any(any)
    }

    /// The condition that something may be put into the object whose id is in `column`. Rows of
    /// one's own are not asked for: there is no row yet.
    pub fn into_container(&self, column: Column) -> Predicate {
        match self {
            Self::All => Predicate::True,
            Self::Part(part) => Predicate::Any(part.granted_on(column).into_iter().collect()),
        }
    }
}

impl Part {
    /// Whether the caller's own rows are within reach.
    pub fn has_own(&self) -> bool {
        self.own.is_some()
    }

    /// Whether objects that were granted are within reach.
    pub fn has_grants(&self) -> bool {
        self.granted.is_some()
    }

    fn granted_on(&self, column: Column) -> Option<Predicate> {
        let (holders, extent) = self.granted.clone()?;
        let many = extent == Extent::Many;
        Some(Predicate::Granted(Grants { column, permission: self.permission, holders, many }))
    }
}
