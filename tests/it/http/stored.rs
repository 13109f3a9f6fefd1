//! Documents that are named instead of sent: by hash, once somebody has sent them, and by the id
//! under which they were registered; and tenants that run no others.

use serde_json::{Value, json};
use taruvi::tenant::trusted_documents::sha256;

use super::{get, post};
use crate::support::{Answer, Caller, Redis, TestApp};
use crate::tenant::kit::soon;

const TEXT: &str = "query Mine { viewer { email } }";

async fn ask(caller: &Caller, body: Value) -> Answer {
    post(caller, &[("content-type", "application/json")], body.to_string()).await
}

fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

async fn by_hash(caller: &Caller) -> Answer {
    ask(caller, json!({ "extensions": persisted(&sha256(TEXT)) })).await
}

async fn with_hash(caller: &Caller) -> Answer {
    ask(caller, json!({ "query": TEXT, "extensions": persisted(&sha256(TEXT)) })).await
}

/// Registers documents, `(id, text)`.
async fn register(owner: &Caller, documents: &[(&str, &str)]) -> Value {
    let documents: Vec<Value> =
        documents.iter().map(|(id, text)| json!({ "documentId": id, "text": text })).collect();
    let arguments = json!({ "input": { "documents": documents } });
    let selection = "trustedDocuments { id documentId sha256 name text createdBy { email } }";
    owner.done("trustedDocumentBulkCreate", arguments, selection).await["trustedDocuments"].clone()
}

async fn only_trusted(owner: &Caller, only: bool) {
    let arguments = json!({ "input": { "only": only } });
    let selection = "trustedDocumentSettings { only }";
    let changed = owner.done("trustedDocumentSettingsUpdate", arguments, selection).await;
    assert_eq!(changed["trustedDocumentSettings"]["only"], only);
}

