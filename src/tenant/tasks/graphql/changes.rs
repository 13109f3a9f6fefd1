//! Changes of tasks as they happen, in the API.

use super::super::{Task, TaskId, service};
use super::TaskNode;
use crate::tenant::cases::CaseId;
use crate::tenant::clients::ClientId;
use crate::tenant::projects::ProjectId;

crate::changes! {
    Task => TaskNode, TaskId, service::TRACKED;
    /// A task was added or changed, or went into the trash or out of it.
    TaskChange {
        /// The task as it is now, which may be later than this change; null while it is in the
        /// trash, and when you may not see it any more.
        task
    }
    /// Of which changes of tasks to hear. All keys given must hold.
    TaskChangeFilter {
        /// Those of these tasks, at most 100.
        ids,
        /// Those of this project's tasks, also when they leave it or come from another.
        project_id: ProjectId => |task| task.project_id.map(|id| id.0),
        /// Those of this client's tasks, also when they leave it or come from another.
        client_id: ClientId => |task| task.client_id.map(|id| id.0),
        /// Those of this case's tasks, also when they leave it or come from another.
        case_id: CaseId => |task| task.case_id.map(|id| id.0)
    }
    /// Tells of each change of a task that you may see, in the order in which they were made.
    task_changed in "TaskSubscription"
}
