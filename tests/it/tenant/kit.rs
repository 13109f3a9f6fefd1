//! What the slices' tests do again and again: send one mutation, read one row, look for what was
//! refused.

use serde_json::{Value, json};

use crate::support::database::PASSWORD;
use crate::support::{Answer, Caller, TestApp};

/// A slice whose rows are made, changed, thrown away and taken back in the same way.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    /// `task`
    pub one: &'static str,
    /// `tasks`
    pub many: &'static str,
    /// The field that names a row.
    pub label: &'static str,
}

pub const PROJECTS: Slice = Slice { one: "project", many: "projects", label: "name" };
pub const TASKS: Slice = Slice { one: "task", many: "tasks", label: "title" };
pub const DOCUMENTS: Slice = Slice { one: "document", many: "documents", label: "name" };
pub const SLICES: [Slice; 3] = [PROJECTS, TASKS, DOCUMENTS];

impl Slice {
    /// The name of a mutation: `taskCreate`.
    pub fn verb(&self, verb: &str) -> String {
        format!("{}{verb}", self.one)
    }

    /// A row with this label, of this project unless it is one itself; its id.
    pub async fn make(&self, caller: &Caller, project: &str, label: &str) -> String {
        let mut input = json!({ (self.label): label });
        if self.one != "project" {
            input["projectId"] = json!(project);
        }
        let selection = format!("{} {{ id }}", self.one);
        let made = caller.done(&self.verb("Create"), json!({ "input": input }), &selection).await;
        text(&made[self.one]["id"])
    }

    /// The row, or null.
    pub async fn read(&self, caller: &Caller, id: &str, selection: &str) -> Value {
        let query = format!("query($id: ID!) {{ {}(id: $id) {{ {selection} }} }}", self.one);
        caller.gql_with(&query, json!({ "id": id })).await.data()[self.one].clone()
    }

    /// How many rows there are.
    pub async fn count(&self, caller: &Caller) -> Value {
        let query = format!("{{ {} {{ totalCount }} }}", self.many);
        caller.gql(&query).await.data()[self.many]["totalCount"].clone()
    }
}

impl Caller {
    /// Sends a mutation of one field. Its arguments become variables, whose types their names
    /// tell.
    pub async fn mutate(&self, field: &str, arguments: Value, selection: &str) -> Answer {
        let names: Vec<_> = arguments.as_object().expect("an object").keys().collect();
        let declared = |n: &&String| format!("${n}: {}", type_of(field, n));
        let declared = names.iter().map(declared).collect::<Vec<_>>().join(", ");
        let passed = names.iter().map(|n| format!("{n}: ${n}")).collect::<Vec<_>>().join(", ");
        let (declared, passed) = match names[..] {
            [] => (declared, passed),
            _ => (format!("({declared})"), format!("({passed})")),
        };
        let query = format!(
            "mutation{declared} {{ {field}{passed} {{ {selection} userErrors {{ code field }} }} }}"
        );
        self.gql_with(&query, arguments).await
    }

    /// The mutation's payload; fails the test unless all went well.
    #[track_caller]
    pub fn done(
        &self,
        field: &str,
        arguments: Value,
        selection: &str,
    ) -> impl Future<Output = Value> {
        let at = std::panic::Location::caller();
        async move {
            let shown = arguments.to_string();
            let answer = self.mutate(field, arguments, selection).await;
            let payload = answer.at(&format!("/data/{field}"));
            let good = answer.body.get("errors").is_none() && payload["userErrors"] == json!([]);
            assert!(good, "{at}: {field} {shown} answered {}", answer.body);
            payload
        }
    }

    /// The mutation's user errors as `CODE path`; fails the test if it did anything else.
    #[track_caller]
    pub fn faults(&self, field: &str, arguments: Value) -> impl Future<Output = Vec<String>> {
        let at = std::panic::Location::caller();
        async move {
            let shown = arguments.to_string();
            let answer = self.mutate(field, arguments, "").await;
            assert!(answer.body.get("errors").is_none(), "{at}: {field} {shown}: {}", answer.body);
            let errors = answer.at(&format!("/data/{field}/userErrors"));
            let fault = |e: &Value| {
                let path: Vec<_> = e["field"].as_array().into_iter().flatten().map(text).collect();
                format!("{} {}", text(&e["code"]), path.join(".")).trim_end().to_owned()
            };
            errors.as_array().expect("user errors").iter().map(fault).collect()
        }
    }

