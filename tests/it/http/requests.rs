//! Requests that are no GraphQL request yet: methods, media types, bodies. What the documents in
//! them may hold is in `documents`, what only a raw connection can send is in `raw`.

use reqwest::Method;
use serde_json::json;

use super::{get, post, send};
use crate::support::{Caller, TestApp};

const JSON: (&str, &str) = ("content-type", "application/json");
const RESPONSE_JSON: &str = "application/graphql-response+json";
const TYPENAME: &str = r#"{"query":"{ __typename }"}"#;

async fn anybody() -> (TestApp, Caller) {
    let app = TestApp::new().await;
    let caller = app.anonymous("acme");
    (app, caller)
}

#[tokio::test]
async fn json_is_answered_and_no_other_kind_of_body_is_read() {
    let (_app, caller) = anybody().await;
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
        "Application/JSON",
        "application/graphql-response+json",
    ] {
        let answer = post(&caller, &[("content-type", kind)], TYPENAME).await;
        assert_eq!(answer.data(), json!({ "__typename": "Query" }), "{kind}");
    }
    for kind in [
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "application/graphql",
        "application/json; charset=utf-16",
        "application/jsonx",
        "",
    ] {
        let answer = post(&caller, &[("content-type", kind)], TYPENAME).await;
        answer.refused(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    post(&caller, &[], TYPENAME).await.refused(415, "UNSUPPORTED_MEDIA_TYPE");
    post(&caller, &[JSON, JSON], TYPENAME).await.refused(415, "UNSUPPORTED_MEDIA_TYPE");
    // A bomb would have to be unpacked to be measured.
    for packing in ["gzip", "deflate", "br", "identity, gzip"] {
        let answer = post(&caller, &[JSON, ("content-encoding", packing)], TYPENAME).await;
        answer.refused(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    let plain = post(&caller, &[JSON, ("content-encoding", "identity")], TYPENAME).await;
    plain.data();
}

#[tokio::test]
async fn the_answer_has_the_form_that_the_client_accepts() {
    let (_app, caller) = anybody().await;
    let json = "application/json; charset=utf-8";
    let response_json = "application/graphql-response+json; charset=utf-8";
    for (accept, form) in [
        ("*/*", json),
        ("application/*", json),
        ("application/json", json),
        ("application/graphql-response+json", response_json),
        ("application/graphql-response+json, application/json;q=0.9", response_json),
        ("application/json, application/graphql-response+json;q=0.9", json),
        ("text/html;q=0.5, application/graphql-response+json;q=0.1", response_json),
    ] {
        let answer = post(&caller, &[JSON, ("accept", accept)], TYPENAME).await;
        answer.data();
        assert_eq!(answer.header("content-type"), form, "{accept}");
    }
    for accept in [
        "text/plain",
        "image/png, text/html",
        "application/json;q=0",
        "application/json; charset=latin1",
    ] {
        let answer = post(&caller, &[JSON, ("accept", accept)], TYPENAME).await;
        answer.refused(406, "NOT_ACCEPTABLE");
    }
}

#[tokio::test]
async fn a_refused_document_is_400_only_in_the_form_made_for_that() {
    let (_app, caller) = anybody().await;
    let broken = json!({ "query": "{" }).to_string();
    post(&caller, &[JSON], broken.clone()).await.refused(200, "GRAPHQL_PARSE_FAILED");
    let strict = post(&caller, &[JSON, ("accept", RESPONSE_JSON)], broken).await;
    strict.refused(400, "GRAPHQL_PARSE_FAILED");
    assert!(strict.body.get("data").is_none(), "{}", strict.body);
    // A request that is no GraphQL request is 400 in either.
    for accept in ["application/json", RESPONSE_JSON] {
        post(&caller, &[JSON, ("accept", accept)], "{}").await.refused(400, "BAD_REQUEST");
    }
}

#[tokio::test]
async fn bodies_that_are_no_request_are_refused() {
    let (_app, caller) = anybody().await;
    let utf16: Vec<u8> = TYPENAME.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bad: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b" ".to_vec(),
        b"{".to_vec(),
        b"query".to_vec(),
        b"null".to_vec(),
        b"1".to_vec(),
        b"\"{ __typename }\"".to_vec(),
        b"{\"query\":\"\xff\"}".to_vec(),
        utf16,
        b"\xef\xbb\xbf{\"query\":\"{ __typename }\"}".to_vec(),
        br#"{"query":"{ __typename }"}{"query":"{ __typename }"}"#.to_vec(),
        br#"{"query":"{ __typename }","query":"{ __typename }"}"#.to_vec(),
        br#"{"query":"{ __typename }","variables":NaN}"#.to_vec(),
        br#"{"query":"\ud800"}"#.to_vec(),
        br#"{"query":'{ __typename }'}"#.to_vec(),
        "{".repeat(100_000).into_bytes(),
        format!("{{\"query\":\"{{a}}\",\"variables\":{}", "[".repeat(100_000)).into_bytes(),
    ];
    for body in bad {
        let text = String::from_utf8_lossy(&body).chars().take(60).collect::<String>();
        let answer = post(&caller, &[JSON], body).await;
        assert_eq!((answer.status.as_u16(), &*answer.code()), (400, "BAD_REQUEST"), "{text}");
        answer.check_errors();
    }
}

#[tokio::test]
async fn members_of_the_wrong_kind_are_refused() {
    let (_app, caller) = anybody().await;
    let q = "{ __typename }";
    for body in [
        json!({}),
        json!({ "query": null }),
        json!({ "query": 1 }),
        json!({ "query": "" }),
        json!({ "query": " \n" }),
        json!({ "query": { "a": 1 } }),
        json!({ "query": q, "variables": [] }),
        json!({ "query": q, "variables": "{}" }),
        json!({ "query": q, "variables": 0 }),
        json!({ "query": q, "extensions": "{}" }),
        json!({ "query": q, "extensions": [] }),
        json!({ "query": q, "operationName": 1 }),
        json!({ "query": q, "operationName": [] }),
        json!({ "extensions": { "persistedQuery": 1 } }),
    ] {
        post(&caller, &[JSON], body.to_string()).await.refused(400, "BAD_REQUEST");
    }
    let body = json!({ "query": q, "variables": null, "extensions": null, "operationName": null,
                       "unknown": 1 });
    post(&caller, &[JSON], body.to_string()).await.data();
}

#[tokio::test]
async fn several_requests_at_once_are_refused() {
    let (_app, caller) = anybody().await;
    for body in ["[]", &format!("[{TYPENAME}]"), &format!(" [{TYPENAME},{TYPENAME}]")] {
        post(&caller, &[JSON], body.to_owned()).await.refused(400, "BATCHING_NOT_SUPPORTED");
    }
    post(&caller, &[JSON], "[{]").await.refused(400, "BAD_REQUEST");
}

#[tokio::test]
async fn a_hash_in_the_place_of_a_document_is_not_known() {
    let (_app, caller) = anybody().await;
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": "a".repeat(64) } });
    let answer = post(&caller, &[JSON], json!({ "extensions": extensions }).to_string()).await;
    answer.refused(200, "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(answer.text("/errors/0/message"), "PersistedQueryNotFound");
    let both = json!({ "query": "{ __typename }", "extensions": extensions });
    let answer = post(&caller, &[JSON], both.to_string()).await;
    answer.refused(400, "BAD_REQUEST");
}

#[tokio::test]
async fn get_reads_and_changes_nothing() {
    let (app, caller) = anybody().await;
    let answer = get(&caller, "/graphql?query=%7B__typename%7D", &[]).await;
    assert_eq!(answer.data(), json!({ "__typename": "Query" }));
    let with = "/graphql?query=query(%24id%3AID!)%7Bnode(id%3A%24id)%7Bid%7D%7D\
                &variables=%7B%22id%22%3A%22x%22%7D&operationName=";
    get(&caller, with, &[]).await.refused(200, "BAD_USER_INPUT");
    let owner = app.sign_in("acme", "owner").await;
    let create = "/graphql?query=mutation%7BprojectCreate(input%3A%7Bname%3A%22Apollo%22%7D)\
                  %7Bproject%7Bid%7D%7D%7D";
    let answer = get(&owner, create, &[]).await;
    answer.refused(405, "METHOD_NOT_ALLOWED");
    assert_eq!(answer.header("allow"), "POST");
    assert_eq!(app.value("SELECT count(*) FROM t_acme.projects").await, "0");
    for query in [
        "",
        "query=",
        "query=%7Ba&query=%7Ba",
        "query=%7Ba%7D&variables=x",
        "query=%7Ba%7D&variables=%5B%5D",
        "query=%7Ba%7D&extensions=1",
    ] {
        get(&caller, &format!("/graphql?{query}"), &[]).await.refused(400, "BAD_REQUEST");
    }
    let anonymous = "/graphql?query=%7Bprojects%7BtotalCount%7D%7D";
    get(&caller, anonymous, &[]).await.refused(200, "UNAUTHENTICATED");
}

#[tokio::test]
async fn other_methods_are_not_allowed() {
    let (_app, caller) = anybody().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE, Method::HEAD] {
        let answer = send(&caller, method.clone(), "/graphql", &[JSON], TYPENAME).await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), "GET, POST");
        if method != Method::HEAD {
            answer.refused(405, "METHOD_NOT_ALLOWED");
        }
    }
    let made_up = Method::from_bytes(b"QUERY").expect("a method");
    let answer = send(&caller, made_up, "/graphql", &[JSON], TYPENAME).await;
    answer.refused(405, "METHOD_NOT_ALLOWED");
    // The small endpoints are for reading.
    let answer = send(&caller, Method::POST, "/livez", &[], "").await;
    assert_eq!(answer.status, 405);
}
