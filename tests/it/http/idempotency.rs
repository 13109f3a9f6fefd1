//! `Idempotency-Key`: a repetition gets the first answer, and the change happens once.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use taruvi::authz::{Access, Held, Role, Through};
use taruvi::base::ids::UserId;
use taruvi::ctx::{Actor, Core, Ctx, Idempotency, Origin, Scope};
use taruvi::db::TenantTx;
use taruvi::error::{AppError, Result};

use super::{VIEWER, post};
use crate::support::{Answer, Caller, TestApp, database};

const CREATE: &str = "mutation($n: String!) {
    projectCreate(input: {name: $n}) { project { id name version } userErrors { code } } }";

/// A mutation under a key.
async fn keyed(caller: &Caller, key: &str, query: &str, variables: Value) -> Answer {
    let body = json!({ "query": query, "variables": variables }).to_string();
    post(caller, &[("content-type", "application/json"), ("idempotency-key", key)], body).await
}

async fn create(caller: &Caller, key: &str, name: &str) -> Answer {
    keyed(caller, key, CREATE, json!({ "n": name })).await
}

async fn projects(app: &TestApp) -> String {
    app.value("SELECT count(*) FROM t_acme.projects").await
}

#[tokio::test]
async fn a_repetition_gets_the_first_answer() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let first = create(&owner, "a-key", "Apollo").await;
    assert_eq!(first.text("/data/projectCreate/project/name"), "Apollo");
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let id = json!({ "id": first.text("/data/projectCreate/project/id") });
    let rename = "mutation($id: ID!) {
        projectUpdate(id: $id, input: {name: \"Gemini\"}) { project { name } } }";
    owner.gql_with(rename, id).await.data();
    for _ in 0..3 {
        let again = create(&owner, "a-key", "Apollo").await;
        assert_eq!(again.status, 200);
        assert_eq!(again.body, first.body, "as it was then");
        assert_eq!(again.header("idempotent-replayed"), "true");
    }
    assert_eq!(projects(&app).await, "1");
}

#[tokio::test]
async fn a_key_belongs_to_one_request() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    create(&owner, "a-key", "Apollo").await.data();
    create(&owner, "a-key", "Gemini").await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    let other = CREATE.replace("version", "createdAt");
    let reused = keyed(&owner, "a-key", &other, json!({ "n": "Apollo" })).await;
    reused.refused(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(projects(&app).await, "1");
    create(&owner, "another-key", "Gemini").await.data();
    assert_eq!(projects(&app).await, "2");
}

#[tokio::test]
async fn requests_at_the_same_time_are_applied_once() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    for round in 0..10 {
        let key = format!("key-{round}");
        let all = (0..5).map(|_| create(&owner, &key, &key));
        let answers = futures_util::future::join_all(all).await;
        let made: Vec<_> = answers.iter().filter(|a| a.status == 200).collect();
        assert!(!made.is_empty());
        for answer in &made {
            assert_eq!(answer.body, made[0].body);
            answer.data();
        }
        for answer in answers.iter().filter(|a| a.status != 200) {
            answer.refused(409, "IDEMPOTENCY_IN_PROGRESS");
            assert!(answer.headers.contains_key("retry-after"));
        }
    }
    assert_eq!(projects(&app).await, "10");
}

#[tokio::test]
async fn a_second_request_waits_for_the_first_one() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let mut other = database::session(&app.database, "postgres").await;
    let lock = other.transaction().await.expect("a transaction");
    lock.batch_execute("LOCK TABLE t_acme.projects").await.expect("the lock");
    let waits = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        lock.rollback().await.expect("the lock is gone");
    };
    let (first, second, ()) =
        tokio::join!(create(&owner, "a-key", "Apollo"), create(&owner, "a-key", "Apollo"), waits);
    assert_eq!(first.data(), second.data());
    assert_eq!(projects(&app).await, "1");
}

#[tokio::test]
async fn what_was_refused_can_be_tried_again() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let empty = create(&owner, "a-key", "").await;
    assert_eq!(empty.text("/data/projectCreate/userErrors/0/code"), "REQUIRED");
    let assigned =
        "mutation($u: ID!) { projectCreate(input: {name: \"Apollo\", assignedToId: $u}) {
        project { id } userErrors { code } } }";
    let nobody = json!({ "u": UserId::generate().to_string() });
    let refused = keyed(&owner, "a-key", assigned, nobody).await;
    assert_eq!(refused.text("/data/projectCreate/userErrors/0/code"), "NOT_FOUND");
    let member = app.sign_in("acme", "member").await;
    create(&member, "a-key", "Apollo").await.refused(200, "FORBIDDEN");
    assert_eq!(app.value("SELECT count(*) FROM t_acme.idempotency_keys").await, "0");
    create(&owner, "a-key", "Apollo").await.data();
    assert_eq!(projects(&app).await, "1");
}

#[tokio::test]
async fn an_error_beside_the_change_undoes_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let query = "mutation { projectCreate(input: {name: \"Apollo\"}) {
        project { name } userErrors { code } } }"
        .replace("{ name }", "{ name tasks(first: 101) { totalCount } }");
    let first = keyed(&owner, "a-key", &query, json!({})).await;
    assert_eq!(first.code(), "BAD_USER_INPUT", "{}", first.body);
    let again = keyed(&owner, "a-key", &query, json!({})).await;
    assert_eq!(projects(&app).await, "1", "{}", again.body);
    assert_eq!(again.body, first.body);
}

