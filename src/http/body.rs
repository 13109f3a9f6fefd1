//! What a client sends, read as GraphQL over HTTP demands. What it means is decided elsewhere.

use axum::extract::Query;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::negotiate::parameters;
use super::reply::Failure;

/// The members of a well-formed request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GraphqlRequest {
    /// The document; `None` only beside a name for it.
    pub query: Option<String>,
    /// The id under which the document is registered.
    pub document_id: Option<String>,
    pub operation_name: Option<String>,
    pub variables: Map<String, Value>,
    pub extensions: Map<String, Value>,
}

/// Reads the body of a POST, of which the headers must say that it is JSON.
pub fn from_post(headers: &HeaderMap, body: &[u8]) -> Result<GraphqlRequest, Failure> {
    check_content(headers)?;
    from_json(body)
}

/// Reads the parameters of a GET.
pub fn from_get(uri: &Uri) -> Result<GraphqlRequest, Failure> {
    let Query(parameters) = Query::<Vec<(String, String)>>::try_from_uri(uri)
        .map_err(|_| bad("the query string cannot be read"))?;
    let mut members = Members::default();
    for (name, text) in parameters {
        let (member, value) = match name.as_str() {
            "query" => (&mut members.query, Value::String(text)),
            "documentId" => (&mut members.document_id, Value::String(text)),
            "operationName" => (&mut members.operation_name, Value::String(text)),
            "variables" => (&mut members.variables, parameter("variables", &text)?),
            "extensions" => (&mut members.extensions, parameter("extensions", &text)?),
            _ => continue,
        };
        if member.replace(value).is_some() {
            return Err(bad(format!("the parameter {name} is given twice")));
        }
    }
    members.try_into()
}

/// Reads a request from JSON text, whatever carried it.
pub fn from_json(text: &[u8]) -> Result<GraphqlRequest, Failure> {
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'[') {
        serde_json::from_slice::<IgnoredAny>(text).map_err(|e| not_json(&e))?;
        let message = "send one request at a time, not a list";
        return Err(Failure::new(StatusCode::BAD_REQUEST, "BATCHING_NOT_SUPPORTED", message));
    }
    serde_json::from_slice::<Members>(text).map_err(|e| not_json(&e))?.try_into()
}

impl GraphqlRequest {
    /// Reads a request from JSON that was parsed already.
    pub fn from_value(value: Value) -> Result<Self, Failure> {
        if !value.is_object() {
            return Err(bad("a request must be a JSON object"));
        }
        serde_json::from_value::<Members>(value).map_err(|e| not_json(&e))?.try_into()
    }
}

/// The members as sent. Unknown ones are ignored, those given twice are not.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a JSON object")]
struct Members {
    query: Option<Value>,
    document_id: Option<Value>,
    operation_name: Option<Value>,
    variables: Option<Value>,
    extensions: Option<Value>,
}

impl TryFrom<Members> for GraphqlRequest {
    type Error = Failure;

    fn try_from(members: Members) -> Result<Self, Failure> {
        let extensions = object("extensions", members.extensions)?;
        let document_id = match members.document_id {
            Some(Value::String(id)) if !id.is_empty() => Some(id),
            None => None,
            Some(_) => return Err(bad("documentId must be a text that is not empty")),
        };
        let query = match members.query {
            Some(Value::String(text)) if !text.trim().is_empty() => Some(text),
            None if document_id.is_some() => None,
            None if extensions.get("persistedQuery").is_some_and(Value::is_object) => None,
            None => return Err(bad("query is missing")),
            Some(_) => return Err(bad("query must be a text that is not empty")),
        };
        let operation_name = match members.operation_name {
            Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
            None => None,
            Some(_) => return Err(bad("operationName must be a text or null")),
        };
        let variables = object("variables", members.variables)?;
        Ok(Self { query, document_id, operation_name, variables, extensions })
    }
}

fn object(name: &str, member: Option<Value>) -> Result<Map<String, Value>, Failure> {
    match member {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(members)) => Ok(members),
        Some(_) => Err(bad(format!("{name} must be an object or null"))),
    }
}

/// A parameter that holds JSON text. An empty one counts as null.
fn parameter(name: &str, text: &str) -> Result<Value, Failure> {
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(text).map_err(|_| bad(format!("the parameter {name} must be JSON")))
}

fn check_content(headers: &HeaderMap) -> Result<(), Failure> {
    let refused = |message: &str| {
        Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)
    };
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let content_type = match (types.next(), types.next()) {
        (Some(value), None) => value.to_str().unwrap_or_default(),
        _ => return Err(refused("send one header content-type: application/json")),
    };
    let (essence, parameters) = parameters(content_type);
    if !matches!(essence.as_str(), "application/json" | "application/graphql-response+json") {
        return Err(refused("the content-type must be application/json"));
    }
    let mut charsets = parameters.iter().filter(|(name, _)| name == "charset");
    if charsets.any(|(_, charset)| !charset.eq_ignore_ascii_case("utf-8")) {
        return Err(refused("the charset must be utf-8"));
    }
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    if encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(refused("send the body without a content-encoding"));
    }
    Ok(())
}

fn bad(message: impl Into<String>) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
}

/// Says where, not what: the text may be secret.
fn not_json(e: &serde_json::Error) -> Failure {
    if e.is_data() {
        return bad("the body must be a JSON object with each member once");
    }
    bad(format!("the body is not valid JSON at line {}, column {}", e.line(), e.column()))
}
