//! Queries on `projects`. No rules and no permissions here. Projects in the trash are not seen.

use chrono::{DateTime, Utc};
use diesel::dsl::{auto_type, count_star};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::model::{NewProject, Project, ProjectId, ProjectPatch, ProjectRow, ProjectStatus, With};
use crate::base::ids::UserId;
use crate::db::schema::tenant::{projects, users};
use crate::db::{Listing, Ordering, Predicate, TenantConn, TenantTx, per_parent};
use crate::tenant::users::User;

type Joined = (Project, Option<User>);

impl From<Project> for ProjectRow {
    fn from(project: Project) -> Self {
        Self { project, relations: None }
    }
}

impl From<Joined> for ProjectRow {
    fn from((project, user): Joined) -> Self {
        Self { project, relations: Some(user) }
    }
}

/// The listed part of the projects, joined to the assignee. PostgreSQL drops the join when no
/// selected column needs it.
#[auto_type(no_type_alias)]
fn listed(listing: &Listing) -> _ {
    let filter: Predicate = listing.filter();
    let order: Ordering = listing.order();
    let (limit, offset): (i64, i64) = (listing.limit(), listing.offset());
    projects::table
        .left_join(users::table.on(projects::assigned_to.eq(users::id.nullable())))
        .filter(projects::deleted_at.is_null())
        .filter(filter)
        .order(order)
        .limit(limit)
        .offset(offset)
}

fn joined() -> (
    diesel::dsl::AsSelect<Project, diesel::pg::Pg>,
    diesel::dsl::AsSelect<Option<User>, diesel::pg::Pg>,
) {
    (Project::as_select(), Option::<User>::as_select())
}

fn rows<T: Into<ProjectRow>>(rows: Vec<T>) -> Vec<ProjectRow> {
    rows.into_iter().map(Into::into).collect()
}

/// The one project that `which` holds for.
pub async fn find(mut conn: &TenantConn, which: Predicate) -> QueryResult<Option<Project>> {
    projects::table
        .filter(projects::deleted_at.is_null())
        .filter(which)
        .select(Project::as_select())
        .first(&mut conn)
        .await
        .optional()
}

pub async fn by_ids(
    mut conn: &TenantConn,
    ids: &[ProjectId],
    which: Predicate,
) -> QueryResult<Vec<Project>> {
    projects::table
        .filter(projects::id.eq_any(ids).and(projects::deleted_at.is_null()))
        .filter(which)
        .select(Project::as_select())
        .load(&mut conn)
        .await
}

pub async fn page(
    mut conn: &TenantConn,
    listing: &Listing,
    with: With,
) -> QueryResult<Vec<ProjectRow>> {
    let query = listed(listing);
    match with {
        With::Nothing => query.select(Project::as_select()).load(&mut conn).await.map(rows),
        With::Relations => query.select(joined()).load::<Joined>(&mut conn).await.map(rows),
    }
}

pub async fn count(mut conn: &TenantConn, listing: &Listing) -> QueryResult<i64> {
    projects::table
        .filter(projects::deleted_at.is_null())
        .filter(listing.predicate.clone())
        .select(count_star())
        .first(&mut conn)
        .await
}

/// The first projects of each parent; the listing's predicate ties them to it.
pub async fn pages_of(
    mut conn: &TenantConn,
    parents: Vec<Uuid>,
    listing: &Listing,
    with: With,
) -> QueryResult<Vec<ProjectRow>> {
    let query = listed(listing);
    match with {
        With::Nothing => {
            let query = per_parent(parents, query.select(Project::as_select()));
            RunQueryDsl::load::<Project>(query, &mut conn).await.map(rows)
        }
        With::Relations => {
            let query = per_parent(parents, query.select(joined()));
            RunQueryDsl::load::<Joined>(query, &mut conn).await.map(rows)
        }
    }
}

/// Whose projects are counted.
#[derive(Debug, Clone, Copy)]
pub enum Parent {
    Assignee,
    Creator,
}

