//! A provider of identities (OpenID Connect) for tests, over HTTP: document, keys, the page that asks
//! who it is, tokens for a code, user info. It looks at what it is asked as strictly as real ones
//! do, and misbehaves when it is told to.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use parking_lot::Mutex;
use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use taruvi::base::clock::Clock;
use tokio::net::TcpListener;

use super::TestApp;

/// How the server is known to the provider.
pub const CLIENT: &str = "taruvi-at-issuer";
pub const SECRET: &str = "a client's secret: of 100% & more";

/// A key that signs, and its public half.
#[derive(Clone)]
pub struct Key {
    pub jwk: Value,
    sign: Arc<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>,
}

impl Key {
    pub fn es256(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let point = pair.public_key().as_ref();
        let (x, y) = (encoded(&point[1..33]), encoded(&point[33..]));
        let jwk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid,
            "use": "sig", "alg": "ES256" });
        let sign = move |text: &[u8]| {
            pair.sign(&SystemRandom::new(), text).expect("a signature").as_ref().to_vec()
        };
        Self { jwk, sign: Arc::new(sign) }
    }

    pub fn eddsa(kid: &str) -> Self {
        let pair = Ed25519KeyPair::generate().expect("a key");
        let x = encoded(pair.public_key().as_ref());
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid,
            "use": "sig", "alg": "EdDSA" });
        let sign = move |text: &[u8]| pair.sign(text).as_ref().to_vec();
        Self { jwk, sign: Arc::new(sign) }
    }

    pub fn rs256(kid: &str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        // PKCS #1: two integers, of 257 bytes with the first one 0, and of three.
        let der = pair.public_key().as_ref();
        let (n, e) = (encoded(&der[9..265]), encoded(&der[267..]));
        let jwk = json!({ "kty": "RSA", "n": n, "e": e, "kid": kid, "use": "sig", "alg": "RS256" });
        let sign = move |text: &[u8]| {
            let mut signature = vec![0; pair.public_modulus_len()];
            let random = SystemRandom::new();
            pair.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature).expect("a signature");
            signature
        };
        Self { jwk, sign: Arc::new(sign) }
    }

    /// Signs with a secret that everybody knows.
    pub fn hs256(kid: &str, secret: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let sign = move |text: &[u8]| hmac::sign(&key, text).as_ref().to_vec();
        Self { jwk: json!({ "kid": kid, "alg": "HS256" }), sign: Arc::new(sign) }
    }

    /// Signs nothing.
    pub fn none() -> Self {
        Self { jwk: json!({ "alg": "none" }), sign: Arc::new(|_| vec![]) }
    }

    fn token(&self, claims: &Value) -> String {
        let mut header = json!({ "alg": self.jwk["alg"], "typ": "JWT" });
        if self.jwk["kid"].is_string() {
            header["kid"] = self.jwk["kid"].clone();
        }
        let part = |value: &Value| encoded(value.to_string().as_bytes());
        let text = format!("{}.{}", part(&header), part(claims));
        format!("{text}.{}", encoded(&(self.sign)(text.as_bytes())))
    }
}

type Twist = Box<dyn Fn(&mut Value) + Send>;

/// What the provider does.
pub struct Conduct {
    /// Who is signed in there, as standard claims.
    pub person: Value,
    /// Whether the ID token says no more than who it is.
    pub is_terse: bool,
    /// None for a public client.
    pub secret: Option<&'static str>,
    pub published: Vec<Key>,
    pub signs: Key,
    /// Changes the document, the ID token's claims, the token endpoint's answer.
    pub document: Twist,
    pub claims: Twist,
    pub tokens: Twist,
    /// In place of an answer, at a path: status, content type and text.
    pub instead: HashMap<&'static str, (StatusCode, &'static str, String)>,
    /// Never answers at this path.
    pub hangs_at: Option<&'static str>,
}

struct Grant {
    challenge: String,
    redirect_uri: String,
    nonce: String,
}

struct Inner {
    url: String,
    clock: Clock,
    conduct: Mutex<Conduct>,
    grants: Mutex<HashMap<String, Grant>>,
    /// How often each path was asked for.
    asked: Mutex<HashMap<String, usize>>,
}

