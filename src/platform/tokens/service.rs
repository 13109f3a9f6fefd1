//! Where a sign-in goes, and how often it may be tried.

use crate::auth::once::OnceToken;
use crate::auth::{Identity, Realm};
use crate::base::ids::TenantId;
use crate::ctx::{Core, Ctx, Scope};
use crate::db::TenantSchema;
use crate::error::{AppError, Invalid, Problem, Result};
use crate::limits::{Policy, Rates, network};
use crate::platform::operators::{self, Operator};
use crate::security::Kind;
use crate::sessions::{self, REFUSED, SignIn, SignedIn, TOKEN_REFUSED};
use crate::tenant::second_factor::{Proof, sign_in};
use crate::tenant::sessions::service::{self as users, Step};
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

/// What a right password leads to.
pub enum Outcome {
    SignedIn(SignedIn<Account>),
    /// A session that can only set up a second factor.
    MustEnroll(SignedIn<Account>),
    /// The second proof is missing; this token continues.
    NeedsTotp(OnceToken),
}

/// Checks the password and opens a session, or asks for the second factor.
pub async fn create(ctx: &Ctx, target: Target, with: SignIn) -> Result<Outcome> {
    validate(&with)?;
    let place = place(ctx, target)?;
    let name = with.email.as_ref().or(with.username.as_ref()).map(|n| n.to_lowercase());
    ctx.app.limits.take(Policy::AuthAddress, network(ctx.origin.ip)).await?;
    let refused = |ctx: &Ctx, e: &AppError| {
        if matches!(e, AppError::Unauthenticated(_)) {
            ctx.alert(Kind::SignInFailed, name.clone().unwrap_or_default());
        }
    };
    let account = (place.key(ctx), &name);
    let within = enter(ctx, place).await?;
    ctx.app.limits.take_at(within.rates(ctx), Policy::AuthAccount, account).await?;
    match within {
        Within::Tenant(ctx) => {
            let ctx = ctx.as_ref();
            let step = users::create(ctx, with).await.inspect_err(|e| refused(ctx, e));
            Ok(match step? {
                Step::Done(s) => Outcome::SignedIn(s.map(Account::User)),
                Step::MustEnroll(s) => Outcome::MustEnroll(s.map(Account::User)),
                Step::NeedsTotp(challenge) => Outcome::NeedsTotp(challenge),
            })
        }
        Within::Platform => {
            let signed_in = operators::service::sign_in(ctx, with).await;
            let signed_in = signed_in.inspect_err(|e| refused(ctx, e))?;
            Ok(Outcome::SignedIn(signed_in.map(Account::Operator)))
        }
        Within::Nowhere => {
            // Takes as long as elsewhere, so that nobody finds out which tenants there are.
            let checked = sessions::check_password(ctx, &with.password, None).await;
            checked.inspect_err(|e| refused(ctx, e))?;
            Err(REFUSED)
        }
    }
}

/// Finishes a sign-in by the second proof.
pub async fn create_with_totp(
    ctx: &Ctx,
    target: Target,
    challenge: &str,
    proof: Proof,
) -> Result<SignedIn<Account>> {
    ctx.app.limits.take(Policy::AuthAddress, network(ctx.origin.ip)).await?;
    match enter(ctx, place(ctx, target)?).await? {
        Within::Tenant(ctx) => {
            let finished = sign_in::finish(ctx.as_ref(), challenge, proof).await;
            finished.map(|s| s.map(Account::User))
        }
        Within::Platform | Within::Nowhere => Err(sign_in::REFUSED),
    }
}

/// Replaces a refresh token by a new one.
pub async fn refresh(ctx: &Ctx, target: Target, token: &str) -> Result<SignedIn<Account>> {
    ctx.app.limits.take(Policy::AuthAddress, network(ctx.origin.ip)).await?;
    match enter(ctx, place(ctx, target)?).await? {
        Within::Tenant(ctx) => {
            users::refresh(ctx.as_ref(), token).await.map(|s| s.map(Account::User))
        }
        Within::Platform => {
            operators::service::refresh(ctx, token).await.map(|s| s.map(Account::Operator))
        }
        Within::Nowhere => Err(TOKEN_REFUSED),
    }
}

