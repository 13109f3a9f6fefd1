//! What an operation costs with its variables, and what becomes of it in async-graphql.

use std::time::{Duration, Instant};

use async_graphql::{EmptySubscription, Object, Response, Schema, Value};
use serde_json::{Map, json};
use taruvi::graphql::document::{
    DocumentError, Documents, Estimate, Limits, Vocabulary, json_depth,
};

struct Query;
struct Mutation;
struct Item;

#[Object]
impl Query {
    async fn item(&self) -> Item {
        Item
    }

    async fn items(&self, first: Option<i32>, last: Option<i32>) -> Vec<Item> {
        vec![Item; first.or(last).unwrap_or(1).clamp(0, 3) as usize]
    }

    async fn double(&self, number: i32, of: Option<Vec<i32>>) -> i32 {
        number * 2 + of.unwrap_or_default().len() as i32
    }
}

#[Object]
impl Mutation {
    async fn add(&self, number: i32) -> Item {
        let _ = number;
        Item
    }
}

impl Clone for Item {
    fn clone(&self) -> Self {
        Self
    }
}

#[Object]
impl Item {
    async fn id(&self) -> i32 {
        1
    }

    async fn item(&self) -> Item {
        Item
    }

    async fn items(&self, first: Option<i32>) -> Vec<Item> {
        vec![Item; first.unwrap_or(1).clamp(0, 3) as usize]
    }
}

fn schema() -> Schema<Query, Mutation, EmptySubscription> {
    Schema::build(Query, Mutation, EmptySubscription).finish()
}

fn documents() -> Documents {
    Documents::new(Limits::default(), Vocabulary::from_sdl(&schema().sdl()).unwrap())
}

fn object(json: serde_json::Value) -> Map<String, serde_json::Value> {
    json.as_object().cloned().unwrap_or_default()
}

fn check(text: &str, variables: serde_json::Value) -> Result<Estimate, DocumentError> {
    let documents = documents();
    let prepared = documents.prepare(text)?;
    documents.check(&prepared, prepared.operation(None)?, &object(variables))
}

fn cost(text: &str, variables: serde_json::Value) -> (u64, u64) {
    let Estimate { cost, nodes, .. } = check(text, variables).unwrap();
    (cost, nodes)
}

async fn execute(text: &str, name: Option<&str>, variables: serde_json::Value) -> Response {
    let prepared = documents().prepare(text).unwrap();
    let operation = prepared.operation(name).unwrap();
    schema().execute(prepared.request(operation, object(variables))).await
}

#[test]
fn pages_multiply_what_is_on_them() {
    let none = || json!({});
    assert_eq!(cost("{item{id}}", none()), (1, 0));
    assert_eq!(cost("{item{id item{id}} double(number:1)}", none()), (2, 0));
    assert_eq!(cost("{items(first:3){id}}", none()), (1, 3));
    assert_eq!(cost("{items(first:3){item{id}}}", none()), (4, 3));
    assert_eq!(cost("{items(first:3){items(last:5){item{id}}}}", none()), (1 + 3 * 6, 3 + 15));
    assert_eq!(cost("{items(first:3,last:7){item{id}}}", none()), (8, 7));
    // A page of twenty when none is asked for, or what is asked for cannot be read.
    for size in ["", "(first:null)", "(first:-1)", "(first:\"x\")", "(first:1.5)", "(last:$n)"] {
        let text = format!("query($n:Int){{items{size}{{item{{id}}}}}}");
        assert_eq!(cost(&text, none()), (21, 20), "{size}");
    }
    assert_eq!(cost("query($n:Int){items(first:$n){item{id}}}", json!({"n": 4})), (5, 4));
    assert_eq!(cost("query($n:Int=6){items(first:$n){item{id}}}", none()), (7, 6));
    assert_eq!(cost("query($n:Int=6){items(first:$n){item{id}}}", json!({"n": null})), (21, 20));
    assert_eq!(cost("mutation{add(number:1){id} b:add(number:2){item{id}}}", none()), (21, 0));
    let fragments = "mutation{...m} fragment m on Mutation{add(number:1){...i}} \
                     fragment i on Item{... on Item{items{...j ...j}}} fragment j on Item{item{id}}";
    assert_eq!(cost(fragments, none()), (10 + 1 + 20 * 2, 20));
}

#[test]
fn what_is_too_dear_is_refused() {
    let rows =
        |first: u32, then: u32| format!("{{items(first:{first}){{items(first:{then}){{id}}}}}}");
    // 1 + 100 * (1 + 49) = 5,001; and one less.
    let objects = |rest: &str| format!("{{items(first:100){{{}}} {rest}}}", "item{id} ".repeat(50));
    assert_eq!(check(&objects(""), json!({})).unwrap_err().cost, Some(5_001));
    let objects = objects("").replacen("{items(first:100){item{id} ", "{items(first:100){", 1);
    assert_eq!(cost(&objects, json!({})), (4_901, 100));
    assert_eq!(cost(&rows(100, 99), json!({})), (101, 10_000));
    let error = check(&rows(100, 100), json!({})).unwrap_err();
    assert_eq!(
        (error.code, error.cost, error.limit),
        ("QUERY_TOO_COMPLEX", Some(10_100), Some(10_000))
    );
    // No page has more rows than resolvers answer, whatever is asked for.
    let text = "query($n:Int){items(first:$n){item{id}}}";
    assert_eq!(cost(text, json!({"n": i32::MAX})), (101, 100));
    assert_eq!(cost("{items(first:99999999999){item{id}}}", json!({})), (101, 100));
    // As large as numbers get, and larger.
    let text = format!("{{{}id{}}}", "items(first:100){".repeat(11), "}".repeat(11));
    let error = check(&text, json!({})).unwrap_err();
    assert_eq!(
        (error.code, error.cost, error.limit),
        ("QUERY_TOO_COMPLEX", Some(u64::MAX), Some(5_000))
    );
}