pub async fn counts_of(
    mut conn: &TenantConn,
    parents: Vec<Uuid>,
    parent: Parent,
    predicate: Predicate,
) -> QueryResult<Vec<(Uuid, i64)>> {
    macro_rules! grouped {
        ($column:expr) => {
            projects::table
                .filter($column.eq_any(parents))
                .filter(projects::deleted_at.is_null())
                .filter(predicate)
                .group_by($column)
                .select(($column.assume_not_null(), count_star()))
                .load(&mut conn)
                .await
        };
    }
    match parent {
        Parent::Assignee => grouped!(projects::assigned_to),
        Parent::Creator => grouped!(projects::created_by),
    }
}

/// The projects that `which` holds for; nobody else can change them before this transaction ends.
pub async fn lock(tx: &TenantTx, which: Predicate) -> QueryResult<Vec<Project>> {
    let mut conn: &TenantConn = tx;
    projects::table
        .filter(projects::deleted_at.is_null())
        .filter(which)
        .order(projects::id)
        .select(Project::as_select())
        .for_update()
        .load(&mut conn)
        .await
}

pub async fn insert(
    tx: &TenantTx,
    new: &NewProject,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Project> {
    let mut conn: &TenantConn = tx;
    diesel::insert_into(projects::table)
        .values((
            (
                projects::id.eq(ProjectId::generate()),
                projects::name.eq(&new.name),
                projects::description.eq(&new.description),
                projects::status.eq(new.status),
                projects::start_date.eq(new.start_date),
                projects::due_date.eq(new.due_date),
                projects::assigned_to.eq(new.assigned_to),
            ),
            (
                projects::version.eq(1),
                projects::created_at.eq(now),
                projects::updated_at.eq(now),
                projects::created_by.eq(by),
                projects::updated_by.eq(by),
            ),
        ))
        .returning(Project::as_returning())
        .get_result(&mut conn)
        .await
}

/// Changes every project that `which` holds for.
pub async fn update(
    tx: &TenantTx,
    which: Predicate,
    patch: &ProjectPatch,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Vec<Project>> {
    let mut conn: &TenantConn = tx;
    diesel::update(projects::table)
        .filter(projects::deleted_at.is_null())
        .filter(which)
        .set((
            patch,
            projects::version.eq(projects::version + 1),
            projects::updated_at.eq(now),
            projects::updated_by.eq(by),
        ))
        .returning(Project::as_returning())
        .get_results(&mut conn)
        .await
}

/// Puts every project that `which` holds for into the trash; their ids.
pub async fn trash(
    tx: &TenantTx,
    which: Predicate,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Vec<ProjectId>> {
    let mut conn: &TenantConn = tx;
    diesel::update(projects::table)
        .filter(projects::deleted_at.is_null())
        .filter(which)
        .set((projects::deleted_at.eq(now), projects::updated_by.eq(by)))
        .returning(projects::id)
        .get_results(&mut conn)
        .await
}

/// When a project went into the trash; `None` when it is not in there.
pub async fn trashed_at(
    mut conn: &TenantConn,
    which: Predicate,
) -> QueryResult<Option<DateTime<Utc>>> {
    projects::table
        .filter(which)
        .select(projects::deleted_at)
        .first(&mut conn)
        .await
        .optional()
        .map(Option::flatten)
}

/// Takes a project out of the trash.
pub async fn restore(
    tx: &TenantTx,
    id: ProjectId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<Project> {
    let mut conn: &TenantConn = tx;
    diesel::update(projects::table.find(id))
        .set((
            projects::deleted_at.eq(None::<DateTime<Utc>>),
            projects::version.eq(projects::version + 1),
            projects::updated_at.eq(now),
            projects::updated_by.eq(by),
        ))
        .returning(Project::as_returning())
        .get_result(&mut conn)
        .await
}

/// How many projects there are of each status.
pub async fn statistics(
    mut conn: &TenantConn,
    which: Predicate,
) -> QueryResult<Vec<(ProjectStatus, i64)>> {
    projects::table
        .filter(projects::deleted_at.is_null())
        .filter(which)
        .group_by(projects::status)
        .select((projects::status, count_star()))
        .load(&mut conn)
        .await
}
