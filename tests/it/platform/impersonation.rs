//! Platform administrators in the place of a tenant's user: for a reason, for a while, on the
//! record, and without what belongs to the person.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::id_of;
use super::operators::{add, sign_in};
use crate::support::{Caller, TestApp};
use crate::tenant::kit::{soon, text};

const REASON: &str = "ticket 4711: the list stays empty";
const BEGUN: &str = "accessToken expiresIn impersonation { id operatorEmail tenantName userEmail
    reason startedAt endsAt endedAt }";

async fn user(app: &TestApp, account: &str) -> String {
    let caller = app.sign_in("acme", account).await;
    caller.gql("{ viewer { id } }").await.text("/data/viewer/id")
}

async fn input(app: &TestApp, admin: &Caller, account: &str) -> Value {
    let tenant = id_of(admin, "acme").await;
    json!({ "tenantId": tenant, "userId": user(app, account).await, "reason": REASON })
}

/// The administrator as this account of acme, and the impersonation.
async fn start(app: &TestApp, admin: &Caller, account: &str) -> (Caller, Value) {
    let input = json!({ "input": input(app, admin, account).await });
    let begun = admin.done("impersonationStart", input, BEGUN).await;
    let mut there = app.anonymous("acme");
    there.token = Some(text(&begun["accessToken"]));
    (there, begun["impersonation"].clone())
}

async fn status(caller: &Caller) -> u16 {
    caller.gql("{ viewer { id } }").await.status.as_u16()
}

/// The claims of a token.
fn claims(token: &str) -> Value {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let payload = token.split('.').nth(1).expect("a payload");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64")).expect("JSON")
}

#[tokio::test]
async fn an_administrator_acts_as_the_user_and_everybody_can_tell() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let (there, begun) = start(&app, &admin, "member").await;
    let expected = json!({ "id": begun["id"], "operatorEmail": "admin@taruvi.test",
        "tenantName": "acme Ltd", "userEmail": "member@acme.test", "reason": REASON,
        "startedAt": begun["startedAt"], "endsAt": begun["endsAt"], "endedAt": null });
    assert_eq!(begun, expected);
    let token = claims(there.token.as_deref().unwrap());
    assert!(token["act"]["sub"].is_string(), "{token}");
    // A second may pass between the beginning and the token that is issued for it.
    let ends = begun["endsAt"].as_str().unwrap().parse::<DateTime<Utc>>().expect("a time");
    let began = begun["startedAt"].as_str().unwrap().parse::<DateTime<Utc>>().expect("a time");
    assert_eq!(ends - began, TimeDelta::minutes(30));
    assert_eq!(token["exp"].as_i64().unwrap(), ends.timestamp());
    let query = "{ viewer { email role } viewerImpersonation { id operatorEmail reason startedAt
        endsAt } }";
    let seen = there.gql(query).await.data();
    assert_eq!(seen["viewer"], json!({ "email": "member@acme.test", "role": "MEMBER" }));
    let told = json!({ "id": begun["id"], "operatorEmail": "admin@taruvi.test", "reason": REASON,
        "startedAt": begun["startedAt"], "endsAt": begun["endsAt"] });
    assert_eq!(seen["viewerImpersonation"], told);
    let member = app.sign_in("acme", "member").await;
    let none = member.gql("{ viewerImpersonation { reason } }").await.data();
    assert_eq!(none["viewerImpersonation"], Value::Null);

    // What they may, and on whose record it stands.
    let project = app.project(&app.sign_in("acme", "owner").await, "Apollo").await;
    app.task(&there, &project, "Looked").await;
    let delete = json!({ "id": user(&app, "manager").await });
    assert_eq!(there.refusal("userDelete", delete).await, "FORBIDDEN");
    let record = app.record("acme").await;
    let began =
        record.iter().find(|row| row["action"] == "user.impersonate").expect("its beginning");
    assert_eq!(began["actorKind"], "operator");
    assert_eq!(began["after"]["reason"], REASON);
    let listed = admin.gql("{ impersonations { totalCount nodes { reason } } }").await.data();
    assert_eq!(
        listed["impersonations"],
        json!({ "totalCount": 1, "nodes": [{ "reason": REASON }] })
    );
    // Whom it is of sees the session, and may end it.
    let sessions = member.gql("{ viewerSessions { id expiresAt } }").await.data();
    let session = sessions["viewerSessions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["expiresAt"] == begun["endsAt"])
        .expect("the impersonation's session")
        .clone();
    member.done("sessionRevoke", json!({ "id": session["id"] }), "").await;
    assert_eq!(status(&there).await, 401);
}

