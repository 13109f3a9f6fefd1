//! Security events: what leaves one, where, and that nobody else reads it.

use serde_json::{Value, json};

use crate::support::database::PASSWORD;
use crate::support::{Caller, TestApp};

const EVENTS: &str = "query($kinds: [SecurityEventKind!]) { securityEvents(
    filter: { kind: { in: $kinds } }, first: 100) { totalCount nodes { id kind count detail at
        actorKind actorId actor { email } ipAddress userAgent correlationId } } }";

/// The tenant's events of a kind, the newest first.
async fn events(app: &TestApp, owner: &Caller, kind: &str) -> Vec<Value> {
    list(app, owner, kind, EVENTS, "securityEvents").await
}

/// The platform's events of a kind, the newest first.
async fn of_platform(app: &TestApp, operator: &Caller, kind: &str) -> Vec<Value> {
    let query = EVENTS.replace("securityEvents", "platformSecurityEvents");
    list(app, operator, kind, &query, "platformSecurityEvents").await
}

async fn list(app: &TestApp, who: &Caller, kind: &str, query: &str, field: &str) -> Vec<Value> {
    app.events_written().await;
    let found = who.gql_with(query, json!({ "kinds": [kind] })).await.data()[field].clone();
    let nodes = found["nodes"].as_array().expect("nodes").clone();
    assert_eq!(found["totalCount"], nodes.len());
    assert!(nodes.iter().all(|node| node["kind"] == kind), "{nodes:?}");
    nodes
}

/// Tries to sign in.
async fn try_in(caller: &Caller, email: &str, password: &str) {
    let query = "mutation($e: String!, $p: String!) {
        tokenCreate(input: { email: $e, password: $p }) { expiresIn } }";
    caller.gql_with(query, json!({ "e": email, "p": password })).await;
}

#[tokio::test]
async fn sign_ins_are_noted_good_and_bad() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let good = events(&app, &owner, "SIGN_IN").await;
    assert_eq!(good.len(), 1, "{good:?}");
    assert_eq!(good[0]["actor"]["email"], "owner@acme.test");
    assert_eq!(
        (&good[0]["actorKind"], &good[0]["ipAddress"]),
        (&json!("USER"), &json!("127.0.0.1"))
    );

    let anonymous = app.anonymous("acme");
    for email in ["Owner@acme.test", "nobody@acme.test"] {
        try_in(&anonymous, email, "wrong").await;
    }
    try_in(&app.anonymous("localhost"), "admin@taruvi.test", "wrong").await;
    let bad = events(&app, &owner, "SIGN_IN_FAILED").await;
    let mut names: Vec<_> = bad.iter().map(|event| event["detail"].clone()).collect();
    names.sort_by_key(ToString::to_string);
    assert_eq!(names, ["nobody@acme.test", "owner@acme.test"]);
    assert!(bad.iter().all(|event| event["actorKind"] == "ANONYMOUS"), "{bad:?}");
    let operator = app.operator().await;
    let bad = of_platform(&app, &operator, "SIGN_IN_FAILED").await;
    assert_eq!(bad.len(), 1);
    assert_eq!(bad[0]["detail"], "admin@taruvi.test");
    assert_eq!(of_platform(&app, &operator, "SIGN_IN").await[0]["actorKind"], "OPERATOR");
}

#[tokio::test]
async fn a_flood_becomes_a_count() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let anonymous = app.anonymous("acme");
    for _ in 0..5 {
        try_in(&anonymous, "owner@acme.test", "wrong").await;
    }
    let bad = events(&app, &owner, "SIGN_IN_FAILED").await;
    let counts: i64 = bad.iter().map(|event| event["count"].as_i64().expect("a count")).sum();
    assert_eq!((counts, bad.len()), (5, 2), "{bad:?}");
    // Many different ones from one address are told apart up to a number only.
    for n in 0..30 {
        anonymous.gql_with(EVENTS, json!({ "kinds": [], "x": "../".repeat(n) })).await;
        let path = format!("/{n}/../x");
        crate::record::raw_get(&app, "acme.localhost", &path).await;
    }
    let paths = events(&app, &owner, "PATH_TRAVERSAL").await;
    assert!(paths.len() <= 23, "{}", paths.len());
    let counts: i64 = paths.iter().map(|event| event["count"].as_i64().expect("a count")).sum();
    assert_eq!(counts, 30 + 29, "{paths:?}");
}