/// Ends the session that the refresh token belongs to.
pub async fn revoke(ctx: &Ctx, target: Target, token: &str) -> Result<()> {
    match enter(ctx, place(ctx, target)?).await? {
        Within::Tenant(ctx) => users::revoke(ctx.as_ref(), token).await,
        Within::Platform => operators::service::revoke(ctx, token).await,
        Within::Nowhere => Err(TOKEN_REFUSED),
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
    if !here || !is_open(ctx, &identity).await? {
        return Ok(None);
    }
    let access = crate::ctx::access_of(&ctx.app, &identity, &ctx.meter).await?;
    Ok(access.map(|_| identity))
}

/// Whether the token's tenant is there and may be used.
async fn is_open(ctx: &Ctx, identity: &Identity) -> Result<bool> {
    let Some(tenant) = identity.tenant else { return Ok(true) };
    match ctx.app.directory.by_id(TenantId(tenant), &ctx.meter).await {
        Err(AppError::TenantNotFound) => Ok(false),
        found => Ok(found?.usable().is_ok()),
    }
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
        (None, Some(name)) => crate::base::text::line(&mut invalid, "input.username", name, 254),
    }
    if with.password.is_empty() {
        invalid.push(Problem::Required, "input.password", "can't be empty");
    }
    invalid.finish()
}

/// Where a sign-in goes: this host, or the tenant that is named on a platform host.
pub(in crate::platform) enum Place {
    Here,
    Named(TenantSchema),
}

impl Place {
    /// The same for the same accounts, however the caller got there.
    fn key(&self, ctx: &Ctx) -> String {
        match self {
            Self::Here => ctx.scope_name().to_owned(),
            Self::Named(schema) => schema.as_str().to_owned(),
        }
    }
}

pub(in crate::platform) fn place(ctx: &Ctx, target: Target) -> Result<Place> {
    let Some(name) = target.tenant else { return Ok(Place::Here) };
    let Some(schema) = TenantSchema::parse(&name) else {
        let why = "is not the name of a tenant";
        return Err(Invalid::new(Problem::Invalid, "input.tenant", why).into());
    };
    match &ctx.scope {
        Scope::Tenant(tenant) if schema != tenant.schema => {
            let why = "is another tenant than this host's";
            Err(Invalid::new(Problem::NotAllowed, "input.tenant", why).into())
        }
        Scope::Tenant(_) => Ok(Place::Here),
        Scope::Platform => Ok(Place::Named(schema)),
    }
}

/// Whose accounts are asked.
pub(in crate::platform) enum Within<'a> {
    Tenant(Entered<'a>),
    Platform,
    /// There is no such tenant.
    Nowhere,
}

impl Within<'_> {
    fn rates<'a>(&'a self, ctx: &'a Ctx) -> &'a Rates {
        match self {
            Self::Tenant(ctx) => ctx.as_ref().rates(),
            Self::Platform | Self::Nowhere => ctx.app.limits.rates(),
        }
    }
}

/// This operation, or one in the tenant that is named.
pub(in crate::platform) enum Entered<'a> {
    Here(&'a Ctx),
    Named(Box<Ctx>),
}

impl AsRef<Ctx> for Entered<'_> {
    fn as_ref(&self) -> &Ctx {
        match self {
            Self::Here(ctx) => ctx,
            Self::Named(ctx) => ctx,
        }
    }
}

pub(in crate::platform) async fn enter(ctx: &Ctx, place: Place) -> Result<Within<'_>> {
    let schema = match (place, &ctx.scope) {
        (Place::Here, Scope::Tenant(_)) => return Ok(Within::Tenant(Entered::Here(ctx))),
        (Place::Here, Scope::Platform) => return Ok(Within::Platform),
        (Place::Named(schema), _) => schema,
    };
    let tenant = match ctx.app.directory.by_schema(&schema, &ctx.meter).await {
        Err(AppError::TenantNotFound) => return Ok(Within::Nowhere),
        found => found?.usable()?,
    };
    let scope = Scope::Tenant(tenant);
    let core = Core::new(ctx.app.clone(), scope, ctx.actor.clone(), ctx.origin.clone());
    Ok(Within::Tenant(Entered::Named(Box::new(Ctx::new(core)))))
}
