//! What can be done with invitations. Every door (GraphQL, commands) comes through here.

use chrono::{DateTime, TimeDelta, Utc};

use super::model::{
    Acceptance, Invitation, InvitationDelivery, InvitationId, InvitationStatus, NewInvitation,
};
use super::{letter, store};
use crate::audit::Change;
use crate::auth::once::{OnceToken, Purpose};
use crate::ctx::{Actor, Core, Ctx, Scope};
use crate::db::{Column, Listing, Page, Predicate, TenantTx, Test, Value};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::limits::{Policy, network};
use crate::tenant::groups;
use crate::tenant::users::{self, NewUser, User};

crate::permissions! {
    VIEW = "invitations.view" for OWNERS,
    ADD = "invitations.add" for OWNERS,
    CHANGE = "invitations.change" for OWNERS,
    DELETE = "invitations.delete" for OWNERS,
}

const ACCEPTED_AT: Column = Column::time("invitations", "accepted_at").nullable();
const REVOKED_AT: Column = Column::time("invitations", "revoked_at").nullable();
const EXPIRES_AT: Column = Column::time("invitations", "expires_at");

/// The invitation, if the caller may see it.
pub async fn get(ctx: &Ctx, id: InvitationId) -> Result<Invitation> {
    ctx.require(&VIEW)?;
    store::find(&*ctx.read().await?, id).await?.ok_or(AppError::NotFound("invitation"))
}

