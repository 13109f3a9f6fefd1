//! Two tenants with something of every kind in them, and everybody who may ask. What an operation
//! has changed is put back before the next one.

use std::collections::BTreeMap;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use taruvi::base::ids;
use taruvi::bus::Wake;
use tokio_postgres::Client;

use super::operations::Operations;
use crate::support::{Answer, Caller, Heard, Socket, TestApp, database};
use crate::tenant::kit::{DOCUMENTS, TASKS, me, text};

/// Who asks. `grant` and `group` are the guest, with something added for the time being.
pub const COLUMNS: [&str; 12] = [
    "anonymous",
    "other",
    "abroad",
    "guest",
    "grant",
    "group",
    "member",
    "manager",
    "owner",
    "key",
    "admin",
    "there",
];

/// The only scope of the key: one field asks for it.
const SCOPE: &str = "security_policy.view";

/// Copies all tables, and puts the copies back.
const KEEP: &str = r"
    CREATE SCHEMA kept;
    CREATE TABLE kept.steps (n integer GENERATED ALWAYS AS IDENTITY, step text);
    DO $do$ DECLARE t record; BEGIN
        FOR t IN SELECT c.oid, nspname, relname, string_agg(quote_ident(attname), ', ') AS columns
            FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0
                AND attgenerated = '' AND NOT attisdropped
            WHERE nspname IN ('public', 't_acme', 't_globex')
                AND relkind IN ('r', 'p') AND NOT relispartition
            GROUP BY c.oid, nspname, relname
        LOOP
            EXECUTE format('CREATE TABLE kept.%I AS TABLE %I.%I',
                t.nspname || '.' || t.relname, t.nspname, t.relname);
            INSERT INTO kept.steps (step) VALUES
                (format('DELETE FROM %I.%I', t.nspname, t.relname)),
                (format('INSERT INTO %I.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM kept.%I',
                    t.nspname, t.relname, t.columns, t.columns, t.nspname || '.' || t.relname));
        END LOOP;
    END $do$";
const PUT_BACK: &str = r"
    DO $do$ DECLARE s text; BEGIN
        SET LOCAL session_replication_role = replica;
        FOR s IN SELECT step FROM kept.steps ORDER BY n LOOP EXECUTE s; END LOOP;
    END $do$";

pub struct World<'a> {
    app: &'a TestApp,
    database: Client,
    operations: Operations,
    callers: BTreeMap<&'static str, Caller>,
    /// The guest, and the group that the guest is in.
    guest: uuid::Uuid,
    group: uuid::Uuid,
    /// What a grant may be on.
    objects: Vec<(&'static str, uuid::Uuid)>,
}

impl<'a> World<'a> {
    pub async fn new(app: &'a TestApp) -> Self {
        app.sign_in("acme", "owner").await;
        let (owner, operator) = (app.sign_in("acme", "owner").await, app.operator().await);
        let mut ids = objects(app, &owner, &operator).await;
        let new = json!({ "input": {
            "email": "guest@acme.test", "password": database::PASSWORD, "role": "GUEST" } });
        let guest = owner.done("userCreate", new, "user { id }").await;
        let guest = uuid_of(&text(&guest["user"]["id"]));
        let group = uuid::Uuid::now_v7();
        ids.insert("group", ids::encode("group", group));
        let database = database::session(&app.database, "postgres").await;
        let join = format!(
            "INSERT INTO t_acme.groups (id, name, created_at, updated_at)
                 VALUES ('{group}', 'Friends', now(), now());
             INSERT INTO t_acme.group_members VALUES ('{group}', '{guest}', now());
             INSERT INTO t_acme.object_grants
                 (id, permission, object_kind, object_id, user_id, created_at)
                 SELECT gen_random_uuid(), 'tasks.view', 'project', p.id, u.id, now()
                 FROM t_acme.projects p, t_acme.users u
                 WHERE p.name = 'Gemini' AND u.role = 'owner'"
        );
        database.batch_execute(&join).await.expect("a group");
        let scoped = json!({ "input": { "name": "Scoped", "scopes": [SCOPE] } });
        let scoped = owner.done("apiKeyCreate", scoped, "secret").await;
        let globex = app.sign_in("globex", "owner").await;
        let callers = BTreeMap::from([
            ("anonymous", app.anonymous("acme")),
            ("other", globex.at("acme.localhost")),
            ("abroad", globex),
            ("guest", app.sign_in("acme", "guest").await),
            ("member", app.sign_in("acme", "member").await),
            ("manager", app.sign_in("acme", "manager").await),
            ("key", app.anonymous("acme").with_token(&text(&scoped["secret"]))),
            ("owner", owner),
            ("there", operator.at("acme.localhost")),
            ("admin", operator),
        ]);
        let kinds = ["project", "task", "document", "client", "case", "note"];
        let gone = kinds.map(|kind| format!("{kind} in the trash"));
        let here = kinds.map(|kind| (kind, uuid_of(&ids[kind])));
        let gone = kinds.into_iter().zip(gone).map(|(kind, gone)| (kind, uuid_of(&ids[&*gone])));
        let objects = here.into_iter().chain(gone).collect();
        database.batch_execute(KEEP).await.expect("copies");
        let operations = Operations::new(ids);
        Self { app, database, operations, callers, guest, group, objects }
    }

