//! Events: one for each change of an entity, in the order of the commits, for those who may see it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::kit::{DOCUMENTS, SLICES, TASKS, grant, guest, me, text};
use crate::support::{Caller, TestApp};

/// The names of an entity's events, in their order.
async fn names(caller: &Caller, id: &str) -> Vec<String> {
    column(caller, json!({ "entityId": { "eq": id } }), "eventType").await
}

/// A field of the events, in their order.
async fn column(caller: &Caller, filter: Value, field: &str) -> Vec<String> {
    let query = format!(
        "query($filter: EventFilter) {{
            events(first: 100, filter: $filter, orderBy: [{{ field: SEQUENCE }}]) {{
                nodes {{ {field} }} }} }}"
    );
    let answer = caller.gql_with(&query, json!({ "filter": filter })).await;
    answer.column("events", field).iter().map(text).collect()
}

#[tokio::test]
async fn each_change_is_one_event_that_tells_what_differs() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "home").await;
    let task = app.task(&owner, &project, "one").await;
    let who = me(&owner).await;
    let update = |input: Value| json!({ "id": task, "input": input });
    owner.done("taskUpdate", update(json!({ "assignedToId": who })), "").await;
    owner.done("taskUpdate", update(json!({ "title": "two", "priority": "HIGH" })), "").await;
    owner.done("taskComplete", json!({ "id": task }), "").await;
    owner.done("taskComplete", json!({ "id": task }), "").await; // changes nothing
    owner.done("taskDelete", json!({ "id": task }), "").await;
    owner.done("taskRestore", json!({ "id": task }), "").await;
    assert_eq!(
        names(&owner, &task).await,
        [
            "Task.CREATE",
            "Task.assigned_to.UPDATE",
            "Task.UPDATE",
            "Task.UPDATE",
            "Task.DELETE",
            "Task.RESTORE"
        ]
    );
    let query = "query($filter: EventFilter) {
        events(filter: $filter, orderBy: [{ field: SEQUENCE }]) { totalCount nodes {
            id tenantId entityType entityId action eventTypes changedFields previousState
            currentState actorKind actorId actor { id } correlationId at } } }";
    let filter = json!({ "filter": { "entityId": { "eq": task }, "action": ["UPDATE"] } });
    let events = owner.gql_with(query, filter).await.data()["events"].clone();
    assert_eq!(events["totalCount"], 3, "{events}");
    let first = &events["nodes"][0];
    assert_eq!(first["previousState"]["assigned_to"], Value::Null);
    assert_eq!(first["currentState"]["assigned_to"], json!(who));
    assert_eq!(first["changedFields"], json!(["assigned_to"]));
    assert_eq!(first["entityType"], "Task");
    assert_eq!((&first["entityId"], &first["actorId"]), (&json!(task), &json!(who)));
    assert_eq!((&first["actorKind"], &first["actor"]["id"]), (&json!("USER"), &json!(who)));
    assert_eq!(first["tenantId"], app.tenant("acme").await.id.to_string());
    assert_eq!(
        events["nodes"][1]["eventTypes"],
        json!(["Task.UPDATE", "Task.priority.UPDATE", "Task.title.UPDATE"])
    );
    let (id, query) = (text(&first["id"]), "query($id: ID!) { event(id: $id) { action } }");
    let one = owner.gql_with(query, json!({ "id": id })).await.data();
    assert_eq!(one, json!({ "event": { "action": "UPDATE" } }));
}

#[tokio::test]
async fn what_goes_along_has_events_of_its_own() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "home").await;
    let task = TASKS.make(&owner, &project, "a task").await;
    let early = TASKS.make(&owner, &project, "gone before").await;
    let file = DOCUMENTS.make(&owner, &project, "a file").await;
    owner.done("taskDelete", json!({ "id": early }), "").await;
    app.app.clock.advance(TimeDelta::seconds(1));
    owner.done("projectDelete", json!({ "id": project }), "").await;
    owner.done("projectRestore", json!({ "id": project }), "").await;
    assert_eq!(
        names(&owner, &project).await,
        ["Project.CREATE", "Project.DELETE", "Project.RESTORE"]
    );
    assert_eq!(names(&owner, &task).await, ["Task.CREATE", "Task.DELETE", "Task.RESTORE"]);
    assert_eq!(
        names(&owner, &file).await,
        ["Document.CREATE", "Document.DELETE", "Document.RESTORE"]
    );
    assert_eq!(names(&owner, &early).await, ["Task.CREATE", "Task.DELETE"]);
}

