//! API keys: what they may do, where, for how long, and who manages them.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::kit::{me, soon, text};
use crate::support::{Caller, TestApp};

const MADE: &str = "secret apiKey { id name prefix scopes expiresAt lastUsedAt revokedAt
    owner { id username } createdBy { username } }";

/// A key of the caller's own, or of a service account: its id and its secret.
pub async fn key(caller: &Caller, input: Value) -> (String, String) {
    let made = caller.done("apiKeyCreate", json!({ "input": input }), MADE).await;
    (text(&made["apiKey"]["id"]), text(&made["secret"]))
}

/// A service account with this role; its id.
pub async fn robot(owner: &Caller, role: &str) -> String {
    let input = json!({ "input": { "name": "Robot", "role": role } });
    let made = owner.done("serviceAccountCreate", input, "serviceAccount { id }").await;
    text(&made["serviceAccount"]["id"])
}

fn scopes(names: &[&str]) -> Value {
    json!({ "name": "Key", "scopes": names })
}

async fn status(caller: &Caller) -> u16 {
    caller.gql("{ viewer { id } }").await.status.as_u16()
}

#[tokio::test]
async fn a_key_acts_for_its_service_account() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let robot = robot(&owner, "MANAGER").await;
    let input = json!({ "name": " Import ", "serviceAccountId": robot,
        "scopes": ["projects.view", "projects.add", "users.view", "projects.add"] });
    let made = owner.done("apiKeyCreate", json!({ "input": input }), MADE).await;
    let (key, secret) = (&made["apiKey"], text(&made["secret"]));
    assert_eq!((&key["name"], &key["owner"]["id"]), (&json!("Import"), &json!(robot)));
    assert_eq!(key["scopes"], json!(["projects.add", "projects.view", "users.view"]));
    assert_eq!(key["createdBy"]["username"], "owner");
    assert!(secret.starts_with(&text(&key["prefix"])) && secret.len() == 59, "{secret}");

    let program = app.anonymous("acme").with_token(&secret);
    let viewer = program.gql("{ viewer { id kind } }").await.data();
    assert_eq!(viewer["viewer"], json!({ "id": robot, "kind": "SERVICE" }));
    let project = app.project(&program, "Apollo").await;
    let query = "query($id: ID!) { project(id: $id) { createdBy { id displayName } } }";
    let read = owner.gql_with(query, json!({ "id": project })).await.data();
    assert_eq!(read["project"]["createdBy"], json!({ "id": robot, "displayName": "Robot" }));
}

#[tokio::test]
async fn it_may_do_what_both_its_scopes_and_its_account_allow() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    let project = app.project(&app.sign_in("acme", "owner").await, "Apollo").await;
    let add = json!({ "input": { "projectId": project, "title": "Land" } });
    let acme = app.anonymous("acme");
    let with = async |names: &[&str]| acme.with_token(&key(&member, scopes(names)).await.1);

    let reader = with(&["tasks.view"]).await;
    reader.gql("{ tasks { totalCount } }").await.data();
    let refused = reader.mutate("taskCreate", add.clone(), "").await;
    assert_eq!(refused.code(), "FORBIDDEN");
    assert!(refused.text("/errors/0/message").contains("tasks.add"), "{}", refused.body);
    assert_eq!(reader.gql("{ projects { totalCount } }").await.code(), "FORBIDDEN");

    // A scope gives nothing that the account does not have.
    let greedy = with(&["projects.add", "users.delete"]).await;
    let new = json!({ "input": { "name": "Gemini" } });
    assert_eq!(greedy.refusal("projectCreate", new).await, "FORBIDDEN");
    let all = with(&["*"]).await;
    all.done("taskCreate", add, "").await;
    assert_eq!(
        all.refusal("projectCreate", json!({ "input": { "name": "G" } })).await,
        "FORBIDDEN"
    );
}