    pub fn operations(&self) -> Vec<(String, String)> {
        self.operations.all()
    }

    /// Whether the operation is about something of acme's or of the platform's.
    pub fn is_about_something(&self, operation: &str) -> bool {
        self.operations.is_about_something(operation)
    }

    /// How it goes for each of the columns.
    pub async fn row(&self, operation: &str) -> Vec<String> {
        let mut cells = BTreeMap::new();
        let mut whole = None;
        // Those who may do most come first: they know how many rows there are.
        for who in ["owner", "admin", "manager", "member", "abroad"] {
            let answer = self.ask(who, operation).await;
            if matches!(who, "owner" | "admin") {
                whole = whole.max(answer.at("/data/it/totalCount").as_i64());
            }
            let whole = whole.filter(|_| who != "abroad");
            cells.insert(who, cell(operation, &answer, whole));
            self.put_back(operation, &answer).await;
        }
        let others = ["anonymous", "other", "there", "guest", "key"];
        let answers = others.map(|who| self.ask(who, operation));
        let answers = futures_util::future::join_all(answers).await;
        for (who, answer) in others.into_iter().zip(&answers) {
            cells.insert(who, cell(operation, answer, whole));
            self.put_back(operation, answer).await;
        }
        for who in ["grant", "group"] {
            cells.insert(who, self.with_more(who, operation, &answers[3], whole).await);
        }
        COLUMNS.iter().map(|who| cells[who].clone()).collect()
    }

    /// Runs an operation, in the only place that does. A subscription that has begun answers
    /// something, though nothing has happened yet.
    async fn ask(&self, who: &str, operation: &str) -> Answer {
        let caller = &self.callers[who];
        if !operation.starts_with("subscription") {
            return caller.gql(operation).await;
        }
        let mut socket = Socket::open(caller).await;
        socket.greet(caller.token.as_deref()).await;
        let (status, body) = match socket.hear().await {
            Heard::Closed(4403, _) => {
                let error = json!({ "extensions": { "code": "UNAUTHENTICATED" } });
                (StatusCode::UNAUTHORIZED, json!({ "errors": [error] }))
            }
            Heard::Closed(..) => panic!("{who}: {operation}: closed"),
            Heard::Message(_) => {
                let body = match socket.subscribe("1", operation, json!({})).await {
                    Some(errors) => json!({ "errors": errors }),
                    None => json!({ "data": { "it": { "has": "begun" } } }),
                };
                (StatusCode::OK, body)
            }
        };
        Answer { status, headers: HeaderMap::new(), body }
    }