#[tokio::test]
async fn a_document_is_known_by_its_hash_once_it_was_sent() {
    let app = TestApp::new().await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let unknown = by_hash(&owner).await;
    unknown.refused(200, "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(unknown.text("/errors/0/message"), "PersistedQueryNotFound");
    assert_eq!(with_hash(&owner).await.text("/data/viewer/email"), "owner@acme.test");
    assert_eq!(by_hash(&member).await.text("/data/viewer/email"), "member@acme.test");
    let query = format!("extensions={}", persisted(&sha256(TEXT).to_uppercase()));
    let query = format!("/graphql?{}", query.replace('"', "%22").replace(' ', "%20"));
    assert_eq!(get(&member, &query, &[]).await.text("/data/viewer/email"), "member@acme.test");
    // Nobody learns what other tenants ask.
    let globex = app.sign_in("globex", "owner").await;
    by_hash(&globex).await.refused(200, "PERSISTED_QUERY_NOT_FOUND");
    by_hash(&app.anonymous("localhost")).await.refused(200, "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn a_hash_that_does_not_fit_is_refused_and_nothing_is_kept() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let other = sha256("{ __typename }");
    let forged = ask(&owner, json!({ "query": TEXT, "extensions": persisted(&other) })).await;
    forged.refused(400, "BAD_REQUEST");
    let asked = ask(&owner, json!({ "extensions": persisted(&other) })).await;
    asked.refused(200, "PERSISTED_QUERY_NOT_FOUND");
    for wrong in [
        json!({ "version": 2, "sha256Hash": sha256(TEXT) }),
        json!({ "version": 1, "sha256Hash": "abc" }),
        json!({ "version": 1, "sha256Hash": "z".repeat(64) }),
        json!({ "version": 1 }),
        json!("x"),
    ] {
        let body = json!({ "query": TEXT, "extensions": { "persistedQuery": wrong } });
        ask(&owner, body).await.refused(400, "BAD_REQUEST");
    }
    // A document that is no good is not kept either.
    let bad = "{ viewer { ";
    let body = json!({ "query": bad, "extensions": persisted(&sha256(bad)) });
    assert_eq!(ask(&owner, body).await.code(), "GRAPHQL_PARSE_FAILED");
    let asked = ask(&owner, json!({ "extensions": persisted(&sha256(bad)) })).await;
    asked.refused(200, "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn servers_tell_each_other_of_documents_through_redis() {
    let redis = Redis::start().await;
    let url = redis.url();
    let settings = [("redis.url", url.as_str()), ("redis.timeout", "2000")];
    let first = TestApp::with(&settings).await;
    let second = TestApp::beside_with(&first, &settings).await;
    with_hash(&first.anonymous("acme")).await.data();
    let there = second.anonymous("acme");
    soon("the other server knows", async || {
        by_hash(&there).await.status == 200 && by_hash(&there).await.code().is_empty()
    })
    .await;
    by_hash(&second.anonymous("globex")).await.refused(200, "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn a_registered_document_is_run_by_its_id() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let named = "query Named($n: Int) { tasks(first: $n) { totalCount } }";
    let made = register(&owner, &[("mine-1", TEXT), ("tasks-1", named)]).await;
    assert_eq!(made[0]["documentId"], "mine-1");
    assert_eq!(made[0]["sha256"], sha256(TEXT));
    assert_eq!((&made[0]["name"], &made[1]["name"]), (&json!("Mine"), &json!("Named")));
    assert_eq!(made[0]["createdBy"]["email"], "owner@acme.test");
    let member = app.sign_in("acme", "member").await;
    for id in ["mine-1".to_owned(), sha256(TEXT), format!("sha256:{}", sha256(TEXT))] {
        let answer = ask(&member, json!({ "documentId": id })).await;
        assert_eq!(answer.text("/data/viewer/email"), "member@acme.test", "{id}");
    }
    by_hash(&member).await.data();
    let counted = ask(&member, json!({ "documentId": "tasks-1", "variables": { "n": 1 } })).await;
    assert_eq!(counted.data(), json!({ "tasks": { "totalCount": 0 } }));
    let counted = get(&member, "/graphql?documentId=tasks-1&variables=%7B%22n%22:1%7D", &[]).await;
    assert_eq!(counted.data(), json!({ "tasks": { "totalCount": 0 } }));
    // Another tenant knows nothing of it, nor does the platform.
    for caller in [app.sign_in("globex", "owner").await, app.operator().await] {
        let answer = ask(&caller, json!({ "documentId": "mine-1" })).await;
        answer.refused(200, "PERSISTED_QUERY_NOT_FOUND");
    }
    for body in [
        json!({ "documentId": "mine-1", "query": TEXT }),
        json!({ "documentId": 1 }),
        json!({ "documentId": "" }),
        json!({ "documentId": "mine-1", "extensions": persisted(&sha256(TEXT)) }),
    ] {
        ask(&member, body).await.refused(400, "BAD_REQUEST");
    }
    for id in ["none", "a\u{0}b", &"x".repeat(10_000)] {
        let answer = ask(&member, json!({ "documentId": id })).await;
        answer.refused(200, "PERSISTED_QUERY_NOT_FOUND");
    }
    // Deleted, it means nothing any more, on any server.
    let other = TestApp::beside(&app).await;
    let there = other.sign_in("acme", "member").await;
    ask(&there, json!({ "documentId": "mine-1" })).await.data();
    let gone = json!({ "id": made[0]["id"] });
    let gone = owner.done("trustedDocumentDelete", gone, "deletedTrustedDocumentId").await;
    assert_eq!(gone["deletedTrustedDocumentId"], made[0]["id"]);
    let answer = ask(&member, json!({ "documentId": "mine-1" })).await;
    answer.refused(200, "PERSISTED_QUERY_NOT_FOUND");
    soon("the other server knows", async || {
        ask(&there, json!({ "documentId": "mine-1" })).await.code() == "PERSISTED_QUERY_NOT_FOUND"
    })
    .await;
}

#[tokio::test]
async fn documents_are_registered_all_or_none_and_keep_their_meaning() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let list = "{ trustedDocuments { totalCount nodes { documentId name } } }";
    let faults = async |documents: Value| {
        let arguments = json!({ "input": { "documents": documents } });
        owner.faults("trustedDocumentBulkCreate", arguments).await
    };
    let bad = json!([
        { "documentId": "good", "text": TEXT },
        { "documentId": "no spaces", "text": TEXT },
        { "documentId": "bad", "text": "{ a " },
        { "documentId": "deep", "text": format!("{}a{}", "{a".repeat(40), "}".repeat(40)) },
    ]);
    let expected = [
        "INVALID input.documents.1.documentId",
        "INVALID input.documents.2.text",
        "INVALID input.documents.3.text",
    ];
    assert_eq!(faults(bad).await, expected);
    assert_eq!(faults(json!([])).await, ["INVALID input.documents"]);
    let many: Vec<Value> =
        (0..101).map(|n| json!({ "documentId": format!("d{n}"), "text": TEXT })).collect();
    assert_eq!(faults(json!(many)).await, ["INVALID input.documents"]);
    assert_eq!(owner.gql(list).await.data()["trustedDocuments"]["totalCount"], 0);

    register(&owner, &[("one", TEXT)]).await;
    assert_eq!(register(&owner, &[("one", TEXT)]).await[0]["documentId"], "one", "once more");
    let other =
        json!([{ "documentId": "two", "text": TEXT }, { "documentId": "one", "text": "{a}" }]);
    assert_eq!(faults(other).await, ["TAKEN input.documents.1.documentId"]);
    let kept = owner.gql(list).await.data()["trustedDocuments"].clone();
    assert_eq!(kept["nodes"], json!([{ "documentId": "one", "name": "Mine" }]));
    let found = "{ trustedDocuments(search: \"min\", first: 5) { nodes { documentId } } }";
    assert_eq!(owner.gql(found).await.at("/data/trustedDocuments/nodes/0/documentId"), "one");
    let recorded = "SELECT string_agg(action, ' ' ORDER BY seq) FROM t_acme.audit_log
        WHERE object_kind = 'trusted_document'";
    assert_eq!(app.value(recorded).await, "trusted_document.create");
}

#[tokio::test]
async fn a_tenant_may_run_trusted_documents_alone() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let (owner, member) = (app.sign_in("acme", "owner").await, app.sign_in("acme", "member").await);
    let there = other.sign_in("acme", "member").await;
    with_hash(&member).await.data(); // known by its hash, and yet not trusted
    let another = "query Another { viewer { username } }";
    register(&owner, &[("another", another)]).await;
    only_trusted(&owner, true).await;
    let status = owner.gql("{ trustedDocumentSettings { only } }").await.data();
    assert_eq!(status["trustedDocumentSettings"]["only"], true);
    for query in [
        TEXT,
        "{ __schema { queryType { name } } }",
        "{ __typename }",
        "mutation { sessionRevokeOthers { revokedCount } }",
    ] {
        member.gql(query).await.refused(403, "DOCUMENT_NOT_TRUSTED");
    }
    by_hash(&member).await.refused(403, "DOCUMENT_NOT_TRUSTED");
    app.anonymous("acme").gql(TEXT).await.refused(403, "DOCUMENT_NOT_TRUSTED");
    member.at("localhost").gql(TEXT).await.refused(403, "DOCUMENT_NOT_TRUSTED");
    // What is registered runs, by its id or as its text; and everybody can sign in.
    ask(&member, json!({ "documentId": "another" })).await.data();
    member.gql(another).await.data();
    app.sign_in("acme", "manager").await;
    let anonymous = app.anonymous("acme");
    anonymous.gql("{ signInProviders { id } }").await.data();
    let finish = "mutation { oidcSignInFinish(input: {state: \"x\", code: \"x\", binding: \"x\"}) {
        accessToken } }";
    assert_eq!(anonymous.gql(finish).await.code(), "UNAUTHENTICATED");
    let mixed = "{ signInProviders { id } viewer { username } }";
    anonymous.gql(mixed).await.refused(403, "DOCUMENT_NOT_TRUSTED");
    let mixed = "mutation { tokenVerify(token: \"x\") { __typename }
        sessionRevokeOthers { revokedCount } }";
    member.gql(mixed).await.refused(403, "DOCUMENT_NOT_TRUSTED");
    // Owners can run anything, other tenants are not concerned, other servers know.
    owner.gql(TEXT).await.data();
    app.sign_in("globex", "member").await.gql(TEXT).await.data();
    soon("the other server knows", async || there.gql(TEXT).await.status == 403).await;
    only_trusted(&owner, false).await;
    member.gql(TEXT).await.data();
}
