//! The header `Idempotency-Key` (after the IETF's draft): a repetition gets the first answer.

use async_graphql::Response;
use async_graphql::parser::types::OperationType;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;

use super::body::GraphqlRequest;
use super::codes::{code_of, tidy_all};
use super::negotiate::Media;
use super::reply::{Cost, Failure};
use crate::authz::Through;
use crate::ctx::{Core, Ctx, Idempotency, Stored};
use crate::graphql::document::Operation;

const HEADER: &str = "idempotency-key";
/// Marks an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const MAX_KEY: usize = 255;

/// How an answer came about.
pub(super) enum Executed {
    Anew(Response),
    /// The text of the answer to an earlier request with the same key.
    Before(String),
}

/// The request's key, if it has one. Keys are a user's own: those who are not signed in, and
/// operators, have none. Nor does a sign-in or the making of an API key, whose answers hold what is
/// never stored, or a change of a password, of which nothing is kept but its hash.
pub(super) fn of(
    core: &Core,
    headers: &HeaderMap,
    asked: &GraphqlRequest,
    operation: &Operation,
) -> Result<Option<Idempotency>, Failure> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    if operation.kind != OperationType::Mutation {
        return Ok(None);
    }
    let refused = |why: &str| Err(Failure::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", why));
    let key = value.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > MAX_KEY {
        return refused("an Idempotency-Key has 1 to 255 visible ASCII characters");
    }
    if operation.root_fields.len() != 1 {
        return refused("an Idempotency-Key goes with exactly one mutation");
    }
    let field = &operation.root_fields[0];
    let holds_secrets = ["token", "oidcSignIn", "apiKey"].iter().any(|all| field.starts_with(all))
        || field.ends_with("Password");
    if core.user().is_none() || holds_secrets {
        return Ok(None);
    }
    let text = asked.query.as_deref().unwrap_or_default();
    let name = asked.operation_name.as_deref().unwrap_or_default();
    let variables = serde_json::to_string(&asked.variables).unwrap_or_default();
    // What a person may, their keys may not all.
    let through = match core.access().map(|access| access.through) {
        Some(Through::Key(key)) => key.to_string(),
        _ => String::new(),
    };
    let request = [text, name, &variables, &through];
    Ok(Some(Idempotency::new(key.to_owned(), &request, &core.app.vault)?))
}

/// The answer that the key stands for already.
pub(super) async fn stored(core: &Core) -> Result<Option<String>, Failure> {
    let (Some(idempotency), Some(user)) = (core.idempotency(), core.user()) else {
        return Ok(None);
    };
    match idempotency.find(&*core.read().await?, user, core.now).await? {
        Stored::Unused => Ok(None),
        Stored::Answer(text) => Ok(Some(text)),
    }
}

/// Commits an idempotent change together with its answer. A mutation that failed has changed
/// nothing and is not kept, so that it can be tried again under the same key; what fails beside a
/// change that was made is part of the answer.
pub(super) async fn finish(ctx: &Ctx, mut response: Response) -> Result<Executed, Failure> {
    let raced = response.errors.iter().any(|e| code_of(e) == Some("IDEMPOTENCY_IN_PROGRESS"));
    if raced {
        // The first request has ended while this one waited for its lock.
        ctx.finish(None).await?;
        if let Some(text) = stored(ctx).await? {
            return Ok(Executed::Before(text));
        }
        return Ok(Executed::Anew(response));
    }
    tidy_all(&mut response, &ctx.origin.correlation_id);
    let failed = response.errors.iter().any(|error| error.path.len() <= 1);
    let text = (!failed).then(|| serde_json::to_string(&response).unwrap_or_default());
    ctx.finish(text.as_deref()).await?;
    Ok(Executed::Anew(response))
}

/// The first answer, once more; what this repetition costs is added to it.
pub(super) fn replay(
    mut text: String,
    cost: Option<&Cost>,
    media: Media,
) -> axum::response::Response {
    if let Some(cost) = cost.and_then(|cost| serde_json::to_string(cost).ok())
        && text.pop() == Some('}')
    {
        // Kept answers have no extensions of their own.
        text.push_str(&format!(r#","extensions":{{"cost":{cost}}}}}"#));
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    (headers, text).into_response()
}
