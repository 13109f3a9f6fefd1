//! Somebody who uses the API: a GraphQL client at one host, perhaps with a token.

use std::net::SocketAddr;

use reqwest::header::{AUTHORIZATION, HOST, HeaderMap};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// A GraphQL client.
#[derive(Clone)]
pub struct Caller {
    pub client: reqwest::Client,
    pub address: SocketAddr,
    pub host: String,
    pub token: Option<String>,
    pub refresh_token: Option<String>,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Caller {
    pub fn new(client: reqwest::Client, address: SocketAddr, host: String) -> Self {
        Self { client, address, host, token: None, refresh_token: None }
    }

    /// The same caller at another host.
    pub fn at(&self, host: &str) -> Self {
        Self { host: host.to_owned(), ..self.clone() }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same caller, with the tokens that a password gets.
    pub async fn sign_in(&self, email: &str, password: &str) -> Self {
        let query = "mutation($e: String!, $p: String!) {
            tokenCreate(input: {email: $e, password: $p}) { accessToken refreshToken } }";
        let answer = self.gql_with(query, json!({ "e": email, "p": password })).await;
        Self {
            token: Some(answer.text("/data/tokenCreate/accessToken")),
            refresh_token: Some(answer.text("/data/tokenCreate/refreshToken")),
            ..self.clone()
        }
    }

    /// A request to a path, with host and token.
    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.address);
        let request = self.client.request(method, url).header(HOST, &self.host);
        match &self.token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        }
    }

    pub async fn gql(&self, query: &str) -> Answer {
        self.gql_with(query, json!({})).await
    }

    pub async fn gql_with(&self, query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables });
        self.send(self.request(reqwest::Method::POST, "/graphql").json(&body)).await
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("the whole answer");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, headers, body }
    }
}

impl Answer {
    /// The text at a JSON pointer; fails the test with the whole answer if there is none.
    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        match self.body.pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            _ => panic!("no text at {pointer} in {}", self.body),
        }
    }

    /// The value at a JSON pointer; null when there is none.
    pub fn at(&self, pointer: &str) -> Value {
        self.body.pointer(pointer).cloned().unwrap_or_default()
    }

    /// The code of the first error; empty when there is none.
    pub fn code(&self) -> String {
        self.at("/errors/0/extensions/code").as_str().unwrap_or_default().to_owned()
    }

    /// The request was refused with this status and code; the errors look as they all must.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), &*self.code()), (status, code), "{}", self.body);
        self.check_errors();
    }

    /// Every error carries a code, the request's id and whether to try again, is short, and tells
    /// nothing of what is behind the API.
    #[track_caller]
    pub fn check_errors(&self) {
        let id = self.headers.get("x-correlation-id").and_then(|id| id.to_str().ok());
        let errors = self.body["errors"].as_array().expect("errors");
        assert!((1..=5).contains(&errors.len()), "{}", self.body);
        for error in errors {
            let extensions = &error["extensions"];
            assert!(extensions["code"].is_string(), "{error}");
            assert!(extensions["retryable"].is_boolean(), "{error}");
            assert_eq!(extensions["requestId"].as_str(), id, "{error}");
            let message = error["message"].as_str().expect("a message");
            assert!((1..=300).contains(&message.chars().count()), "{error}");
            for word in ["SELECT ", "INSERT ", "relation ", "diesel", "postgres", "src/", "panick"]
            {
                assert!(!message.contains(word), "{error} tells {word}");
            }
        }
    }

    /// The data, if there was no error.
    #[track_caller]
    pub fn data(&self) -> Value {
        assert!(self.body.get("errors").is_none(), "errors in {}", self.body);
        self.at("/data")
    }
}
