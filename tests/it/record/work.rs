//! Changes of work and of tenants, each with its entry; bulk changes with one for each row.

use serde_json::{Value, json};
use taruvi::ctx::{Actor, Core, Ctx, Origin, Scope};
use taruvi::db::{Predicate, Test, Value as Bound};
use taruvi::tenant::tasks;

use crate::support::{Caller, TestApp};
use crate::tenant::kit::{SLICES, TASKS};

/// What was recorded since there were so many entries: action, and before or after as asked.
async fn since(app: &TestApp, tenant: &str, seen: usize) -> Vec<Value> {
    app.record(tenant).await.split_off(seen)
}

fn actions(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["action"].as_str().expect("an action")).collect()
}

async fn made(slice: crate::tenant::kit::Slice, owner: &Caller, home: &str) -> Vec<String> {
    let mut ids = vec![];
    for label in ["a", "b", "c"] {
        ids.push(slice.make(owner, home, label).await);
    }
    ids
}

#[tokio::test]
async fn every_change_of_work_is_recorded_with_what_it_was() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let home = app.project(&owner, "home").await;
    for slice in SLICES {
        let seen = app.record("acme").await.len();
        let ids = made(slice, &owner, &home).await;
        let change = json!({ "id": ids[0], "input": { "description": "new" } });
        owner.done(&slice.verb("Update"), change, "").await;
        let many = json!({ "selection": { "ids": ids }, "input": { "description": "all" } });
        owner.done(&slice.verb("BulkUpdate"), many, "").await;
        owner.done(&slice.verb("Delete"), json!({ "id": ids[0] }), "").await;
        owner.done(&slice.verb("Restore"), json!({ "id": ids[0] }), "").await;
        owner.done(&slice.verb("BulkDelete"), json!({ "selection": { "ids": ids } }), "").await;
        let entries = since(&app, "acme", seen).await;
        let verbs = [
            "create", "create", "create", "update", "update", "update", "update", "delete",
            "restore", "delete", "delete", "delete",
        ];
        let expected: Vec<_> = verbs.iter().map(|verb| format!("{}.{verb}", slice.one)).collect();
        assert_eq!(actions(&entries), expected);
        assert_eq!(entries[0]["after"][slice.label], "a");
        assert_eq!(entries[3]["before"]["description"], "");
        assert_eq!(entries[3]["after"]["description"], "new");
        assert_eq!(entries[3]["after"][slice.label], Value::Null, "only what differs");
        let texts = |state: &str| -> Vec<_> {
            entries[4..7].iter().map(|e| e[state]["description"].clone()).collect()
        };
        let mut befores = texts("before");
        befores.sort_by_key(ToString::to_string);
        assert_eq!(befores, ["", "", "new"]);
        assert_eq!(texts("after"), ["all", "all", "all"]);
        assert_eq!(entries[7]["before"]["description"], "all");
        assert_eq!(entries[8]["after"]["description"], "all");
    }
    let task = TASKS.make(&owner, &home, "last").await;
    owner.done("taskComplete", json!({ "id": task }), "").await;
    assert_eq!(app.last_recorded("acme").await["action"], "task.complete");
    let seen = app.record("acme").await.len();
    owner.done("taskComplete", json!({ "id": task }), "").await;
    assert_eq!(app.record("acme").await.len(), seen, "to do it twice changes nothing");
}

#[tokio::test]
async fn a_bulk_change_of_nothing_and_one_that_fails_leave_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let home = app.project(&owner, "home").await;
    let task = TASKS.make(&owner, &home, "a").await;
    let seen = app.record("acme").await.len();
    let nobody = json!({ "description": "x", "assignedToId": "user_01jtestgap0000000000000000" });
    let wrong = json!({ "selection": { "ids": [task] }, "input": nobody });
    assert_eq!(owner.faults("taskBulkUpdate", wrong).await, ["NOT_FOUND input.assignedToId"]);
    let none = json!({ "selection": { "ids": [] }, "input": { "description": "x" } });
    owner.done("taskBulkUpdate", none, "").await;
    assert_eq!(app.record("acme").await.len(), seen);
}

