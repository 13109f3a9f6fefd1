//! What callers say about projects: inputs, filter, order, selection.

use async_graphql::{Enum, InputObject, MaybeUndefined, OneofObject};

use super::super::columns as c;
use super::super::{NewProject, ProjectId, ProjectPatch, ProjectStatus};
use crate::base::ids::UserId;
use crate::db::{Predicate, Sort};
use crate::error::{AppError, Invalid, Result};
use crate::graphql::filter::{
    Conditions, DateFilter, DateTimeFilter, Filter, IDFilter, StringFilter,
};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::scalars::Date;
use crate::graphql::{clearable, required, selection};

/// A project to add.
#[derive(InputObject)]
pub struct ProjectCreateInput {
    /// What it is called, in a line of at most 200 characters.
    name: String,
    /// What it is about, at most 20,000 characters.
    #[graphql(default)]
    description: String,
    /// Where it stands.
    #[graphql(default_with = "ProjectStatus::Planned")]
    status: ProjectStatus,
    /// The first day.
    start_date: Option<Date>,
    /// The last day; not before the first.
    due_date: Option<Date>,
    /// Who is in charge: an active user.
    assigned_to_id: Option<UserId>,
}

impl From<ProjectCreateInput> for NewProject {
    fn from(i: ProjectCreateInput) -> Self {
        Self {
            name: i.name,
            description: i.description,
            status: i.status,
            start_date: i.start_date.map(|d| d.0),
            due_date: i.due_date.map(|d| d.0),
            assigned_to: i.assigned_to_id,
        }
    }
}

/// A change of a project. A key left out keeps its value; an explicit null clears it.
#[derive(InputObject)]
pub struct ProjectUpdateInput {
    /// What it is called.
    name: MaybeUndefined<String>,
    /// What it is about.
    description: MaybeUndefined<String>,
    /// Where it stands.
    status: MaybeUndefined<ProjectStatus>,
    /// The first day.
    start_date: MaybeUndefined<Date>,
    /// The last day.
    due_date: MaybeUndefined<Date>,
    /// Who is in charge: an active user.
    assigned_to_id: MaybeUndefined<UserId>,
}

impl TryFrom<ProjectUpdateInput> for ProjectPatch {
    type Error = AppError;

    fn try_from(i: ProjectUpdateInput) -> Result<Self> {
        let mut invalid = Invalid::default();
        let patch = Self {
            name: required(&mut invalid, "input.name", i.name),
            description: required(&mut invalid, "input.description", i.description),
            status: required(&mut invalid, "input.status", i.status),
            start_date: clearable(i.start_date).map(|d| d.map(|d| d.0)),
            due_date: clearable(i.due_date).map(|d| d.map(|d| d.0)),
            assigned_to: clearable(i.assigned_to_id),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

crate::enum_filter!(
    /// Conditions on a project's status.
    ProjectStatusFilter, ProjectStatus, text
);

/// Which projects. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct ProjectFilter {
    /// All of these hold.
    and: Option<Vec<ProjectFilter>>,
    /// At least one of these holds.
    or: Option<Vec<ProjectFilter>>,
    /// This does not hold.
    not: Option<Box<ProjectFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By name.
    name: Option<StringFilter>,
    /// By status.
    status: Option<ProjectStatusFilter>,
    /// By the first day.
    start_date: Option<DateFilter>,
    /// By the last day.
    due_date: Option<DateFilter>,
    /// By who is in charge.
    assigned_to_id: Option<IDFilter>,
    /// By who added it.
    created_by_id: Option<IDFilter>,
    /// By the time it was added.
    created_at: Option<DateTimeFilter>,
    /// By the time of the last change.
    updated_at: Option<DateTimeFilter>,
}

impl Filter for ProjectFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<ProjectId>("id", c::ID, &self.id);
        all.text("name", c::NAME, &self.name);
        ProjectStatusFilter::conditions(&self.status, c::STATUS, all);
        all.day(c::START_DATE, &self.start_date);
        all.day(c::DUE_DATE, &self.due_date);
        all.id::<UserId>("assignedToId", c::ASSIGNED_TO, &self.assigned_to_id);
        all.id::<UserId>("createdById", c::CREATED_BY, &self.created_by_id);
        all.time(c::CREATED_AT, &self.created_at);
        all.time(c::UPDATED_AT, &self.updated_at);
    }
}

/// What projects can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum ProjectOrderField {
    /// What it is called.
    Name,
    /// Where it stands, by the status's name.
    Status,
    /// The first day.
    StartDate,
    /// The last day.
    DueDate,
    /// When it was added.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// One part of an ordering of projects.
#[derive(Debug, Clone, InputObject)]
pub struct ProjectOrder {
    /// What to sort by.
    field: ProjectOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for ProjectOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            ProjectOrderField::Name => c::NAME,
            ProjectOrderField::Status => c::STATUS,
            ProjectOrderField::StartDate => c::START_DATE,
            ProjectOrderField::DueDate => c::DUE_DATE,
            ProjectOrderField::CreatedAt => c::CREATED_AT,
            ProjectOrderField::UpdatedAt => c::UPDATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}

/// Which projects a bulk action touches.
#[derive(OneofObject)]
pub enum ProjectSelection {
    /// These, at most 250. Ids of projects that are not there are passed over.
    Ids(Vec<ProjectId>),
    /// All that the filter finds. An empty filter is refused.
    Filter(ProjectFilter),
}

impl ProjectSelection {
    /// The condition it stands for.
    pub fn predicate(self) -> Result<Predicate> {
        match self {
            Self::Ids(ids) => selection::of_ids(c::ID, ids),
            Self::Filter(filter) => selection::of_filter(&filter),
        }
    }
}
