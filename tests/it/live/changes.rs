//! What subscribers are told: all that they may see, in order, once, and nothing else.

use serde_json::{Value, json};

use super::TASKS;
use crate::support::{Socket, TestApp};
use crate::tenant::kit::text;

#[tokio::test]
async fn each_change_is_told_as_it_happens() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let project = app.project(&owner, "Apollo").await;
    let mut socket = Socket::greeted(&member).await;
    assert_eq!(socket.subscribe("t", TASKS, json!({})).await, None);

    let task = app.task(&owner, &project, "Land").await;
    let told = socket.next("t").await["taskChanged"].clone();
    assert_eq!(told["event"]["eventType"], "Task.CREATE");
    assert_eq!(told["event"]["actor"]["email"], "owner@acme.test");
    assert_eq!(told["task"], json!({ "id": task, "title": "Land" }));

    let title = json!({ "id": task, "input": { "title": "Land softly" } });
    owner.done("taskUpdate", title, "").await;
    let told = socket.next("t").await["taskChanged"].clone();
    assert_eq!(told["event"]["eventType"], "Task.title.UPDATE");
    assert_eq!(told["task"]["title"], "Land softly");

    owner.done("taskDelete", json!({ "id": task }), "").await;
    let told = socket.next("t").await["taskChanged"].clone();
    assert_eq!((&told["event"]["eventType"], &told["task"]), (&json!("Task.DELETE"), &Value::Null));
    assert_eq!(told["event"]["entityId"], task);

    owner.done("taskRestore", json!({ "id": task }), "").await;
    let told = socket.next("t").await["taskChanged"].clone();
    assert_eq!(told["event"]["eventType"], "Task.RESTORE");
    assert_eq!(told["task"]["id"], task);

    // What failed has not happened.
    assert_eq!(
        owner.faults("taskUpdate", json!({ "id": task, "input": { "title": "" } })).await.len(),
        1
    );
    assert!(socket.is_silent().await);
}

#[tokio::test]
async fn every_kind_has_its_own_and_eventappended_has_all() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let mut socket = Socket::greeted(&owner).await;
    for (kind, field) in [
        ("project", "name"),
        ("task", "title"),
        ("document", "name"),
        ("client", "fullName"),
        ("case", "title"),
        ("note", "body"),
    ] {
        let query = format!(
            "subscription {{ {kind}Changed {{ event {{ eventType }} {kind} {{ {field} }} }} }}"
        );
        assert_eq!(socket.subscribe(kind, &query, json!({})).await, None, "{kind}");
    }
    let all = "subscription { eventAppended { cursor event { sequence eventType } } }";
    let mut events = Socket::greeted(&owner).await;
    assert_eq!(events.subscribe("all", all, json!({})).await, None);

    let project = app.project(&owner, "Apollo").await;
    assert_eq!(socket.next("project").await["projectChanged"]["project"]["name"], "Apollo");
    app.task(&owner, &project, "Land").await;
    assert_eq!(socket.next("task").await["taskChanged"]["task"]["title"], "Land");
    let document = json!({ "input": { "projectId": project, "name": "Plan" } });
    owner.done("documentCreate", document, "").await;
    assert_eq!(socket.next("document").await["documentChanged"]["document"]["name"], "Plan");
    let client = json!({ "input": { "firstName": "Ada", "lastName": "Byron" } });
    let client = owner.done("clientCreate", client, "client { id }").await["client"]["id"].clone();
    assert_eq!(socket.next("client").await["clientChanged"]["client"]["fullName"], "Ada Byron");
    let case = json!({ "input": { "clientId": &client, "title": "Visa" } });
    owner.done("caseCreate", case, "").await;
    assert_eq!(socket.next("case").await["caseChanged"]["case"]["title"], "Visa");
    let note = json!({ "input": { "clientId": client, "body": "Called." } });
    owner.done("noteCreate", note, "").await;
    assert_eq!(socket.next("note").await["noteChanged"]["note"]["body"], "Called.");

    for name in ["Project", "Task", "Document", "Client", "Case", "Note"] {
        let told = events.next("all").await["eventAppended"]["event"]["eventType"].clone();
        assert_eq!(told, format!("{name}.CREATE"));
    }
}

