//! What can be done with notifications. Everybody has their own, and sees nobody else's.

use chrono::{DateTime, Utc};

use super::columns::{ID, USER_ID};
use super::model::{
    NewNotification, Notification, NotificationId, NotificationKind, NotificationPreference,
    Recorded,
};
use super::store;
use crate::audit::Change;
use crate::base::ids::UserId;
use crate::base::page::PageArgs;
use crate::ctx::Ctx;
use crate::db::{Listing, Page, Predicate, Sort, TenantTx, Value, page};
use crate::error::{AppError, Invalid, Problem, Result};

crate::permissions! {
    OWN = "notifications.own" for ANYBODY only people,
}

/// How many may be marked at once.
const MAX_AT_ONCE: usize = 100;

/// The caller, whose notifications they are.
pub fn owner(ctx: &Ctx) -> Result<UserId> {
    ctx.require(&OWN)?;
    ctx.user().ok_or(AppError::Forbidden(OWN.name))
}

fn own(user: UserId) -> Predicate {
    Predicate::equal(USER_ID, Value::Id(user.0))
}

/// One of the caller's own.
pub async fn get(ctx: &Ctx, id: NotificationId) -> Result<Option<Notification>> {
    let which = Predicate::equal(ID, Value::Id(id.0)).and(own(owner(ctx)?));
    let sort = Sort { column: ID, descending: false };
    let listing = Listing::new(which, vec![sort], ID, PageArgs::default().window()?)?;
    Ok(store::page(&*ctx.read().await?, &listing).await?.pop())
}

/// A page of the caller's own.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Notification>> {
    let listing = listing.within(own(owner(ctx)?));
    let conn = ctx.read().await?;
    page::read(&listing, store::page(&conn, &listing), store::count(&conn, &listing), total).await
}

/// How many the caller has not read.
pub async fn unread(ctx: &Ctx) -> Result<i64> {
    let user = owner(ctx)?;
    Ok(store::unread(&*ctx.read().await?, user).await?)
}

/// Marks the caller's own read: these, or all; how many were not.
pub async fn read(ctx: &Ctx, ids: Option<Vec<NotificationId>>) -> Result<usize> {
    let user = owner(ctx)?;
    if ids.as_ref().is_some_and(|ids| ids.len() > MAX_AT_ONCE) {
        let why = format!("can't hold more than {MAX_AT_ONCE} ids");
        return Err(Invalid::new(Problem::TooLong, "ids", why).into());
    }
    ctx.write(async |tx| {
        if let Some(ids) = &ids {
            let mut once = ids.clone();
            once.sort_unstable();
            once.dedup();
            if store::count_own(tx, user, &once).await? != once.len() as i64 {
                return Err(Invalid::new(Problem::NotFound, "ids", "are not all yours").into());
            }
        }
        let read = store::read(tx, user, ids.as_deref(), ctx.now).await?;
        if !read.is_empty() {
            ctx.audit(Change::done("notification.read", "user", user).after(&read));
        }
        Ok(read.len())
    })
    .await
}

/// How the caller wants to be told: of each kind.
pub async fn preferences(ctx: &Ctx) -> Result<Vec<NotificationPreference>> {
    let user = owner(ctx)?;
    let said = store::preferences(&*ctx.read().await?, &[user], None).await?;
    let of = |kind: &NotificationKind| {
        let said = said.iter().find(|said| said.kind == *kind);
        said.copied().unwrap_or(NotificationPreference::unsaid(user, *kind))
    };
    Ok(NotificationKind::ALL.iter().map(of).collect())
}

/// Says how the caller wants to be told of one kind.
pub async fn prefer(
    ctx: &Ctx,
    kind: NotificationKind,
    in_app: bool,
    email: bool,
) -> Result<NotificationPreference> {
    let preference = NotificationPreference { user_id: owner(ctx)?, kind, in_app, email };
    ctx.write(async |tx| {
        store::prefer(tx, &preference).await?;
        let user = preference.user_id;
        ctx.audit(Change::done("notification_preference.set", "user", user).after(&preference));
        Ok(preference)
    })
    .await
}

/// Of these users, those who want to be told of a kind: in the application, or by mail.
pub async fn wanting(
    tx: &TenantTx,
    users: &[UserId],
    kind: NotificationKind,
    by_mail: bool,
) -> Result<Vec<UserId>> {
    let said = store::preferences(tx, users, Some(kind)).await?;
    let wants = |user: &UserId| {
        let said = said.iter().find(|said| said.user_id == *user);
        said.is_none_or(|said| if by_mail { said.email } else { said.in_app })
    };
    Ok(users.iter().copied().filter(wants).collect())
}

/// Tells users, each once for each event and handler.
pub async fn tell(ctx: &Ctx, tx: &TenantTx, new: &[NewNotification]) -> Result<()> {
    let told = store::insert(tx, new).await?;
    let kind = new.first().map(|new| new.kind).unwrap_or_default();
    ctx.audit_all(told.into_iter().map(|(id, user_id)| {
        Change::done("notification.create", "notification", id).after(&Recorded { user_id, kind })
    }));
    Ok(())
}

/// Throws away what is older; how much that was.
pub async fn prune(tx: &TenantTx, before: DateTime<Utc>) -> Result<usize> {
    Ok(store::prune(tx, before).await?)
}
