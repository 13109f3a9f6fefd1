//! Writing a demo company into a new tenant: its people and their work.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use futures_util::future::try_join_all;

use super::company::{Company, Project, Task};
use crate::authz::Role;
use crate::base::ids::UserId;
use crate::db::TenantTx;
use crate::error::Result;
use crate::platform::tenants::service::Beginning;
use crate::tenant::documents::{self, NewDocument};
use crate::tenant::permissions::{self, Holder, NewObjectPermissions};
use crate::tenant::projects::{self, NewProject, ProjectId};
use crate::tenant::tasks::{self, NewTask, TaskStatus};
use crate::tenant::users::{self, NewUser};

/// A user to be, of a company with addresses under `domain`.
pub(super) fn person(company: &Company, role: Role, domain: &str) -> NewUser {
    let (index, name) = match role {
        Role::Owner => (0, "owner"),
        Role::Manager => (1, "manager"),
        Role::Member => (2, "member"),
        Role::Guest => (3, "guest"),
    };
    let (first, last) = company.people[index];
    NewUser {
        email: format!("{name}@{domain}"),
        username: None,
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        role,
        password: super::PASSWORD.to_owned(),
    }
}

/// Somebody's work, in a transaction that also makes the tenant.
pub(super) struct Fill<'a> {
    pub tx: &'a TenantTx,
    pub company: &'a Company,
    pub now: DateTime<Utc>,
    people: [UserId; 4],
}

impl<'a> Fill<'a> {
    /// Adds manager, member and guest beside the owner.
    pub(super) async fn begin(
        tx: &'a TenantTx,
        company: &'a Company,
        beginning: &Beginning,
        password_hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let owner = beginning.owner.id;
        let domain = beginning.owner.email.split_once('@').map_or("", |(_, domain)| domain);
        let mut people = [owner; 4];
        for (place, role) in [(1, Role::Manager), (2, Role::Member), (3, Role::Guest)] {
            let new = person(company, role, domain);
            let user = users::service::insert(tx, &new, password_hash, Some(owner), now).await?;
            people[place] = user.id;
        }
        Ok(Self { tx, company, now, people })
    }

    /// Adds this many projects with their tasks and documents.
    pub(super) async fn work(&self, projects: usize) -> Result<()> {
        let Company { projects: own, clients, .. } = self.company;
        for index in 0..projects {
            let project = &own[index % own.len()];
            let client = match index.checked_sub(own.len()) {
                None => project.client,
                Some(further) => clients[further % clients.len()],
            };
            let id = self.project(project, client).await?;
            if index == 0 {
                self.share(id).await?;
            }
        }
        Ok(())
    }

    /// Lets the guest see a project with everything in it.
    async fn share(&self, project: ProjectId) -> Result<()> {
        let permissions = ["projects.view", "tasks.view", "documents.view"];
        let shared = NewObjectPermissions {
            kind: ProjectId::PREFIX.to_owned(),
            object: project.0,
            permissions: permissions.map(str::to_owned).into(),
            holder: Holder::User(self.people[3]),
        };
        permissions::service::insert(self.tx, &shared, Some(self.people[0]), self.now).await
    }

    async fn project(&self, project: &Project, client: &str) -> Result<ProjectId> {
        let new = NewProject {
            name: format!("{client}: {}", project.matter),
            description: project.about.to_owned(),
            status: project.status,
            start_date: Some(self.day(project.begins)),
            due_date: Some(self.day(project.due)),
            assigned_to: self.user(Some(project.lead)),
        };
        let owner = self.user(Some(Role::Owner));
        let at = self.moment(project.begins.min(-4));
        let id = projects::service::insert(self.tx, &new, owner, at).await?.id;
        // Sent together; the order is kept.
        try_join_all(project.tasks.iter().map(|task| self.task(project, id, task))).await?;
        try_join_all(project.documents.iter().map(|document| {
            let new = NewDocument {
                project_id: Some(id),
                client_id: None,
                case_id: None,
                name: document.name.to_owned(),
                description: String::new(),
                content_type: Some(document.kind.to_owned()),
                byte_size: Some(document.bytes),
                checksum: None,
                assigned_to: new.assigned_to,
            };
            let at = self.moment(project.begins.min(-4) / 2);
            async move { documents::service::insert(self.tx, &new, new.assigned_to, at).await }
        }))
        .await?;
        Ok(id)
    }

    async fn task(&self, project: &Project, project_id: ProjectId, task: &Task) -> Result<()> {
        let done = task.status == TaskStatus::Done;
        let new = NewTask {
            project_id: Some(project_id),
            client_id: None,
            case_id: None,
            title: task.title.to_owned(),
            description: String::new(),
            status: if done { TaskStatus::InProgress } else { task.status },
            priority: task.priority,
            due_date: Some(self.day(task.due)),
            assigned_to: self.user(task.who),
        };
        let begun = self.moment(project.begins.min(-3).max(task.due.min(0) - 20));
        let by = self.user(Some(project.lead));
        let made = tasks::service::insert(self.tx, &new, by, begun).await?;
        if done {
            let by = new.assigned_to;
            tasks::service::finish(self.tx, made.id, by, self.moment(task.due.min(-1))).await?;
        }
        Ok(())
    }

    pub(super) fn user(&self, role: Option<Role>) -> Option<UserId> {
        role.map(|role| match role {
            Role::Owner => self.people[0],
            Role::Manager => self.people[1],
            Role::Member => self.people[2],
            Role::Guest => self.people[3],
        })
    }

    pub(super) fn day(&self, days: i64) -> NaiveDate {
        let (today, distance) = (self.now.date_naive(), Days::new(days.unsigned_abs()));
        let day = if days < 0 {
            today.checked_sub_days(distance)
        } else {
            today.checked_add_days(distance)
        };
        day.unwrap_or(today)
    }

    /// That many days from now, and not to the second.
    pub(super) fn moment(&self, days: i64) -> DateTime<Utc> {
        self.now + TimeDelta::days(days) - TimeDelta::minutes(days.rem_euclid(7) * 37)
    }
}