#[tokio::test]
async fn filters_leave_out_the_rest() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (apollo, gemini) =
        (app.project(&owner, "Apollo").await, app.project(&owner, "Gemini").await);
    let (here, there) =
        (app.task(&owner, &apollo, "Here").await, app.task(&owner, &gemini, "There").await);
    let mut socket = Socket::greeted(&owner).await;
    for (id, filter) in [
        ("ids", json!({ "ids": [here] })),
        ("project", json!({ "projectId": gemini })),
        ("done", json!({ "eventTypes": ["Task.status.UPDATE", "*.DELETE"] })),
    ] {
        assert_eq!(socket.subscribe(id, TASKS, json!({ "f": filter })).await, None, "{id}");
    }
    let update = |id: &str, input: Value| {
        let arguments = json!({ "id": id, "input": input });
        let owner = owner.clone();
        async move { owner.done("taskUpdate", arguments, "").await }
    };
    update(&here, json!({ "title": "Here it is" })).await;
    assert_eq!(socket.next("ids").await["taskChanged"]["task"]["title"], "Here it is");
    update(&there, json!({ "title": "There it is" })).await;
    assert_eq!(socket.next("project").await["taskChanged"]["task"]["title"], "There it is");
    // Where it came from hears of what has left, too.
    update(&there, json!({ "projectId": apollo })).await;
    assert_eq!(socket.next("project").await["taskChanged"]["task"]["title"], "There it is");
    update(&there, json!({ "status": "DONE" })).await;
    let told = socket.next("done").await["taskChanged"]["event"]["eventType"].clone();
    assert!(text(&told).starts_with("Task."), "{told}");
    owner.done("taskDelete", json!({ "id": there }), "").await;
    assert_eq!(socket.next("done").await["taskChanged"]["event"]["eventType"], "Task.DELETE");
    assert!(socket.is_silent().await);
}

#[tokio::test]
async fn a_clients_page_hears_of_what_is_about_them() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let mut ids = vec![];
    for name in ["Ada", "Bob"] {
        let client = json!({ "input": { "lastName": name } });
        let client = owner.done("clientCreate", client, "client { id }").await;
        let client = text(&client["client"]["id"]);
        let case = json!({ "input": { "clientId": client, "title": "Visa" } });
        let case = owner.done("caseCreate", case, "case { id }").await;
        ids.push((client, text(&case["case"]["id"])));
    }
    let [(ada, visa), (bob, permit)] = ids.try_into().expect("two");
    let mut socket = Socket::greeted(&owner).await;
    for (kind, word, of) in [
        ("task", "title", json!({ "clientId": ada })),
        ("document", "name", json!({ "caseId": visa, "clientId": ada })),
        ("note", "body", json!({ "caseId": visa })),
    ] {
        let type_of = format!("{}{}ChangeFilter", kind[..1].to_uppercase(), &kind[1..]);
        let query = format!(
            "subscription($f: {type_of}) {{ {kind}Changed(filter: $f) {{ {kind} {{ {word} }} }} }}"
        );
        assert_eq!(socket.subscribe(kind, &query, json!({ "f": of })).await, None, "{kind}");
        let field = format!("{kind}Create");
        for (case, says) in [(&permit, "other"), (&visa, "mine")] {
            let new = json!({ "input": { "caseId": case, word: says } });
            owner.done(&field, new, "").await;
        }
        let told = socket.next(kind).await[format!("{kind}Changed")][kind][word].clone();
        assert_eq!(told, "mine", "{kind}");
    }
    // Where it came from hears of what has left, too.
    let mine = "{ tasks(search: \"mine\") { nodes { id } } }";
    let mine = owner.gql(mine).await.column("tasks", "id")[0].clone();
    owner.done("taskUpdate", json!({ "id": mine, "input": { "clientId": bob } }), "").await;
    assert_eq!(socket.next("task").await["taskChanged"]["task"]["title"], "mine");
    owner.done("taskUpdate", json!({ "id": mine, "input": { "title": "gone" } }), "").await;
    assert!(socket.is_silent().await);
}

#[tokio::test]
async fn who_was_away_goes_on_where_they_were() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "Apollo").await;
    let mut socket = Socket::greeted(&owner).await;
    assert_eq!(socket.subscribe("t", TASKS, json!({})).await, None);
    app.task(&owner, &project, "0").await;
    let seen = text(&socket.next("t").await["taskChanged"]["cursor"]);
    drop(socket);

    // More than fits on a page, and more comes while it is told.
    for n in 1..=120 {
        app.task(&owner, &project, &n.to_string()).await;
    }
    let mut socket = Socket::greeted(&owner).await;
    socket.ask("t", TASKS, json!({ "a": seen })).await;
    for n in 1..=130 {
        if n > 110 && n <= 120 {
            app.task(&owner, &project, &(n + 10).to_string()).await;
        }
        let told = socket.next("t").await["taskChanged"].clone();
        assert_eq!(told["task"]["title"], n.to_string());
    }
    assert!(socket.is_silent().await);
}

