//! What callers say about tasks: inputs, filter, order, selection.

use async_graphql::{Enum, InputObject, MaybeUndefined, OneofObject};

use super::super::columns as c;
use super::super::{NewTask, TaskId, TaskPatch, TaskPriority, TaskStatus};
use crate::base::ids::UserId;
use crate::db::{Predicate, Sort};
use crate::error::{AppError, Invalid, Result};
use crate::graphql::filter::{
    Conditions, DateFilter, DateTimeFilter, Filter, IDFilter, StringFilter,
};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::scalars::Date;
use crate::graphql::{clearable, required, selection};
use crate::tenant::cases::CaseId;
use crate::tenant::clients::ClientId;
use crate::tenant::projects::ProjectId;

/// A task to add.
#[derive(InputObject)]
pub struct TaskCreateInput {
    /// The project it belongs to. A task needs a project, a client or a case.
    project_id: Option<ProjectId>,
    /// The client it is about; that of the case when left out.
    client_id: Option<ClientId>,
    /// The case it is about.
    case_id: Option<CaseId>,
    /// What is to be done, in a line of at most 200 characters.
    title: String,
    /// The details, at most 20,000 characters.
    #[graphql(default)]
    description: String,
    /// How far it is.
    #[graphql(default_with = "TaskStatus::Todo")]
    status: TaskStatus,
    /// How urgent it is.
    #[graphql(default_with = "TaskPriority::Medium")]
    priority: TaskPriority,
    /// The last day for it.
    due_date: Option<Date>,
    /// Who is to do it: an active user.
    assigned_to_id: Option<UserId>,
}

impl From<TaskCreateInput> for NewTask {
    fn from(i: TaskCreateInput) -> Self {
        Self {
            project_id: i.project_id,
            client_id: i.client_id,
            case_id: i.case_id,
            title: i.title,
            description: i.description,
            status: i.status,
            priority: i.priority,
            due_date: i.due_date.map(|d| d.0),
            assigned_to: i.assigned_to_id,
        }
    }
}

/// A change of a task. A key left out keeps its value; an explicit null clears it.
#[derive(InputObject)]
pub struct TaskUpdateInput {
    /// Moves it to another project, or to none.
    project_id: MaybeUndefined<ProjectId>,
    /// Moves it to another client, or to none, and out of its case unless `caseId` is given too.
    client_id: MaybeUndefined<ClientId>,
    /// Moves it to another case and to the case's client, or out of its case.
    case_id: MaybeUndefined<CaseId>,
    /// What is to be done.
    title: MaybeUndefined<String>,
    /// The details.
    description: MaybeUndefined<String>,
    /// How far it is. DONE sets `completedAt`, any other status clears it.
    status: MaybeUndefined<TaskStatus>,
    /// How urgent it is.
    priority: MaybeUndefined<TaskPriority>,
    /// The last day for it.
    due_date: MaybeUndefined<Date>,
    /// Who is to do it: an active user.
    assigned_to_id: MaybeUndefined<UserId>,
}

impl TryFrom<TaskUpdateInput> for TaskPatch {
    type Error = AppError;

    fn try_from(i: TaskUpdateInput) -> Result<Self> {
        let mut invalid = Invalid::default();
        let patch = Self {
            project_id: clearable(i.project_id),
            client_id: clearable(i.client_id),
            case_id: clearable(i.case_id),
            title: required(&mut invalid, "input.title", i.title),
            description: required(&mut invalid, "input.description", i.description),
            status: required(&mut invalid, "input.status", i.status),
            priority: required(&mut invalid, "input.priority", i.priority),
            due_date: clearable(i.due_date).map(|d| d.map(|d| d.0)),
            assigned_to: clearable(i.assigned_to_id),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

crate::enum_filter!(
    /// Conditions on a task's status.
    TaskStatusFilter, TaskStatus, text
);
crate::enum_filter!(
    /// Conditions on a task's priority.
    TaskPriorityFilter, TaskPriority, int
);

/// Which tasks. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct TaskFilter {
    /// All of these hold.
    and: Option<Vec<TaskFilter>>,
    /// At least one of these holds.
    or: Option<Vec<TaskFilter>>,
    /// This does not hold.
    not: Option<Box<TaskFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By project.
    project_id: Option<IDFilter>,
    /// By client.
    client_id: Option<IDFilter>,
    /// By case.
    case_id: Option<IDFilter>,
    /// By title.
    title: Option<StringFilter>,
    /// By status.
    status: Option<TaskStatusFilter>,
    /// By priority.
    priority: Option<TaskPriorityFilter>,
    /// By the last day for it.
    due_date: Option<DateFilter>,
    /// By who is to do it.
    assigned_to_id: Option<IDFilter>,
    /// By who added it.
    created_by_id: Option<IDFilter>,
    /// By the time it was completed.
    completed_at: Option<DateTimeFilter>,
    /// By the time it was added.
    created_at: Option<DateTimeFilter>,
    /// By the time of the last change.
    updated_at: Option<DateTimeFilter>,
}

impl Filter for TaskFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<TaskId>("id", c::ID, &self.id);
        all.id::<ProjectId>("projectId", c::PROJECT_ID, &self.project_id);
        all.id::<ClientId>("clientId", c::CLIENT_ID, &self.client_id);
        all.id::<CaseId>("caseId", c::CASE_ID, &self.case_id);
        all.text("title", c::TITLE, &self.title);
        TaskStatusFilter::conditions(&self.status, c::STATUS, all);
        TaskPriorityFilter::conditions(&self.priority, c::PRIORITY, all);
        all.day(c::DUE_DATE, &self.due_date);
        all.id::<UserId>("assignedToId", c::ASSIGNED_TO, &self.assigned_to_id);
        all.id::<UserId>("createdById", c::CREATED_BY, &self.created_by_id);
        all.time(c::COMPLETED_AT, &self.completed_at);
        all.time(c::CREATED_AT, &self.created_at);
        all.time(c::UPDATED_AT, &self.updated_at);
    }
}

/// What tasks can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum TaskOrderField {
    /// What is to be done.
    Title,
    /// How far it is, by the status's name.
    Status,
    /// How urgent it is.
    Priority,
    /// The last day for it.
    DueDate,
    /// When it was completed.
    CompletedAt,
    /// When it was added.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// One part of an ordering of tasks.
#[derive(Debug, Clone, InputObject)]
pub struct TaskOrder {
    /// What to sort by.
    field: TaskOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for TaskOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            TaskOrderField::Title => c::TITLE,
            TaskOrderField::Status => c::STATUS,
            TaskOrderField::Priority => c::PRIORITY,
            TaskOrderField::DueDate => c::DUE_DATE,
            TaskOrderField::CompletedAt => c::COMPLETED_AT,
            TaskOrderField::CreatedAt => c::CREATED_AT,
            TaskOrderField::UpdatedAt => c::UPDATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}

/// Which tasks a bulk action touches.
#[derive(OneofObject)]
pub enum TaskSelection {
    /// These, at most 250. Ids of tasks that are not there are passed over.
    Ids(Vec<TaskId>),
    /// All that the filter finds. An empty filter is refused.
    Filter(Box<TaskFilter>),
}

impl TaskSelection {
    /// The condition it stands for.
    pub fn predicate(self) -> Result<Predicate> {
        match self {
            Self::Ids(ids) => selection::of_ids(c::ID, ids),
            Self::Filter(filter) => selection::of_filter(&*filter),
        }
    }
}
