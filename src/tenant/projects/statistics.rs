//! Figures about projects, tasks and documents.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::columns::{ID, ROWS};
use super::model::{ProjectId, ProjectStatus};
use super::{service::VIEW, store};
use crate::ctx::Ctx;
use crate::db::{Predicate, Value};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::tenant::tasks::TaskStatus;
use crate::tenant::{documents, tasks};

/// Days counted when the caller names none.
const DEFAULT_PERIOD: TimeDelta = TimeDelta::days(30);

/// What [`of`] found.
#[derive(Debug, Clone)]
pub struct Statistics {
    /// Every status, also those of no project.
    pub projects: Vec<(ProjectStatus, i64)>,
    /// Every status, also those of no task.
    pub tasks: Vec<(TaskStatus, i64)>,
    pub overdue: i64,
    pub completed: i64,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub documents: i64,
    pub document_bytes: i64,
}

/// Counts everything that the caller may see in three statements, sent together. With `project`, its tasks and documents
/// alone. The period's days are both included; without one, it is the last 30 days.
pub async fn of(
    ctx: &Ctx,
    project: Option<ProjectId>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> Result<Statistics> {
    let seen = ctx.reach(&VIEW)?.predicate(&ROWS);
    let today = ctx.now.date_naive();
    let to = to.unwrap_or(today);
    let from = from.unwrap_or_else(|| to - DEFAULT_PERIOD);
    let period = (start_of(from), start_of(to) + TimeDelta::days(1));
    if from > to {
        return Err(Invalid::new(Problem::Invalid, "completedTo", "is before the start").into());
    }
    let conn = ctx.read().await?;
    if let Some(id) = project {
        let which = Predicate::equal(ID, Value::Id(id.0)).and(seen.clone());
        store::find(&conn, which).await?.ok_or(AppError::NotFound("project"))?;
    }
    let id = project.map(|p| p.0);
    let which = id.map_or(Predicate::True, |id| Predicate::equal(ID, Value::Id(id)));
    let which = which.and(seen);
    let (by_status, by_task_status, (documents, document_bytes)) = futures_util::try_join!(
        async { Ok::<_, AppError>(store::statistics(&conn, which).await?) },
        tasks::service::statistics(ctx, &conn, id, today, period),
        documents::service::statistics(ctx, &conn, id),
    )?;
    let count = |s: ProjectStatus| by_status.iter().find(|r| r.0 == s).map_or(0, |r| r.1);
    let tasks_of = |s: TaskStatus| by_task_status.iter().find(|r| r.0 == s).map_or(0, |r| r.1);
    Ok(Statistics {
        projects: ProjectStatus::ALL.iter().map(|s| (*s, count(*s))).collect(),
        tasks: TaskStatus::ALL.iter().map(|s| (*s, tasks_of(*s))).collect(),
        overdue: by_task_status.iter().map(|r| r.2).sum(),
        completed: by_task_status.iter().map(|r| r.3).sum(),
        from,
        to,
        documents,
        document_bytes,
    })
}

fn start_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}