/// The running provider.
#[derive(Clone)]
pub struct Issuer(Arc<Inner>);

/// What a browser comes back with.
#[derive(Debug, Clone)]
pub struct Back {
    pub code: String,
    pub state: String,
}

impl Issuer {
    pub async fn open(app: &TestApp) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address: SocketAddr = listener.local_addr().expect("an address");
        let key = Key::es256("first");
        let conduct = Conduct {
            person: json!({ "sub": "ada@issuer", "email": "member@acme.test",
                "email_verified": true, "given_name": "Ada", "family_name": "Lovelace" }),
            is_terse: false,
            secret: Some(SECRET),
            published: vec![key.clone()],
            signs: key,
            document: Box::new(|_| ()),
            claims: Box::new(|_| ()),
            tokens: Box::new(|_| ()),
            instead: HashMap::new(),
            hangs_at: None,
        };
        let issuer = Self(Arc::new(Inner {
            url: format!("http://{address}"),
            clock: app.app.clock.clone(),
            conduct: Mutex::new(conduct),
            grants: Mutex::default(),
            asked: Mutex::default(),
        }));
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(document))
            .route("/jwks", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/userinfo", get(user_info))
            .layer(middleware::from_fn_with_state(issuer.clone(), misbehave))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        issuer
    }

    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Changes what it does.
    pub fn conduct(&self, change: impl FnOnce(&mut Conduct)) {
        change(&mut self.0.conduct.lock());
    }

    /// Changes what it says of who is signed in.
    pub fn person(&self, claim: &str, value: impl Into<Value>) {
        self.0.conduct.lock().person[claim] = value.into();
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.0.asked.lock().get(path).copied().unwrap_or(0)
    }

    /// All requests together.
    pub fn asked_at_all(&self) -> usize {
        self.0.asked.lock().values().sum()
    }

    /// Goes to the page as a browser does; what it is sent back with, and to where.
    #[track_caller]
    pub fn visit(&self, page: &str) -> impl Future<Output = (Url, Back)> {
        let page = page.to_owned();
        async move {
            let follow = reqwest::redirect::Policy::none();
            let browser = reqwest::Client::builder().redirect(follow).build().expect("a browser");
            let answer = browser.get(&page).send().await.expect("the page answers");
            assert_eq!(answer.status(), 302, "{page}: {:?}", answer.text().await);
            let to = answer.headers()["location"].to_str().expect("text");
            let to = Url::parse(to).expect("a URL");
            let query: HashMap<_, _> = to.query_pairs().into_owned().collect();
            let back = Back { code: query["code"].clone(), state: query["state"].clone() };
            (to, back)
        }
    }
}

async fn misbehave(State(issuer): State<Issuer>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    *issuer.0.asked.lock().entry(path.clone()).or_default() += 1;
    let (instead, hangs) = {
        let conduct = issuer.0.conduct.lock();
        (conduct.instead.get(path.as_str()).cloned(), conduct.hangs_at == Some(path.as_str()))
    };
    if hangs {
        std::future::pending::<()>().await;
    }
    match instead {
        Some((status, value, _)) if status.is_redirection() => {
            (status, [(header::LOCATION, value)]).into_response()
        }
        Some((status, kind, text)) => {
            (status, [(header::CONTENT_TYPE, kind)], text).into_response()
        }
        None => next.run(request).await,
    }
}

async fn document(State(issuer): State<Issuer>) -> axum::Json<Value> {
    let url = issuer.url();
    let mut document = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize?kept=yes"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "jwks_uri": format!("{url}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256", "EdDSA", "HS256", "none"],
    });
    (issuer.0.conduct.lock().document)(&mut document);
    axum::Json(document)
}

async fn keys(State(issuer): State<Issuer>) -> axum::Json<Value> {
    let conduct = issuer.0.conduct.lock();
    let all: Vec<_> = conduct.published.iter().map(|key| key.jwk.clone()).collect();
    axum::Json(json!({ "keys": all }))
}

