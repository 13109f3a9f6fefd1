//! How far a permission reaches: on everything, or on some rows, which become a condition of the
//! very statement that reads or writes them.

use std::sync::Arc;

use uuid::Uuid;

use super::permission::ScopeSet;
use crate::db::{Column, Grants, Lookup, Predicate, Test, Value};

/// How many objects a permission is granted on. The database is asked in another way for many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    Few,
    Some,
    Many,
}

/// On how many objects of each kind a permission is granted.
pub type Granted = Vec<(Box<str>, Extent)>;

/// The rows that a permission holds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    All,
    Part(Part),
}

/// Some rows: the caller's own, their branches', those they were granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub(super) permission: &'static str,
    pub(super) scopes: ScopeSet,
    pub(super) own: Option<Uuid>,
    pub(super) branches: Arc<[Uuid]>,
    pub(super) holders: Arc<[Uuid]>,
    pub(super) granted: Granted,
}

/// The columns of a table that say whose a row is.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    /// What their ids begin with.
    pub kind: &'static str,
    pub id: Column,
    /// Who counts as its owner.
    pub owners: &'static [Column],
    /// What it lies in, and of which kind that is: a grant on it is one on the row.
    pub containers: &'static [(&'static str, Column)],
    /// Which branch it belongs to; `None` when rows like it belong to none.
    pub branch: Option<BranchOf>,
}

/// How to find the branch of a row.
#[derive(Debug, Clone, Copy)]
pub enum BranchOf {
    /// It is in this column.
    Column(Column),
    /// It is in the last column, of the row whose id (the second one) the first column holds.
    Through(Column, Column, Column),
}

impl BranchOf {
    fn is_any(self, branches: &Arc<[Uuid]>) -> Predicate {
        let any = |column| Predicate::Is(column, Test::In, Value::Ids(branches.to_vec()));
        match self {
            Self::Column(column) => any(column),
            Self::Through(column, id, branch) => {
                Predicate::Through(column, id, Box::new(any(branch)))
            }
        }
    }
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
        any.extend(part.within(rows));
        Predicate::Any(any)
    }

    /// The condition that something may be put into one of these rows. Rows of one's own are not
    /// asked for: there is no row yet.
    pub fn into_container(&self, rows: &Rows) -> Predicate {
        match self {
            Self::All => Predicate::True,
            Self::Part(part) => Predicate::Any(part.within(rows)),
        }
    }
}

impl Part {
    /// Whether the caller's own rows are within reach.
    pub fn has_own(&self) -> bool {
        self.own.is_some()
    }

    /// Whether rows of this branch are within reach.
    pub fn has_branch(&self, branch: Uuid) -> bool {
        self.branches.contains(&branch)
    }

    /// Whether rows of any branch are within reach.
    pub fn has_branches(&self) -> bool {
        !self.branches.is_empty()
    }

    /// The scopes it is held in, beside grants on single objects.
    pub fn scopes(&self) -> ScopeSet {
        self.scopes
    }

    /// The conditions that a row is of a branch within reach, or was granted, or what it lies in.
    fn within(&self, rows: &Rows) -> Vec<Predicate> {
        let branch = rows.branch.filter(|_| self.has_branches());
        let mut any: Vec<_> = branch.map(|of| of.is_any(&self.branches)).into_iter().collect();
        for (kind, column) in std::iter::once(&(rows.kind, rows.id)).chain(rows.containers) {
            any.extend(self.granted_on(kind, *column));
        }
        any
    }

    /// Whether objects that were granted are within reach.
    pub fn has_grants(&self) -> bool {
        !self.granted.is_empty()
    }

    fn granted_on(&self, kind: &'static str, column: Column) -> Option<Predicate> {
        let (_, extent) = self.granted.iter().find(|(granted, _)| **granted == *kind)?;
        let lookup = match extent {
            Extent::Few => Lookup::Rows,
            Extent::Some => Lookup::Hash,
            Extent::Many => Lookup::Probe,
        };
        let (permission, holders) = (self.permission, self.holders.clone());
        Some(Predicate::Granted(Grants { column, kind, permission, holders, lookup }))
    }
}