    /// The code that the mutation is refused with.
    pub async fn refusal(&self, field: &str, arguments: Value) -> String {
        let answer = self.mutate(field, arguments, "").await;
        assert!(answer.is_empty(), "{field} did something: {}", answer.body);
        answer.code()
    }
}

impl Answer {
    /// Whether the answer holds no data: nothing, or nulls all over.
    pub fn is_empty(&self) -> bool {
        fn empty(value: &Value) -> bool {
            match value {
                Value::Null => true,
                Value::Array(all) => all.iter().all(empty),
                Value::Object(all) => all.values().all(empty),
                _ => false,
            }
        }
        empty(&self.at("/data"))
    }

    /// A field of each node of a connection.
    #[track_caller]
    pub fn column(&self, connection: &str, field: &str) -> Vec<Value> {
        let nodes = self.data()[connection]["nodes"].clone();
        nodes.as_array().expect("nodes").iter().map(|n| n[field].clone()).collect()
    }
}

/// The type of an argument of a mutation, such as `TaskUpdateInput!` for `taskBulkUpdate`'s input.
fn type_of(field: &str, argument: &str) -> String {
    let at = field.find(char::is_uppercase).expect("a verb");
    let (one, verb) = field.split_at(at);
    let thing = format!("{}{}", one[..1].to_uppercase(), &one[1..]);
    match argument {
        "input" => format!("{thing}{}Input!", verb.trim_start_matches("Bulk")),
        "selection" => format!("{thing}Selection!"),
        "id" | "tenantId" => "ID!".to_owned(),
        "userIds" | "tagIds" | "ids" => "[ID!]!".to_owned(),
        "assignedToId" | "moveToId" => "ID".to_owned(),
        "stageId" => "ID!".to_owned(),
        "kind" => "StageKind!".to_owned(),
        "permissions" => "[HeldPermissionInput!]!".to_owned(),
        "expectedVersion" | "overlapSeconds" => "Int".to_owned(),
        _ => "String!".to_owned(),
    }
}

/// The text that a value is.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// Somebody's own id.
pub async fn me(caller: &Caller) -> String {
    caller.gql("{ viewer { id } }").await.text("/data/viewer/id")
}

/// Waits until something holds that another process has to hear of first. Far shorter than what a
/// cache would keep without being told.
#[track_caller]
pub fn soon(what: &str, mut holds: impl AsyncFnMut() -> bool) -> impl Future<Output = ()> {
    let at = std::panic::Location::caller();
    async move {
        let begun = std::time::Instant::now();
        while !holds().await {
            assert!(begun.elapsed().as_secs() < 2, "{at}: {what}: not within two seconds");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}

/// A guest of acme, signed in: may do nothing but what is granted to them. With their id.
pub async fn guest(app: &TestApp, name: &str) -> (Caller, String) {
    let owner = app.sign_in("acme", "owner").await;
    let email = format!("{name}@acme.test");
    let input = json!({ "email": email, "password": PASSWORD, "role": "GUEST" });
    let made = owner.done("userCreate", json!({ "input": input }), "user { id }").await;
    let caller = app.anonymous("acme").sign_in(&email, PASSWORD).await;
    (caller, text(&made["user"]["id"]))
}

/// Gives a user permissions on an object.
pub async fn grant(owner: &Caller, object: &str, user: &str, permissions: &[&str]) {
    let input = json!({ "objectId": object, "userId": user, "permissions": permissions });
    owner.done("objectPermissionGrant", json!({ "input": input }), "").await;
}

/// An id of the same kind that nothing has.
pub fn nobodys(id: &str) -> String {
    let (kind, _) = taruvi::base::ids::decode(id).expect("an id");
    taruvi::base::ids::encode(kind, uuid::Uuid::now_v7())
}
