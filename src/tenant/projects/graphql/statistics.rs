//! Figures about projects in the API.

use async_graphql::SimpleObject;

use super::super::ProjectStatus;
use super::super::statistics::Statistics;
use crate::graphql::scalars::Date;
use crate::tenant::tasks::TaskStatus;

/// How many projects have a status.
#[derive(SimpleObject)]
pub struct ProjectStatusCount {
    /// The status.
    status: ProjectStatus,
    /// How many projects have it.
    count: i64,
}

/// How many tasks have a status.
#[derive(SimpleObject)]
pub struct TaskStatusCount {
    /// The status.
    status: TaskStatus,
    /// How many tasks have it.
    count: i64,
}

/// Figures about projects, tasks and documents. What is in the trash does not count.
#[derive(SimpleObject)]
pub struct ProjectStatistics {
    /// How many projects there are.
    project_count: i64,
    /// Projects by status: every status, in order.
    projects_by_status: Vec<ProjectStatusCount>,
    /// How many tasks there are.
    task_count: i64,
    /// Tasks by status: every status, in order.
    tasks_by_status: Vec<TaskStatusCount>,
    /// Tasks that are neither done nor cancelled, with a due date before today (UTC).
    overdue_task_count: i64,
    /// Tasks completed from `completedFrom` to `completedTo`, both days included (UTC).
    completed_task_count: i64,
    /// First day of the period.
    completed_from: Date,
    /// Last day of the period.
    completed_to: Date,
    /// How many documents there are.
    document_count: i64,
    /// The size of all documents together, in bytes.
    document_byte_size: f64,
}

impl From<Statistics> for ProjectStatistics {
    fn from(s: Statistics) -> Self {
        Self {
            project_count: s.projects.iter().map(|r| r.1).sum(),
            projects_by_status: s
                .projects
                .into_iter()
                .map(|(status, count)| ProjectStatusCount { status, count })
                .collect(),
            task_count: s.tasks.iter().map(|r| r.1).sum(),
            tasks_by_status: s
                .tasks
                .into_iter()
                .map(|(status, count)| TaskStatusCount { status, count })
                .collect(),
            overdue_task_count: s.overdue,
            completed_task_count: s.completed,
            completed_from: s.from.into(),
            completed_to: s.to.into(),
            document_count: s.documents,
            document_byte_size: s.document_bytes as f64,
        }
    }
}
