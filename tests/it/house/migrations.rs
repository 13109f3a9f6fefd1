//! Migrations: both trees go up, down and up again to the very same tables; the ledger tells who is
//! behind; a tenant that fails stops nobody else.

use std::time::Duration;

use taruvi::bus::Wake;
use taruvi::db::migrate::{self, Outcome, Plan, SchemaState};
use taruvi::db::{Connector, TenantPlace, TenantSchema};

use super::catalog::{dump, tables};
use crate::support::{TestApp, database};

const ALONE: Plan = Plan { parallel: 1, keep_going: false };
const ALL: Plan = Plan { parallel: 4, keep_going: true };

async fn owner_of(database: &str) -> Connector {
    database::connectors(database, &database::config(&[])).await.1
}

fn schema(name: &str) -> TenantSchema {
    TenantSchema::parse(name).expect("a name")
}

async fn status(owner: &Connector) -> Vec<SchemaState> {
    let mut pg = owner.owner().await.expect("the owner's session");
    migrate::status(&mut pg, None).await.expect("the ledger")
}

/// Migrates whoever is behind.
async fn migrate(owner: &Connector, plan: Plan) -> Vec<Outcome> {
    let mut behind = status(owner).await;
    behind.retain(|state| !state.missing.is_empty());
    migrate::migrate_tenants(owner, behind, plan, |_| ()).await.expect("a run")
}

/// Takes so many of a tenant's migrations back, the newest first.
async fn revert(owner: &Connector, name: &str, times: usize) {
    for _ in 0..times {
        let reverted = migrate::revert_schema(owner, &schema(name)).await.expect("down.sql works");
        assert!(reverted.is_some());
    }
}

#[tokio::test]
async fn the_platforms_tree_goes_up_down_and_up() {
    database::empty("migrations_up_down_up").await;
    let owner = owner_of("migrations_up_down_up").await;
    let all = migrate::missing_platform(&owner).await.expect("a plan");
    assert_eq!(migrate::migrate_platform(&owner).await.expect("up"), all);
    let first = dump("migrations_up_down_up", "public").await;
    assert!(first.len() > 50, "{first:?}");
    assert!(migrate::migrate_platform(&owner).await.expect("nothing to do").is_empty());
    let mut back = vec![];
    while let Some(version) = migrate::revert_platform(&owner).await.expect("down") {
        back.push(version);
    }
    assert!(back.iter().rev().eq(&all), "{back:?}");
    assert_eq!(tables("migrations_up_down_up", "public").await, Vec::<String>::new());
    assert_eq!(migrate::migrate_platform(&owner).await.expect("up again"), all);
    assert_eq!(dump("migrations_up_down_up", "public").await, first);
}

#[tokio::test]
async fn a_schema_made_at_once_equals_one_that_was_migrated() {
    let database = database::copy().await;
    let owner = owner_of(&database).await;
    let made = dump(&database, "t_acme").await;
    assert!(made.len() > 100, "{made:?}");
    let steps = migrate::TENANT.len();
    revert(&owner, "acme", steps).await;
    assert_eq!(migrate::revert_schema(&owner, &schema("acme")).await.expect("no step left"), None);
    assert_eq!(tables(&database, "t_acme").await, Vec::<String>::new());
    let outcomes = migrate(&owner, ALONE).await;
    assert_eq!(outcomes.len(), 1, "only acme was behind: {outcomes:?}");
    assert_eq!(outcomes[0].result.as_ref().expect("up again").len(), steps);
    assert_eq!(dump(&database, "t_acme").await, made);
    let other = dump(&database, "t_globex").await.join("\n").replace("t_globex", "t_acme");
    let without_roles = |all: &str| -> Vec<String> {
        all.lines().filter(|l| !l.starts_with("right")).map(str::to_owned).collect()
    };
    assert_eq!(without_roles(&other), without_roles(&made.join("\n")), "tenants are alike");
}

