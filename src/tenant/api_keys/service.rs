//! What can be done with API keys: made, looked at, given a new secret, revoked, and exchanged for
//! a token that lives shortly.

use chrono::TimeDelta;

use super::model::{ApiKey, ApiKeyId, ClientToken, NewApiKey};
use super::store;
use crate::audit::Change;
use crate::auth::Realm;
use crate::auth::api_key::ApiKeySecret;
use crate::auth::tokens::NewAccess;
use crate::authz::{Access, Scopes, Through};
use crate::base::ids::UserId;
use crate::bus::Wake;
use crate::ctx::{Ctx, access_of_key};
use crate::db::{Listing, Page, Predicate};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::limits::{Policy, network};
use crate::tenant::users::service_accounts;

crate::permissions! {
    OWN = "api_keys.own" for ANYBODY only people,
    MANAGE = "api_keys.manage" for OWNERS only people,
}

/// How many keys an account may have that are not revoked.
const MAX_KEYS: i64 = 100;
/// The longest that an old secret goes on after a rotation, in seconds.
const MAX_OVERLAP: i32 = 86_400;
/// The longest life of an exchanged token, in seconds.
const CLIENT_SECONDS: i64 = 900;

/// Whatever is wrong with a client's credentials: one answer.
const CLIENT_REFUSED: AppError = AppError::Unauthenticated("the client's credentials do not hold");

