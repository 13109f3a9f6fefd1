//! Who is at the other end of an open connection.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Uri, header};
use parking_lot::RwLock;

use crate::ctx::{Core, Origin};
use crate::db::Meter;
use crate::http::api::Api;
use crate::http::caller::{self, Shown};
use crate::http::correlation::Correlation;
use crate::http::reply::Failure;
use crate::http::{scope, watch};

/// The other end: where it is connected to, and what it has shown of itself.
pub(super) struct Peer {
    pub api: Arc<Api>,
    headers: HeaderMap,
    uri: Uri,
    ip: IpAddr,
    shown: RwLock<Option<Arc<Shown>>>,
}

impl Peer {
    /// Whoever sent this request, as its headers say.
    pub(super) async fn of(
        api: Arc<Api>,
        ip: IpAddr,
        headers: &HeaderMap,
        uri: &Uri,
        correlation: &Correlation,
    ) -> Result<Self, Failure> {
        let (app, meter) = (&api.app, Meter::default());
        let origin = caller::origin(app, ip, headers, &correlation.0);
        let host = scope::of_host(app, headers, uri, &meter).await;
        let host = host.inspect_err(|failure| watch::host(app, &origin, headers, failure))?;
        let shown = caller::shown(app, &host, headers, uri, &origin)?;
        let shown = RwLock::new(shown.map(Arc::new));
        let peer = Self { headers: kept(headers), uri: uri.clone(), ip, shown, api };
        watch::agent(&peer.look(correlation).await?);
        Ok(peer)
    }

    /// What the other end may do at this moment; fails when it may not be here any more. For those
    /// whom this process knows it takes no query.
    pub(super) async fn look(&self, correlation: &Correlation) -> Result<Core, Failure> {
        if self.expires_in() == Some(Duration::ZERO) {
            return Err(Failure::token_refused());
        }
        let (app, meter) = (&self.api.app, Meter::default());
        let origin = self.origin(correlation);
        let host = scope::of_host(app, &self.headers, &self.uri, &meter).await?;
        let shown = self.shown.read().clone();
        let (scope, actor) = caller::sign_in(app, host, shown.as_deref(), &origin, &meter).await?;
        Ok(Core::new(app.clone(), scope, actor, origin).with_meter(meter))
    }

    /// Takes another token from now on. It has to be of the same person at the same place.
    pub(super) async fn show(
        &self,
        authorization: &str,
        correlation: &Correlation,
    ) -> Result<(), Failure> {
        let value = HeaderValue::from_str(authorization).map_err(|_| Failure::token_refused())?;
        let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
        let (app, meter) = (&self.api.app, Meter::default());
        let origin = self.origin(correlation);
        let host = scope::of_host(app, &self.headers, &self.uri, &meter).await?;
        let new = caller::identify(app, &headers, &host, &origin)?.map(Arc::new);
        let old = std::mem::replace(&mut *self.shown.write(), new.clone());
        let (Some(old), Some(new)) = (old, new) else { return Ok(()) };
        if old.is_same_caller(&new) { Ok(()) } else { Err(Failure::token_refused()) }
    }

    /// How long what it has shown holds, if that is known.
    pub(super) fn expires_in(&self) -> Option<Duration> {
        let at = self.shown.read().as_ref()?.expires_at()?;
        let left = chrono::DateTime::from_timestamp(at, 0)? - self.api.app.clock.now();
        Some(left.to_std().unwrap_or_default())
    }

    fn origin(&self, correlation: &Correlation) -> Origin {
        caller::origin(&self.api.app, self.ip, &self.headers, &correlation.0)
    }
}

/// Those that say where it is connected to, and what it is. Thousands of these wait.
fn kept(headers: &HeaderMap) -> HeaderMap {
    let names = [header::HOST, header::USER_AGENT];
    let forwarded = header::HeaderName::from_static("x-forwarded-for");
    let names = names.into_iter().chain([forwarded]);
    let mut kept = HeaderMap::with_capacity(4);
    for name in names {
        for value in headers.get_all(&name) {
            kept.append(name.clone(), value.clone());
        }
    }
    kept
}
