//! The page for administrators tells the truth: every request in it works, one after the other.

use serde_json::{Map, Value};

use super::source::root;
use crate::support::TestApp;

/// The page's blocks of GraphQL.
fn requests(page: &str) -> Vec<&str> {
    let blocks = page.split("```graphql\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default()).collect()
}

/// Remembers each id of an answer under what it begins with, as the page speaks of it.
fn remember(known: &mut Map<String, Value>, answer: &Value) {
    match answer {
        Value::Object(all) => {
            let id = all.get("id").and_then(Value::as_str);
            if let Some((kind, _)) = id.and_then(|id| id.rsplit_once('_')) {
                known.insert(kind.to_owned(), all["id"].clone());
            }
            all.values().for_each(|value| remember(known, value));
        }
        Value::Array(all) => all.iter().for_each(|value| remember(known, value)),
        _ => {}
    }
}

#[tokio::test]
async fn every_request_of_the_page_on_permissions_works() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let page = std::fs::read_to_string(root().join("docs/permissions.md")).expect("the page");
    let requests = requests(&page);
    assert!(requests.len() > 8, "{requests:?}");
    let mut known = Map::new();
    for request in requests {
        let mut variables = known.clone();
        variables.retain(|name, _| request.contains(&format!("${name}:")));
        let data = owner.gql_with(request, Value::Object(variables)).await.data();
        for payload in data.as_object().into_iter().flat_map(Map::values) {
            let errors = payload.get("userErrors").and_then(Value::as_array);
            assert!(errors.is_none_or(Vec::is_empty), "{request}: {payload}");
        }
        remember(&mut known, &data);
    }
    // It was the guest of the page whom all of it was for.
    let email = "guest@example.test";
    let guest = app.anonymous("acme").sign_in(email, "a-long-first-password").await;
    let seen = guest.gql("{ projects { nodes { name permissions { canUpdate } } } }").await.data();
    assert_eq!(seen["projects"]["nodes"][0]["name"], "Bridge");
    assert_eq!(seen["projects"]["nodes"][0]["permissions"]["canUpdate"], false, "taken back");
    assert!(
        guest
            .gql("{ tasks { totalCount } documents { totalCount } }")
            .await
            .body
            .get("errors")
            .is_none()
    );
}