#[test]
fn variables_may_nest_to_the_limit() {
    let lists = |n: usize| (0..n).fold(json!(1), |inner, _| vec![inner].into());
    let objects = |n: usize| (0..n).fold(json!(1), |inner, _| json!({"k": inner, "l": 1}));
    assert_eq!(json_depth(&json!("x")), 0);
    assert_eq!(json_depth(&json!([[], {}, [[1]], 3])), 3);
    assert_eq!((json_depth(&lists(32)), json_depth(&objects(33))), (32, 33));
    assert_eq!(json_depth(&lists(500)), 129);
    assert!(check("{item{id}}", json!({"v": lists(32), "w": objects(32)})).is_ok());
    for deep in [lists(33), objects(33)] {
        let error = check("{item{id}}", json!({ "v": deep })).unwrap_err();
        assert_eq!((error.code, error.limit), ("QUERY_TOO_COMPLEX", Some(32)));
    }
}

#[test]
fn unknown_types_are_refused_before_they_panic() {
    for text in ["query($v:[Nope]=[1]){item{id}}", "query($v:[[__Nope!]!]=1){item{id}}"] {
        assert_eq!(check(text, json!({})).unwrap_err().code, "GRAPHQL_VALIDATION_FAILED");
    }
    assert!(check("query($v:[Int!]=[1],$w:ID){item{id}}", json!({})).is_ok());
}

/// What graphql-js asks with all its options on.
const INTROSPECTION: &str = "query IntrospectionQuery{__schema{description queryType{name kind} \
    mutationType{name kind} subscriptionType{name kind} types{...FullType} directives{name \
    description isRepeatable locations args(includeDeprecated:true){...InputValue}}}} \
    fragment FullType on __Type{kind name description specifiedByURL isOneOf \
    fields(includeDeprecated:true){name description args(includeDeprecated:true){...InputValue} \
    type{...TypeRef} isDeprecated deprecationReason} inputFields(includeDeprecated:true){\
    ...InputValue} interfaces{...TypeRef} enumValues(includeDeprecated:true){name description \
    isDeprecated deprecationReason} possibleTypes{...TypeRef}} fragment InputValue on \
    __InputValue{name description type{...TypeRef} defaultValue isDeprecated deprecationReason} \
    fragment TypeRef on __Type{kind name ofType{kind name ofType{kind name ofType{kind name \
    ofType{kind name ofType{kind name ofType{kind name ofType{kind name ofType{kind name \
    ofType{kind name}}}}}}}}}}";

#[tokio::test]
async fn tools_may_ask_for_the_schema() {
    assert!(check(INTROSPECTION, json!({})).is_ok());
    let response = execute(INTROSPECTION, Some("IntrospectionQuery"), json!({})).await;
    assert!(response.is_ok(), "{response:?}");
}

#[tokio::test]
async fn the_prepared_document_is_what_runs() {
    let text = "query A{double(number:2)} query B($n:Int!){double(number:$n)}";
    let answer = |data| Value::from_json(data).unwrap();
    assert_eq!(execute(text, Some("A"), json!({})).await.data, answer(json!({"double": 4})));
    let response = execute(text, Some("B"), json!({"n": 4, "unknown": [1]})).await;
    assert_eq!(response.data, answer(json!({"double": 8})));
    let text = "query($l:[Int!]){double(number:1,of:$l)}";
    assert_eq!(execute(text, None, json!({"l": 3})).await.data, answer(json!({"double": 3})));
}

#[tokio::test]
async fn wrong_variables_are_refused_before_anything_runs() {
    let cases = [
        ("query($n:Int!){double(number:$n)}", json!({}), "is required"),
        ("query($n:Int!){double(number:$n)}", json!({"n": null}), "null"),
        ("query($n:Int!){double(number:$n)}", json!({"n": 3_000_000_000_u64}), "Int"),
        ("query($n:[Int!]){double(number:1,of:$n)}", json!({"n": [1, null]}), "null"),
        ("mutation($n:Int!){add(number:1){id} b:add(number:$n){id}}", json!({}), "is required"),
    ];
    for (text, variables, why) in cases {
        let error = check(text, variables).unwrap_err();
        assert_eq!(error.code, "BAD_USER_INPUT", "{text}: {error:?}");
        assert!(error.message.contains(why), "{text}: {error:?}");
    }
    // A document that is not valid is told so first.
    let response = execute("query($n:Int!){nope}", None, json!({})).await;
    assert!(response.errors[0].message.starts_with("Unknown field"), "{response:?}");
}

/// The deepest documents that pass are validated and executed on a worker's stack.
#[test]
fn what_passes_does_not_overflow() {
    let nested = |open: &str, n: usize, close: &str| open.repeat(n) + "name" + &close.repeat(n);
    let chain = (1..31).map(|n| format!("fragment f{n} on Query{{...f{}}}", n + 1));
    let texts = [
        format!("{{__schema{{types{{{}}}}}}}", nested("ofType{", 28, "}")),
        format!("{{{}item{{id}}{}}}", "... on Query{".repeat(30), "}".repeat(30)),
        format!("{{...f1}}{}fragment f31 on Query{{item{{id}}}}", chain.collect::<String>()),
        format!("{{{}id{}}}", "item{".repeat(11), "}".repeat(11)),
        format!("{{double(number:{}1{})}}", "[".repeat(30), "]".repeat(30)),
    ];
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for text in &texts {
            let response = runtime.block_on(execute(text, None, json!({})));
            assert_eq!(response.is_ok(), !text.contains('['), "{response:?}");
        }
    };
    let start = Instant::now();
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
}