#[tokio::test]
async fn what_an_account_loses_its_keys_lose_at_once() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let robot = robot(&owner, "MEMBER").await;
    let input = json!({ "name": "Key", "serviceAccountId": robot, "scopes": ["*"] });
    let (_, secret) = key(&owner, input).await;
    let program = app.anonymous("acme").with_token(&secret);
    program.gql("{ tasks { totalCount } }").await.data();
    let change = |input: Value| json!({ "id": robot, "input": input });
    owner.done("serviceAccountUpdate", change(json!({ "role": "GUEST" })), "").await;
    assert_eq!(program.gql("{ tasks { totalCount } }").await.code(), "FORBIDDEN");
    owner.done("serviceAccountUpdate", change(json!({ "isActive": false })), "").await;
    assert_eq!(status(&program).await, 401);
    owner.done("serviceAccountUpdate", change(json!({ "isActive": true })), "").await;
    assert_eq!(status(&program).await, 200);
    owner.done("serviceAccountDelete", json!({ "id": robot }), "").await;
    assert_eq!(status(&program).await, 401);
    assert_eq!(app.value("SELECT count(*) FROM t_acme.api_key_secrets").await, "0");
}

#[tokio::test]
async fn no_key_manages_what_an_account_hangs_on() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (id, secret) = key(&owner, scopes(&["*"])).await;
    let program = app.anonymous("acme").with_token(&secret);
    let change = json!({ "currentPassword": "x", "newPassword": "another-password-1" });
    let code = program.gql("mutation { sessionRevokeOthers { revokedCount } }").await.code();
    assert_eq!(code, "FORBIDDEN");
    for (field, arguments) in [
        ("apiKeyCreate", json!({ "input": scopes(&["*"]) })),
        ("apiKeyRotate", json!({ "id": id })),
        ("apiKeyRevoke", json!({ "id": id })),
        ("userChangePassword", json!({ "input": change })),
    ] {
        assert_eq!(program.refusal(field, arguments).await, "FORBIDDEN", "{field}");
    }
    for query in ["{ apiKeys { totalCount } }", "{ viewerSessions { id } }"] {
        assert_eq!(program.gql(query).await.code(), "FORBIDDEN", "{query}");
    }
    for name in [
        "api_keys.own",
        "api_keys.manage",
        "sessions.own",
        "second_factor.own",
        "users.change_email",
    ] {
        let input = json!({ "input": scopes(&[name]) });
        assert_eq!(owner.faults("apiKeyCreate", input).await, ["NOT_ALLOWED input.scopes"]);
    }
}

#[tokio::test]
async fn a_key_is_one_of_its_tenant_alone() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let (_, secret) = key(&owner, scopes(&["*"])).await;
    let mut other = secret.clone();
    let last = other.pop().expect("a character");
    other.push(if last == 'A' { 'E' } else { 'A' });
    let prefix = &secret[..15];
    let right = app.anonymous("acme").with_token(&secret);
    assert_eq!(status(&right).await, 200);
    let unknown = app.anonymous("globex").with_token("tk_000000000000_");
    let unknown = unknown.gql("{ viewer { id } }").await;
    let told = |answer: &crate::support::Answer| {
        (answer.status.as_u16(), answer.code(), answer.text("/errors/0/message"))
    };
    assert_eq!(told(&unknown).0, 401);
    for (host, token) in [
        ("globex", secret.clone()),
        ("localhost", secret.clone()),
        ("acme", other),
        ("acme", prefix.to_owned()),
        ("acme", format!("{secret}A")),
        ("acme", secret.replace("tk_", "rt_")),
        ("acme", format!("{prefix}_{}", "A".repeat(43))),
        ("acme", secret.to_uppercase()),
    ] {
        let answer = app.anonymous(host).with_token(&token).gql("{ viewer { id } }").await;
        assert_eq!(told(&answer), told(&unknown), "{host} {token}");
    }
}