    /// The guest's answer once they hold, on the objects or through the group, all that they were
    /// refused for.
    async fn with_more(
        &self,
        who: &str,
        operation: &str,
        without: &Answer,
        whole: Option<i64>,
    ) -> String {
        let (mut held, mut lacks) = (vec![], missing(without));
        let mut found = cell(operation, without, whole);
        while let Some(permission) = lacks.filter(|permission| !held.contains(permission)) {
            match who {
                "group" => self.give_group(&permission).await,
                _ => self.grant(&permission).await,
            }
            held.push(permission);
            let answer = self.ask("guest", operation).await;
            found = cell(operation, &answer, whole);
            lacks = missing(&answer);
        }
        if !held.is_empty() {
            self.restore().await;
        }
        found
    }

    async fn give_group(&self, permission: &str) {
        self.sql(&format!(
            "INSERT INTO t_acme.group_permissions VALUES ('{}', '{permission}', 'all')",
            self.group
        ))
        .await;
    }

    async fn grant(&self, permission: &str) {
        let rows = self.objects.iter().map(|(kind, object)| {
            let (id, guest) = (uuid::Uuid::now_v7(), self.guest);
            format!("('{id}', '{permission}', '{kind}', '{object}', '{guest}', now())")
        });
        let rows = rows.collect::<Vec<_>>().join(", ");
        let columns = "id, permission, object_kind, object_id, user_id, created_at";
        self.sql(&format!("INSERT INTO t_acme.object_grants ({columns}) VALUES {rows}")).await;
    }

    /// What might have changed something is undone. What was refused has changed nothing.
    async fn put_back(&self, operation: &str, answer: &Answer) {
        if operation.starts_with("mutation") && cell(operation, answer, None) == "yes" {
            self.restore().await;
        }
    }

    async fn restore(&self) {
        self.sql(PUT_BACK).await;
    }

    async fn sql(&self, text: &str) {
        self.database.batch_execute(text).await.expect("the test's SQL is good");
        let bus = self.app.app.bus.clone();
        self.app.run(async move { bus.publish(Wake::Everything).await }).await;
    }
}

/// Something of each kind; two of what there are lists of.
async fn objects(
    app: &TestApp,
    owner: &Caller,
    operator: &Caller,
) -> BTreeMap<&'static str, String> {
    let mut ids = BTreeMap::new();
    for name in ["Apollo", "Gemini"] {
        let project = app.project(owner, name).await;
        let task = app.task(owner, &project, "Land").await;
        let document = DOCUMENTS.make(owner, &project, "Plan").await;
        ids.extend([("project", project), ("task", task), ("document", document)]);
    }
    let gone = app.project(owner, "Mercury").await;
    for (slice, kind) in [(TASKS, "task in the trash"), (DOCUMENTS, "document in the trash")] {
        let id = slice.make(owner, &ids["project"], "gone").await;
        owner.done(&slice.verb("Delete"), json!({ "id": id }), "").await;
        ids.insert(kind, id);
    }
    owner.done("projectDelete", json!({ "id": gone }), "").await;
    ids.insert("project in the trash", gone);
    ids.extend(of_crm(owner).await);
    let invited = json!({ "input": { "email": "new@acme.test" } });
    let invited = owner.done("userInvite", invited, "invitation { id }").await;
    ids.insert("invitation", text(&invited["invitation"]["id"]));
    let handlers = owner.gql("{ eventHandlers(first: 1) { nodes { id } } }").await;
    ids.insert("eventHandler", handlers.text("/data/eventHandlers/nodes/0/id"));
    ids.extend(webhook(owner).await);
    let events = owner.gql("{ events(first: 1) { nodes { id } } }").await;
    ids.insert("event", events.text("/data/events/nodes/0/id"));
    let robot = json!({ "input": { "name": "Robot" } });
    let robot = owner.done("serviceAccountCreate", robot, "serviceAccount { id }").await;
    ids.insert("serviceAccount", text(&robot["serviceAccount"]["id"]));
    let key = "mutation { apiKeyCreate(input: {name: \"Key\", scopes: [\"*\"]}) {
        apiKey { id } } }";
    ids.insert("apiKey", owner.gql(key).await.text("/data/apiKeyCreate/apiKey/id"));
    let (provider, identity) = provider(app, owner).await;
    ids.extend([
        ("identityProvider", provider.clone()),
        ("provider", provider),
        ("userIdentity", identity),
    ]);
    let acme = operator.gql("{ tenants(search: \"acme\") { nodes { id } } }").await;
    let stead = json!({ "input": { "tenantId": acme.text("/data/tenants/nodes/0/id"),
        "userId": me(owner).await, "reason": "to look at the fields" } });
    let stead = operator.done("impersonationStart", stead, "impersonation { id }").await;
    ids.insert("impersonation", text(&stead["impersonation"]["id"]));
    // The one that the owner signed in with before, and does not use.
    let sessions =
        owner.gql("{ viewerSessions { id isCurrent } }").await.at("/data/viewerSessions");
    let session = sessions.as_array().into_iter().flatten().find(|s| s["isCurrent"] == false);
    let session = text(&session.expect("another session")["id"]);
    ids.extend(of_platform(app, operator).await);
    let trusted = "mutation { trustedDocumentBulkCreate(input: {documents: [
        {text: \"{ __typename }\"}]}) { trustedDocuments { id } } }";
    let trusted = owner.gql(trusted).await;
    ids.insert(
        "trustedDocument",
        trusted.text("/data/trustedDocumentBulkCreate/trustedDocuments/0/id"),
    );
    let tenant = operator.gql("{ tenants { nodes { id } } }").await;
    let tenant = tenant.text("/data/tenants/nodes/1/id");
    let domain = json!({ "tenantId": tenant, "domain": "a.example" });
    let domain = operator.done("domainAdd", domain, "domain { id }").await;
    ids.extend([
        ("user", me(owner).await),
        ("session", session),
        ("tenant", tenant),
        ("domain", text(&domain["domain"]["id"])),
    ]);
    ids
}

