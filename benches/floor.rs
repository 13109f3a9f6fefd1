//! What the server is measured against: the least that answers the same two questions, as one
//! would write it by hand with axum and tokio-postgres. It knows no GraphQL, no sessions and no
//! permissions; it checks the token, and pipelines `SET search_path` when the tenant changes.

mod answer;
mod pool;

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::extract::{Path, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use uuid::Uuid;

use self::pool::{Pool, Tenant};

/// The word that makes this binary the hand-written server.
pub const COMMAND: &str = "floor";
/// What its connections are called in `pg_stat_activity`.
pub const APPLICATION_NAME: &str = "floor";
const POOL_SIZE: usize = 16;

struct App {
    pool: Pool,
    tenants: HashMap<Uuid, Tenant>,
    key: DecodingKey,
    validation: Validation,
}

/// Serves until it is killed. The arguments are the database's URL, the address to listen on,
/// and the key, the issuer and the audience of tokens.
pub async fn serve(mut arguments: impl Iterator<Item = String>) -> Result<()> {
    let mut argument = |what| arguments.next().context(what);
    let url = argument("the database's URL")?;
    let address = argument("the address")?;
    let key = DecodingKey::from_secret(argument("the key")?.as_bytes());
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[argument("the issuer")?]);
    validation.set_audience(&[argument("the audience")?]);

    let tenants = pool::tenants(&url).await?;
    let pool = Pool::open(&url, POOL_SIZE, tenants.values().next().context("no tenant")?).await?;
    let app = Arc::new(App { pool, tenants, key, validation });
    let router = axum::Router::new()
        .route("/task/{id}", get(task))
        .route("/tasks", get(tasks))
        .with_state(app);
    let listener = TcpListener::bind(address).await?.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

async fn task(
    State(app): State<Arc<App>>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let tenant = app.tenant(&headers)?;
    let mut connection = app.pool.take().await?;
    let rows = connection.task(tenant, id).await?;
    drop(connection);
    json(&answer::task(rows.first())?)
}

async fn tasks(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Failure> {
    let tenant = app.tenant(&headers)?;
    let mut connection = app.pool.take().await?;
    let rows = connection.tasks(tenant).await?;
    drop(connection);
    json(&answer::tasks(&rows)?)
}

#[derive(Deserialize)]
struct Claims {
    tenant: Uuid,
}

impl App {
    /// The tenant that the request's token is for.
    fn tenant(&self, headers: &HeaderMap) -> Result<&Tenant, Failure> {
        let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|text| text.strip_prefix("Bearer ")).ok_or(Failure::Refused)?;
        let token = jsonwebtoken::decode::<Claims>(token, &self.key, &self.validation)
            .map_err(|_| Failure::Refused)?;
        self.tenants.get(&token.claims.tenant).ok_or(Failure::Refused)
    }
}

fn json(answer: &impl Serialize) -> Result<Response, Failure> {
    let body = serde_json::to_vec(answer).map_err(|e| Failure::Broken(e.into()))?;
    Ok(([(CONTENT_TYPE, "application/json")], body).into_response())
}

enum Failure {
    Refused,
    Broken(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(e: E) -> Self {
        Self::Broken(e.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Refused => StatusCode::UNAUTHORIZED.into_response(),
            Self::Broken(e) => {
                eprintln!("floor: {e:#}");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}
