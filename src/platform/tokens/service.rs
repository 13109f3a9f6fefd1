//! Where a sign-in goes, and how often it may be tried.

use crate::auth::{Identity, Realm};
use crate::ctx::{Core, Ctx, Scope};
use crate::db::TenantSchema;
use crate::error::{AppError, Invalid, Problem, Result};
use crate::limits::Policy;
use crate::platform::operators::{self, Operator};
use crate::sessions::{REFUSED, SignIn, SignedIn};
use crate::tenant::sessions::service as sessions;
use crate::tenant::users::User;

/// Who signed in.
pub enum Account {
    User(User),
    Operator(Operator),
}

/// Where the caller wants to sign in, beside what the host says.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// A tenant's schema name, with or without its prefix.
    pub tenant: Option<String>,
}

/// Checks the password and opens a session.
pub async fn create(ctx: &Ctx, target: Target, with: SignIn) -> Result<SignedIn<Account>> {
    validate(&with)?;
    let place = target.tenant.clone().unwrap_or_default();
    let schema = ctx.tenant().ok().map(|t| t.schema.as_str().to_owned()).unwrap_or(place);
    let name = with.email.as_ref().or(with.username.as_ref()).map(|n| n.to_lowercase());
    ctx.app.limits.take(Policy::AuthAddress, ctx.origin.ip)?;
    ctx.app.limits.take(Policy::AuthAccount, (schema, name))?;
    match scope(ctx, target).await? {
        Some(ctx) => sessions::create(ctx.as_ref(), with).await.map(|s| s.map(Account::User)),
        None => operators::service::sign_in(ctx, with).await.map(|s| s.map(Account::Operator)),
    }
}

/// Replaces a refresh token by a new one.
pub async fn refresh(ctx: &Ctx, target: Target, token: &str) -> Result<SignedIn<Account>> {
    ctx.app.limits.take(Policy::AuthAddress, ctx.origin.ip)?;
    match scope(ctx, target).await? {
        Some(ctx) => sessions::refresh(ctx.as_ref(), token).await.map(|s| s.map(Account::User)),
        None => operators::service::refresh(ctx, token).await.map(|s| s.map(Account::Operator)),
    }
}

/// Ends the session that the refresh token belongs to.
pub async fn revoke(ctx: &Ctx, target: Target, token: &str) -> Result<()> {
    match scope(ctx, target).await? {
        Some(ctx) => sessions::revoke(ctx.as_ref(), token).await,
        None => operators::service::revoke(ctx, token).await,
    }
}

/// What an access token says, if it holds here and now.
pub async fn verify(ctx: &Ctx, token: &str) -> Result<Option<Identity>> {
    let Ok(identity) = ctx.app.tokens.verify(token, ctx.now.timestamp()) else { return Ok(None) };
    let here = match (&ctx.scope, identity.realm) {
        (Scope::Tenant(tenant), Realm::Tenant) => identity.tenant == Some(tenant.id.0),
        (Scope::Tenant(_), Realm::Platform) => false,
        (Scope::Platform, _) => true,
    };
    if !here {
        return Ok(None);
    }
    let access = crate::ctx::access_of(&ctx.app, &identity, &ctx.meter).await?;
    Ok(access.map(|_| identity))
}

fn validate(with: &SignIn) -> Result<()> {
    let mut invalid = Invalid::default();
    match (&with.email, &with.username) {
        (Some(_), Some(_)) => {
            let why = "give the e-mail address or the user name, not both";
            invalid.push(Problem::Invalid, "input.username", why);
        }
        (None, None) => {
            let why = "give an e-mail address or a user name";
            invalid.push(Problem::Required, "input.email", why);
        }
        (Some(email), None) => crate::base::text::line(&mut invalid, "input.email", email, 254),
        (None, Some(name)) => crate::base::text::line(&mut invalid, "input.username", name, 150),
    }
    if with.password.is_empty() {
        invalid.push(Problem::Required, "input.password", "can't be empty");
    }
    invalid.finish()
}

/// This operation, or one in the tenant that the caller names on a platform host.
enum Within<'a> {
    Here(&'a Ctx),
    Named(Box<Ctx>),
}

impl AsRef<Ctx> for Within<'_> {
    fn as_ref(&self) -> &Ctx {
        match self {
            Self::Here(ctx) => ctx,
            Self::Named(ctx) => ctx,
        }
    }
}

/// The tenant to sign in to; `None` for the platform itself.
async fn scope(ctx: &Ctx, target: Target) -> Result<Option<Within<'_>>> {
    let named = target.tenant.as_deref().map(|name| {
        let why = "is not the name of a tenant";
        TenantSchema::parse(name)
            .ok_or_else(|| AppError::from(Invalid::new(Problem::Invalid, "input.tenant", why)))
    });
    let named = named.transpose()?;
    match (&ctx.scope, named) {
        (Scope::Tenant(tenant), Some(name)) if name != tenant.schema => {
            let why = "is another tenant than this host's";
            Err(Invalid::new(Problem::NotAllowed, "input.tenant", why).into())
        }
        (Scope::Tenant(_), _) => Ok(Some(Within::Here(ctx))),
        (Scope::Platform, None) => Ok(None),
        (Scope::Platform, Some(name)) => {
            // Nobody learns by this which tenants there are.
            let tenant = match ctx.app.directory.by_schema(&name, &ctx.meter).await {
                Err(AppError::TenantNotFound) => return Err(REFUSED),
                found => found?.usable()?,
            };
            let core = Core::new(
                ctx.app.clone(),
                Scope::Tenant(tenant),
                ctx.actor.clone(),
                ctx.origin.clone(),
            );
            Ok(Some(Within::Named(Box::new(Ctx::new(core)))))
        }
    }
}