#[tokio::test]
async fn bad_input_begins_nothing() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let good = input(&app, &admin, "member").await;
    for (key, value, expected) in [
        ("reason", json!(""), "REQUIRED input.reason"),
        ("reason", json!("  too short"), "INVALID input.reason"),
        ("reason", json!("a\nreason of two lines"), "INVALID input.reason"),
        ("reason", json!("x".repeat(501)), "TOO_LONG input.reason"),
        ("minutes", json!(0), "INVALID input.minutes"),
        ("minutes", json!(61), "INVALID input.minutes"),
        ("tenantId", json!("tenant_01jtestgap0000000000000000"), "NOT_FOUND input.tenantId"),
        ("userId", json!("user_01jtestgap0000000000000000"), "NOT_FOUND input.userId"),
    ] {
        let mut input = good.clone();
        input[key] = value;
        let found = admin.faults("impersonationStart", json!({ "input": input })).await;
        assert_eq!(found, [expected], "{key}");
    }
    let owner = app.sign_in("acme", "owner").await;
    let off = json!({ "id": good["userId"], "input": { "isActive": false } });
    owner.done("userUpdate", off, "").await;
    let found = admin.faults("impersonationStart", json!({ "input": good })).await;
    assert_eq!(found, ["NOT_ALLOWED input.userId"]);
    add(&admin, "ann", false).await;
    let ann = sign_in(&app, "ann").await;
    for caller in [&ann, &owner] {
        let code = caller.refusal("impersonationStart", json!({ "input": good })).await;
        assert_eq!(code, "FORBIDDEN");
        assert_eq!(caller.gql("{ impersonations { totalCount } }").await.code(), "FORBIDDEN");
    }
    assert_eq!(app.value("SELECT count(*) FROM public.impersonations").await, "0");
}

#[tokio::test]
async fn the_account_people_keys_and_settings_are_out_of_reach() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let (there, _) = start(&app, &admin, "owner").await;
    let id = user(&app, "owner").await;
    let password =
        json!({ "input": { "currentPassword": "x", "newPassword": "quite another one" } });
    let new =
        json!({ "input": { "email": "accomplice@acme.test", "password": "quite another one" } });
    for (field, arguments) in [
        ("userChangePassword", password),
        ("userCreate", new),
        ("userUpdate", json!({ "id": id, "input": { "email": "mine@acme.test" } })),
        ("userDelete", json!({ "id": id })),
        ("sessionRevoke", json!({ "id": "session_01jtestgap0000000000000000" })),
        ("groupCreate", json!({ "input": { "name": "Mine" } })),
        ("serviceAccountCreate", json!({ "input": { "name": "Mine" } })),
    ] {
        let answer = there.mutate(field, arguments, "").await;
        assert_eq!(answer.code(), "FORBIDDEN", "{field}: {}", answer.body);
        assert_eq!(answer.text("/errors/0/message"), "not while impersonating", "{field}");
    }
    for query in ["{ viewerSessions { id } }", "mutation { sessionRevokeOthers { revokedCount } }"]
    {
        assert_eq!(there.gql(query).await.text("/errors/0/message"), "not while impersonating");
    }
    // What an owner sees and works with goes on.
    there.gql("{ users { totalCount } tasks { totalCount } }").await.data();
    app.project(&there, "Looked").await;
    assert_eq!(app.value("SELECT count(*) FROM \"t_acme\".users").await, "3");
}

#[tokio::test]
async fn it_ends_in_time_and_at_once_with_what_it_stands_on() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let admin = app.operator().await;
    for way in ["end", "within", "session", "inactive", "admin"] {
        let name = format!("by-{way}");
        let id = add(&admin, &name, true).await;
        let operator = sign_in(&app, &name).await;
        let (there, begun) = start(&app, &operator, "member").await;
        let beside = other.anonymous("acme").with_token(there.token.as_deref().unwrap());
        assert_eq!((status(&there).await, status(&beside).await), (200, 200), "{way}");
        let end = json!({ "id": begun["id"] });
        match way {
            "end" => {
                let ended =
                    admin.done("impersonationEnd", end.clone(), "impersonation { endedAt }").await;
                assert!(ended["impersonation"]["endedAt"].is_string());
                admin.done("impersonationEnd", end, "").await;
            }
            "within" => drop(there.done("impersonationEnd", end, "").await),
            "session" => {
                let token = json!({ "input": { "refreshToken": operator.refresh_token } });
                operator.done("tokenRevoke", token, "revoked").await;
            }
            _ => {
                let input = match way {
                    "inactive" => json!({ "isActive": false }),
                    _ => json!({ "isAdmin": false }),
                };
                admin.done("operatorUpdate", json!({ "id": id, "input": input }), "").await;
            }
        }
        assert_eq!(status(&there).await, 401, "{way}");
        soon("the other process knows", async || status(&beside).await == 401).await;
    }
    let ended: Vec<_> = app.record("acme").await;
    let ended = ended.iter().filter(|row| row["action"] == "user.end_impersonation").count();
    assert_eq!(ended, 2);
    let (there, _) = start(&app, &admin, "member").await;
    app.app.clock.advance(TimeDelta::seconds(1790));
    assert_eq!(status(&there).await, 200, "for longer than other tokens");
    app.app.clock.advance(TimeDelta::seconds(16));
    assert_eq!(status(&there).await, 401);
}

#[tokio::test]
async fn nobody_ends_what_is_not_theirs() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let (there, _) = start(&app, &admin, "member").await;
    let (_, second) = start(&app, &admin, "manager").await;
    let end = json!({ "id": second["id"] });
    assert_eq!(there.faults("impersonationEnd", end.clone()).await, ["NOT_FOUND id"]);
    let owner = app.sign_in("acme", "owner").await;
    assert_eq!(owner.refusal("impersonationEnd", end.clone()).await, "FORBIDDEN");
    assert_eq!(
        app.anonymous("localhost").refusal("impersonationEnd", end).await,
        "UNAUTHENTICATED"
    );
    let unknown = json!({ "id": "impersonation_01jtestgap0000000000000000" });
    assert_eq!(admin.faults("impersonationEnd", unknown).await, ["NOT_FOUND id"]);
    assert_eq!(
        app.value("SELECT count(*) FROM public.impersonations WHERE ended_at IS NULL").await,
        "2"
    );
}