#[tokio::test]
async fn many_rows_take_as_many_statements_as_few() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let home = app.project(&owner, "home").await;
    for (label, rows) in [("few", 3), ("many", 300)] {
        app.sql(&format!(
            "INSERT INTO t_acme.tasks (id, project_id, title, status, priority, created_at,
                updated_at)
             SELECT gen_random_uuid(), id, '{label}', 'todo', 1, now(), now()
               FROM t_acme.projects, generate_series(1, {rows})"
        ))
        .await;
    }
    assert_eq!(home.split('_').next(), Some("project"));
    let (process, tenant) = (app.app.clone(), app.tenant("acme").await);
    let counts = app
        .run(async move {
            let mut counts = vec![];
            for label in ["few", "many"] {
                let scope = Scope::Tenant(tenant.clone());
                let core = Core::new(process.clone(), scope, Actor::System, Origin::default());
                let ctx = Ctx::new(core);
                let title = taruvi::db::Column::new("tasks", "title");
                let which = Predicate::Is(title, Test::Equal, Bound::Text(label.to_owned()));
                let patch = tasks::TaskPatch {
                    description: Some("new".to_owned()),
                    ..tasks::TaskPatch::default()
                };
                let changed = tasks::service::bulk_update(&ctx, which, patch).await;
                counts.push((changed.expect("they are changed"), ctx.meter.statements()));
            }
            counts
        })
        .await;
    assert_eq!((counts[0].0, counts[1].0), (3, 300));
    assert_eq!(counts[0].1, counts[1].1, "statements");
    let entries = app.record("acme").await;
    let of_system = entries.iter().filter(|entry| entry["actorKind"] == "system");
    assert!(of_system.count() >= 303, "what the server itself does is recorded too");
}

#[tokio::test]
async fn the_platforms_changes_are_in_its_own_record() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let seen = app.record("localhost").await.len();
    let create = "mutation { tenantCreate(input: { name: \"Initech\", schemaName: \"initech\",
        domain: \"initech.example\", owner: { email: \"owner@initech.test\", firstName: \"O\",
            lastName: \"W\", password: \"a secret of many signs\" } }) {
        tenant { id } userErrors { code field } } }";
    let id = operator.gql(create).await.text("/data/tenantCreate/tenant/id");
    let update = "mutation($id: ID!) { tenantUpdate(id: $id, input: { maxUsers: 7 }) {
        userErrors { code } } }";
    operator.gql_with(update, json!({ "id": id })).await.data();
    let add = "mutation($id: ID!) { domainAdd(tenantId: $id, domain: \"www.initech.example\") {
        domain { id } } }";
    let domain = operator.gql_with(add, json!({ "id": id })).await;
    let domain = domain.text("/data/domainAdd/domain/id");
    for field in ["domainSetPrimary", "domainRemove"] {
        let change =
            format!("mutation($id: ID!) {{ {field}(id: $id) {{ userErrors {{ code }} }} }}");
        operator.gql_with(&change, json!({ "id": domain })).await.data();
    }
    let of_tenant = app.record("initech").await;
    assert_eq!(of_tenant[0]["action"], "user.create");
    assert_eq!(of_tenant[0]["after"]["email"], "owner@initech.test");
    assert_eq!(of_tenant[0]["actorKind"], "operator");
    let drop = "mutation($id: ID!) { tenantDelete(id: $id, confirmSchemaName: \"t_initech\") {
        userErrors { code } } }";
    operator.gql_with(drop, json!({ "id": id })).await.data();
    let entries = since(&app, "localhost", seen).await;
    let expected = [
        "tenant.create",
        "domain.create",
        "tenant.update",
        "domain.create",
        "domain.set_primary",
        "domain.delete",
        "tenant.update",
        "tenant.delete",
    ];
    assert_eq!(actions(&entries), expected);
    assert!(entries.iter().all(|entry| entry["actorKind"] == "operator"), "{entries:?}");
    assert_eq!(
        (&entries[2]["before"]["max_users"], &entries[2]["after"]["max_users"]),
        (&json!(50), &json!(7))
    );
    // The very first: who runs the installation was added by a command.
    assert_eq!(app.record("localhost").await[0]["action"], "operator.create");
}
