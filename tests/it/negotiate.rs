//! What clients may send, and the form in which they are answered.

use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde_json::json;
use taruvi::http::body::{GraphqlRequest, from_get, from_json, from_post};
use taruvi::http::negotiate::{Media, negotiate};
use taruvi::http::reply::Failure;

fn headers(lines: &[(HeaderName, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(name, HeaderValue::from_static(value));
    }
    headers
}

fn accept(value: &'static str) -> Option<Media> {
    negotiate(&headers(&[(ACCEPT, value)])).ok()
}

fn post(content_type: &'static str, body: &[u8]) -> Result<GraphqlRequest, Failure> {
    from_post(&headers(&[(CONTENT_TYPE, content_type)]), body)
}

fn json(body: &[u8]) -> Result<GraphqlRequest, Failure> {
    post("application/json", body)
}

fn get(query: &str) -> Result<GraphqlRequest, Failure> {
    from_get(&format!("/graphql{query}").parse::<Uri>().unwrap())
}

fn outcome(result: Result<GraphqlRequest, Failure>) -> (u16, &'static str) {
    result.map_or_else(|e| (e.status.as_u16(), e.code), |_| (200, "OK"))
}

#[test]
fn a_form_is_chosen_by_liking_then_by_place() {
    let chosen = [
        ("application/json", Media::Json),
        ("application/graphql-response+json", Media::GraphqlResponse),
        ("text/event-stream", Media::EventStream),
        ("*/*", Media::Json),
        ("application/*", Media::Json),
        ("", Media::Json),
        (" , ", Media::Json),
        ("application/graphql-response+json, application/json;q=0.9", Media::GraphqlResponse),
        ("application/graphql-response+json;q=0.8, application/json;q=0.9", Media::Json),
        ("application/graphql-response+json, application/json", Media::GraphqlResponse),
        ("application/json, application/graphql-response+json", Media::Json),
        ("text/event-stream, application/json", Media::EventStream),
        ("application/json, text/event-stream", Media::Json),
        ("text/html, application/xhtml+xml, */*;q=0.8", Media::Json),
        ("*/*;q=0.1, text/event-stream;q=0.2", Media::EventStream),
        ("APPLICATION/GraphQL-Response+JSON ; Charset=\"UTF-8\" ; Q=0.5", Media::GraphqlResponse),
        // A range that names the form more closely wins over a wildcard.
        ("application/json;q=0, */*", Media::GraphqlResponse),
        ("application/json;q=0.2, */*", Media::GraphqlResponse),
        ("application/graphql-response+json;q=0, application/*;q=0.5", Media::Json),
    ];
    for (value, media) in chosen {
        assert_eq!(accept(value), Some(media), "{value}");
    }
    assert_eq!(negotiate(&HeaderMap::new()), Ok(Media::Json));
    let split = headers(&[(ACCEPT, "text/html"), (ACCEPT, "application/graphql-response+json")]);
    assert_eq!(negotiate(&split), Ok(Media::GraphqlResponse));
}

#[test]
fn what_we_cannot_write_is_not_acceptable() {
    let refused = [
        "text/html",
        "text/*",
        "image/png, application/xml",
        "application/json;q=0",
        "*/*;q=0",
        "application/json;q=nan",
        "application/json;q=2",
        "application/json;q=-1",
        "application/json;q=x",
        "application/json; charset=latin1",
        "application/jsonp",
        "*",
    ];
    for value in refused {
        assert_eq!(accept(value), None, "{value}");
    }
    let failure = negotiate(&headers(&[(ACCEPT, "text/html")])).unwrap_err();
    assert_eq!((failure.status, failure.code), (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE"));
    let mut latin = HeaderMap::new();
    latin.insert(ACCEPT, HeaderValue::from_bytes(b"\xe9").unwrap());
    assert!(negotiate(&latin).is_err());
}

#[test]
fn only_json_is_read() {
    let body = br#"{"query":"{a}"}"#;
    for content_type in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=\"UTF-8\"",
        "application/json;",
        "application/graphql-response+json",
    ] {
        assert_eq!(outcome(post(content_type, body)), (200, "OK"), "{content_type}");
    }
    let refused = (415, "UNSUPPORTED_MEDIA_TYPE");
    for content_type in [
        "",
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/json; charset=iso-8859-1",
        "application/jsonx",
        "application/json, text/plain",
    ] {
        assert_eq!(outcome(post(content_type, body)), refused, "{content_type}");
    }
    let json = (CONTENT_TYPE, "application/json");
    assert_eq!(outcome(from_post(&HeaderMap::new(), body)), refused);
    assert_eq!(outcome(from_post(&headers(&[json.clone(), json.clone()]), body)), refused);
    for (encoding, expected) in
        [("gzip", refused), ("br", refused), ("identity, gzip", refused), ("identity", (200, "OK"))]
    {
        let headers = headers(&[json.clone(), (CONTENT_ENCODING, encoding)]);
        assert_eq!(outcome(from_post(&headers, body)), expected, "{encoding}");
    }
}

#[test]
fn the_members_are_read() {
    let request = json(
        br#" {"query":"{a}","operationName":"A","variables":{"v":[1,null]},
              "extensions":{"e":true},"unknown":{"id":1}} "#,
    )
    .unwrap();
    assert_eq!(request.query.as_deref(), Some("{a}"));
    assert_eq!(request.query.as_deref(), Some("{a}"));
    assert_eq!(request.operation_name.as_deref(), Some("A"));
    assert_eq!(json!(request.variables), json!({"v": [1, null]}));
    assert_eq!(json!(request.extensions), json!({"e": true}));
    let nulls = json(br#"{"query":"{a}","operationName":null,"variables":null,"extensions":null}"#);
    assert_eq!(nulls, json(br#"{"query":"{a}","operationName":""}"#));
    assert_eq!(nulls, GraphqlRequest::from_value(json!({"query": "{a}"})));
}

/// Not a request, each in its own way.
const MALFORMED: [&[u8]; 30] = [
    b"",
    b" ",
    b"{",
    b"x",
    b"null",
    b"3",
    b"\"{a}\"",
    b"{}",
    b"{}{}",
    br#"{"query":"{a}"} {"query":"{a}"}"#,
    br#"{"query":"{a}"} x"#,
    br#"{"query":"{a}",}"#,
    br#"{"query":"{a}","query":"{a}"}"#,
    br#"{"query":"{a}","variables":{},"variables":{}}"#,
    b"{\"query\":\"\xff\"}",
    br#"{"query":"\ud800"}"#,
    b"\xef\xbb\xbf{\"query\":\"{a}\"}",
    br#"{"query":null}"#,
    br#"{"query":1}"#,
    br#"{"query":""}"#,
    br#"{"query":" \n"}"#,
    br#"{"query":["{a}"]}"#,
    br#"{"query":null,"extensions":{"persistedQuery":1}}"#,
    br#"{"query":"{a}","operationName":1}"#,
    br#"{"query":"{a}","operationName":{}}"#,
    br#"{"query":"{a}","variables":[]}"#,
    br#"{"query":"{a}","variables":"{}"}"#,
    br#"{"query":"{a}","extensions":"x"}"#,
    br#"{"query":"{a}","extensions":[1]}"#,
    b"[{\"query\":\"{a}\"}",
];

#[test]
fn malformed_bodies_are_bad_requests() {
    let utf16: Vec<u8> = r#"{"query":"{a}"}"#.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep = format!("{{\"query\":\"{{a}}\",\"variables\":{}", "{\"k\":".repeat(100_000));
    for body in MALFORMED.into_iter().chain([&*utf16, deep.as_bytes()]) {
        let text = String::from_utf8_lossy(body);
        assert_eq!(outcome(json(body)), (400, "BAD_REQUEST"), "{text:.80}");
    }
    for body in ["[]", r#" [{"query":"{a}"}]"#, r#"[{"query":"{a}"},{"query":"{b}"}]"#] {
        assert_eq!(outcome(json(body.as_bytes())), (400, "BATCHING_NOT_SUPPORTED"), "{body}");
    }
    assert!(GraphqlRequest::from_value(json!(["{a}", null, null, null])).is_err());
    assert!(!from_json(b"{\"query\":secret}").unwrap_err().message.contains("secret"));
}

#[test]
fn a_name_may_stand_for_a_document() {
    let request = json(br#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}"#);
    assert_eq!(request.unwrap().query, None);
    let request = json(br#"{"documentId":"one"}"#).unwrap();
    assert_eq!((request.query, request.document_id.as_deref()), (None, Some("one")));
    assert_eq!(get("?documentId=one").unwrap().document_id.as_deref(), Some("one"));
    for wrong in [br#"{"documentId":1,"query":"{a}"}"#.as_slice(), br#"{"documentId":""}"#] {
        assert_eq!(outcome(json(wrong)), (400, "BAD_REQUEST"));
    }
}

#[test]
fn parameters_are_read_and_may_not_repeat() {
    let request = get(
        "?query=%7Ba(b%3A%22%2B%22)%7D&operationName=A&variables=%7B%22v%22%3A%5B1%5D%7D&extensions={}&x=1&x=2",
    );
    let request = request.unwrap();
    assert_eq!(request.query.as_deref(), Some("{a(b:\"+\")}"));
    assert_eq!(request.operation_name.as_deref(), Some("A"));
    assert_eq!(json!(request.variables), json!({"v": [1]}));
    assert_eq!(get("?query={a}&variables=&operationName=&extensions=null"), get("?query={a}"));
    for query in [
        "",
        "?",
        "?query=",
        "?query=%20",
        "?operation_name=A",
        "?query={a}&query={a}",
        "?query={a}&variables={}&variables={}",
        "?query={a}&variables=&variables=",
        "?query={a}&operationName=A&operationName=B",
        "?query={a}&extensions={}&extensions={}",
        "?query={a}&variables=x",
        "?query={a}&variables=[]",
        "?query={a}&variables=1",
        "?query={a}&variables={}{}",
        "?query={a}&extensions=true",
    ] {
        let query = query.replace('{', "%7B").replace('}', "%7D");
        assert_eq!(outcome(get(&query)), (400, "BAD_REQUEST"), "{query}");
    }
}
