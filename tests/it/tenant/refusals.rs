//! Who is refused: nobody's token, too small a role, another tenant's ids.

use serde_json::{Value, json};

use super::kit::{DOCUMENTS, PROJECTS, SLICES, TASKS, me};
use crate::support::{Caller, TestApp};

/// A tenant with one row of each slice.
struct Home {
    owner: Caller,
    user: String,
    project: String,
    task: String,
    document: String,
}

impl Home {
    async fn of(app: &TestApp, tenant: &str) -> Self {
        let owner = app.sign_in(tenant, "owner").await;
        let project = app.project(&owner, "project").await;
        Self {
            user: me(&owner).await,
            task: TASKS.make(&owner, &project, "task").await,
            document: DOCUMENTS.make(&owner, &project, "document").await,
            project,
            owner,
        }
    }

    /// All rows, as they are.
    async fn rows(&self) -> Value {
        let query = "{ projects { totalCount nodes { id name version } }
            tasks { totalCount nodes { id title version } }
            documents { totalCount nodes { id name version } }
            users { totalCount nodes { id email role isActive version } } }";
        self.owner.gql(query).await.data()
    }

    /// The reads of one row each, and those of lists.
    fn reads(&self) -> Vec<String> {
        let Self { user, project, task, document, .. } = self;
        let mut all = vec![
            format!("user(id: \"{user}\") {{ id }}"),
            format!("project(id: \"{project}\") {{ id }}"),
            format!("projectStatistics(projectId: \"{project}\") {{ projectCount }}"),
            format!("task(id: \"{task}\") {{ id }}"),
            format!("document(id: \"{document}\") {{ id }}"),
        ];
        for id in [user, project, task, document] {
            all.push(format!("node(id: \"{id}\") {{ id }}"));
            all.push(format!("nodes(ids: [\"{id}\"]) {{ id }}"));
        }
        all
    }

    /// Every mutation of the slices with good arguments: its name, and whether members may.
    fn changes(&self) -> Vec<(String, Value, bool)> {
        let mut all = vec![("taskComplete".to_owned(), json!({ "id": self.task }), true)];
        for (slice, id) in
            [(PROJECTS, &self.project), (TASKS, &self.task), (DOCUMENTS, &self.document)]
        {
            let members = slice.one != "project";
            let mut input = json!({ (slice.label): "new" });
            let (change, ids) = (input.clone(), json!({ "ids": [id] }));
            if members {
                input["projectId"] = json!(self.project);
            }
            let arguments = [
                ("Create", json!({ "input": input }), members),
                ("Update", json!({ "id": id, "input": change }), members),
                ("BulkUpdate", json!({ "selection": ids, "input": change }), members),
                ("Delete", json!({ "id": id }), false),
                ("BulkDelete", json!({ "selection": ids }), false),
                ("Restore", json!({ "id": id }), false),
            ];
            all.extend(arguments.map(|(verb, given, may)| (slice.verb(verb), given, may)));
        }
        all
    }

    fn changes_of_users(&self) -> Vec<(&'static str, Value)> {
        let new = json!({ "email": "new@acme.test", "password": "a-long-password" });
        vec![
            ("userCreate", json!({ "input": new })),
            ("userUpdate", json!({ "id": self.user, "input": { "firstName": "New" } })),
            ("userDelete", json!({ "id": self.user })),
        ]
    }
}

const LISTS: [&str; 6] = [
    "projects { nodes { id } }",
    "tasks { totalCount }",
    "documents { edges { cursor } }",
    "users { nodes { email } }",
    "projectStatistics { projectCount }",
    "tasks(filter: { title: { eq: \"task\" } }, search: \"t\") { nodes { id } }",
];