#[tokio::test]
async fn a_key_ends_in_time_even_when_remembered() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    let until = (app.app.clock.now() + TimeDelta::seconds(60)).to_rfc3339();
    let input = json!({ "name": "Key", "scopes": ["*"], "expiresAt": until });
    let program = app.anonymous("acme").with_token(&key(&member, input).await.1);
    assert_eq!(status(&program).await, 200);
    app.app.clock.advance(TimeDelta::seconds(61));
    assert_eq!(status(&program).await, 401);
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once_in_every_process() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let member = app.sign_in("acme", "member").await;
    let (id, secret) = key(&member, scopes(&["*"])).await;
    let (here, there) =
        (app.anonymous("acme").with_token(&secret), other.anonymous("acme").with_token(&secret));
    assert_eq!((status(&here).await, status(&there).await), (200, 200));
    let revoke = json!({ "id": id });
    let revoked = member.done("apiKeyRevoke", revoke.clone(), "apiKey { revokedAt }").await;
    assert!(revoked["apiKey"]["revokedAt"].is_string());
    assert_eq!(status(&here).await, 401);
    soon("the other process knows", async || status(&there).await == 401).await;
    let again = member.done("apiKeyRevoke", revoke.clone(), "apiKey { revokedAt }").await;
    assert_eq!(again, revoked, "once more does no harm");
    assert_eq!(member.faults("apiKeyRotate", revoke).await, ["NOT_ALLOWED id"]);
}

#[tokio::test]
async fn after_a_rotation_the_old_secret_holds_as_long_as_asked() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    let (id, first) = key(&member, scopes(&["*"])).await;
    let caller = |secret: &str| app.anonymous("acme").with_token(secret);
    let rotate = async |seconds: i32| {
        let arguments = json!({ "id": id, "overlapSeconds": seconds });
        let rotated = member.done("apiKeyRotate", arguments, "secret apiKey { id prefix }").await;
        assert_eq!(rotated["apiKey"]["id"], json!(id));
        text(&rotated["secret"])
    };
    let second = rotate(100).await;
    assert_ne!(first, second);
    assert_eq!((status(&caller(&first)).await, status(&caller(&second)).await), (200, 200));
    app.app.clock.advance(TimeDelta::seconds(101));
    assert_eq!((status(&caller(&first)).await, status(&caller(&second)).await), (401, 200));
    let third = rotate(0).await;
    assert_eq!((status(&caller(&second)).await, status(&caller(&third)).await), (401, 200));
    assert_eq!(app.value("SELECT count(*) FROM t_acme.api_key_secrets").await, "1");
    for seconds in [-1, 86_401] {
        let arguments = json!({ "id": id, "overlapSeconds": seconds });
        assert_eq!(member.faults("apiKeyRotate", arguments).await, ["INVALID overlapSeconds"]);
    }
    assert_eq!(status(&caller(&third)).await, 200);
}

#[tokio::test]
async fn the_last_use_is_noted_at_most_once_a_minute() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    let (id, secret) = key(&member, scopes(&["*"])).await;
    let program = app.anonymous("acme").with_token(&secret);
    let noted = async || {
        let query = "query($id: ID!) { apiKey(id: $id) { lastUsedAt } }";
        member.gql_with(query, json!({ "id": id })).await.data()["apiKey"]["lastUsedAt"].clone()
    };
    assert_eq!(noted().await, Value::Null);
    status(&program).await;
    soon("its use is noted", async || noted().await != Value::Null).await;
    let first = noted().await;
    app.app.clock.advance(TimeDelta::seconds(30));
    status(&program).await;
    assert_eq!(noted().await, first);
    app.app.clock.advance(TimeDelta::seconds(31));
    status(&program).await;
    soon("the later use is noted", async || noted().await != first).await;
}