/// Somebody is signed in already: they are sent back at once.
async fn authorize(State(issuer): State<Issuer>, uri: Uri) -> Response {
    let asked = pairs(uri.query().unwrap_or_default());
    let value = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let scopes = value("scope");
    let good = value("response_type") == "code"
        && value("client_id") == CLIENT
        && value("code_challenge_method") == "S256"
        && value("kept") == "yes"
        && !value("nonce").is_empty()
        && scopes.split(' ').filter(|scope| *scope == "openid").count() == 1;
    if !good {
        return (StatusCode::BAD_REQUEST, format!("{asked:?}")).into_response();
    }
    let code = encoded(uuid::Uuid::now_v7().as_bytes());
    let grant = Grant {
        challenge: value("code_challenge"),
        redirect_uri: value("redirect_uri"),
        nonce: value("nonce"),
    };
    let mut to = Url::parse(&grant.redirect_uri).expect("a URL to go back to");
    issuer.0.grants.lock().insert(code.clone(), grant);
    to.query_pairs_mut().append_pair("code", &code).append_pair("state", &value("state"));
    (StatusCode::FOUND, [(header::LOCATION, to.to_string())]).into_response()
}

async fn token(State(issuer): State<Issuer>, headers: HeaderMap, body: Bytes) -> Response {
    let asked = pairs(std::str::from_utf8(&body).expect("a form"));
    let value = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let refused = |status, error: &str| {
        (status, axum::Json(json!({ "error": error, "error_description": "no" }))).into_response()
    };
    let conduct = issuer.0.conduct.lock();
    if !is_client(&headers, &asked, conduct.secret) {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let grant = issuer.0.grants.lock().remove(&value("code"));
    let proof = encoded(&Sha256::digest(value("code_verifier")));
    let grant = grant.filter(|grant| {
        value("grant_type") == "authorization_code"
            && grant.challenge == proof
            && grant.redirect_uri == value("redirect_uri")
    });
    let Some(grant) = grant else { return refused(StatusCode::BAD_REQUEST, "invalid_grant") };
    let now = issuer.0.clock.now().timestamp();
    let mut claims = json!({ "iss": issuer.url(), "aud": CLIENT, "iat": now, "exp": now + 300,
        "nonce": grant.nonce, "sub": conduct.person["sub"] });
    if !conduct.is_terse {
        let person = conduct.person.as_object().expect("claims").clone();
        claims.as_object_mut().expect("claims").extend(person);
    }
    (conduct.claims)(&mut claims);
    let mut answer = json!({ "access_token": "good for the user info", "token_type": "Bearer",
        "expires_in": 300, "id_token": conduct.signs.token(&claims) });
    (conduct.tokens)(&mut answer);
    axum::Json(answer).into_response()
}

/// Whether the client has shown who it is: as RFC 6749 asks, section 2.3.1.
fn is_client(
    headers: &HeaderMap,
    asked: &HashMap<String, String>,
    secret: Option<&'static str>,
) -> bool {
    let in_body = |name: &str| asked.get(name).map(String::as_str);
    let basic = headers.get(header::AUTHORIZATION).map(|basic| {
        let text = basic.to_str().expect("text").strip_prefix("Basic ").expect("Basic");
        let text = String::from_utf8(STANDARD.decode(text).expect("Base64")).expect("text");
        let (id, secret) = text.split_once(':').expect("two parts");
        let all = pairs(&format!("id={id}&secret={secret}"));
        (all["id"].clone(), all["secret"].clone())
    });
    match (secret, basic) {
        (Some(secret), Some((id, shown))) => {
            id == CLIENT && shown == secret && in_body("client_secret").is_none()
        }
        (secret, None) => {
            in_body("client_id") == Some(CLIENT) && in_body("client_secret") == secret
        }
        (None, Some(_)) => false,
    }
}

async fn user_info(State(issuer): State<Issuer>, headers: HeaderMap) -> Response {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if token != Some("Bearer good for the user info") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    axum::Json(issuer.0.conduct.lock().person.clone()).into_response()
}

fn pairs(form: &str) -> HashMap<String, String> {
    let url = Url::parse(&format!("http://form/?{form}")).expect("a form");
    url.query_pairs().into_owned().collect()
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