#[tokio::test]
async fn nobody_without_a_token_reads_or_changes_anything() {
    let app = TestApp::new().await;
    let home = Home::of(&app, "acme").await;
    let before = home.rows().await;
    for host in ["acme", "localhost"] {
        let anonymous = app.anonymous(host);
        for query in home.reads().iter().map(String::as_str).chain(LISTS) {
            let answer = anonymous.gql(&format!("{{ {query} }}")).await;
            assert_eq!(answer.status, 200, "{query}: {}", answer.body);
            assert_eq!(answer.code(), "UNAUTHENTICATED", "{query}: {}", answer.body);
            assert!(answer.is_empty(), "{query}: {}", answer.body);
        }
        for (field, arguments, _) in home.changes() {
            assert_eq!(anonymous.refusal(&field, arguments).await, "UNAUTHENTICATED", "{field}");
        }
        for (field, arguments) in home.changes_of_users() {
            assert_eq!(anonymous.refusal(field, arguments).await, "UNAUTHENTICATED", "{field}");
        }
        let viewer = anonymous.gql("{ viewer { id } viewerOperator { id } }").await;
        assert_eq!(viewer.data(), json!({ "viewer": null, "viewerOperator": null }));
    }
    assert_eq!(home.rows().await, before);
}

#[tokio::test]
async fn a_member_does_what_members_may_and_is_refused_the_rest() {
    let app = TestApp::new().await;
    let home = Home::of(&app, "acme").await;
    let member = app.sign_in("acme", "member").await;
    for query in home.reads().iter().map(String::as_str).chain(LISTS) {
        let answer = member.gql(&format!("{{ {query} }}")).await;
        assert!(!answer.is_empty() && answer.code().is_empty(), "{query}: {}", answer.body);
    }
    let refused = home.changes().into_iter().filter(|c| !c.2).map(|c| (c.0, c.1));
    let of_users = home.changes_of_users().into_iter().map(|c| (c.0.to_owned(), c.1));
    let before = home.rows().await;
    for (field, arguments) in refused.chain(of_users) {
        assert_eq!(member.refusal(&field, arguments).await, "FORBIDDEN", "{field}");
    }
    assert_eq!(home.rows().await, before);
    for (field, arguments, _) in home.changes().into_iter().filter(|c| c.2) {
        member.done(&field, arguments, "").await;
    }
}

#[tokio::test]
async fn a_manager_does_all_but_what_owners_do() {
    let app = TestApp::new().await;
    let home = Home::of(&app, "acme").await;
    let manager = app.sign_in("acme", "manager").await;
    let before = home.rows().await;
    for (field, arguments) in home.changes_of_users() {
        assert_eq!(manager.refusal(field, arguments).await, "FORBIDDEN", "{field}");
    }
    assert_eq!(home.rows().await, before);
    // The project comes last, or the others would be in the trash with it.
    let (first, last): (Vec<_>, Vec<_>) =
        home.changes().into_iter().partition(|c| !c.0.starts_with("project"));
    for (field, arguments, _) in first.into_iter().chain(last) {
        if field.ends_with("Restore") {
            continue; // the bulk deletion before found nothing any more
        }
        let answer = manager.mutate(&field, arguments, "").await;
        assert_eq!(answer.code(), "", "{field}: {}", answer.body);
    }
    for (slice, id) in [(PROJECTS, &home.project), (TASKS, &home.task), (DOCUMENTS, &home.document)]
    {
        assert_eq!(slice.read(&manager, id, "id").await, Value::Null, "{slice:?} was deleted");
    }
    for (slice, id) in [(PROJECTS, &home.project), (TASKS, &home.task), (DOCUMENTS, &home.document)]
    {
        manager.done(&slice.verb("Restore"), json!({ "id": id }), "").await;
    }
}

