//! Queries on `tasks`. No rules and no permissions here. Tasks in the trash are not seen.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{self, auto_type, case_when, count_star};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Timestamptz};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::columns::ROWS;
use super::model::{NewTask, Task, TaskId, TaskPatch, TaskRow, TaskStatus, With};
use crate::base::ids::UserId;
use crate::db::schema::tenant::{projects, tasks, users};
use crate::db::{Listing, Ordering, Predicate, TenantConn, TenantTx, per_parent};
use crate::tenant::projects::Project;
use crate::tenant::users::User;

#[diesel::declare_sql_function]
extern "SQL" {
    fn coalesce(x: Nullable<Timestamptz>, y: Nullable<Timestamptz>) -> Nullable<Timestamptz>;
}

crate::stored! { tasks: Task, TaskId, ROWS, live: tasks::deleted_at.is_null() }
crate::counted! { tasks, live: tasks::deleted_at.is_null() }
crate::trashed! { tasks: Task, bring_back }

type Joined = (Task, Option<Project>, Option<User>);

impl From<Task> for TaskRow {
    fn from(task: Task) -> Self {
        Self { task, relations: None }
    }
}

impl From<Joined> for TaskRow {
    fn from((task, project, user): Joined) -> Self {
        Self { task, relations: Some((project, user)) }
    }
}

/// The listed part of the tasks, joined to project and assignee. PostgreSQL drops joins that no
/// selected column needs.
#[auto_type(no_type_alias)]
fn listed(listing: &Listing) -> _ {
    let filter: Predicate = listing.filter();
    let order: Ordering = listing.order();
    let (limit, offset): (i64, i64) = (listing.limit(), listing.offset());
    tasks::table
        .left_join(projects::table)
        .left_join(users::table.on(tasks::assigned_to.eq(users::id.nullable())))
        .filter(tasks::deleted_at.is_null())
        .filter(filter)
        .order(order)
        .limit(limit)
        .offset(offset)
}

fn joined() -> (
    diesel::dsl::AsSelect<Task, diesel::pg::Pg>,
    diesel::dsl::AsSelect<Option<Project>, diesel::pg::Pg>,
    diesel::dsl::AsSelect<Option<User>, diesel::pg::Pg>,
) {
    (Task::as_select(), Option::<Project>::as_select(), Option::<User>::as_select())
}

fn rows<T: Into<TaskRow>>(rows: Vec<T>) -> Vec<TaskRow> {
    rows.into_iter().map(Into::into).collect()
}

pub async fn find_joined(mut conn: &TenantConn, which: Predicate) -> QueryResult<Option<TaskRow>> {
    let row: Option<Joined> = tasks::table
        .left_join(projects::table)
        .left_join(users::table.on(tasks::assigned_to.eq(users::id.nullable())))
        .filter(tasks::deleted_at.is_null())
        .filter(which)
        .select(joined())
        .first(&mut conn)
        .await
        .optional()?;
    Ok(row.map(Into::into))
}

pub async fn page(
    mut conn: &TenantConn,
    listing: &Listing,
    with: With,
) -> QueryResult<Vec<TaskRow>> {
    let query = listed(listing);
    match with {
        With::Nothing => query.select(Task::as_select()).load(&mut conn).await.map(rows),
        With::Relations => query.select(joined()).load::<Joined>(&mut conn).await.map(rows),
    }
}

/// The first tasks of each parent; the listing's predicate ties them to it.
pub async fn pages_of(
    mut conn: &TenantConn,
    parents: Vec<Uuid>,
    listing: &Listing,
    with: With,
) -> QueryResult<Vec<TaskRow>> {
    let query = listed(listing);
    match with {
        With::Nothing => {
            let query = per_parent(parents, query.select(Task::as_select()));
            RunQueryDsl::load::<Task>(query, &mut conn).await.map(rows)
        }
        With::Relations => {
            let query = per_parent(parents, query.select(joined()));
            RunQueryDsl::load::<Joined>(query, &mut conn).await.map(rows)
        }
    }
}

pub async fn insert(
    tx: &TenantTx,
    new: &NewTask,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Task> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(tasks::table)
        .values((
            (
                tasks::id.eq(TaskId::generate()),
                tasks::project_id.eq(new.project_id),
                tasks::client_id.eq(new.client_id),
                tasks::case_id.eq(new.case_id),
                tasks::title.eq(&new.title),
                tasks::description.eq(&new.description),
                tasks::status.eq(new.status),
                tasks::priority.eq(new.priority),
                tasks::due_date.eq(new.due_date),
                tasks::completed_at.eq((new.status == TaskStatus::Done).then_some(now)),
                tasks::assigned_to.eq(new.assigned_to),
            ),
            (
                tasks::version.eq(1),
                tasks::created_at.eq(now),
                tasks::updated_at.eq(now),
                tasks::created_by.eq(by),
                tasks::updated_by.eq(by),
            ),
        ))
        .returning(Task::as_returning())
        .get_result(&mut conn)
        .await
}

/// Changes every task that `which` holds for.
pub async fn update(
    tx: &TenantTx,
    which: Predicate,
    patch: &TaskPatch,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Task>> {
    let mut conn: &TenantConn = tx;
    let done = patch.status.map(|s| s == TaskStatus::Done).into_sql::<Nullable<Bool>>();
    let undone = patch.status.map(|s| s != TaskStatus::Done).into_sql::<Nullable<Bool>>();
    let completed = case_when(done, coalesce(tasks::completed_at, Some(now)))
        .when(undone, None::<DateTime<Utc>>.into_sql::<Nullable<Timestamptz>>())
        .otherwise(tasks::completed_at);
    diesel::update(tasks::table)
        .filter(tasks::deleted_at.is_null())
        .filter(which)
        .set((
            patch,
            tasks::completed_at.eq(completed),
            tasks::version.eq(tasks::version + 1),
            tasks::updated_at.eq(now),
            tasks::updated_by.eq(by),
        ))
        .returning(Task::as_returning())
        .get_results(&mut conn)
        .await
}

/// Tasks by status: how many in all, how many overdue, how many completed in the period.
pub async fn statistics(
    mut conn: &TenantConn,
    which: Predicate,
    today: NaiveDate,
    period: (DateTime<Utc>, DateTime<Utc>),
) -> QueryResult<Vec<(TaskStatus, i64, i64, i64)>> {
    let completed_at = tasks::completed_at.assume_not_null();
    let open = tasks::status.ne_all([TaskStatus::Done, TaskStatus::Cancelled]);
    tasks::table
        .filter(tasks::deleted_at.is_null())
        .filter(which)
        .group_by(tasks::status)
        .select((
            tasks::status,
            count_star(),
            dsl::count(tasks::id)
                .aggregate_filter(tasks::due_date.assume_not_null().lt(today).and(open)),
            dsl::count(tasks::id)
                .aggregate_filter(completed_at.ge(period.0).and(completed_at.lt(period.1))),
        ))
        .load(&mut conn)
        .await
}
