//! How refusals and results read: status, headers, codes, and nothing that tells of our insides.

use std::time::Duration;

use async_graphql::{
    EmptyMutation, EmptySubscription, Enum, Error, Object, Response, Result, Schema,
};
use async_graphql::{ErrorExtensions, InputObject};
use axum::http::StatusCode;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use serde_json::{Value, json};
use taruvi::graphql::document::{Documents, Limits, Vocabulary};
use taruvi::http::negotiate::Media;
use taruvi::http::reply::{Failure, is_refused, render};

struct Query;

#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum Colour {
    Red,
}

#[derive(InputObject)]
struct Point {
    x: i32,
}

#[Object]
impl Query {
    async fn number(&self, n: i32, colour: Option<Colour>, point: Option<Point>) -> i32 {
        n + i32::from(colour.is_some()) + point.map_or(0, |point| point.x)
    }

    async fn query(&self) -> &Self {
        self
    }

    async fn broken(&self) -> Result<i32> {
        Err(Error::new("relation \"tenant_a.users\" does not exist"))
    }

    async fn coded(&self, code: String, wait: Option<i32>) -> Result<i32> {
        Err(Error::new("no").extend_with(|_, extensions| {
            extensions.set("code", code);
            if let Some(wait) = wait {
                extensions.set("retryAfterMs", wait);
            }
        }))
    }
}

async fn execute(text: &str) -> Response {
    // With suggestions, to see that they are cut.
    Schema::new(Query, EmptyMutation, EmptySubscription).execute(text).await
}

struct Answer {
    status: u16,
    headers: axum::http::HeaderMap,
    body: Value,
}

async fn read(response: axum::response::Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

async fn run(text: &str, media: Media) -> Answer {
    read(render(execute(text).await, None, media, "r-1")).await
}

#[tokio::test]
async fn refusals_keep_the_error_shape() {
    let failure = Failure {
        www_authenticate: Some("Bearer error=\"invalid_token\""),
        retry_after: Some(Duration::from_millis(1_200)),
        ..Failure::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", "slower")
    };
    let answer = read(failure.into_response(Media::GraphqlResponse, "r-1")).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.headers[RETRY_AFTER], "2");
    assert_eq!(answer.headers[WWW_AUTHENTICATE], "Bearer error=\"invalid_token\"");
    assert_eq!(answer.headers[CONTENT_TYPE], "application/graphql-response+json; charset=utf-8");
    let extensions = json!({"code": "RATE_LIMITED", "requestId": "r-1", "retryable": true,
                            "retryAfterMs": 1200});
    assert_eq!(answer.body, json!({"errors": [{"message": "slower", "extensions": extensions}]}));
    let failure = Failure::method_not_allowed("POST", "only queries");
    let answer = read(failure.into_response(Media::EventStream, "r-1")).await;
    assert_eq!((answer.status, &answer.headers[ALLOW]), (405, &"POST".parse().unwrap()));
    assert_eq!(answer.headers[CONTENT_TYPE], "application/json; charset=utf-8");
}

#[tokio::test]
async fn only_limits_are_400_for_plain_json() {
    let documents = Documents::new(Limits::default(), Vocabulary::default());
    let deep = format!("{}{}", "{a".repeat(13), "}".repeat(13));
    let cases = [
        ("{", "GRAPHQL_PARSE_FAILED", 200),
        ("{...f} fragment f on Q{...f}", "GRAPHQL_VALIDATION_FAILED", 200),
        ("fragment f on Q{a}", "OPERATION_RESOLUTION_FAILURE", 200),
        (&deep, "QUERY_TOO_DEEP", 400),
        (&"{a}".repeat(30_000), "QUERY_TOO_COMPLEX", 400),
    ];
    for (text, code, status) in cases {
        let error = documents.prepare(text).unwrap_err();
        for (media, status) in [(Media::Json, status), (Media::GraphqlResponse, 400)] {
            let failure = Failure::from(error.clone());
            let answer = read(failure.into_response(media, "r-1")).await;
            assert_eq!(
                (answer.status, &answer.body["errors"][0]["extensions"]["code"]),
                (status, &json!(code))
            );
            assert!(answer.body.get("data").is_none());
            assert_eq!(answer.body["errors"][0]["extensions"]["limit"], json!(error.limit));
        }
    }
}

