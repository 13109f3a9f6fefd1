//! `/playground/`: the pages, and what they need to know of this server.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::correlation::Correlation;
use super::{Api, assets, scope};
use crate::ctx::{Actor, Core, Ctx, Origin, Scope};
use crate::db::{Listing, Meter, Predicate, Sorted};
use crate::platform::tenants;
use crate::platform::tenants::graphql::TenantNode;

const NOT_BUILT: &str = "The playground is not in this binary: Node.js was not there when it was \
built. Install Node.js 20 or later and build again, or use any GraphQL client with /graphql.\n";

pub(super) async fn to_playground() -> Redirect {
    Redirect::to("/playground/")
}

pub(super) async fn to_picture() -> Redirect {
    Redirect::to("/playground/voyager/")
}

pub(super) async fn index(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    page(&api, "index.html", &headers)
}

pub(super) async fn asset(
    State(api): State<Arc<Api>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    let path = if path.ends_with('/') { format!("{path}index.html") } else { path };
    page(&api, &path, &headers)
}

fn page(api: &Api, path: &str, headers: &HeaderMap) -> Response {
    if !api.app.config.graphql.playground {
        return (StatusCode::NOT_FOUND, "the playground is switched off\n").into_response();
    }
    if !assets::are_there() {
        return (StatusCode::NOT_FOUND, NOT_BUILT).into_response();
    }
    assets::serve(path, headers)
}

/// Whose host this is; in development also the demo tenants and how to sign in to them.
pub(super) async fn config(
    State(api): State<Arc<Api>>,
    correlation: Correlation,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    if !api.app.config.graphql.playground {
        return StatusCode::NOT_FOUND.into_response();
    }
    let host = match scope::of_host(&api.app, &headers, &uri, &Meter::default()).await {
        Ok(Scope::Tenant(t)) => {
            json!({"kind": "tenant", "tenant": t.schema.label(), "name": t.name})
        }
        Ok(Scope::Platform) => json!({"kind": "platform", "tenant": null, "name": null}),
        Err(failure) => {
            return failure.into_response(super::negotiate::Media::Json, &correlation.0);
        }
    };
    let mode = api.app.config.mode;
    let (tenants, sign_ins, password) = match mode.is_production() {
        true => (json!([]), json!([]), Value::Null),
        false => demo(&api, &headers).await,
    };
    Json(json!({
        "mode": mode.as_str(),
        "host": host,
        "tenants": tenants,
        "signIns": sign_ins,
        "demoPassword": password,
    }))
    .into_response()
}

async fn demo(api: &Api, headers: &HeaderMap) -> (Value, Value, Value) {
    let core = Core::new(api.app.clone(), Scope::Platform, Actor::System, Origin::default());
    let first = crate::base::page::PageArgs { first: Some(20), ..Default::default() };
    let listing = first.window().and_then(|window| {
        Listing::new(Predicate::True, vec![TenantNode::DEFAULT], TenantNode::ID, window)
    });
    let found = match listing {
        Ok(listing) => tenants::service::list(&Ctx::new(core), listing, false).await,
        Err(e) => Err(e),
    };
    let rows = found.map(|page| page.rows).unwrap_or_default();
    let port = headers
        .get("host")
        .and_then(|h| h.to_str().ok()?.rsplit_once(':'))
        .map_or(String::new(), |(_, port)| format!(":{port}"));
    let tenant = |t: &tenants::TenantRecord| {
        let schema = crate::db::TenantSchema::parse(&t.schema_name)?;
        let host = api.app.hosts.of_schema(&schema)?;
        Some(
            json!({"name": t.name, "schema": t.schema_name, "url": format!("http://{host}{port}")}),
        )
    };
    let list: Vec<Value> = rows.iter().filter_map(tenant).collect();
    let accounts = ["owner", "manager", "member"];
    let sign_ins: Vec<Value> = rows
        .iter()
        .filter_map(|t| crate::db::TenantSchema::parse(&t.schema_name))
        .flat_map(|schema| {
            accounts.map(|role| {
                let label = schema.label();
                json!({
                    "label": format!("{role} of {label}"),
                    "email": format!("{role}@{label}.test"),
                    "tenant": label,
                })
            })
        })
        .chain([json!({"label": "platform admin", "email": "admin@taruvi.test", "tenant": null})])
        .collect();
    (json!(list), json!(sign_ins), json!("taruvi-demo-password"))
}
