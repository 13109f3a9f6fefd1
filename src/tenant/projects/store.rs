//! Queries on `projects`. No rules and no permissions here. Projects in the trash are not seen.

use chrono::{DateTime, Utc};
use diesel::dsl::{auto_type, count_star};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::columns::ROWS;
use super::model::{NewProject, Project, ProjectId, ProjectPatch, ProjectRow, ProjectStatus, With};
use crate::base::ids::UserId;
use crate::db::schema::tenant::{projects, users};
use crate::db::{Listing, Ordering, Predicate, TenantConn, TenantTx, per_parent};
use crate::tenant::users::User;

crate::stored! { projects: Project, ProjectId, ROWS, live: projects::deleted_at.is_null() }
crate::counted! { projects, live: projects::deleted_at.is_null() }
crate::updated! { projects: Project, ProjectPatch, live: projects::deleted_at.is_null() }
crate::trashed! { projects: Project, trashed_at }

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