/// A page of invitations.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Invitation>> {
    ctx.require(&VIEW)?;
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing);
    let total =
        async { if total { store::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// The condition that an invitation has this status now.
pub fn has_status(status: InvitationStatus, now: DateTime<Utc>) -> Predicate {
    let null = |column| Predicate::IsNull(column);
    let not_null = |column| Predicate::Not(Box::new(Predicate::IsNull(column)));
    let open = || null(ACCEPTED_AT).and(null(REVOKED_AT));
    let expires = |test| Predicate::Is(EXPIRES_AT, test, Value::Time(now));
    match status {
        InvitationStatus::Pending => open().and(expires(Test::Greater)),
        InvitationStatus::Expired => open().and(expires(Test::LessOrEqual)),
        InvitationStatus::Accepted => not_null(ACCEPTED_AT),
        InvitationStatus::Revoked => not_null(REVOKED_AT),
    }
}

/// Invites somebody by mail, as far as the plan has seats: those of open invitations are taken.
pub async fn create(ctx: &Ctx, new: NewInvitation) -> Result<Invitation> {
    ctx.require(&ADD)?;
    new.validate()?;
    users::service::require_rank(ctx, "input.role", new.role)?;
    let tenant = ctx.tenant()?.clone();
    let token = OnceToken::generate(Purpose::Invitation);
    let secret = (&token.hash()[..], expiry(ctx));
    ctx.write(async |tx| {
        users::service::one_at_a_time(tx, tenant.id).await?;
        if users::service::is_taken(tx, &new.email).await? {
            return Err(taken("belongs to a user already"));
        }
        require_seat(ctx, tx, None).await?;
        groups::service::require_givable(ctx, tx, "input.groupIds", &new.groups).await?;
        store::revoke_expired(tx, &new.email, ctx.now).await?;
        let invited = store::insert(tx, &new, secret, ctx.user(), ctx.now).await;
        let invitation = invited.map_err(|e| match e.into() {
            AppError::Invalid(_) => taken("is invited already; send that invitation again"),
            e => e,
        })?;
        ctx.audit(Change::created("invitation", invitation.id, &invitation));
        post(ctx, tx, &invitation, token.clone()).await?;
        Ok(invitation)
    })
    .await
}

/// Sends the mail again, with a new link. The one before does not hold any more.
pub async fn resend(ctx: &Ctx, id: InvitationId) -> Result<Invitation> {
    ctx.require(&CHANGE)?;
    let tenant = ctx.tenant()?.clone();
    let token = OnceToken::generate(Purpose::Invitation);
    let secret = (&token.hash()[..], expiry(ctx));
    ctx.write(async |tx| {
        users::service::one_at_a_time(tx, tenant.id).await?;
        let before = store::find(tx, id).await?.ok_or(AppError::NotFound("invitation"))?;
        users::service::require_rank(ctx, "id", before.role)?;
        require_seat(ctx, tx, Some(id)).await?;
        let renewed = store::renew(tx, id, secret, ctx.user(), ctx.now).await?;
        let invitation = renewed.ok_or_else(closed)?;
        ctx.audit(Change::updated("invitation", id, &before, &invitation));
        post(ctx, tx, &invitation, token.clone()).await?;
        Ok(invitation)
    })
    .await
}

/// Takes an invitation back: its link does not hold any more.
pub async fn revoke(ctx: &Ctx, id: InvitationId) -> Result<Invitation> {
    ctx.require(&DELETE)?;
    ctx.write(async |tx| {
        let before = store::find(tx, id).await?.ok_or(AppError::NotFound("invitation"))?;
        let revoked = store::revoke(tx, id, ctx.user(), ctx.now).await?.ok_or_else(closed)?;
        ctx.audit(Change::updated("invitation", id, &before, &revoked));
        Ok(revoked)
    })
    .await
}

/// Makes a user of somebody who shows the token of an invitation. Needs no permission.
pub async fn accept(ctx: &Ctx, with: Acceptance) -> Result<User> {
    let tenant = ctx.tenant()?.clone();
    ctx.app.limits.take(Policy::AuthAddress, network(ctx.origin.ip)).await?;
    let hash = OnceToken::parse(Purpose::Invitation, &with.token).ok_or_else(refused)?.hash();
    let found = store::by_token(&*ctx.read().await?, &hash, ctx.now).await?;
    let new = user(found.ok_or_else(refused)?, with);
    new.validate()?;
    ctx.release().await; // hashing waits its turn; nobody else should wait for the connection
    let password_hash = ctx.app.passwords.hash(&new.password).await?;
    ctx.write(async |tx| {
        users::service::one_at_a_time(tx, tenant.id).await?;
        let invitation = store::accept(tx, &hash, ctx.now).await?.ok_or_else(refused)?;
        users::service::require_seats(tx, &tenant, 0).await?;
        if users::service::is_taken(tx, &new.email).await? {
            return Err(taken("belongs to a user already"));
        }
        let user = users::service::insert(tx, &new, &password_hash, None, ctx.now).await?;
        groups::service::join_invited(tx, user.id, &invitation.groups, ctx.now).await?;
        store::accepted_by(tx, invitation.id, user.id).await?;
        ctx.audit(Change::done("invitation.accept", "invitation", invitation.id));
        ctx.audit(Change::created("user", user.id, &user));
        tracing::info!(target: "security", { user.id = %user.id }, "an invitation was accepted");
        Ok(user)
    })
    .await
}

/// The user that an invitation and its answer make.
fn user(invitation: Invitation, with: Acceptance) -> NewUser {
    NewUser {
        email: invitation.email,
        username: with.username,
        first_name: with.first_name.unwrap_or(invitation.first_name),
        last_name: with.last_name.unwrap_or(invitation.last_name),
        role: invitation.role,
        password: with.password,
    }
}

/// Sends the mail once the change is committed, and notes what has become of it.
async fn post(ctx: &Ctx, tx: &TenantTx, invitation: &Invitation, token: OnceToken) -> Result<()> {
    let inviter = match ctx.user() {
        Some(id) => users::service::of_session(tx, id).await?.map(|u| u.display_name()),
        None => None,
    };
    let (app, tenant, origin) = (ctx.app.clone(), ctx.tenant()?.clone(), ctx.origin.clone());
    let invitation = invitation.clone();
    ctx.after_commit(async move {
        let sent = async {
            let address = app.address_of(&tenant).await?;
            let place = (tenant.name.as_str(), address.as_str());
            let letter = letter::invitation(&invitation, inviter.as_deref(), place, token.reveal());
            app.mail.send(letter.to(&invitation.email)).await
        };
        let delivery = match sent.await {
            Ok(()) => InvitationDelivery::Sent,
            Err(e) => {
                let id = invitation.id.to_string();
                tracing::error!(error = ?e, invitation.id = id, "an invitation was not sent");
                InvitationDelivery::Failed
            }
        };
        let core = Core::new(app, Scope::Tenant(tenant), Actor::System, origin);
        let noted = Ctx::new(core)
            .write(async |tx| Ok(store::delivered(tx, &token.hash(), delivery).await?))
            .await;
        if let Err(e) = noted {
            tracing::warn!(error = ?e, "what became of an invitation's mail was not noted");
        }
    });
    Ok(())
}

async fn require_seat(ctx: &Ctx, tx: &TenantTx, but: Option<InvitationId>) -> Result<()> {
    let promised = store::count_pending(tx, but, ctx.now).await?;
    users::service::require_seats(tx, ctx.tenant()?, promised).await
}

fn expiry(ctx: &Ctx) -> DateTime<Utc> {
    let hours = i64::try_from(ctx.app.config.mail.invitation_hours).unwrap_or(i64::MAX);
    ctx.now + TimeDelta::hours(hours)
}

fn taken(why: &str) -> AppError {
    Invalid::new(Problem::Taken, "input.email", why).into()
}

/// Unknown, used, expired, taken back: one answer.
fn refused() -> AppError {
    let why = "does not hold any more; ask for another invitation";
    Invalid::new(Problem::Invalid, "input.token", why).into()
}

fn closed() -> AppError {
    Invalid::new(Problem::NotAllowed, "id", "it was accepted or taken back already").into()
}