/// At least one for each rule of validation.
const INVALID: [&str; 28] = [
    "{nope}",
    "{numbr(n:1)}",
    "{number}",
    "{number(n:1){x}}",
    "{query}",
    "{number(n:1,m:2)}",
    "{number(n:1,n:1)}",
    "{number(n:1)@nope}",
    "{number(n:1)@skip}",
    "{number(n:1)@skip(iff:true)}",
    "query @skip(if:true){number(n:1)}",
    "{query @skip(if:true)@skip(if:true){number(n:1)}}",
    "{...f}",
    "{number(n:1)} fragment f on Query{number(n:1)}",
    "{...f} fragment f on Nope{a}",
    "{...f} fragment f on Int{a}",
    "{query{... on Colour{a}}}",
    "query($a:Int){number(n:1)}",
    "{number(n:$a)}",
    "query($a:Nope){number(n:1)}",
    "query($a:Query){number(n:1)}",
    "query($a:Int,$a:Int){number(n:$a)}",
    "query($a:Int=\"x\"){number(n:$a)}",
    "{a:number(n:1) a:query{number(n:1)}}",
    "{number(n:1) number(n:2)}",
    "mutation{a}",
    "subscription{a}",
    "{...a} fragment a on Query{number(n:1)} fragment b on Query{...b}",
];

#[tokio::test]
async fn what_validation_finds_has_a_code() {
    for text in INVALID {
        let answer = run(text, Media::GraphqlResponse).await;
        assert_eq!(answer.status, 400, "{text}: {}", answer.body);
        assert!(answer.body.get("data").is_none(), "{text}");
        for error in answer.body["errors"].as_array().unwrap() {
            assert_eq!(error["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{text}: {error}");
            assert!(!error["message"].as_str().unwrap().contains("Did you mean"), "{error}");
        }
        assert_eq!(run(text, Media::Json).await.status, 200, "{text}");
    }
}

#[tokio::test]
async fn wrong_arguments_are_the_users() {
    let wrong = [
        ("{number(n:\"x\")}", 400),
        ("{number(n:null)}", 400),
        ("{number(n:1,colour:BLUE)}", 400),
        ("{number(n:1,point:{x:1,y:2})}", 400),
        ("{number(n:1,point:{})}", 400),
        ("{number(n:99999999999)}", 200),
    ];
    for (text, status) in wrong {
        let answer = run(text, Media::GraphqlResponse).await;
        let code = &answer.body["errors"][0]["extensions"]["code"];
        assert_eq!((answer.status, code), (status, &json!("BAD_USER_INPUT")), "{text}");
    }
}

#[tokio::test]
async fn errors_tell_nothing_of_our_insides() {
    let answer = run("{broken}", Media::GraphqlResponse).await;
    let error = &answer.body["errors"][0];
    assert_eq!((answer.status, &answer.body["data"]), (200, &Value::Null));
    assert!(answer.body.as_object().unwrap().contains_key("data"));
    assert_eq!(error["message"], "Something went wrong");
    let extensions =
        json!({"code": "INTERNAL_SERVER_ERROR", "requestId": "r-1", "retryable": false});
    assert_eq!(error["extensions"], extensions);
    assert_eq!(error["path"], json!(["broken"]));
}

#[tokio::test]
async fn errors_are_few_and_short() {
    let fields: String = (0..9).map(|n| format!("f{n}{} ", "x".repeat(1_000))).collect();
    let answer = run(&format!("{{{fields}}}"), Media::Json).await;
    let errors = answer.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 5);
    assert!(errors.iter().all(|error| error["message"].as_str().unwrap().chars().count() == 300));
}

#[tokio::test]
async fn a_result_without_data_may_tell_more_than_200() {
    let cases = [
        ("RATE_LIMITED", 429, Some("1")),
        ("UNAVAILABLE", 503, Some("1")),
        ("TENANT_MIGRATING", 503, Some("1")),
        ("IDEMPOTENCY_KEY_REUSED", 422, None),
        ("IDEMPOTENCY_IN_PROGRESS", 409, Some("1")),
        ("UNAUTHENTICATED", 200, None),
        ("FORBIDDEN", 200, None),
    ];
    for (code, status, wait) in cases {
        let answer = run(&format!("{{coded(code:\"{code}\")}}"), Media::Json).await;
        let found = answer.headers.get(RETRY_AFTER).map(|wait| wait.to_str().unwrap());
        assert_eq!((answer.status, found), (status, wait), "{code}");
        assert_eq!(answer.body["errors"][0]["extensions"]["code"], code);
    }
    let answer = run("{coded(code:\"RATE_LIMITED\",wait:2001)}", Media::Json).await;
    assert_eq!(answer.headers[RETRY_AFTER], "3");
    // Something was answered: a plain 200.
    let mut response = execute("{number(n:1)}").await;
    response.errors = execute("{coded(code:\"RATE_LIMITED\")}").await.errors;
    assert!(!is_refused(&response));
    assert_eq!(render(response, None, Media::Json, "r-1").status(), StatusCode::OK);
}