#[tokio::test]
async fn each_step_down_leads_to_what_the_steps_up_had_made() {
    let database = database::copy().await;
    let owner = owner_of(&database).await;
    // Step by step: what one `down.sql` leaves is what its `up.sql` found.
    let mut levels = vec![dump(&database, "t_acme").await];
    for _ in migrate::TENANT {
        revert(&owner, "acme", 1).await;
        levels.push(dump(&database, "t_acme").await);
    }
    let mut pg = database::session(&database, "postgres").await;
    for migration in migrate::TENANT {
        let found = levels.pop().expect("a level");
        let without_rights = |all: &[String]| -> Vec<String> {
            all.iter().filter(|l| !l.starts_with("right")).cloned().collect()
        };
        assert_eq!(
            without_rights(&dump(&database, "t_acme").await),
            without_rights(&found),
            "before {}",
            migration.version
        );
        let tx = pg.transaction().await.expect("a transaction");
        tx.batch_execute("SET LOCAL search_path TO t_acme, extensions").await.expect("a path");
        tx.batch_execute(migration.up).await.expect("up.sql works");
        tx.commit().await.expect("a commit");
    }
}

#[tokio::test]
async fn the_ledger_tells_who_is_behind_and_what_was_edited() {
    let database = database::copy().await;
    let owner = owner_of(&database).await;
    for state in status(&owner).await {
        assert!(state.missing.is_empty() && state.edited.is_empty(), "{state:?}");
    }
    revert(&owner, "acme", 1).await;
    let newest = migrate::TENANT.last().expect("migrations").version;
    let oldest = migrate::TENANT[0].version;
    let edit = format!(
        "UPDATE public.migration_ledger SET checksum = 'another'
          WHERE schema_name = 't_globex' AND version = '{oldest}'"
    );
    database::sql(&database, &edit).await;
    let states = status(&owner).await;
    let names: Vec<_> = states.iter().map(|s| s.schema.as_str()).collect();
    assert_eq!(names, ["t_acme", "t_globex"]);
    assert_eq!(states[0].missing, [newest]);
    assert!(states[0].edited.is_empty());
    assert!(states[1].missing.is_empty());
    assert_eq!(states[1].edited, [oldest]);
    let mut pg = owner.owner().await.expect("the owner's session");
    let one = migrate::status(&mut pg, Some("t_globex")).await.expect("the ledger");
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].edited, [oldest]);
}

#[tokio::test]
async fn a_tenant_that_fails_is_reported_and_stops_nobody() {
    let app = TestApp::new().await;
    app.add_tenant("initech").await;
    let owner = owner_of(&app.database).await;
    for name in ["acme", "globex", "initech"] {
        revert(&owner, name, migrate::TENANT.len() - 1).await;
    }
    // In the way of the second migration.
    app.sql("CREATE TABLE t_globex.tasks (mine int)").await;
    let outcomes = migrate(&owner, ALL).await;
    assert_eq!(outcomes.len(), 3);
    for outcome in &outcomes {
        assert_eq!(outcome.result.is_err(), outcome.schema == "t_globex", "{outcome:?}");
    }
    let states = status(&owner).await;
    let behind: Vec<_> = states.iter().filter(|s| !s.missing.is_empty()).collect();
    assert_eq!(behind.len(), 1, "{behind:?}");
    assert_eq!(behind[0].schema, "t_globex");
    let error = behind[0].error.as_deref().unwrap_or_default();
    assert!(error.contains("tasks"), "the ledger says what failed: {error}");
    // All of a tenant's batch, or nothing.
    let left = tables(&app.database, "t_globex").await;
    assert!(!left.contains(&"projects".to_owned()), "{left:?}");
    app.sql("DROP TABLE t_globex.tasks").await;
    let outcomes = migrate(&owner, ALL).await;
    assert_eq!(outcomes.len(), 1, "the others are done: {outcomes:?}");
    assert!(outcomes[0].result.is_ok());
    for state in status(&owner).await {
        assert!(state.missing.is_empty() && state.error.is_none(), "{state:?}");
    }
    let whole = tables(&app.database, "t_acme").await;
    assert_eq!(tables(&app.database, "t_globex").await, whole);
}

