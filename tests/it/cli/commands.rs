//! Commands that do one thing and end.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use taruvi::embedded::{Cluster, Options};

use super::Place;

#[test]
fn the_demo_is_made_once_and_its_tokens_kept_private() {
    let place = Place::new();
    let said = place.run(&["setup_development"]);
    assert!(said.contains("http://acme.localhost:8000/playground/"), "{said}");
    let file = place.dir().join("test_tokens.json");
    let mode = std::fs::metadata(&file).expect("the file of tokens").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let read = || -> Value {
        let text = std::fs::read_to_string(&file).expect("the file of tokens");
        serde_json::from_str(&text).expect("JSON")
    };
    let tokens = read();
    let first = &tokens["tenants"][0];
    assert_eq!(first["schema"], "t_acme");
    assert_eq!(first["url"], "http://acme.localhost:8000/graphql");
    assert!(first["access_token"].as_str().is_some_and(|t| t.split('.').count() == 3));
    assert!(tokens["platform"]["refresh_token"].as_str().is_some_and(|t| t.starts_with("rt_")));
    place.run(&["dev", "setup"]);
    assert_ne!(read()["tenants"][0]["access_token"], first["access_token"]);
    let counts = "{ projects { totalCount } tasks { totalCount } documents { totalCount } }";
    let answer = place.run(&["tenant", "exec", "acme", "--", "graphql", counts]);
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["data"]["projects"]["totalCount"], 6);
    assert_eq!(answer["data"]["tasks"]["totalCount"], 40);
    assert_eq!(answer["data"]["documents"]["totalCount"], 10);
}

#[test]
fn records_are_verified() {
    let place = Place::new();
    place.run(&["dev", "setup"]);
    let said = place.run(&["audit", "verify", "--all"]);
    assert!(said.contains("platform: ") && said.contains("t_acme: "), "{said}");
    assert!(said.lines().all(|line| line.contains(", whole, ending with ")), "{said}");
    let delete = "delete from t_acme.audit_log where seq = 2";
    let cluster_wide = place.fails(1, &["tenant", "exec", "acme", "--", "sql", delete]);
    assert!(cluster_wide.contains("permission denied"), "{cluster_wide}");
    let json = place.run(&["audit", "verify", "--tenant", "acme", "--json"]);
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json[0]["record"], &json[0]["whole"]), (&"t_acme".into(), &true.into()));
    place.fails(2, &["audit", "verify"]);
}

#[test]
fn seeding_goes_on_where_it_stopped() {
    let place = Place::new();
    let file = place.dir().join("many.json");
    let out = file.to_str().expect("a path");
    place.run(&["dev", "seed", "--tenants", "1", "--clients", "1", "--out", out]);
    let said = place.run(&["dev", "seed", "--tenants", "2", "--clients", "8", "--out", out]);
    assert!(said.contains("2 tenants, 1 of them new"), "{said}");
    let each = place.run(&["tenant", "each", "--", "sql", "select count(*) from projects"]);
    assert_eq!(each, "== t_tenant_0001\ncount\n1\n== t_tenant_0002\ncount\n8\n");
    let text = std::fs::read_to_string(&file).expect("the file of tokens");
    let tokens: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(tokens["tenants"].as_array().map(Vec::len), Some(2));
    assert_eq!(tokens["tenants"][1]["email"], "owner@tenant-0002.test");
}

#[test]
fn tenants_are_made_listed_used_and_dropped() {
    let place = Place::new();
    let refused = place.fails(1, &["tenant", "list"]);
    assert!(refused.contains("run `taruvi migrate` first"), "{refused}");
    place.run(&["migrate_schemas", "--shared"]);
    let create = ["create_tenant", "--name", "Test Company", "--schema", "test"];
    assert!(place.run(&create).contains("owner@test.test"));
    let taken = place.fails(1, &create);
    assert!(taken.contains("schemaName") && taken.contains("TAKEN"), "{taken}");
    let list: Value =
        serde_json::from_str(&place.run(&["tenant", "list", "--json"])).expect("JSON");
    assert_eq!(list[0]["schema"], "t_test");
    assert_eq!(list[0]["missing_migrations"], 0);
    let exec = |sql| ["tenant", "exec", "test", "--", "sql", sql];
    assert!(place.run(&exec("select current_user")).contains("t_"));
    let denied = place.fails(1, &exec("select * from public.tenants"));
    assert!(denied.contains("permission denied"), "{denied}");
    place.fails(1, &["tenant", "delete", "test", "--confirm", "acme"]);
    place.run(&["tenant", "delete", "test", "--confirm", "t_test"]);
    assert_eq!(place.run(&["tenant", "list", "--json"]), "[]\n");
}

