//! What permissions on single objects cost: pages of 20 of a million tasks, for an owner who may
//! see all and for guests who may see what they, or a group of theirs, were granted. Asked in turn,
//! by one caller at a time.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;

use crate::report::Report;
use crate::support::bed::Bed;
use crate::support::http::Client;
use crate::support::requests::{Callers, Side};
use crate::support::seed::{self, Kind, sql_id, sql_time};
use crate::support::servers::Server;
use crate::support::stats::{Spread, millis};

const TENANT: u32 = 1;
const USERS: u32 = 10_000;
const OBJECTS: u32 = 1_000_000;
const ROUNDS: usize = 300;
const WARM_UP: usize = 20;
/// The most that a page may cost, as a multiple of the page without restriction.
const LEAST: f64 = 3.0;

/// Who asks: the number of their user, what they may see, and whether that has to be as quick.
/// Where one row in a hundred was granted, there is no short way to the newest twenty: 2,000 rows
/// are looked at, or 10,000 are sorted.
const CALLERS: [(u32, &str, bool); 4] = [
    (0, "all of 1,000,000", true),
    (100, "100 granted to them", true),
    (101, "10,000 granted to their group", false),
    (102, "500,000 granted to their group", true),
];

pub async fn run(bed: &Bed, report: &mut Report) -> Result<()> {
    let since = Instant::now();
    bed.client().await?.batch_execute(&rows()).await?;
    bed.client().await?.batch_execute(&format!("VACUUM (ANALYZE) {0}.tasks", schema())).await?;
    bed.client()
        .await?
        .batch_execute(&format!("VACUUM (ANALYZE) {0}.object_grants", schema()))
        .await?;
    eprintln!("{OBJECTS} objects with grants, {:.0} s", since.elapsed().as_secs_f64());
    let callers = Callers::new(TENANT)?;
    let server = Server::start(Side::Ours, bed).await?;
    let query = "query Granted { tasks(first: 20) { nodes { id title status priority dueDate } } }";
    let body = json!({ "query": query }).to_string();
    let mut requests = vec![];
    for (user, ..) in CALLERS {
        let mut request = vec![];
        callers.graphql_as(TENANT, &callers.issue_for(TENANT, user)?, &body, &mut request);
        requests.push(request);
    }
    let mut client = Client::connect(server.address).await?;
    let mut times = vec![vec![]; CALLERS.len()];
    for round in 0..WARM_UP + ROUNDS {
        for (request, times) in requests.iter().zip(&mut times) {
            let took = ask(&mut client, request).await?;
            if round >= WARM_UP {
                times.push(millis(took));
            }
        }
    }
    let medians: Vec<_> = times.into_iter().map(|times| Spread::of(times).median).collect();
    for ((_, what, is_quick), median) in CALLERS.iter().zip(&medians) {
        let ratio = median / medians[0];
        let value = format!("{median:.2} ms, {ratio:.2} times the first");
        let aim = if *is_quick { "≤ 3" } else { "" };
        report.figure(&format!("a page of 20 for somebody who sees {what}"), &value, aim);
        if *is_quick && ratio > LEAST {
            report.failure(format!("{what}: {ratio:.2} times the page without restriction"));
        }
    }
    server.stop()
}

async fn ask(client: &mut Client, request: &[u8]) -> Result<Duration> {
    let since = Instant::now();
    let answer = client.ask(request).await?;
    let took = since.elapsed();
    let text = String::from_utf8_lossy(answer.body).into_owned();
    ensure!(text.matches("\"title\"").count() == 20, "not a page of 20: {text}");
    Ok(took)
}

fn schema() -> String {
    format!("t_{}", seed::name(TENANT))
}

/// Every guest but the callers is granted a hundred tasks too, so that the index is as large as it
/// would be.
fn rows() -> String {
    let user = |row: &str| sql_id(Kind::User, TENANT, row);
    let task = |row: &str| sql_id(Kind::Task, TENANT, row);
    let project = sql_id(Kind::Project, TENANT, "i % 10");
    let session = sql_id(Kind::Session, TENANT, "i");
    let at = sql_time("i");
    let (first, last) = (seed::TASKS, seed::TASKS + OBJECTS - 1);
    let group = |user: u32| format!("md5('group {user}')::uuid");
    let mut sql = format!(
        "SET search_path TO {schema}, extensions;
         SET synchronous_commit = off;
         INSERT INTO users (id, username, email, role, created_at, updated_at)
         SELECT {id}, 'guest' || i, 'guest' || i || '@bench.example', 'guest', {at}, {at}
         FROM generate_series(10, {USERS} + 9) i;
         INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at)
         SELECT {session}, {id}, now(), now(), now() + interval '1 day'
         FROM generate_series(100, 102) i;
         INSERT INTO tasks (id, project_id, title, description, status, priority, created_at,
           updated_at)
         SELECT {its_id}, {project}, 'Task ' || i, 'Number ' || i, 'todo', i % 4, {at}, {at}
         FROM generate_series({first}, {last}) i;
         INSERT INTO object_grants
           (id, permission, object_kind, object_id, user_id, created_at)
         SELECT gen_random_uuid(), 'tasks.view', 'task', {granted}, {holder}, now()
         FROM generate_series(0, {OBJECTS} - 1) i WHERE i % {USERS} NOT IN (91, 92);",
        schema = schema(),
        id = user("i"),
        its_id = task("i"),
        granted = task(&format!("{first} + (i::bigint * 7919 % {OBJECTS})::int")),
        holder = user(&format!("10 + i % {USERS}")),
    );
    for (caller, every) in [(101, 100), (102, 2)] {
        sql.push_str(&format!(
            "INSERT INTO groups (id, name, created_at, updated_at)
             VALUES ({group}, 'Group {caller}', now(), now());
             INSERT INTO group_members (group_id, user_id, created_at)
             VALUES ({group}, {user}, now());
             INSERT INTO object_grants
               (id, permission, object_kind, object_id, group_id, created_at)
             SELECT gen_random_uuid(), 'tasks.view', 'task', {granted}, {group}, now()
             FROM generate_series({first}, {last}) i WHERE i % {every} = 0;",
            group = group(caller),
            user = user(&caller.to_string()),
            granted = task("i"),
        ));
    }
    sql
}