#[tokio::test]
async fn tokens_that_do_not_hold_are_noted() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let query = "{ viewer { id } }";
    owner.with_token("nonsense").gql(query).await.refused(401, "UNAUTHENTICATED");
    assert_eq!(events(&app, &owner, "TOKEN_REFUSED").await.len(), 1);

    let refresh =
        "mutation($t: String!) { tokenRefresh(input: { refreshToken: $t }) { expiresIn } }";
    let token = json!({ "t": member.refresh_token });
    member.gql_with(refresh, token.clone()).await.data();
    assert!(events(&app, &owner, "TOKEN_REUSED").await.is_empty());
    assert_eq!(member.gql_with(refresh, token).await.code(), "UNAUTHENTICATED");
    let reused = events(&app, &owner, "TOKEN_REUSED").await;
    assert_eq!(reused.len(), 1, "{reused:?}");
    // Its session has ended, so the access token does not hold any more either.
    member.gql(query).await.refused(401, "UNAUTHENTICATED");
    let refused = events(&app, &owner, "TOKEN_REFUSED").await;
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert_eq!(refused[0]["actor"]["email"], "member@acme.test");
}

#[tokio::test]
async fn a_token_of_another_tenant_tells_this_one_only_that() {
    let app = TestApp::new().await;
    let (owner, other) = (app.sign_in("acme", "owner").await, app.sign_in("globex", "owner").await);
    other.at("acme.localhost").gql("{ viewer { id } }").await.refused(401, "UNAUTHENTICATED");
    let here = events(&app, &owner, "CROSS_TENANT").await;
    assert_eq!(here.len(), 1, "{here:?}");
    assert_eq!((&here[0]["detail"], &here[0]["actorId"]), (&json!(""), &Value::Null));
    assert!(events(&app, &other, "CROSS_TENANT").await.is_empty());
    let operator = app.operator().await;
    let platform = of_platform(&app, &operator, "CROSS_TENANT").await;
    let globex = app.tenant("globex").await.id.0.to_string();
    let detail = platform[0]["detail"].as_str().expect("a detail");
    assert!(detail.contains(&globex) && detail.contains("t_acme"), "{detail}");
}

#[tokio::test]
async fn what_is_refused_is_noted_with_the_permission() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    member.gql("{ securityEvents { totalCount } }").await.refused(200, "FORBIDDEN");
    let denied = events(&app, &owner, "PERMISSION_DENIED").await;
    assert_eq!(denied.len(), 1, "{denied:?}");
    assert_eq!(denied[0]["detail"], "the permission security_events.view is required");
    assert_eq!(denied[0]["actor"]["email"], "member@acme.test");
    member.at("nobody.localhost").with_token("x").gql("{ viewer { id } }").await;
    let operator = app.operator().await;
    let unknown = of_platform(&app, &operator, "UNKNOWN_HOST").await;
    assert_eq!(unknown[0]["detail"], "nobody.localhost");
}

#[tokio::test]
async fn a_limit_that_is_reached_is_noted() {
    let app = TestApp::with(&[("limits.enabled", "true"), ("limits.auth_per_minute", "2")]).await;
    let owner = app.sign_in("acme", "owner").await;
    let anonymous = app.anonymous("acme");
    for _ in 0..4 {
        try_in(&anonymous, "member@acme.test", "wrong").await;
    }
    assert!(!events(&app, &owner, "RATE_LIMITED").await.is_empty());
    let failed = events(&app, &owner, "SIGN_IN_FAILED").await;
    let counts: i64 = failed.iter().map(|event| event["count"].as_i64().expect("a count")).sum();
    assert_eq!(counts, 2, "those that were refused for the limit were not looked at: {failed:?}");
}

#[tokio::test]
async fn what_looks_like_an_attack_is_noted_and_stored_as_it_came() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let text = "<script>alert('§ 242 BGB')</script> and so on";
    let id = app.project(&owner, text).await;
    let query = "query($id: ID!) { project(id: $id) { name } }";
    let read = owner.gql_with(query, json!({ "id": id })).await;
    assert_eq!(read.data()["project"]["name"], text);
    let noted = events(&app, &owner, "SCRIPT_INJECTION").await;
    assert_eq!((noted.len(), &noted[0]["detail"]), (1, &json!("$n")), "{noted:?}");
    assert!(!json!(noted).to_string().contains("BGB"), "values are not kept");

    let scanner = owner.request(reqwest::Method::POST, "/graphql");
    let scanner = scanner.header("user-agent", "SQLmap/1.7 (https://sqlmap.org)");
    for _ in 0..3 {
        let again = scanner.try_clone().expect("a copy");
        owner.send(again.json(&json!({ "query": "{ viewer { id } }" }))).await.data();
    }
    let agents = events(&app, &owner, "SUSPICIOUS_AGENT").await;
    let sqlmap: Vec<_> =
        agents.iter().filter(|e| e["detail"] == "SQLmap/1.7 (https://sqlmap.org)").collect();
    assert_eq!((sqlmap.len(), &sqlmap[0]["count"]), (1, &json!(1)), "{agents:?}");

    crate::record::raw_get(&app, "acme.localhost", "/static/..%252f..%2fetc/passwd").await;
    crate::record::raw_get(&app, "acme.localhost", "/?q=%3Cscript%3E").await;
    crate::record::raw_get(&app, "acme.localhost", "/playground/?see=..&that=a..b").await;
    assert_eq!(events(&app, &owner, "PATH_TRAVERSAL").await.len(), 1);
    assert_eq!(events(&app, &owner, "SCRIPT_INJECTION").await.len(), 2);
}

