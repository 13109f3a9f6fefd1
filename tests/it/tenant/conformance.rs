//! What the specification says of results, which not every version of async-graphql does: the
//! order of keys, where an error nulls, and what a panic leaves.

use async_graphql::{EmptyMutation, EmptySubscription, Error, Object, Schema};
use serde_json::json;
use taruvi::graphql::Nullable;

use crate::support::TestApp;

struct N;

#[Object]
impl N {
    async fn ok(&self) -> i32 {
        1
    }

    async fn bad(&self) -> Result<i32, Error> {
        Err(Error::new("bad"))
    }
}

struct Query;

#[Object]
impl Query {
    async fn slow(&self) -> i32 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        1
    }

    async fn fast(&self) -> i32 {
        2
    }

    async fn n(&self) -> Option<N> {
        Some(N)
    }

    async fn nn(&self) -> N {
        N
    }

    async fn list(&self) -> Vec<Nullable<i32>> {
        vec![Some(Ok(1)), Some(Err(Error::new("bad"))), None]
    }

    async fn bad_nullable(&self) -> Nullable<i32> {
        Some(Err(Error::new("bad")))
    }
}

/// The answer's data as text, and the paths of its errors.
async fn run(query: &str) -> (String, Vec<serde_json::Value>) {
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let response = schema.execute(query).await;
    let paths = response.errors.iter().map(|e| serde_json::to_value(&e.path).unwrap()).collect();
    (serde_json::to_string(&response.data).unwrap(), paths)
}

#[tokio::test]
async fn keys_come_in_the_order_of_the_query() {
    assert_eq!(run("{ slow fast }").await, ("{\"slow\":1,\"fast\":2}".to_owned(), vec![]));
    assert_eq!(run("{ fast slow }").await.0, "{\"fast\":2,\"slow\":1}");
    assert_eq!(
        run("{ z: slow a: fast m: n { ok } }").await.0,
        "{\"z\":1,\"a\":2,\"m\":{\"ok\":1}}"
    );
}

#[tokio::test]
async fn an_error_nulls_the_nearest_field_that_may_be_null() {
    let (data, paths) = run("{ fast n { ok bad } }").await;
    assert_eq!((data.as_str(), paths), ("{\"fast\":2,\"n\":null}", vec![json!(["n", "bad"])]));
    let (data, paths) = run("{ fast nn { ok bad } }").await;
    assert_eq!((data.as_str(), paths), ("null", vec![json!(["nn", "bad"])]));
    let (data, paths) = run("{ fast badNullable slow }").await;
    assert_eq!(data, "{\"fast\":2,\"badNullable\":null,\"slow\":1}");
    assert_eq!(paths, [json!(["badNullable"])]);
    let (data, paths) = run("{ list fast }").await;
    assert_eq!(data, "{\"list\":[1,null,null],\"fast\":2}");
    assert_eq!(paths, [json!(["list", 1])]);
}

#[tokio::test]
async fn our_own_schema_does_the_same() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let id = app.project(&owner, "Apollo").await;
    let query = format!(
        "{{ z: projects {{ totalCount nodes {{ name id }} }} bad: node(id: \"x\") {{ id }}
            a: viewer {{ username email }}
            p: project(id: \"{id}\") {{ name tasks(first: 101) {{ totalCount }} }}
            m: project(id: \"{id}\") {{ status }} }}"
    );
    let request = owner.request(reqwest::Method::POST, "/graphql").json(&json!({ "query": query }));
    let text = request.send().await.unwrap().text().await.unwrap();
    let data = format!(
        "\"data\":{{\"z\":{{\"totalCount\":1,\"nodes\":[{{\"name\":\"Apollo\",\"id\":\"{id}\"}}]}},\
         \"bad\":null,\"a\":{{\"username\":\"owner\",\"email\":\"owner@acme.test\"}},\"p\":null,\
         \"m\":{{\"status\":\"PLANNED\"}}}}"
    );
    assert!(text.contains(&data), "{text}");
    let paths: Vec<_> = serde_json::from_str::<serde_json::Value>(&text).unwrap()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["path"].to_string(), e["extensions"]["code"].to_string()))
        .collect();
    let bad = "\"BAD_USER_INPUT\"".to_owned();
    assert_eq!(paths.len(), 2, "{text}");
    for path in ["[\"bad\"]", "[\"p\",\"tasks\"]"] {
        assert!(paths.contains(&(path.to_owned(), bad.clone())), "{path} in {text}");
    }
}
