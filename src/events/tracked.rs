//! Which entities are tracked: each slice declares its own, `tenant::TRACKED` lists them.

use crate::authz::{Permission, Rows};

/// An entity whose changes are events.
#[derive(Debug)]
pub struct Tracked {
    /// Its name in the API: `Task`.
    pub entity: &'static str,
    /// Who may see it may see its events.
    pub view: &'static Permission,
    pub rows: &'static Rows,
    /// Columns whose values are shown to those only who hold another permission, on everything.
    pub guarded: Option<(&'static [&'static str], &'static Permission)>,
}

impl Tracked {
    pub const fn new(entity: &'static str, view: &'static Permission, rows: &'static Rows) -> Self {
        Self { entity, view, rows, guarded: None }
    }

    /// The same, with columns that are not for everybody who may see it.
    #[must_use]
    pub const fn guarding(
        self,
        columns: &'static [&'static str],
        permission: &'static Permission,
    ) -> Self {
        Self { guarded: Some((columns, permission)), ..self }
    }

    /// What its ids begin with, and the record calls it: `task`.
    pub const fn kind(&self) -> &'static str {
        self.rows.kind
    }
}
