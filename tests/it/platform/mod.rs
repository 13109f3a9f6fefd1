//! The slices of the platform: what its administrators do, and nobody else.

mod domains;
mod entering;
mod impersonation;
mod limits;
mod lists;
mod operators;
mod organizations;
mod origins;
mod own_account;
mod refusals;
mod signing;
mod tenants;

use serde_json::{Value, json};

use crate::support::Caller;
use crate::support::database::PASSWORD;
use crate::tenant::kit::text;

/// What makes a tenant with this schema, called like it.
fn new(schema: &str) -> Value {
    let owner = json!({ "email": format!("boss@{schema}.test"), "password": PASSWORD });
    json!({ "name": schema, "schemaName": schema, "owner": owner })
}

/// The id of the tenant with this schema name.
async fn id_of(operator: &Caller, schema: &str) -> String {
    let query =
        "query($s: String!) { tenants(filter: { schemaName: { eq: $s } }) { nodes { id } } }";
    let found = operator.gql_with(query, json!({ "s": format!("t_{schema}") })).await;
    text(&found.at("/data/tenants/nodes/0/id"))
}
