//! Beginning and ending an impersonation, and seeing that one is going on.

use serde_json::json;

use super::model::{Impersonation, ImpersonationId, Named, NewImpersonation};
use super::store;
use crate::audit::Change;
use crate::authz::OperatorId;
use crate::bus::Wake;
use crate::ctx::{Ctx, Scope};
use crate::db::{Listing, Page};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::platform::{ADMINISTER, require_admin, require_operator, tenant_tokens};
use crate::sessions::AccessToken;
use crate::tenant::sessions::entries::{self, Stead};
use crate::tenant::users::{self, User, UserKind};

/// An impersonation that has begun.
pub struct Begun {
    pub token: AccessToken,
    pub impersonation: Named,
}

/// Opens a session in the place of a tenant's user: with an access token alone, which ends in time,
/// and at once with the administrator's own session or rights.
pub async fn start(ctx: &Ctx, new: NewImpersonation) -> Result<Begun> {
    require_admin(ctx)?;
    let operator = require_operator(ctx)?;
    let operator_session = ctx.session().ok_or(AppError::Forbidden(ADMINISTER.name))?;
    new.validate()?;
    let there = enter(ctx, &new).await?;
    let user = find_user(&there, &new).await?;
    there.release().await;
    let impersonation = Impersonation {
        id: ImpersonationId::generate(),
        operator_id: operator,
        operator_session_id: operator_session,
        tenant_id: Some(new.tenant),
        user_id: user.id,
        user_email: user.email.clone(),
        reason: new.reason.clone(),
        started_at: ctx.now,
        ends_at: ctx.now + new.lasts(),
        ended_at: None,
    };
    let id = impersonation.id;
    let named = ctx
        .write_platform(async |tx| {
            store::insert(tx, &impersonation).await?;
            ctx.audit(
                Change::created("impersonation", id, &impersonation).named("impersonation.start"),
            );
            store::find(tx, id)
                .await?
                .ok_or_else(|| AppError::internal("an impersonation was lost"))
        })
        .await?;
    match open(&there, &user, &impersonation).await {
        Ok(token) => {
            told("an impersonation began", operator, &impersonation);
            Ok(Begun { token, impersonation: named })
        }
        Err(e) => {
            ctx.write_platform(async |tx| Ok(store::end(tx, id, ctx.now).await?)).await?;
            Err(e)
        }
    }
}

async fn enter(ctx: &Ctx, new: &NewImpersonation) -> Result<Ctx> {
    tenant_tokens::service::enter(ctx, new.tenant).await.map_err(|e| match e {
        AppError::TenantNotFound => {
            Invalid::new(Problem::NotFound, "input.tenantId", "there is no such tenant").into()
        }
        e => e,
    })
}

/// Service accounts have keys of their own, and linked users are other operators.
async fn find_user(there: &Ctx, new: &NewImpersonation) -> Result<User> {
    let found = users::service::of_session(&*there.read().await?, new.user).await?;
    let Some(user) = found else {
        let why = "there is no such user";
        return Err(Invalid::new(Problem::NotFound, "input.userId", why).into());
    };
    if user.is_active && user.kind == UserKind::Person {
        return Ok(user);
    }
    let why = "is no active person of the tenant";
    Err(Invalid::new(Problem::NotAllowed, "input.userId", why).into())
}

async fn open(there: &Ctx, user: &User, of: &Impersonation) -> Result<AccessToken> {
    let stead = Stead {
        session: of.id.0,
        operator: of.operator_id,
        operator_session: of.operator_session_id,
        ends_at: of.ends_at,
    };
    there
        .write(async |tx| {
            let what = json!({ "reason": of.reason, "ends_at": of.ends_at });
            there.audit(Change::done("user.impersonate", "user", user.id).after(&what));
            entries::open_in_stead(there, tx, user.id, stead).await
        })
        .await
}

/// Ends an impersonation on every node: an administrator any, who impersonates their own.
pub async fn end(ctx: &Ctx, id: ImpersonationId) -> Result<Named> {
    let own = ctx.access().and_then(|access| access.impersonator).is_some();
    if !own {
        require_admin(ctx)?;
    }
    let found = store::find(&ctx.platform().await?, id).await?;
    let found = found.filter(|_| !own || ctx.session() == Some(id.0));
    let before = found.ok_or(AppError::NotFound("impersonation"))?;
    let ended = ctx
        .write_platform(async |tx| {
            ctx.wake(Wake::Operators);
            if store::end(tx, id, ctx.now).await? > 0 {
                ctx.audit(Change::done("impersonation.end", "impersonation", id));
            }
            store::find(tx, id).await?.ok_or(AppError::NotFound("impersonation"))
        })
        .await?;
    if before.impersonation.ended_at.is_none() {
        close(ctx, &before.impersonation).await?;
        told("an impersonation ended", before.impersonation.operator_id, &before.impersonation);
    }
    Ok(ended)
}

/// Ends the session in the tenant, too. It is worth nothing any more; but whom it was of would
/// see it among their own. A tenant that is shut has time.
async fn close(ctx: &Ctx, of: &Impersonation) -> Result<()> {
    let Some(tenant) = of.tenant_id else { return Ok(()) };
    let there = match tenant_tokens::service::enter(ctx, tenant).await {
        Err(AppError::TenantNotFound | AppError::TenantInactive | AppError::TenantMigrating) => {
            return Ok(());
        }
        there => there?,
    };
    there
        .write(async |tx| {
            there.audit(Change::done("user.end_impersonation", "user", of.user_id));
            entries::end_in_stead(&there, tx, of.id.0).await
        })
        .await
}

fn told(what: &'static str, operator: OperatorId, of: &Impersonation) {
    let tenant = of.tenant_id.map(|id| id.to_string());
    tracing::warn!(
        target: "security",
        { operator.id = %operator, tenant.id = tenant, user.id = %of.user_id }, "{what}"
    );
}

/// A page of impersonations.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Named>> {
    require_admin(ctx)?;
    let conn = ctx.platform().await?;
    let rows = store::page(&conn, &listing);
    let total =
        async { if total { store::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// The impersonation that the operation is part of; `None` for everybody who is who they seem.
pub async fn viewer(ctx: &Ctx) -> Result<Option<Named>> {
    let impersonated = ctx.access().is_some_and(|access| access.impersonator.is_some());
    let (true, Some(session), Scope::Tenant(_)) = (impersonated, ctx.session(), &ctx.scope) else {
        return Ok(None);
    };
    Ok(store::find(&ctx.platform().await?, ImpersonationId(session)).await?)
}