#[tokio::test]
async fn a_cursor_that_leads_nowhere_is_told_so() {
    let app = TestApp::new().await;
    let (owner, globex) =
        (app.sign_in("acme", "owner").await, app.sign_in("globex", "owner").await);
    let project = app.project(&owner, "Apollo").await;
    let mut socket = Socket::greeted(&owner).await;
    assert_eq!(socket.subscribe("t", TASKS, json!({})).await, None);
    let mut cursors = vec![];
    for n in 0..3 {
        app.task(&owner, &project, &n.to_string()).await;
        cursors.push(text(&socket.next("t").await["taskChanged"]["cursor"]));
    }
    // Another tenant's is none here.
    let mut other = Socket::greeted(&globex).await;
    let errors = other.subscribe("t", TASKS, json!({ "a": cursors[0] })).await.expect("errors");
    assert_eq!(errors[0]["extensions"]["code"], "BAD_USER_INPUT");

    drop(socket);
    app.sql(
        "DELETE FROM t_acme.audit_log WHERE seq <= (SELECT max(seq) - 1 FROM t_acme.audit_log)",
    )
    .await;
    // Another process has nothing of it in memory.
    let beside = TestApp::beside(&app).await;
    let there = beside.sign_in("acme", "owner").await;
    let mut socket = Socket::greeted(&there).await;
    socket.ask("t", TASKS, json!({ "a": cursors[0] })).await;
    let message = socket.message().await;
    assert_eq!(
        message["payload"]["errors"][0]["extensions"]["code"], "CURSOR_EXPIRED",
        "{message}"
    );
    assert_eq!(socket.message().await, json!({ "type": "complete", "id": "t" }));
    socket.ask("t", TASKS, json!({ "a": cursors[1] })).await;
    assert_eq!(socket.next("t").await["taskChanged"]["task"]["title"], "2", "what is left");
}

#[tokio::test]
async fn nobody_hears_of_what_they_may_not_see() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let guest = json!({ "input": {
        "email": "guest@acme.test", "password": crate::support::database::PASSWORD, "role": "GUEST" } });
    owner.done("userCreate", guest, "").await;
    let guest = app.sign_in("acme", "guest").await;
    let project = app.project(&owner, "Apollo").await;
    let (shown, hidden) =
        (app.task(&owner, &project, "Shown").await, app.task(&owner, &project, "Hidden").await);

    let mut socket = Socket::greeted(&guest).await;
    let errors = socket.subscribe("t", TASKS, json!({})).await.expect("errors");
    assert_eq!(errors[0]["extensions"]["code"], "FORBIDDEN");
    let all = "subscription { eventAppended { event { entityId } } }";
    let errors = socket.subscribe("e", all, json!({})).await.expect("errors");
    assert_eq!(errors[0]["extensions"]["code"], "FORBIDDEN");

    let grant = json!({ "input": {
        "permissions": ["tasks.view"], "objectId": shown, "userId": crate::tenant::kit::me(&guest).await } });
    owner.done("objectPermissionGrant", grant.clone(), "").await;
    assert_eq!(socket.subscribe("t", TASKS, json!({})).await, None);
    assert_eq!(socket.subscribe("e", all, json!({})).await, None);
    let mut globex = Socket::greeted(&app.sign_in("globex", "owner").await).await;
    assert_eq!(globex.subscribe("t", TASKS, json!({})).await, None);

    for task in [&hidden, &shown] {
        let arguments = json!({ "id": task, "input": { "title": "Changed" } });
        owner.done("taskUpdate", arguments, "").await;
    }
    let mut told = [socket.message().await, socket.message().await];
    told.sort_by_key(|message| text(&message["id"]));
    assert_eq!(told[0]["payload"]["data"]["eventAppended"]["event"]["entityId"], shown);
    assert_eq!(told[1]["payload"]["data"]["taskChanged"]["task"]["id"], shown);
    assert!(socket.is_silent().await, "nothing of the other");
    assert!(globex.is_silent().await, "nothing of another tenant");

    // The grant goes, and with it the right to hear.
    owner.done("objectPermissionRevoke", grant, "").await;
    let arguments = json!({ "id": shown, "input": { "title": "Changed again" } });
    owner.done("taskUpdate", arguments, "").await;
    for _ in 0..2 {
        let refused = socket.message().await;
        assert_eq!(refused["payload"]["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
        assert_eq!(socket.message().await["type"], "complete");
    }
}

#[tokio::test]
async fn many_of_one_kind_share_one_answer_and_nobody_gets_anothers() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let project = app.project(&owner, "Apollo").await;
    let personal = "subscription { taskChanged { task { title permissions { canDelete } } } }";
    let (mut members, mut managers) = (vec![], vec![]);
    for _ in 0..5 {
        let mut socket = Socket::greeted(&app.sign_in("acme", "member").await).await;
        assert_eq!(socket.subscribe("t", personal, json!({})).await, None);
        members.push(socket);
        let mut socket = Socket::greeted(&app.sign_in("acme", "manager").await).await;
        assert_eq!(socket.subscribe("t", personal, json!({})).await, None);
        managers.push(socket);
    }
    app.task(&owner, &project, "Land").await;
    for (sockets, can_delete) in [(&mut members, false), (&mut managers, true)] {
        for socket in sockets {
            let told = socket.next("t").await["taskChanged"]["task"].clone();
            assert_eq!(
                told,
                json!({ "title": "Land", "permissions": { "canDelete": can_delete } })
            );
        }
    }
}
