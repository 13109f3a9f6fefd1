//! The providers that are in use, so that not every sign-in asks for their documents.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use moka::future::Cache;

use super::{Failure, Issuer, Key};
use crate::outbound::Outbound;

/// For how long a document counts.
const TTL: Duration = Duration::from_secs(600);
const MAX_ISSUERS: u64 = 1_000;

/// Providers' documents and keys. Each change of a provider's settings begins anew.
pub struct Issuers {
    pub(super) outbound: Outbound,
    known: Cache<Key, Arc<Issuer>>,
}

impl Issuers {
    pub fn new(outbound: Outbound) -> Self {
        let known = Cache::builder().max_capacity(MAX_ISSUERS).time_to_live(TTL).build();
        Self { outbound, known }
    }

    /// Asks a provider for its document and keys, whatever is remembered.
    pub async fn look(&self, issuer: &str) -> Result<Issuer, Failure> {
        Issuer::fetch(&self.outbound, issuer).await
    }

    /// The provider, as it is remembered. Of those who ask for the same at once, one fetches.
    pub(super) async fn get(&self, key: Key, issuer: &str) -> Result<Arc<Issuer>, Failure> {
        let fetch = async { self.look(issuer).await.map(Arc::new) };
        self.known.try_get_with(key, fetch).await.map_err(|e| (*e).clone())
    }

    /// The provider with other keys than `seen` has; `None` when there are none yet.
    pub(super) async fn renewed(
        &self,
        key: Key,
        seen: &Arc<Issuer>,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Issuer>>, Failure> {
        let _turn = seen.renewing.lock().await;
        // Somebody else may have asked meanwhile.
        if let Some(known) = self.known.get(&key).await
            && !Arc::ptr_eq(&known, seen)
        {
            return Ok(Some(known));
        }
        let Some(renewed) = seen.renewed(&self.outbound, now).await? else { return Ok(None) };
        let renewed = Arc::new(renewed);
        self.known.insert(key, renewed.clone()).await;
        Ok(Some(renewed))
    }
}
