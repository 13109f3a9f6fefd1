//! Documents that are named instead of sent: registered ones by their id (`documentId`), and those
//! that somebody has sent before by their hash (Apollo's automatic persisted queries). Where only
//! registered ones may run, the others are refused here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use axum::http::StatusCode;
use moka::sync::Cache;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::body::GraphqlRequest;
use super::reply::Failure;
use crate::bus::{Bus, Wake};
use crate::ctx::{Core, Scope};
use crate::graphql::document::Operation;
use crate::tenant::trusted_documents::{service, sha256};

/// Bytes that the documents of each kind may take together.
const CACHE_BYTES: u64 = 16 << 20;
/// A second look at what is registered after this long even if no message came.
const TTL: Duration = Duration::from_secs(60);
/// How long Redis keeps a document that nobody asks for, in seconds.
const KEPT: u64 = 24 * 60 * 60;
/// Nothing longer is registered.
const MAX_ID: usize = 210;

/// Documents by what clients call them, for each tenant apart.
pub struct StoredDocuments {
    /// Sent before, by hash. The platform's own have no tenant.
    sent: Cache<(Option<Uuid>, String), Arc<str>>,
    /// Registered, by id or hash; `None` for what is not. With the count of changes before it was
    /// read: it holds only as long as that stays so.
    registered: Cache<(Uuid, String), (u64, Option<Arc<str>>)>,
    changes: Arc<AtomicU64>,
}

/// How the document of a request was found.
pub(super) enum Way {
    /// It was sent.
    Sent,
    /// It was sent with its hash, by which it may be asked for from now on.
    Named(String),
    /// It had been sent before.
    Remembered,
    Registered,
}

impl StoredDocuments {
    pub fn new(bus: &Bus) -> Self {
        let weigh = |id: &str, text: usize| u32::try_from(id.len() + text + 64).unwrap_or(u32::MAX);
        let sent = Cache::builder()
            .weigher(move |key: &(Option<Uuid>, String), text: &Arc<str>| weigh(&key.1, text.len()))
            .max_capacity(CACHE_BYTES)
            .build();
        let registered = Cache::builder()
            .weigher(move |key: &(Uuid, String), (_, text): &(u64, Option<Arc<str>>)| {
                weigh(&key.1, text.as_ref().map_or(0, |text| text.len()))
            })
            .max_capacity(CACHE_BYTES)
            .time_to_live(TTL)
            .build();
        let stored = Self { sent, registered, changes: Arc::default() };
        let (registered, changes) = (stored.registered.clone(), stored.changes.clone());
        bus.on_wake(move |wake| {
            if matches!(wake, Wake::Tenant(_) | Wake::Everything) {
                changes.fetch_add(1, SeqCst);
                registered.invalidate_all();
            }
        });
        stored
    }

    /// Puts the text of the document into the request, if it was not sent.
    pub(super) async fn resolve(
        &self,
        core: &Core,
        asked: &mut GraphqlRequest,
    ) -> Result<Way, Failure> {
        let hash = persisted_hash(&asked.extensions)?;
        if let Some(id) = asked.document_id.take() {
            if asked.query.is_some() || hash.is_some() {
                return Err(bad("send either documentId or the document, not both"));
            }
            asked.query =
                Some(self.registered(core, &id).await?.ok_or_else(not_found)?.to_string());
            return Ok(Way::Registered);
        }
        match (&asked.query, hash) {
            (Some(_), None) => Ok(Way::Sent),
            (Some(text), Some(hash)) if sha256(text) == hash => Ok(Way::Named(hash)),
            (Some(_), Some(_)) => Err(bad("sha256Hash is not the hash of the query")),
            (None, Some(hash)) => {
                let (text, way) = match self.sent(core, &hash).await {
                    Some(text) => (Some(text), Way::Remembered),
                    None => (self.registered(core, &hash).await?, Way::Registered),
                };
                asked.query = Some(text.ok_or_else(not_found)?.to_string());
                Ok(way)
            }
            (None, None) => Err(bad("query is missing")),
        }
    }

