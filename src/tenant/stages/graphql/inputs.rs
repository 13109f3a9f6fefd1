//! What callers say about stages: inputs, filter, order.

use async_graphql::{Enum, InputObject, MaybeUndefined};

use super::super::columns as c;
use super::super::{NewStage, StageId, StageKind, StageOutcome, StagePatch};
use crate::db::Sort;
use crate::error::{AppError, Invalid, Result};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::required;

/// A stage to add.
#[derive(InputObject)]
pub struct StageCreateInput {
    /// What is to go through it.
    kind: StageKind,
    /// What it is called, in a line of at most 100 characters; no other stage of its kind may be
    /// called so.
    name: String,
    /// Its colour: #rrggbb, in small letters.
    #[graphql(default = "#64748b")]
    colour: String,
    /// Whether it is an end, and which.
    #[graphql(default_with = "StageOutcome::Open")]
    outcome: StageOutcome,
}

impl From<StageCreateInput> for NewStage {
    fn from(i: StageCreateInput) -> Self {
        Self { kind: i.kind, name: i.name.trim().to_owned(), colour: i.colour, outcome: i.outcome }
    }
}

/// A change of a stage. A key left out keeps its value.
#[derive(InputObject)]
pub struct StageUpdateInput {
    /// What it is called.
    name: MaybeUndefined<String>,
    /// Its colour: #rrggbb.
    colour: MaybeUndefined<String>,
    /// Whether it is an end, and which.
    outcome: MaybeUndefined<StageOutcome>,
    /// `true` lets new clients or cases begin here, and no longer where they did.
    is_default: MaybeUndefined<bool>,
}

impl TryFrom<StageUpdateInput> for StagePatch {
    type Error = AppError;

    fn try_from(i: StageUpdateInput) -> Result<Self> {
        let mut invalid = Invalid::default();
        let patch = Self {
            name: required(&mut invalid, "input.name", i.name).map(|t| t.trim().to_owned()),
            colour: required(&mut invalid, "input.colour", i.colour),
            outcome: required(&mut invalid, "input.outcome", i.outcome),
            is_default: required(&mut invalid, "input.isDefault", i.is_default),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

crate::enum_filter!(
    /// Conditions on what goes through a stage.
    StageKindFilter, StageKind, text
);
crate::enum_filter!(
    /// Conditions on a stage's outcome.
    StageOutcomeFilter, StageOutcome, text
);

/// Which stages. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct StageFilter {
    /// All of these hold.
    and: Option<Vec<StageFilter>>,
    /// At least one of these holds.
    or: Option<Vec<StageFilter>>,
    /// This does not hold.
    not: Option<Box<StageFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By name.
    name: Option<StringFilter>,
    /// By what goes through it.
    kind: Option<StageKindFilter>,
    /// By outcome.
    outcome: Option<StageOutcomeFilter>,
    /// By the time it was added.
    created_at: Option<DateTimeFilter>,
    /// By the time of the last change.
    updated_at: Option<DateTimeFilter>,
}

impl Filter for StageFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<StageId>("id", c::ID, &self.id);
        all.text("name", c::NAME, &self.name);
        StageKindFilter::conditions(&self.kind, c::KIND, all);
        StageOutcomeFilter::conditions(&self.outcome, c::OUTCOME, all);
        all.time(c::CREATED_AT, &self.created_at);
        all.time(c::UPDATED_AT, &self.updated_at);
    }
}

/// What stages can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum StageOrderField {
    /// What it is called.
    Name,
    /// Its place among the stages of its kind.
    Position,
    /// When it was added.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// One part of an ordering of stages.
#[derive(Debug, Clone, InputObject)]
pub struct StageOrder {
    /// What to sort by.
    field: StageOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for StageOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            StageOrderField::Name => c::NAME,
            StageOrderField::Position => c::POSITION,
            StageOrderField::CreatedAt => c::CREATED_AT,
            StageOrderField::UpdatedAt => c::UPDATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
