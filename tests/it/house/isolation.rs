//! No tenant ever sees another's rows: tens of thousands of mixed requests of four tenants over two
//! connections, a fifth of them cut off, failing or panicking. Wrong pins are in `pins`.

mod over_http;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::Poll;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use taruvi::base::page::PageArgs;
use taruvi::ctx::{Actor, App, Core, Ctx, Origin, Scope};
use taruvi::db::schema::tenant::{projects as t, tasks};
use taruvi::db::{Listing, Meter, Predicate, Sorted, TenantConn};
use taruvi::error::{AppError, Result};
use taruvi::tenancy::Tenant;
use taruvi::tenant::projects::graphql::ProjectNode;
use taruvi::tenant::projects::{
    NewProject, Project, ProjectId, ProjectPatch, ProjectStatus, With, service,
};

use crate::support::{TestApp, database};

const NAMES: [&str; 4] = ["acme", "globex", "initech", "umbrella"];
/// Rows of each tenant; each one's name begins with the tenant's.
const ROWS: usize = 5;
/// Requests in all, of which a tenth goes through HTTP; `TEST_LEAK_REQUESTS` may ask for more.
const REQUESTS: usize = 20_000;
const WORKERS: usize = 6;
/// What failing transactions write. Nobody may ever read it.
const UNDONE: &str = "rolled back";

fn requests() -> usize {
    let asked = std::env::var_os("TEST_LEAK_REQUESTS").and_then(|n| n.to_str()?.parse().ok());
    asked.unwrap_or(REQUESTS).max(REQUESTS)
}

/// The four tenants with their marked rows, as the workers know them.
struct World {
    app: Arc<App>,
    tenants: Vec<Arc<Tenant>>,
    ids: Vec<Vec<ProjectId>>,
    /// Requests that were cut, failed or panicked, as they were meant to.
    spoiled: AtomicUsize,
}

#[tokio::test]
async fn nobody_sees_a_foreign_row() {
    let app = TestApp::with(&[("database.pool_size", "2")]).await;
    for name in &NAMES[2..] {
        app.add_tenant(name).await;
    }
    let process = app.app.clone();
    let world = Arc::new(app.run(World::new(process)).await);
    let over_http = requests() / 10;
    let in_process = requests() - over_http;
    let workers = (0..WORKERS).map(|worker| {
        let world = world.clone();
        app.run(async move { world.work(worker as u64, in_process / WORKERS + 1).await })
    });
    futures_util::future::join_all(workers).await;
    over_http::talk(&app, over_http).await;
    let spoiled = AtomicUsize::load(&world.spoiled, Relaxed);
    assert!(spoiled > in_process / 8, "only {spoiled} of {in_process} requests were spoiled");
    let after = world.clone();
    app.run(async move { after.serves_on().await }).await;
}

impl World {
    async fn new(app: Arc<App>) -> Self {
        let mut world = Self { app, tenants: vec![], ids: vec![], spoiled: AtomicUsize::default() };
        for name in NAMES {
            let tenant = database::find_tenant(&world.app, name).await;
            let ctx = world.ctx(&tenant);
            let mut ids = vec![];
            for n in 0..ROWS {
                let made = service::create(&ctx, project(&format!("{name}#{n}"))).await;
                ids.push(made.expect("a project").id);
            }
            world.tenants.push(tenant);
            world.ids.push(ids);
        }
        world
    }

    fn ctx(&self, tenant: &Arc<Tenant>) -> Ctx {
        let scope = Scope::Tenant(tenant.clone());
        Ctx::new(Core::new(self.app.clone(), scope, Actor::System, Origin::default()))
    }

    async fn work(self: Arc<Self>, seed: u64, requests: usize) {
        let mut dice = StdRng::seed_from_u64(seed);
        for _ in 0..requests {
            let me = dice.random_range(0..NAMES.len());
            match dice.random_range(0..20) {
                0..16 => self.request(me, dice.random()).await.expect("a good request"),
                spoiling => {
                    self.spoiled.fetch_add(1, Relaxed);
                    match spoiling {
                        16 => self.cut(me, &mut dice).await,
                        17 => self.fail(me, &dice.random()).await,
                        18 => self.break_down(me).await,
                        _ => self.clone().panic(me).await,
                    }
                }
            }
        }
    }

    /// One of the ways in which requests reach rows; all of them look at what they find.
    async fn request(&self, me: usize, dice: u32) -> Result<()> {
        let tenant = &self.tenants[me];
        let row = dice as usize / 8 % ROWS;
        match dice % 8 {
            0..3 => {
                let conn = self.app.db.tenant(&tenant.place, &Meter::default()).await?;
                owned(me, &names(&conn).await?);
            }
            3 => {
                let ctx = self.ctx(tenant);
                let found = service::list(&ctx, everything(), With::Relations, true).await?;
                owned(me, &found.rows.iter().map(name_of).collect::<Vec<_>>());
                assert_eq!(found.total, Some(ROWS as i64));
            }
            4 => {
                let ctx = self.ctx(tenant);
                let other = (me + 1) % NAMES.len();
                let foreign = service::get(&ctx, self.ids[other][row]).await;
                assert!(matches!(foreign, Err(AppError::NotFound(_))), "{foreign:?}");
                owned(me, &[service::get(&ctx, self.ids[me][row]).await?.name]);
            }
            5 => {
                let ctx = self.ctx(tenant);
                let conn = ctx.read().await?;
                let all = [names(&conn), names(&conn), names(&conn)];
                for found in futures_util::future::try_join_all(all).await? {
                    owned(me, &found);
                }
            }
            6 => {
                let patch = ProjectPatch {
                    description: Some(format!("{}#", NAMES[me])),
                    ..ProjectPatch::default()
                };
                let ctx = self.ctx(tenant);
                let changed = service::update(&ctx, self.ids[me][row], patch, None).await?;
                owned(me, &[changed.name, changed.description]);
            }
            _ => {
                let ctx = self.ctx(tenant);
                let found = ctx.write(async |tx| Ok(names(tx).await?)).await?;
                owned(me, &found);
            }
        }
        Ok(())
    }

