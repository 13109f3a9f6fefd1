//! Changes of projects as they happen, in the API.

use super::super::{Project, ProjectId, service};
use super::ProjectNode;

crate::changes! {
    Project => ProjectNode, ProjectId, service::TRACKED;
    /// A project was added or changed, or went into the trash or out of it.
    ProjectChange {
        /// The project as it is now, which may be later than this change; null while it is in the
        /// trash, and when you may not see it any more.
        project
    }
    /// Of which changes of projects to hear. All keys given must hold.
    ProjectChangeFilter {
        /// Those of these projects, at most 100.
        ids
    }
    /// Tells of each change of a project that you may see, in the order in which they were made.
    project_changed in "ProjectSubscription"
}