    /// Refuses what is not registered where nothing else may run. Whoever may change that can run
    /// anything, or nobody could undo it; and everybody can sign in.
    pub(super) async fn check(
        &self,
        core: &Core,
        asked: &GraphqlRequest,
        way: &Way,
        operation: &Operation,
    ) -> Result<(), Failure> {
        let Scope::Tenant(tenant) = &core.scope else { return Ok(()) };
        if !tenant.trusted_documents_only || matches!(way, Way::Registered) {
            return Ok(());
        }
        let signs_in = |field: &async_graphql::Name| match operation.kind {
            OperationType::Mutation => {
                field.starts_with("token") || field.starts_with("oidcSignIn")
            }
            _ => field.as_str() == "signInProviders",
        };
        let signs_in = operation.root_fields.iter().all(signs_in);
        if signs_in || core.require(&service::CHANGE_SETTINGS).is_ok() {
            return Ok(());
        }
        let hash = sha256(asked.query.as_deref().unwrap_or_default());
        match self.registered(core, &hash).await? {
            Some(_) => Ok(()),
            None => {
                let message = "only registered documents may be run here";
                Err(Failure::new(StatusCode::FORBIDDEN, "DOCUMENT_NOT_TRUSTED", message))
            }
        }
    }

    /// Keeps a document that was found good, under its hash.
    pub(super) fn remember(&self, core: &Core, hash: String, text: &str) {
        let key = (tenant(core), hash);
        if self.sent.contains_key(&key) {
            return;
        }
        if let Some(redis) = core.app.redis.clone() {
            let (name, text) = (name(&redis, &key), text.to_owned());
            tokio::spawn(async move {
                let mut set = redis::cmd("SET");
                set.arg(name).arg(text).arg("EX").arg(KEPT);
                redis.ask(async |redis| set.query_async::<()>(redis).await).await
            });
        }
        self.sent.insert(key, text.into());
    }

    async fn sent(&self, core: &Core, hash: &str) -> Option<Arc<str>> {
        let key = (tenant(core), hash.to_owned());
        if let Some(text) = self.sent.get(&key) {
            return Some(text);
        }
        let redis = core.app.redis.as_ref()?;
        let mut get = redis::cmd("GETEX");
        get.arg(name(redis, &key)).arg("EX").arg(KEPT);
        let asked = redis.ask(async |redis| get.query_async::<Option<String>>(redis).await);
        // Whoever can write there still can't make a hash mean another text.
        let text = Box::pin(asked).await??;
        let text: Arc<str> = (sha256(&text) == hash).then(|| text.into())?;
        self.sent.insert(key, text.clone());
        Some(text)
    }

    /// The text that was registered under an id or with a hash.
    async fn registered(&self, core: &Core, id: &str) -> Result<Option<Arc<str>>, Failure> {
        let Scope::Tenant(tenant) = &core.scope else { return Ok(None) };
        if id.is_empty() || id.len() > MAX_ID || !id.bytes().all(|b| b.is_ascii_graphic()) {
            return Ok(None);
        }
        let key = (tenant.id.0, id.to_owned());
        let seen = self.changes.load(SeqCst);
        if core.app.bus.healthy()
            && let Some((then, found)) = self.registered.get(&key)
            && then == seen
        {
            return Ok(found);
        }
        let hash = id.strip_prefix("sha256:").unwrap_or(id);
        let found: Option<Arc<str>> =
            Box::pin(service::text(core, id, hash)).await?.map(Into::into);
        self.registered.insert(key, (seen, found.clone()));
        Ok(found)
    }
}

fn tenant(core: &Core) -> Option<Uuid> {
    match &core.scope {
        Scope::Tenant(tenant) => Some(tenant.id.0),
        Scope::Platform => None,
    }
}

fn name(redis: &crate::redis::Redis, (tenant, hash): &(Option<Uuid>, String)) -> String {
    let tenant = tenant.map_or("platform".to_owned(), |id| id.simple().to_string());
    redis.key("document", &format!("{tenant}:{hash}"))
}

/// What `extensions.persistedQuery` says, in lower case.
fn persisted_hash(extensions: &Map<String, Value>) -> Result<Option<String>, Failure> {
    let Some(persisted) = extensions.get("persistedQuery") else { return Ok(None) };
    let hash = persisted.get("sha256Hash").and_then(Value::as_str);
    let is_hash = |hash: &&str| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    match hash.filter(is_hash) {
        Some(hash) if persisted.get("version").and_then(Value::as_u64) == Some(1) => {
            Ok(Some(hash.to_ascii_lowercase()))
        }
        _ => Err(bad("persistedQuery must have version 1 and a sha256Hash of 64 digits")),
    }
}

fn bad(message: &str) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
}

fn not_found() -> Failure {
    // Clients look for this very message before they send the text.
    Failure::new(StatusCode::OK, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
}