#[tokio::test]
async fn another_tenants_ids_read_as_nothing_and_change_nothing() {
    let app = TestApp::new().await;
    let (home, away) = (Home::of(&app, "acme").await, Home::of(&app, "globex").await);
    let (mine, before) = (home.rows().await, away.rows().await);
    for query in away.reads() {
        let answer = home.owner.gql(&format!("{{ {query} }}")).await;
        assert!(answer.body.get("errors").is_none(), "{query}: {}", answer.body);
        assert!(answer.is_empty(), "{query}: {}", answer.body);
    }
    for (field, arguments, _) in away.changes() {
        if field.contains("Bulk") {
            let done = home.owner.done(&field, arguments, "affectedCount").await;
            assert_eq!(done["affectedCount"], 0, "{field}");
            continue;
        }
        let path = if field.ends_with("Create") { "input.projectId" } else { "id" };
        let found = home.owner.faults(&field, arguments.clone()).await;
        if field == "projectCreate" {
            assert!(found.is_empty(), "names may be the same: {found:?}");
            continue;
        }
        assert_eq!(found, [format!("NOT_FOUND {path}")], "{field} {arguments}");
    }
    for (field, arguments) in away.changes_of_users().split_off(1) {
        assert_eq!(home.owner.faults(field, arguments).await, ["NOT_FOUND id"], "{field}");
    }
    let assigned = json!({ "assignedToId": away.user });
    for (slice, id) in [(PROJECTS, &home.project), (TASKS, &home.task), (DOCUMENTS, &home.document)]
    {
        let update = json!({ "id": id, "input": assigned });
        let found = home.owner.faults(&slice.verb("Update"), update).await;
        assert_eq!(found, ["NOT_FOUND input.assignedToId"], "{slice:?}");
        let bulk = json!({ "selection": { "ids": [id] }, "input": assigned });
        let found = home.owner.faults(&slice.verb("BulkUpdate"), bulk).await;
        assert_eq!(found, ["NOT_FOUND input.assignedToId"], "{slice:?}");
    }
    for (list, filter) in [
        ("tasks", format!("projectId: {{ eq: \"{}\" }}", away.project)),
        ("tasks", format!("createdById: {{ in: [\"{}\"] }}", away.user)),
        ("documents", format!("id: {{ eq: \"{}\" }}", away.document)),
        ("users", format!("id: {{ eq: \"{}\" }}", away.user)),
    ] {
        let query = format!("{{ {list}(filter: {{ {filter} }}) {{ totalCount }} }}");
        let found = home.owner.gql(&query).await.data();
        assert_eq!(found[list]["totalCount"], 0, "{query}");
    }
    assert_eq!(away.rows().await, before);
    let mut now = home.rows().await;
    now["projects"]["nodes"].as_array_mut().unwrap().retain(|p| p["name"] != "new");
    now["projects"]["totalCount"] = json!(1);
    assert_eq!(now, mine);
}

#[tokio::test]
async fn unknown_ids_read_as_nothing_and_ids_of_another_kind_are_refused() {
    let app = TestApp::new().await;
    let home = Home::of(&app, "acme").await;
    for slice in SLICES {
        let unknown = format!("{}_01jtestgap0000000000000000", slice.one);
        assert_eq!(slice.read(&home.owner, &unknown, "id").await, Value::Null);
        for verb in ["Update", "Delete", "Restore"] {
            let mut arguments = json!({ "id": unknown });
            if verb == "Update" {
                arguments["input"] = json!({ (slice.label): "x" });
            }
            let found = home.owner.faults(&slice.verb(verb), arguments).await;
            assert_eq!(found, ["NOT_FOUND id"], "{slice:?} {verb}");
        }
        let digits = unknown.split_once('_').unwrap().1;
        let too_large = format!("{}_8{}", slice.one, &digits[1..]);
        let upper = unknown.to_uppercase();
        let wrong = ["", "1", digits, &home.user, &too_large, &upper, "\u{0}", "' OR 1=1 --"];
        for id in wrong {
            let one = slice.one;
            let query = format!("query($id: ID!) {{ {one}(id: $id) {{ id }} }}");
            let answer = home.owner.gql_with(&query, json!({ "id": id })).await;
            assert_eq!(answer.code(), "BAD_USER_INPUT", "{one} {id:?}: {}", answer.body);
            assert!(answer.is_empty(), "{one} {id:?}");
            let code = home.owner.refusal(&slice.verb("Delete"), json!({ "id": id })).await;
            assert_eq!(code, "BAD_USER_INPUT", "{one} {id:?}");
        }
    }
}