#[test]
fn documents_of_a_code_generator_are_registered() {
    let place = Place::new();
    place.run(&["migrate"]);
    place.run(&["tenant", "create", "--name", "Test", "--schema", "test"]);
    let file = place.dir().join("persisted-documents.json");
    let mut documents: serde_json::Map<String, Value> = (0..130)
        .map(|n| (format!("id{n}"), format!("query Q{n} {{ __typename }}").into()))
        .collect();
    let path = file.to_str().expect("a path");
    let add = ["documents", "add", path, "--tenant", "test"];
    std::fs::write(&file, Value::Object(documents.clone()).to_string()).expect("the file");
    for _ in 0..2 {
        assert_eq!(place.run(&add), "130 documents registered\n");
    }
    let count = "select count(*), min(name) from trusted_documents";
    let counted = place.run(&["tenant", "exec", "test", "--", "sql", count]);
    assert!(counted.contains("130") && counted.contains("Q0"), "{counted}");
    documents.insert("id0".to_owned(), "{ viewer { id } }".into());
    std::fs::write(&file, Value::Object(documents).to_string()).expect("the file");
    let refused = place.fails(1, &add);
    assert!(refused.contains("belongs to another text"), "{refused}");
    std::fs::write(&file, "[]").expect("the file");
    let refused = place.fails(1, &add);
    assert!(refused.contains("is no JSON object with texts by ids"), "{refused}");
}

/// Runs SQL in the database of the data folder.
async fn as_superuser(place: &Place, sql: &str) {
    let (data_dir, path) = (place.dir().to_owned(), std::env::var_os("PATH"));
    let options = Options { data_dir, bin_dir: None, path, durable: true, max_connections: 20 };
    let cluster = Cluster::start(options).await.expect("PostgreSQL starts");
    let url = cluster.url("postgres", "taruvi");
    let (client, connection) =
        tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("a session");
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.expect("the test's SQL is good");
    connection.abort();
    cluster.stop().await.expect("PostgreSQL stops");
}

#[tokio::test]
async fn a_tenant_that_cannot_be_migrated_is_told_of() {
    let place = Place::new();
    place.run(&["migrate"]);
    assert!(place.run(&["migrate"]).contains("nothing to do"));
    for name in ["one", "two"] {
        place.run(&["tenant", "create", "--name", name, "--schema", name]);
    }
    place.run(&["migrate", "status", "--check"]);
    let behind = "DELETE FROM migration_ledger WHERE version LIKE '%work'";
    let drop = "DROP TABLE t_two.documents, t_two.tasks, t_two.projects";
    as_superuser(&place, &format!("{behind}; {drop}")).await;
    place.fails(1, &["migrate", "status", "--check"]);
    let said = place.fails(1, &["migrate"]);
    assert!(said.contains("t_one: relation \"projects\" already exists"), "{said}");
    assert!(said.contains("1 tenant migrated, 1 failed"), "{said}");
    let said = place.run(&["showmigrations"]);
    assert!(said.contains("1 of 2 current") && said.contains("already exists"), "{said}");
    assert!(place.fails(1, &["check"]).contains("database.E004"));
    place.fails(1, &["migrate", "--schema", "three"]);
}

#[test]
fn signing_keys_are_rotated_listed_and_retired() {
    let place = Place::new();
    place.run(&["migrate"]);
    let list = || -> Vec<Value> {
        serde_json::from_str(&place.run(&["keys", "list", "--json"])).expect("JSON")
    };
    let configured = list();
    assert_eq!((configured.len(), &configured[0]["state"]), (1, &"signing".into()));
    let said = place.run(&["keys", "rotate"]);
    assert!(said.contains(" signs from "), "{said}");
    assert_eq!(list()[1]["state"], "next");
    place.run(&["keys", "rotate", "--now"]);
    let keys = list();
    let signing = keys.iter().find(|key| key["state"] == "signing").expect("one signs");
    assert_eq!((&signing["algorithm"], &signing["isConfigured"]), (&"EdDSA".into(), &false.into()));
    let (old, new) = (configured[0]["kid"].as_str(), signing["kid"].as_str());
    let refused = place.fails(1, &["keys", "retire", new.expect("a kid")]);
    assert!(refused.contains("rotate first"), "{refused}");
    place.run(&["keys", "retire", old.expect("a kid")]);
    assert_eq!(list()[0]["state"], "retired");
    assert!(place.run(&["keys", "list"]).contains("VERIFIES UNTIL"));
}