/// Clients and cases, there and in the trash, and what clients are sorted by.
async fn of_crm(owner: &Caller) -> Vec<(&'static str, String)> {
    let mut ids = vec![];
    for (one, input) in [
        ("region", json!({ "name": "North", "code": "N" })),
        ("branch", json!({ "name": "Harbour", "code": "HB" })),
        ("stage", json!({ "kind": "CLIENT", "name": "Waiting" })),
        ("tag", json!({ "name": "urgent" })),
        ("client in the trash", json!({ "lastName": "Gone" })),
        ("client", json!({ "lastName": "Here" })),
    ] {
        let noun = one.split(' ').next().unwrap_or(one);
        let made = json!({ "input": input });
        let made = owner.done(&format!("{noun}Create"), made, &format!("{noun} {{ id }}")).await;
        ids.push((one, text(&made[noun]["id"])));
    }
    let gone = ids.iter().find(|(one, _)| one.ends_with("trash")).expect("one that is gone");
    owner.done("clientDelete", json!({ "id": gone.1 }), "").await;
    let client = ids.last().expect("a client").1.clone();
    for one in ["case in the trash", "case"] {
        let made = json!({ "input": { "clientId": client, "title": one } });
        let made = owner.done("caseCreate", made, "case { id }").await;
        ids.push((one, text(&made["case"]["id"])));
    }
    let gone = ids.iter().find(|(one, _)| *one == "case in the trash").expect("one that is gone");
    owner.done("caseDelete", json!({ "id": gone.1 }), "").await;
    for one in ["note in the trash", "note"] {
        let made = json!({ "input": { "clientId": client, "body": one } });
        let made = owner.done("noteCreate", made, "note { id }").await;
        ids.push((one, text(&made["note"]["id"])));
    }
    let gone = ids.iter().find(|(one, _)| *one == "note in the trash").expect("one that is gone");
    owner.done("noteDelete", json!({ "id": gone.1 }), "").await;
    let stage = json!({ "input": { "kind": "CASE", "name": "Waiting" } });
    let stage = owner.done("stageCreate", stage, "stage { id }").await;
    ids.push(("case stage", text(&stage["stage"]["id"])));
    ids
}

