//! What a demo company is made of. The companies themselves are in `law` and `works`.

use crate::authz::Role;
use crate::tenant::projects::ProjectStatus;
use crate::tenant::tasks::{TaskPriority, TaskStatus};

/// A company with work to show. Days count from today.
pub(super) struct Company {
    pub name: &'static str,
    /// First and last names: owner, manager, member.
    pub people: [(&'static str, &'static str); 4],
    pub projects: &'static [Project],
    /// Whose the projects beyond the first ones are.
    pub clients: &'static [&'static str],
}

pub(super) struct Project {
    pub client: &'static str,
    pub matter: &'static str,
    pub about: &'static str,
    pub status: ProjectStatus,
    pub begins: i64,
    pub due: i64,
    pub lead: Role,
    pub tasks: &'static [Task],
    pub documents: &'static [Document],
}

pub(super) struct Task {
    pub title: &'static str,
    pub status: TaskStatus,
    pub priority: TaskPriority,
    pub due: i64,
    pub who: Option<Role>,
}

pub(super) struct Document {
    pub name: &'static str,
    pub kind: &'static str,
    pub bytes: i64,
}

pub(super) const OWNER: Option<Role> = Some(Role::Owner);
pub(super) const MANAGER: Option<Role> = Some(Role::Manager);
pub(super) const MEMBER: Option<Role> = Some(Role::Member);
pub(super) const NOBODY: Option<Role> = None;

pub(super) const PDF: &str = "application/pdf";
pub(super) const SHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(super) const LETTER: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
pub(super) const DRAWING: &str = "image/vnd.dxf";

/// A task on one line.
pub(super) const fn task(
    title: &'static str,
    status: TaskStatus,
    priority: TaskPriority,
    due: i64,
    who: Option<Role>,
) -> Task {
    Task { title, status, priority, due, who }
}

/// A document on one line.
pub(super) const fn document(name: &'static str, kind: &'static str, bytes: i64) -> Document {
    Document { name, kind, bytes }
}
