//! The people a tenant works for, and what they go through.

mod bulk;
mod cases;
mod clients;
mod notes;
mod pipeline;
mod places;
mod work;

use serde_json::{Value, json};

use super::kit::text;
use crate::support::Caller;

/// Adds a client; their id.
pub async fn client(caller: &Caller, input: Value) -> String {
    made(caller, "client", input).await
}

/// Adds one of these; its id.
pub async fn made(caller: &Caller, one: &str, input: Value) -> String {
    let field = format!("{one}Create");
    let payload = caller.done(&field, json!({ "input": input }), &format!("{one} {{ id }}")).await;
    text(&payload[one]["id"])
}

/// The client as somebody sees them, or null.
pub async fn seen(caller: &Caller, id: &str, selection: &str) -> Value {
    let query = format!("query($id: ID!) {{ client(id: $id) {{ {selection} }} }}");
    caller.gql_with(&query, json!({ "id": id })).await.data()["client"].clone()
}

/// The id of the stage of clients that is called so.
pub async fn stage(caller: &Caller, name: &str) -> String {
    let query = "query($name: String) {
        stages(filter: { kind: { eq: CLIENT }, name: { eq: $name } }) { nodes { id } } }";
    let found = caller.gql_with(query, json!({ "name": name })).await.data();
    text(&found["stages"]["nodes"][0]["id"])
}