#[tokio::test]
async fn without_keep_going_the_first_failure_ends_the_run() {
    let app = TestApp::new().await;
    let owner = owner_of(&app.database).await;
    for name in ["acme", "globex"] {
        revert(&owner, name, migrate::TENANT.len() - 1).await;
        app.sql(&format!("CREATE TABLE t_{name}.projects ()")).await;
    }
    let outcomes = migrate(&owner, ALONE).await;
    assert_eq!(outcomes.len(), 1, "{outcomes:?}");
    assert!(outcomes[0].result.is_err());
}

#[tokio::test]
async fn two_migrators_at_once_do_everything_once() {
    let app = TestApp::new().await;
    let owner = owner_of(&app.database).await;
    for name in ["acme", "globex"] {
        revert(&owner, name, migrate::TENANT.len()).await;
    }
    let (first, second) = tokio::join!(migrate(&owner, ALL), migrate(&owner, ALL));
    let ran = |outcomes: &[Outcome]| -> usize {
        outcomes.iter().map(|o| o.result.as_ref().expect("no failure").len()).sum()
    };
    assert_eq!(ran(&first) + ran(&second), 2 * migrate::TENANT.len());
}

#[tokio::test]
async fn a_run_that_was_killed_is_taken_up_again() {
    let app = TestApp::new().await;
    let owner = owner_of(&app.database).await;
    for name in ["acme", "globex"] {
        revert(&owner, name, migrate::TENANT.len()).await;
    }
    let killed = tokio::time::timeout(Duration::from_millis(15), migrate(&owner, ALONE)).await;
    drop(killed);
    // What the killed run had begun may still hold its lock for a moment.
    for outcome in migrate(&owner, ALL).await {
        outcome.result.expect("migrated");
    }
    let made = dump(&app.database, "t_acme").await;
    assert!(made.len() > 100);
    assert!(status(&owner).await.iter().all(|s| s.missing.is_empty()));
}

#[tokio::test]
async fn a_tenant_one_step_behind_is_served_and_two_steps_behind_is_not() {
    let app = TestApp::new().await;
    let member = app.anonymous("acme");
    let owner = owner_of(&app.database).await;
    let wake = || async {
        let (bus, tenant) = (app.app.bus.clone(), app.tenant("acme").await.id.0);
        app.run(async move { bus.publish(Wake::Tenant(tenant)).await }).await;
    };
    revert(&owner, "acme", 1).await;
    wake().await;
    member.gql("{ __typename }").await.data();
    revert(&owner, "acme", 1).await;
    wake().await;
    let behind = member.gql("{ __typename }").await;
    behind.refused(503, "TENANT_MIGRATING");
    assert!(behind.headers.contains_key("retry-after"));
    app.sign_in("globex", "member").await;
    for outcome in migrate(&owner, ALL).await {
        outcome.result.expect("migrated");
    }
    wake().await;
    member.gql("{ __typename }").await.data();
}

#[tokio::test]
async fn making_a_tenant_fails_as_a_whole() {
    let database = database::copy().await;
    let owner = owner_of(&database).await;
    let place = TenantPlace::new(uuid::Uuid::now_v7(), schema("umbrella"), 1);
    let refused = owner
        .create_tenant(
            &place,
            async |_| Ok(()),
            async |_| Err::<(), _>(taruvi::error::AppError::internal("no")),
        )
        .await;
    assert!(refused.is_err());
    let left = "SELECT count(*) FROM pg_namespace WHERE nspname = 't_umbrella'";
    assert_eq!(database::value(&database, left).await, "0");
    let role = place.role().as_str();
    let left = format!("SELECT count(*) FROM pg_roles WHERE rolname = '{role}'");
    assert_eq!(database::value(&database, &left).await, "0");
    let ledger = "SELECT count(*) FROM public.migration_ledger WHERE schema_name = 't_umbrella'";
    assert_eq!(database::value(&database, ledger).await, "0");
}
