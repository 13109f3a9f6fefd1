//! Who may look through a tenant's security events.

use crate::ctx::Ctx;
use crate::db::{Listing, Page};
use crate::error::Result;
use crate::security::{self, SecurityEvent};

crate::permissions! {
    VIEW = "security_events.view" for OWNERS,
}

/// A page of events.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<SecurityEvent>> {
    ctx.require(&VIEW)?;
    let conn = ctx.read().await?;
    let rows = security::page(&conn, &listing);
    let total =
        async { if total { security::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}