/// A webhook whose address leads nowhere, and a message for it.
pub async fn webhook(owner: &Caller) -> [(&'static str, String); 2] {
    let new = json!({ "input": { "url": "https://hooks.invalid/", "eventTypes": [] } });
    let made = owner.done("webhookCreate", new, "webhook { id }").await;
    let id = text(&made["webhook"]["id"]);
    let test = owner.done("webhookTest", json!({ "id": id }), "webhookDelivery { id }").await;
    [("webhook", id), ("webhookDelivery", text(&test["webhookDelivery"]["id"]))]
}

/// A provider whose address leads nowhere, and the owner's identity there.
pub async fn provider(app: &TestApp, owner: &Caller) -> (String, String) {
    let new = json!({ "input": {
        "name": "Elsewhere", "issuer": "https://localhost:1", "clientId": "us" } });
    let made = owner.done("identityProviderCreate", new, "identityProvider { id }").await;
    let provider = text(&made["identityProvider"]["id"]);
    let identity = uuid::Uuid::now_v7();
    app.sql(&format!(
        "INSERT INTO t_acme.user_identities
             (id, provider_id, subject, user_id, created_at, last_used_at)
             SELECT '{identity}', '{}', 'somebody', '{}', now(), now()",
        uuid_of(&provider),
        uuid_of(&me(owner).await),
    ))
    .await;
    (provider, ids::encode("user_identity", identity))
}

/// What the platform has beside tenants.
async fn of_platform(app: &TestApp, operator: &Caller) -> [(&'static str, String); 4] {
    app.operator().await;
    // Neither the one that is used below nor the only one.
    let sessions = operator.gql("{ viewerOperatorSessions { id isCurrent } }").await;
    let sessions = sessions.at("/data/viewerOperatorSessions");
    let session = sessions.as_array().into_iter().flatten().find(|s| s["isCurrent"] == false);
    let who = json!({ "input": { "email": "other@taruvi.test", "password": database::PASSWORD } });
    let other = operator.done("operatorCreate", who, "operator { id }").await;
    let new = json!({ "input": { "name": "Acme", "ownerEmail": "admin@taruvi.test" } });
    let selection = "organization { id members { nodes { id } } }";
    let made = operator.done("organizationCreate", new, selection).await;
    let organization = &made["organization"];
    [
        ("operatorSession", text(&session.expect("another session")["id"])),
        ("organization", text(&organization["id"])),
        ("organizationMember", text(&organization["members"]["nodes"][0]["id"])),
        ("operator", text(&other["operator"]["id"])),
    ]
}

fn uuid_of(id: &str) -> uuid::Uuid {
    ids::decode(id).expect("an id").1
}

/// The permission for lack of which the caller was refused.
fn missing(answer: &Answer) -> Option<String> {
    let message = answer.at("/errors/0/message");
    let name = message.as_str()?.strip_prefix("the permission ")?.strip_suffix(" is required")?;
    Some(name.to_owned())
}

/// One word for how it went. `whole` is how many rows there are for those who may see all of them.
#[track_caller]
fn cell(operation: &str, answer: &Answer, whole: Option<i64>) -> String {
    let it = answer.at("/data/it");
    let user_error = it.pointer("/userErrors/0/code").and_then(Value::as_str).unwrap_or_default();
    let message = answer.at("/errors/0/message");
    let word = match (answer.code().as_str(), user_error) {
        ("UNAUTHENTICATED", _) if answer.status == 401 || message == "sign in first" => "-",
        ("FORBIDDEN" | "WRONG_HOST", _) => "-",
        ("NOT_FOUND", _) | ("", "NOT_FOUND") => "null",
        ("", "NOT_ALLOWED") => "rule",
        // What was asked for makes no sense, but might have been.
        ("BAD_USER_INPUT" | "UNAUTHENTICATED", _) => "yes",
        ("", "") if is_nothing(&it) => "null",
        ("", "") if it["totalCount"].as_i64() < whole => "some",
        ("", _) => "yes",
        (code, _) => panic!("{operation}: {code}: {}", answer.body),
    };
    word.to_owned()
}

fn is_nothing(it: &Value) -> bool {
    let all_null =
        it.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_null));
    it.is_null() || all_null || it["totalCount"] == 0 || it["count"] == 0
}
