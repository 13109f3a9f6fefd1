//! Where a provider may send people back to: pages of the tenant's own, and no others. Whoever
//! could choose another page would get the code.

use reqwest::Url;

use crate::ctx::Ctx;
use crate::error::{AppError, Invalid, Problem, Result};
use crate::tenancy::Host;

const FIELD: &str = "input.redirectUri";
const MAX: usize = 2_000;

/// Fails unless people may be sent back there. Takes a connection of the platform for a moment:
/// hold none of the operation's own.
pub async fn check(ctx: &Ctx, text: &str) -> Result<()> {
    let invalid = |why| Err(Invalid::new(Problem::Invalid, FIELD, why).into());
    let Some(url) = Url::parse(text).ok().filter(|_| text.len() <= MAX) else {
        return invalid("is not a URL");
    };
    // Others read addresses in their own ways: only what reads the same for all of them.
    if url.as_str().trim_end_matches('/') != text.trim_end_matches('/') {
        return invalid("is not written as browsers write it");
    }
    let is_page = matches!(url.scheme(), "https" | "http") && url.fragment().is_none();
    if !is_page || !url.username().is_empty() || url.password().is_some() {
        return invalid("is not the address of a page");
    }
    let origin = url.origin().ascii_serialization();
    if is_listed(ctx, &origin)? || is_own(ctx, &url, &origin).await? {
        return Ok(());
    }
    let why = "is neither on a host of the tenant nor of an origin that it allows";
    Err(Invalid::new(Problem::NotAllowed, FIELD, why).into())
}

/// Whether the tenant or the configuration names this origin. `*` names nobody.
fn is_listed(ctx: &Ctx, origin: &str) -> Result<bool> {
    let configured = ctx.app.config.http.cors_origins.iter().any(|known| known == origin);
    Ok(configured || ctx.tenant()?.allows_origin(origin))
}

/// Whether the page is on a host of the tenant's, or of the platform's own.
async fn is_own(ctx: &Ctx, url: &Url, origin: &str) -> Result<bool> {
    let app = &ctx.app;
    let host = url.host_str().unwrap_or_default();
    let own = match app.hosts.read(host) {
        None => false,
        Some(Host::Platform) => true,
        Some(named) => match app.directory.by_host(&named, &ctx.meter).await {
            Ok(tenant) => tenant.id == ctx.tenant()?.id,
            Err(AppError::TenantNotFound) => false,
            Err(e) => return Err(e),
        },
    };
    // A developer's pages are served by another program, at another port.
    let developing = !app.config.mode.is_production();
    Ok(own && (developing || origin == format!("https://{host}") || origin == app.url_of(host)))
}
