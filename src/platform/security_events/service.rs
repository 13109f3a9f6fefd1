//! Who may look through the platform's security events.

use crate::ctx::Ctx;
use crate::db::{Listing, Page};
use crate::error::Result;
use crate::platform::require_admin;
use crate::security::{self, SecurityEvent};

/// A page of events.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<SecurityEvent>> {
    require_admin(ctx)?;
    let conn = ctx.platform().await?;
    let rows = security::page(&conn, &listing);
    let total =
        async { if total { security::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}
