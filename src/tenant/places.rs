//! Where tasks, documents and notes lie: in a project, with a client, in a case of a client. What is
//! in a case is its client's, too.

use crate::authz::Permission;
use crate::ctx::Ctx;
use crate::db::{Column, Predicate, TenantConn};
use crate::error::{Invalid, Problem, Result};
use crate::tenant::cases::{self, CaseId};
use crate::tenant::clients::{self, ClientId};
use crate::tenant::projects::{self, ProjectId};

/// Where something lies. All of it may be empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    pub project: Option<ProjectId>,
    pub client: Option<ClientId>,
    pub case: Option<CaseId>,
}

impl Place {
    /// Whether it is nowhere.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// The place with the client of the case. Fails unless all of it is there and `add` reaches it.
    pub async fn settled(self, ctx: &Ctx, conn: &TenantConn, add: &Permission) -> Result<Self> {
        let reach = ctx.reach(add)?;
        if let Some(project) = self.project {
            projects::service::require_open(conn, project, &reach).await?;
        }
        let Some(case) = self.case else {
            if let Some(client) = self.client {
                clients::service::require_open(conn, client, &reach).await?;
            }
            return Ok(self);
        };
        let client = cases::service::require_open(conn, case, &reach).await?.client_id;
        if self.client.is_some_and(|other| other != client) {
            let why = "is a case of another client";
            return Err(Invalid::new(Problem::Invalid, "input.caseId", why).into());
        }
        Ok(Self { client: Some(client), ..self })
    }
}

/// A change of where something lies. `None` leaves a part alone; `Some(None)` clears it.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlaceChange {
    pub project: Option<Option<ProjectId>>,
    pub client: Option<Option<ClientId>>,
    pub case: Option<Option<CaseId>>,
}

impl PlaceChange {
    /// The change with what follows from it: a case brings its client; another client means out of
    /// the case. Fails unless all that it moves to is there and `add` reaches it.
    pub async fn settled(self, ctx: &Ctx, conn: &TenantConn, add: &Permission) -> Result<Self> {
        let to = Place {
            project: self.project.flatten(),
            client: self.client.flatten(),
            case: self.case.flatten(),
        };
        let to = if to.is_empty() { to } else { to.settled(ctx, conn, add).await? };
        Ok(match (self.client, self.case) {
            (_, Some(Some(_))) => Self { client: Some(to.client), ..self },
            (Some(_), None) => Self { case: Some(None), ..self },
            _ => self,
        })
    }
}

/// The columns that say where a row lies.
#[derive(Debug, Clone, Copy)]
pub struct PlaceColumns {
    /// `None` for what lies in no project.
    pub project: Option<Column>,
    pub client: Column,
    pub case: Column,
}

impl PlaceColumns {
    /// The condition that nothing that the row lies in is in the trash.
    pub fn are_live(self) -> Predicate {
        let live = |column, is_live: fn(Column) -> Predicate| {
            Predicate::Any(vec![Predicate::IsNull(column), is_live(column)])
        };
        let project = self.project.map(|column| live(column, projects::service::is_live));
        let client = live(self.client, clients::service::is_live);
        let case = live(self.case, cases::service::is_live);
        Predicate::All(project.into_iter().chain([client, case]).collect())
    }
}