/// A page of keys: the caller's own, which `own` is the condition for, or for owners all.
pub async fn list(
    ctx: &Ctx,
    listing: Listing,
    own: Predicate,
    total: bool,
) -> Result<Page<ApiKey>> {
    ctx.require(&OWN)?;
    let listing = if ctx.holds(&MANAGE) { listing } else { listing.within(own) };
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing);
    let total =
        async { if total { store::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// The key, if the caller may see it.
pub async fn get(ctx: &Ctx, id: ApiKeyId) -> Result<ApiKey> {
    ctx.require(&OWN)?;
    let found = store::find(&*ctx.read().await?, id).await?;
    found.filter(|key| may_manage(ctx, key)).ok_or(AppError::NotFound("API key"))
}

/// Makes a key, and its secret, which is shown this once.
pub async fn create(ctx: &Ctx, new: NewApiKey) -> Result<(ApiKey, ApiKeySecret)> {
    let me = in_person(ctx)?;
    if new.service_account.is_some() {
        ctx.require(&MANAGE)?;
    }
    let known = crate::tenant::PERMISSIONS.iter().flat_map(|slice| slice.iter().copied());
    let scopes = new.validate(known, ctx.now)?.names().join(" ");
    let owner = new.service_account.unwrap_or(me);
    let secret = ApiKeySecret::generate();
    let row = store::Insert {
        id: ApiKeyId::generate(),
        user_id: owner,
        name: &new.name,
        scopes: &scopes,
        prefix: secret.prefix(),
        expires_at: new.expires_at,
        created_at: ctx.now,
        created_by: Some(me),
    };
    let key = ctx
        .write(async |tx| {
            if let Some(account) = new.service_account {
                service_accounts::require(tx, account, "input.serviceAccountId").await?;
            }
            if store::count_of(tx, owner).await? >= MAX_KEYS {
                let why = format!("an account has at most {MAX_KEYS} keys; revoke one");
                return Err(Invalid::new(Problem::LimitReached, "", why).into());
            }
            let key = store::insert(tx, &row).await?;
            store::insert_secret(tx, key.id, &secret, ctx.now).await?;
            ctx.audit(Change::created("api_key", key.id, &key));
            Ok(key)
        })
        .await?;
    tracing::info!(target: "security", { key.id = %key.id, user.id = %owner }, "API key made");
    Ok((key, secret))
}

/// Gives a key a new secret. The one before holds for as many more seconds.
pub async fn rotate(ctx: &Ctx, id: ApiKeyId, overlap: i32) -> Result<(ApiKey, ApiKeySecret)> {
    in_person(ctx)?;
    if !(0..=MAX_OVERLAP).contains(&overlap) {
        let why = format!("is 0 to {MAX_OVERLAP} seconds");
        return Err(Invalid::new(Problem::Invalid, "overlapSeconds", why).into());
    }
    let tenant = ctx.tenant()?.id.0;
    let secret = ApiKeySecret::generate();
    let key = ctx
        .write(async |tx| {
            let key = store::find_to_change(tx, id).await?.filter(|key| may_manage(ctx, key));
            let key = key.ok_or(AppError::NotFound("API key"))?;
            if !key.holds(ctx.now) {
                let why = "the key was revoked or is over; make a new one";
                return Err(Invalid::new(Problem::NotAllowed, "id", why).into());
            }
            let until = ctx.now + TimeDelta::seconds(overlap.into());
            store::end_secrets(tx, id, until).await?;
            store::forget_secrets(tx, id, ctx.now).await?;
            store::insert_secret(tx, id, &secret, ctx.now).await?;
            ctx.wake(Wake::Access(tenant));
            let rotated = store::set_prefix(tx, id, secret.prefix()).await?;
            ctx.audit(Change::updated("api_key", id, &key, &rotated));
            Ok(rotated)
        })
        .await?;
    tracing::info!(target: "security", { key.id = %id }, "API key rotated");
    Ok((key, secret))
}

/// Revokes a key: it, and the tokens it was exchanged for, are refused from this moment on, on
/// every node. Once more does no harm.
pub async fn revoke(ctx: &Ctx, id: ApiKeyId) -> Result<ApiKey> {
    in_person(ctx)?;
    let tenant = ctx.tenant()?.id.0;
    let key = ctx
        .write(async |tx| {
            let key = store::find_to_change(tx, id).await?.filter(|key| may_manage(ctx, key));
            let key = key.ok_or(AppError::NotFound("API key"))?;
            if key.revoked_at.is_some() {
                return Ok(key);
            }
            store::end_secrets(tx, id, ctx.now).await?;
            store::forget_secrets(tx, id, ctx.now).await?;
            ctx.wake(Wake::Access(tenant));
            let revoked = store::revoke(tx, id, ctx.now).await?;
            ctx.audit(Change::updated("api_key", id, &key, &revoked));
            Ok(revoked)
        })
        .await?;
    tracing::info!(target: "security", { key.id = %id }, "API key revoked");
    Ok(key)
}

/// Exchanges a key for a token with these scopes, or all of its own: the client credentials grant
/// of OAuth 2.0 (RFC 6749, section 4.4). No refresh token: the key can be exchanged again.
pub async fn exchange(
    ctx: &Ctx,
    client_id: &str,
    client_secret: &str,
    scope: Option<&str>,
) -> Result<ClientToken> {
    let tenant = ctx.tenant()?.clone();
    ctx.app.limits.take(Policy::AuthAddress, network(ctx.origin.ip)).await?;
    let found = match (client_id.parse::<ApiKeyId>(), ApiKeySecret::parse(client_secret)) {
        (Ok(id), Some(secret)) => access_of_key(&ctx.app, &tenant, &secret, &ctx.meter)
            .await?
            .filter(|access| access.through == Through::Key(id.0))
            .map(|access| (id, access)),
        _ => None,
    };
    let Some((id, access)) = found else {
        let scope = ctx.scope_name();
        tracing::warn!(target: "security", scope, client_id = %client_id.chars().take(60).collect::<String>(), "client refused");
        return Err(CLIENT_REFUSED);
    };
    let key = store::find(&*ctx.read().await?, id).await?.ok_or(CLIENT_REFUSED)?;
    let own = Scopes::parse(&key.scopes);
    let scopes = scope.map(Scopes::parse).filter(|asked| !asked.is_empty()).unwrap_or(own.clone());
    if let Some(lacking) = own.lacks(&scopes) {
        let lacking: String = lacking.chars().filter(|c| !c.is_control()).take(60).collect();
        let why = format!("the key does not have {lacking:?}");
        return Err(Invalid::new(Problem::NotAllowed, "input.scope", why).into());
    }
    issue(ctx, tenant.id.0, id, &access, scopes)
}

fn issue(
    ctx: &Ctx,
    tenant: uuid::Uuid,
    key: ApiKeyId,
    access: &Access,
    scopes: Scopes,
) -> Result<ClientToken> {
    let now = ctx.now.timestamp();
    let left = access.ends_at().map_or(CLIENT_SECONDS, |until| until.timestamp() - now);
    let who = NewAccess {
        realm: Realm::Tenant,
        tenant: Some(tenant),
        subject: access.subject(),
        session: key.0,
        scope: scopes.names().join(" "),
    };
    let (access_token, expires_at) =
        ctx.app.tokens.issue_to_client(&who, left.clamp(1, CLIENT_SECONDS), now)?;
    Ok(ClientToken { access_token, expires_in: expires_at - now, scopes })
}

/// The caller, who must be there in person: a key makes no keys, and somebody who acts in
/// another's place leaves none behind.
fn in_person(ctx: &Ctx) -> Result<UserId> {
    ctx.require(&OWN)?;
    let access = ctx.access().filter(|access| access.impersonator.is_none());
    access.and_then(|_| ctx.user()).ok_or(AppError::Forbidden(OWN.name))
}

fn may_manage(ctx: &Ctx, key: &ApiKey) -> bool {
    Some(key.user_id) == ctx.user() || ctx.holds(&MANAGE)
}