#[tokio::test]
async fn what_people_do_with_accounts_is_noted() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let id = crate::tenant::kit::me(&member).await;
    let change = json!({ "id": id, "input": { "role": "MANAGER" } });
    owner.done("userUpdate", change, "").await;
    let changed = events(&app, &owner, "ROLE_CHANGED").await;
    assert_eq!(changed[0]["detail"], format!("{id}: member becomes manager"));
    let wrong = json!({ "input": { "currentPassword": "wrong", "newPassword": "many new signs" } });
    member.faults("userChangePassword", wrong).await;
    assert_eq!(events(&app, &owner, "PASSWORD_REFUSED").await.len(), 1);
    let right =
        json!({ "input": { "currentPassword": PASSWORD, "newPassword": "many new signs" } });
    member.done("userChangePassword", right, "").await;
    assert_eq!(
        events(&app, &owner, "PASSWORD_CHANGED").await[0]["actor"]["email"],
        "member@acme.test"
    );
    member.gql("mutation { sessionRevokeOthers { revokedCount } }").await.data();
    assert_eq!(events(&app, &owner, "SESSIONS_REVOKED").await.len(), 1);
    owner.done("userDelete", json!({ "id": id }), "").await;
    let gone = events(&app, &owner, "PASSWORD_CHANGED").await;
    assert_eq!((&gone[0]["actor"], &gone[0]["actorId"]), (&Value::Null, &json!(id)));
}

#[tokio::test]
async fn old_events_are_taken_away() {
    let app = TestApp::with(&[("security.retention_days", "30")]).await;
    let owner = app.sign_in("acme", "owner").await;
    app.operator().await;
    app.events_written().await;
    for schema in ["t_acme", "public"] {
        app.sql(&format!(
            "INSERT INTO {schema}.security_events
                (id, at, kind, count, detail, actor_kind, correlation_id)
             SELECT gen_random_uuid(), now() - interval '31 days', 'sign_in', 1, '', 'system', ''
               FROM generate_series(1, 5100);
             INSERT INTO {schema}.security_events
                (id, at, kind, count, detail, actor_kind, correlation_id)
             VALUES (gen_random_uuid(), now() - interval '29 days', 'sign_in', 1, '', 'system', '')"
        ))
        .await;
    }
    let security = app.app.security.clone();
    app.run(async move { security.prune().await }).await;
    let left = events(&app, &owner, "SIGN_IN").await;
    assert_eq!(left.len(), 2, "the owner's own, and the one of 29 days ago: {left:?}");
    let of_platform = "SELECT count(*) FROM public.security_events WHERE kind = 'sign_in'";
    assert_eq!(app.value(of_platform).await, "2");
}

#[tokio::test]
async fn a_full_queue_stops_nobody_and_says_what_is_missing() {
    use taruvi::security::{Event, Kind};
    let app = TestApp::new().await;
    let (security, tenant) = (app.app.security.clone(), app.tenant("acme").await);
    let noted = 10_000;
    let place = tenant.place.clone();
    app.run(async move {
        for n in 0..noted {
            let event = Event::new(Kind::PermissionDenied, Some(place.clone()), n.to_string());
            security.note(event);
        }
    })
    .await;
    app.events_written().await;
    let sum = |schema: &str, kind: &str| {
        format!(
            "SELECT coalesce(sum(count), 0) FROM {schema}.security_events WHERE kind = '{kind}'"
        )
    };
    let written = app.value(&sum("t_acme", "permission_denied")).await;
    let dropped = app.value(&sum("public", "events_dropped")).await;
    let (written, dropped): (i64, i64) = (written.parse().unwrap(), dropped.parse().unwrap());
    assert_eq!(written + dropped, noted);
    let rows = app.value("SELECT count(*) FROM t_acme.security_events").await;
    assert!(rows.parse::<i64>().unwrap() < 30, "{rows} rows for one flood");
}
