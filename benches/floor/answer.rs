//! The hand-written server's answers: the same JSON that the API gives to the two queries.

use std::borrow::Cow;

use anyhow::{Context, Result};
use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;
use taruvi::base::ids::encode;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

#[derive(Serialize)]
pub struct Answer<T> {
    data: T,
}

#[derive(Serialize)]
pub struct One<'a> {
    task: Option<Task<'a>>,
}

#[derive(Serialize)]
pub struct Many<'a> {
    tasks: Nodes<'a>,
}

#[derive(Serialize)]
struct Nodes<'a> {
    nodes: Vec<Listed<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Task<'a> {
    id: String,
    title: &'a str,
    status: &'static str,
    priority: &'static str,
    due_date: Option<NaiveDate>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    id: String,
    title: &'a str,
    status: &'static str,
    priority: &'static str,
    due_date: Option<NaiveDate>,
    project: Option<Project<'a>>,
    assigned_to: Option<User<'a>>,
}

#[derive(Serialize)]
struct Project<'a> {
    id: String,
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User<'a> {
    id: String,
    display_name: Cow<'a, str>,
}

/// `{"data":{"task":{…}}}`.
pub fn task(row: Option<&Row>) -> Result<Answer<One<'_>>> {
    Ok(Answer { data: One { task: row.map(task_of).transpose()? } })
}

/// `{"data":{"tasks":{"nodes":[…]}}}`.
pub fn tasks(rows: &[Row]) -> Result<Answer<Many<'_>>> {
    let nodes = rows.iter().map(listed_of).collect::<Result<_>>()?;
    Ok(Answer { data: Many { tasks: Nodes { nodes } } })
}

fn task_of(row: &Row) -> Result<Task<'_>> {
    Ok(Task {
        id: encode("task", row.try_get(0)?),
        title: row.try_get(1)?,
        status: status(row.try_get(2)?)?,
        priority: priority(row.try_get(3)?)?,
        due_date: row.try_get::<_, Option<Day>>(4)?.map(|day| day.0),
    })
}

fn listed_of(row: &Row) -> Result<Listed<'_>> {
    let project = match row.try_get::<_, Option<Uuid>>(5)? {
        Some(id) => Some(Project { id: encode("project", id), name: row.try_get(6)? }),
        None => None,
    };
    let assigned_to = match row.try_get::<_, Option<Uuid>>(7)? {
        Some(id) => Some(User { id: encode("user", id), display_name: display_name(row)? }),
        None => None,
    };
    let Task { id, title, status, priority, due_date } = task_of(row)?;
    Ok(Listed { id, title, status, priority, due_date, project, assigned_to })
}

fn display_name(row: &Row) -> Result<Cow<'_, str>> {
    let (first, last): (&str, &str) = (row.try_get(8)?, row.try_get(9)?);
    Ok(match (first, last) {
        ("", "") => row.try_get::<_, &str>(10)?.into(),
        (name, "") | ("", name) => name.into(),
        (first, last) => format!("{first} {last}").into(),
    })
}

fn status(stored: &str) -> Result<&'static str> {
    Ok(match stored {
        "todo" => "TODO",
        "in_progress" => "IN_PROGRESS",
        "in_review" => "IN_REVIEW",
        "done" => "DONE",
        "cancelled" => "CANCELLED",
        _ => anyhow::bail!("an unknown status"),
    })
}

fn priority(stored: i32) -> Result<&'static str> {
    Ok(match stored {
        0 => "LOW",
        1 => "MEDIUM",
        2 => "HIGH",
        3 => "URGENT",
        _ => anyhow::bail!("an unknown priority"),
    })
}

/// A `date`, which PostgreSQL sends as days since 2000.
struct Day(NaiveDate);

impl<'a> FromSql<'a> for Day {
    fn from_sql(
        kind: &Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        let days = TimeDelta::days(i32::from_sql(kind, raw)?.into());
        let epoch = NaiveDate::from_ymd_opt(2000, 1, 1).context("a day of the calendar")?;
        Ok(Self(epoch.checked_add_signed(days).context("a day out of range")?))
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::DATE
    }
}