#[tokio::test]
async fn keys_have_a_form_and_go_with_one_mutation() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    create(&owner, &"k".repeat(255), "Apollo").await.data();
    for key in ["", &"k".repeat(256), "schlüssel"] {
        create(&owner, key, "Gemini").await.refused(400, "BAD_REQUEST");
    }
    let two = "mutation { a: projectCreate(input: {name: \"A\"}) { project { id } }
                          b: projectCreate(input: {name: \"B\"}) { project { id } } }";
    keyed(&owner, "a-key", two, json!({})).await.refused(400, "BAD_REQUEST");
    assert_eq!(projects(&app).await, "1");
    // On a query it means nothing.
    let query = "{ __typename projects { totalCount } }";
    for _ in 0..2 {
        let answer = keyed(&owner, "a-key", query, json!({})).await;
        assert_eq!(answer.data()["projects"]["totalCount"], 1);
    }
}

#[tokio::test]
async fn keys_of_others_are_others() {
    let app = TestApp::new().await;
    for (tenant, account) in [("acme", "owner"), ("acme", "manager"), ("globex", "owner")] {
        let caller = app.sign_in(tenant, account).await;
        let name = format!("{account} of {tenant}");
        let made = create(&caller, "the-same-key", &name).await;
        assert_eq!(made.text("/data/projectCreate/project/name"), name);
    }
    assert_eq!(projects(&app).await, "2");
    // The same user in another session is the same user.
    let owner = app.sign_in("acme", "owner").await;
    let again = create(&owner, "the-same-key", "owner of acme").await;
    assert_eq!(again.header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    create(&owner, "a-key", "Apollo").await.data();
    app.app.clock.advance(TimeDelta::hours(23));
    let owner = app.sign_in("acme", "owner").await;
    let again = create(&owner, "a-key", "Apollo").await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    app.app.clock.advance(TimeDelta::hours(1) + TimeDelta::seconds(1));
    let owner = app.sign_in("acme", "owner").await;
    create(&owner, "a-key", "Gemini").await.data();
    assert_eq!(projects(&app).await, "2");
}

#[tokio::test]
async fn signing_in_with_a_key_signs_in_and_keeps_no_token() {
    let app = TestApp::new().await;
    let sign_in = "mutation { tokenCreate(input: {email: \"owner@acme.test\",
        password: \"a-password-for-tests\"}) { accessToken } }";
    for caller in [app.anonymous("acme"), app.sign_in("acme", "owner").await] {
        for _ in 0..2 {
            let answer = keyed(&caller, "a-key", sign_in, json!({})).await;
            let signed_in = caller.with_token(&answer.text("/data/tokenCreate/accessToken"));
            signed_in.gql(VIEWER).await.data();
        }
    }
    let kept = "SELECT count(*) FROM t_acme.idempotency_keys WHERE response LIKE '%oken%'";
    assert_eq!(app.value(kept).await, "0", "tokens are stored as hashes only");
}

#[tokio::test]
async fn a_panic_or_an_error_takes_the_key_back_with_the_change() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let user: UserId =
        owner.gql("{ viewer { id } }").await.text("/data/viewer/id").parse().unwrap();
    let (process, tenant) = (app.app.clone(), app.tenant("acme").await);
    app.run(async move {
        let ctx = || {
            let through = Through::Session(uuid::Uuid::now_v7());
            let held = Held { tenant: Some(tenant.id.0), ..Held::default() };
            let access = Access::user(user, Role::Owner, through, held);
            let scope = Scope::Tenant(tenant.clone());
            let actor = Actor::SignedIn(access);
            let key = Idempotency::new("a-key".to_owned(), &["a request"], &process.vault);
            let key = key.expect("a key");
            let core = Core::new(process.clone(), scope, actor, Origin::default());
            Ctx::new(core.with_idempotency(Some(key)))
        };
        let write = async |tx: &TenantTx| -> Result<()> {
            use diesel_async::RunQueryDsl;
            let mut conn: &taruvi::db::TenantConn = tx;
            diesel::delete(taruvi::db::schema::tenant::sessions::table).execute(&mut conn).await?;
            Ok(())
        };
        let failed = ctx()
            .write(async |tx| {
                write(tx).await?;
                Err::<(), _>(AppError::NotFound("row"))
            })
            .await;
        assert!(failed.is_err());
        // Written, and the operation ends before its answer is known.
        ctx().write(write).await.expect("written");
        let panicking = ctx();
        let task = tokio::spawn(async move {
            panicking.write(write).await.expect("written");
            std::panic::resume_unwind(Box::new("a bug"))
        });
        let ended: std::result::Result<(), _> = task.await;
        assert!(ended.expect_err("a panic").is_panic());
    })
    .await;
    assert_eq!(app.value("SELECT count(*) FROM t_acme.idempotency_keys").await, "0");
    owner.gql(VIEWER).await.data(); // its session was not deleted
}

#[tokio::test]
async fn what_is_kept_of_a_request_cannot_be_guessed_from() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    create(&owner, "a-key", "Apollo").await.data();
    let kept = app.value("SELECT encode(fingerprint, 'hex') FROM t_acme.idempotency_keys").await;
    let mut hash = Sha256::new();
    for part in [CREATE, "", r#"{"n":"Apollo"}"#] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let guessed: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(kept.len(), guessed.len());
    assert_ne!(kept, guessed, "without the server's secret");
}