    /// The caller goes away: the future is dropped wherever it just is.
    async fn cut(&self, me: usize, dice: &mut StdRng) {
        let request = self.request(me, dice.random());
        let polls = dice.random_range(0..10);
        let _ = after_polls(polls, request).await;
    }

    /// The use case refuses after it has written.
    async fn fail(&self, me: usize, dice: &u32) {
        let ctx = self.ctx(&self.tenants[me]);
        let refused = ctx.write(async |tx| {
            spoil(tx).await?;
            match dice % 2 {
                0 => Err::<(), _>(AppError::NotFound("row")),
                _ => Err(divide_by_zero(tx).await.expect_err("a failing statement").into()),
            }
        });
        refused.await.expect_err("refused");
    }

    /// A statement fails, and the operation goes on reading.
    async fn break_down(&self, me: usize) {
        let ctx = self.ctx(&self.tenants[me]);
        let conn = ctx.read().await.expect("a connection");
        divide_by_zero(&conn).await.expect_err("a failing statement");
        owned(me, &names(&conn).await.expect("rows"));
    }

    /// A bug, in the middle of a transaction.
    async fn panic(self: Arc<Self>, me: usize) {
        let task = tokio::spawn(async move {
            let ctx = self.ctx(&self.tenants[me]);
            let work = async |tx: &taruvi::db::TenantTx| -> Result<()> {
                spoil(tx).await?;
                // Without the hook, which would fill the tests' output.
                std::panic::resume_unwind(Box::new("a bug"))
            };
            ctx.write(work).await
        });
        assert!(task.await.expect_err("a panic").is_panic());
    }

    /// The pool is whole again, and everybody has exactly their rows.
    async fn serves_on(&self) {
        for (me, tenant) in self.tenants.iter().enumerate() {
            for _ in 0..3 {
                let conn = self.app.db.tenant(&tenant.place, &Meter::default()).await;
                let found = names(&conn.expect("a connection")).await.expect("rows");
                assert_eq!(found.len(), ROWS);
                owned(me, &found);
            }
        }
        let meter = Meter::default();
        let first = self.app.db.tenant(&self.tenants[0].place, &meter).await;
        let second = self.app.db.tenant(&self.tenants[1].place, &meter).await;
        assert!(first.is_ok() && second.is_ok(), "both connections can be had at once");
        drop((first, second));
        assert_eq!(self.app.db.pool_size(), (2, 2));
    }
}

fn project(name: &str) -> NewProject {
    NewProject {
        name: name.to_owned(),
        description: name.to_owned(),
        status: ProjectStatus::Active,
        start_date: None,
        due_date: None,
        assigned_to: None,
    }
}

fn everything() -> Listing {
    let page = PageArgs { first: Some(100), ..PageArgs::default() };
    let window = page.window().expect("a page");
    let sorts = vec![ProjectNode::DEFAULT];
    Listing::new(Predicate::True, sorts, ProjectNode::ID, window).expect("a list")
}

fn name_of(row: &taruvi::tenant::projects::ProjectRow) -> String {
    let Project { name, .. } = &row.project;
    name.clone()
}

/// Names and descriptions of all projects, unfiltered.
async fn names(mut conn: &TenantConn) -> QueryResult<Vec<String>> {
    let rows: Vec<(String, String)> =
        t::table.select((t::name, t::description)).limit(100).load(&mut conn).await?;
    Ok(rows.into_iter().map(|(name, _)| name).collect())
}

async fn spoil(mut conn: &TenantConn) -> QueryResult<()> {
    diesel::update(t::table).set(t::name.eq(UNDONE)).execute(&mut conn).await?;
    diesel::delete(tasks::table).execute(&mut conn).await.map(|_| ())
}

async fn divide_by_zero(mut conn: &TenantConn) -> QueryResult<i32> {
    let divide = diesel::dsl::sql::<diesel::sql_types::Integer>("1 / 0");
    diesel::select(divide).get_result(&mut conn).await
}

/// Every text is one of `me`'s rows.
#[track_caller]
fn owned(me: usize, found: &[String]) {
    let mine = format!("{}#", NAMES[me]);
    let foreign: Vec<_> = found.iter().filter(|text| !text.starts_with(&mine)).collect();
    assert!(foreign.is_empty(), "{} sees {foreign:?}", NAMES[me]);
    assert!(!found.is_empty(), "{} sees nothing", NAMES[me]);
}

/// Polls a future so many times, and drops it then.
async fn after_polls<T>(mut polls: u32, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        if polls == 0 {
            return Poll::Ready(None);
        }
        polls -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}
