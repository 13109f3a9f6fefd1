//! Who may look through the platform's record of changes.

use crate::audit::{self, Recorded};
use crate::ctx::Ctx;
use crate::db::{Listing, Page};
use crate::error::Result;
use crate::platform::require_admin;

/// A page of entries.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Recorded>> {
    require_admin(ctx)?;
    let conn = ctx.platform().await?;
    let rows = audit::page(&conn, &listing);
    let total =
        async { if total { audit::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}