#[tokio::test]
async fn what_was_a_users_who_goes_is_nobodys_by_an_event() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (_, ann) = guest(&app, "ann").await;
    let project = app.project(&owner, "home").await;
    for slice in SLICES {
        let id = slice.make(&owner, &project, "thing").await;
        let input = json!({ "id": id, "input": { "assignedToId": ann } });
        owner.done(&slice.verb("Update"), input, "").await;
    }
    owner.done("userDelete", json!({ "id": ann }), "").await;
    for entity in ["Project", "Task", "Document"] {
        let filter = json!({ "eventType": [format!("{entity}.assigned_to.UPDATE")] });
        let touched = column(&owner, filter, "entityId").await;
        assert_eq!(touched.len(), 2, "{entity}: {touched:?}");
    }
}

#[tokio::test]
async fn entities_have_their_history() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (ann, who) = guest(&app, "ann").await;
    let project = app.project(&owner, "home").await;
    for slice in SLICES {
        let id = slice.make(&owner, &project, "one").await;
        let change = json!({ "id": id, "input": { (slice.label): "two" } });
        owner.done(&slice.verb("Update"), change, "").await;
        let entity = format!("{}{}", slice.one[..1].to_uppercase(), &slice.one[1..]);
        let (label, view) = (slice.label, format!("{}.view", slice.many));
        let newest = format!("{entity}.{label}.UPDATE");
        let fields =
            "history(first: 1) { totalCount nodes { eventType } pageInfo { hasNextPage } }";
        let expected = json!({ "history": { "totalCount": 2, "nodes": [{ "eventType": newest }],
            "pageInfo": { "hasNextPage": true } } });
        assert_eq!(slice.read(&owner, &id, fields).await, expected);
        grant(&owner, &id, &who, &[&view]).await;
        assert_eq!(slice.read(&ann, &id, fields).await, expected, "who sees it sees its history");
        let all =
            format!("{{ {} {{ nodes {{ id history {{ nodes {{ entityId }} }} }} }} }}", slice.many);
        for node in owner.gql(&all).await.data()[slice.many]["nodes"].as_array().unwrap() {
            for event in node["history"]["nodes"].as_array().unwrap() {
                assert_eq!(event["entityId"], node["id"]);
            }
        }
    }
}

#[tokio::test]
async fn many_rows_have_an_event_each_and_what_fails_has_none() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "home").await;
    let mut ids = vec![];
    for n in 0..3 {
        ids.push(app.task(&owner, &project, &format!("task {n}")).await);
    }
    let input = json!({ "selection": { "ids": ids }, "input": { "status": "IN_PROGRESS" } });
    owner.done("taskBulkUpdate", input, "").await;
    let filter = json!({ "eventType": ["Task.status.UPDATE"] });
    let changed = column(&owner, filter.clone(), "entityId").await;
    assert_eq!(changed.len(), 3);
    assert!(ids.iter().all(|id| changed.contains(id)), "{changed:?}");
    let request = column(&owner, filter, "correlationId").await;
    assert!(request.iter().all(|id| *id == request[0]), "{request:?}");

    let before = names(&owner, &ids[0]).await;
    let stale = json!({ "id": ids[0], "input": { "title": "late" }, "expectedVersion": 1 });
    assert_eq!(owner.faults("taskUpdate", stale).await, ["STALE_VERSION expectedVersion"]);
    let wrong = json!({ "id": ids[0], "input": { "title": "" } });
    assert_eq!(owner.faults("taskUpdate", wrong).await, ["REQUIRED input.title"]);
    assert_eq!(names(&owner, &ids[0]).await, before);
}