#[tokio::test]
async fn everybody_sees_their_own_keys_and_owners_all_of_them() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let (of_owner, _) = key(&owner, scopes(&["*"])).await;
    let (of_member, secret) = key(&member, scopes(&["tasks.view"])).await;
    let list = "{ apiKeys { totalCount nodes { id name prefix scopes owner { username } } } }";
    let listed = member.gql(list).await;
    assert_eq!(listed.column("apiKeys", "id"), [json!(of_member)]);
    assert!(!listed.body.to_string().contains(&secret[16..]), "no secret is listed");
    assert_eq!(owner.gql(list).await.at("/data/apiKeys/totalCount"), 2);
    let mine = "query($me: ID) { apiKeys(filter: {ownerId: {eq: $me}}) { nodes { id } } }";
    let mine = owner.gql_with(mine, json!({ "me": me(&owner).await })).await;
    assert_eq!(mine.column("apiKeys", "id"), [json!(of_owner)]);
    let one = "query($id: ID!) { apiKey(id: $id) { id } }";
    let other = member.gql_with(one, json!({ "id": of_owner })).await;
    assert_eq!(other.data()["apiKey"], Value::Null);
    for field in ["apiKeyRotate", "apiKeyRevoke"] {
        let faults = member.faults(field, json!({ "id": of_owner })).await;
        assert_eq!(faults, ["NOT_FOUND id"], "{field}");
        let stranger = app.sign_in("globex", "owner").await;
        assert_eq!(stranger.faults(field, json!({ "id": of_owner })).await, ["NOT_FOUND id"]);
    }
    owner.done("apiKeyRevoke", json!({ "id": of_member }), "").await;
    assert_eq!(status(&app.anonymous("acme").with_token(&secret)).await, 401);
    for order in ["NAME", "CREATED_AT", "EXPIRES_AT", "LAST_USED_AT"] {
        let query = format!(
            "{{ apiKeys(first: 1, orderBy: [{{field: {order}}}]) {{ pageInfo {{ endCursor }} }} }}"
        );
        let cursor = text(&owner.gql(&query).await.at("/data/apiKeys/pageInfo/endCursor"));
        let next = query.replace("first: 1,", &format!("first: 1, after: \"{cursor}\","));
        assert!(owner.gql(&next).await.at("/data/apiKeys/pageInfo/endCursor").is_string());
    }
}

#[tokio::test]
async fn bad_input_is_told_and_makes_nothing() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let robot = robot(&owner, "MEMBER").await;
    for (input, fault) in [
        (json!({ "name": "", "scopes": ["*"] }), "REQUIRED input.name"),
        (json!({ "name": "x".repeat(101), "scopes": ["*"] }), "TOO_LONG input.name"),
        (json!({ "name": "x", "scopes": [] }), "REQUIRED input.scopes"),
        (json!({ "name": "x", "scopes": ["tasks.fly"] }), "INVALID input.scopes"),
        (json!({ "name": "x", "scopes": ["platform.administer"] }), "INVALID input.scopes"),
        (json!({ "name": "x", "scopes": [""] }), "INVALID input.scopes"),
        (
            json!({ "name": "x", "scopes": ["*"], "expiresAt": "2020-01-01T00:00:00Z" }),
            "INVALID input.expiresAt",
        ),
        (
            json!({ "name": "x", "scopes": ["*"], "serviceAccountId": me(&member).await }),
            "NOT_FOUND input.serviceAccountId",
        ),
    ] {
        let arguments = json!({ "input": input });
        assert_eq!(owner.faults("apiKeyCreate", arguments).await, [fault], "{input}");
    }
    let for_robot = json!({ "name": "x", "scopes": ["*"], "serviceAccountId": robot });
    let refused = member.refusal("apiKeyCreate", json!({ "input": for_robot })).await;
    assert_eq!(refused, "FORBIDDEN");
    assert_eq!(app.value("SELECT count(*) FROM t_acme.api_keys").await, "0");
    app.sql(
        "INSERT INTO t_acme.api_keys (id, user_id, name, scopes, prefix, created_at)
         SELECT gen_random_uuid(), id, 'x', '*', 'x', now() FROM t_acme.users,
            generate_series(1, 100) WHERE username = 'member'",
    )
    .await;
    let full = json!({ "input": scopes(&["*"]) });
    assert_eq!(member.faults("apiKeyCreate", full).await, ["LIMIT_REACHED"]);
}

#[tokio::test]
async fn only_hashes_are_kept_and_no_answer_with_a_secret() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    let query = "mutation { apiKeyCreate(input: {name: \"k\", scopes: [\"*\"]}) { secret } }";
    let body = json!({ "query": query });
    let send = async || {
        let request = member.request(reqwest::Method::POST, "/graphql");
        member.send(request.header("idempotency-key", "one").json(&body)).await
    };
    let (first, second) = (send().await, send().await);
    let secret = first.text("/data/apiKeyCreate/secret");
    assert_ne!(secret, second.text("/data/apiKeyCreate/secret"), "not a stored answer");
    assert_eq!(app.value("SELECT count(*) FROM t_acme.idempotency_keys").await, "0");
    let hash = format!(
        "SELECT count(*) FROM t_acme.api_key_secrets WHERE hash = sha256('{secret}'::bytea)"
    );
    assert_eq!(app.value(&hash).await, "1");
}