#[tokio::test]
async fn patterns_find_events_by_their_names() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "home").await;
    let task = app.task(&owner, &project, "one").await;
    let who = me(&owner).await;
    let input = json!({ "projectId": project, "title": "two", "assignedToId": who });
    let two = owner.done("taskCreate", json!({ "input": input }), "task { id }").await;
    let two = text(&two["task"]["id"]);
    owner.done("taskUpdate", json!({ "id": task, "input": { "title": "three" } }), "").await;
    let both = json!({ "in": [task, two, project] });
    for (pattern, expected) in [
        ("*", 4),
        ("Task.*", 3),
        ("*.CREATE", 3),
        ("Task.CREATE", 2),
        ("Task.assigned_to.*", 1),
        ("Task.title.UPDATE", 1),
        ("*.title.*", 3),
        ("Task.status.UPDATE", 0),
        ("Client.CREATE", 0),
    ] {
        let filter = json!({ "eventType": [pattern], "entityId": both });
        assert_eq!(column(&owner, filter, "id").await.len(), expected, "{pattern}");
    }
    let query = "query($filter: EventFilter) { events(filter: $filter) { nodes { id } } }";
    for wrong in [
        json!({ "eventType": ["Task"] }),
        json!({ "eventType": ["Task.CHANGE"] }),
        json!({ "eventType": ["Task.a.b.UPDATE"] }),
        json!({ "eventType": ["Task.a'b.UPDATE"] }),
        json!({ "eventType": [""] }),
        json!({ "eventType": ["*", "*", "*", "*", "*", "*", "*", "*", "*", "*", "*"] }),
        json!({ "entityId": { "eq": "no id" } }),
        json!({ "action": ["VANISH"] }),
    ] {
        let answer = owner.gql_with(query, json!({ "filter": wrong })).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{wrong}: {}", answer.body);
    }
}

#[tokio::test]
async fn events_are_seen_by_those_who_may_see_what_they_are_about() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (ann, id) = guest(&app, "ann").await;
    let project = app.project(&owner, "home").await;
    let (open, shut) =
        (app.task(&owner, &project, "open").await, app.task(&owner, &project, "shut").await);
    let list = "{ events { totalCount nodes { id entityId } } }";
    assert_eq!(ann.gql(list).await.code(), "FORBIDDEN");
    grant(&owner, &open, &id, &["tasks.view"]).await;
    let seen = ann.gql(list).await.data()["events"].clone();
    assert_eq!(seen["totalCount"], 1, "{seen}");
    assert_eq!(seen["nodes"][0]["entityId"], open);
    let hidden = column(&owner, json!({ "entityId": { "eq": shut } }), "id").await;
    let one = format!("{{ event(id: \"{}\") {{ id }} }}", hidden[0]);
    assert_eq!(ann.gql(&one).await.data()["event"], Value::Null);
    assert_eq!(owner.gql(&one).await.data()["event"]["id"], hidden[0]);

    let globex = app.sign_in("globex", "owner").await;
    assert_eq!(globex.gql(&one).await.data()["event"], Value::Null);
    let theirs =
        column(&globex, json!({ "entityId": { "in": [open, shut, project] } }), "id").await;
    assert_eq!(theirs, Vec::<String>::new());
    for query in [list, &one] {
        assert_eq!(app.anonymous("acme").gql(query).await.code(), "UNAUTHENTICATED", "{query}");
    }
}

#[tokio::test]
async fn a_reader_who_goes_on_from_a_cursor_misses_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "home").await;
    let writers = (0..4).map(|writer| {
        let (app, owner, project) = (&app, &owner, &project);
        async move {
            for n in 0..5 {
                app.task(owner, project, &format!("{writer}-{n}")).await;
            }
        }
    });
    let reader = async {
        let (mut seen, mut after) = (vec![], Value::Null);
        while seen.len() < 20 {
            let query = "query($after: String) {
                events(first: 3, after: $after, filter: { eventType: [\"Task.CREATE\"] },
                    orderBy: [{ field: SEQUENCE }]) {
                    nodes { sequence entityId currentState } pageInfo { endCursor } } }";
            let page = owner.gql_with(query, json!({ "after": after })).await.data();
            let page = page["events"].clone();
            let nodes = page["nodes"].as_array().expect("nodes").clone();
            let ours = nodes.iter().filter(|n| n["currentState"]["project_id"] == json!(project));
            seen.extend(ours.map(|n| n["sequence"].as_i64().expect("a number")));
            if !nodes.is_empty() {
                after = page["pageInfo"]["endCursor"].clone();
            }
        }
        seen
    };
    let (_, seen) = tokio::join!(futures_util::future::join_all(writers), reader);
    assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
    assert_eq!(seen.len(), 20);
}
