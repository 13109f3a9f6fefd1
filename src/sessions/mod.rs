//! Sessions, whoever's they are: a tenant's users and the platform's operators sign in, stay
//! signed in and sign out in the same way, on tables of their own.
//!
//! A session is a family of refresh tokens: each use replaces the token, and a second use of a
//! replaced one ends the session.

pub mod password;
mod store;

use chrono::TimeDelta;
use uuid::Uuid;

pub use store::{Session, Store};

use crate::audit::Change;
use crate::auth::Realm;
use crate::auth::password::Check;
use crate::auth::refresh::RefreshToken;
use crate::auth::tokens::NewAccess;
use crate::ctx::Ctx;
use crate::error::{AppError, Result};
use crate::security::Kind;

/// Wrong name, wrong password, inactive: one answer, so that nobody can find out who exists.
pub const REFUSED: AppError = AppError::Unauthenticated("wrong e-mail address or password");
/// The same for refresh tokens that are unknown, used, expired or revoked.
pub const TOKEN_REFUSED: AppError = AppError::Unauthenticated("the refresh token does not hold");

/// What somebody signs in with.
#[derive(Debug, Clone)]
pub struct SignIn {
    pub email: Option<String>,
    pub username: Option<String>,
    pub password: String,
}

/// A pair of tokens, and whose they are.
pub struct SignedIn<T> {
    pub access_token: String,
    pub refresh_token: String,
    /// Seconds until the access token ends.
    pub expires_in: i64,
    pub who: T,
}

impl<T> SignedIn<T> {
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> SignedIn<U> {
        SignedIn {
            access_token: self.access_token,
            refresh_token: self.refresh_token,
            expires_in: self.expires_in,
            who: f(self.who),
        }
    }
}

/// An access token alone.
pub struct AccessToken {
    pub text: String,
    /// Seconds until it ends.
    pub expires_in: i64,
}

/// A session with its newest refresh token.
pub struct Opened {
    session: Uuid,
    refresh: RefreshToken,
}

impl Opened {
    /// The session itself.
    pub fn session(&self) -> Uuid {
        self.session
    }
}

/// Compares the password; the new hash to store if the old one is of an older kind. `stored` is
/// `None` for accounts that are not there or not active, which takes as long.
pub async fn check_password(
    ctx: &Ctx,
    password: &str,
    stored: Option<&str>,
) -> Result<Option<String>> {
    match ctx.app.passwords.verify(password, stored).await? {
        Check::Yes => Ok(None),
        Check::YesRehash => Ok(Some(ctx.app.passwords.hash(password).await?)),
        Check::No => Err(REFUSED),
    }
}

/// Opens a session for somebody who has shown who they are.
pub async fn open<S: Store>(ctx: &Ctx, tx: &S::Tx, account: S::Account) -> Result<Opened> {
    let opened = Opened { session: Uuid::now_v7(), refresh: RefreshToken::generate() };
    let expires_at = ctx.now + lifetime(ctx);
    S::insert(tx, opened.session, account, &ctx.origin, ctx.now, expires_at).await?;
    S::insert_token(tx, &opened.refresh.hash(), opened.session, ctx.now, expires_at).await?;
    Ok(opened)
}

/// What presenting a refresh token led to. Not an error inside the transaction: ending a session
/// has to be committed.
pub enum Rotation<A> {
    Done(Opened, A),
    Refused,
    /// The session has ended, since somebody else has its token too.
    Reused,
}

/// Replaces a refresh token by a new one. A token that was replaced before ends its session; the
/// caller then tells the bus.
pub async fn rotate<S: Store>(
    ctx: &Ctx,
    tx: &S::Tx,
    old: &RefreshToken,
) -> Result<Rotation<S::Account>> {
    let expires_at = ctx.now + lifetime(ctx);
    if let Some(session) = S::use_token(tx, &old.hash(), ctx.now).await? {
        let account = S::touch(tx, session, ctx.now, expires_at).await?;
        let opened = Opened { session, refresh: RefreshToken::generate() };
        S::insert_token(tx, &opened.refresh.hash(), session, ctx.now, expires_at).await?;
        return Ok(Rotation::Done(opened, account));
    }
    match S::of_token(tx, &old.hash()).await? {
        Some((session, true)) => {
            S::revoke(tx, session, ctx.now).await?;
            ctx.alert(Kind::TokenReused, format!("session {session}"));
            Ok(Rotation::Reused)
        }
        _ => Ok(Rotation::Refused),
    }
}

/// Ends the session that the token belongs to; the caller then tells the bus.
pub async fn end<S: Store>(ctx: &Ctx, tx: &S::Tx, token: &RefreshToken) -> Result<()> {
    let (session, _) = S::of_token(tx, &token.hash()).await?.ok_or(TOKEN_REFUSED)?;
    S::revoke(tx, session, ctx.now).await?;
    ctx.audit(Change::done("session.end", "session", session));
    Ok(())
}

/// Nobody looks through more.
const MAX_LISTED: i64 = 100;

/// The account's sessions that have not ended, the last used first.
pub async fn live<S: Store>(
    ctx: &Ctx,
    conn: &S::Conn,
    account: S::Account,
) -> Result<Vec<Session>> {
    Ok(S::live(conn, account, ctx.now, MAX_LISTED).await?)
}

/// Ends one session of the account; the caller then tells the bus.
pub async fn end_one<S: Store>(ctx: &Ctx, tx: &S::Tx, account: S::Account, id: Uuid) -> Result<()> {
    match S::revoke_one(tx, account, id, ctx.now).await? {
        0 => Err(AppError::NotFound("session")),
        _ => Ok(()),
    }
}

/// Reads a refresh token as a caller sent it.
pub fn parse(text: &str) -> Result<RefreshToken> {
    RefreshToken::parse(text).map_err(|_| TOKEN_REFUSED)
}

/// The pair of tokens for a session. With `tenant` it is of one of its users.
pub fn issue<T>(
    ctx: &Ctx,
    tenant: Option<Uuid>,
    subject: Uuid,
    opened: &Opened,
    who: T,
) -> Result<SignedIn<T>> {
    let access = NewAccess {
        realm: if tenant.is_some() { Realm::Tenant } else { Realm::Platform },
        tenant,
        subject,
        session: opened.session,
        scope: String::new(),
    };
    let now = ctx.now.timestamp();
    let (access_token, expires_at) = ctx.app.tokens.issue(&access, now)?;
    let refresh_token = opened.refresh.reveal();
    Ok(SignedIn { access_token, refresh_token, expires_in: expires_at - now, who })
}

/// How long a session lives that nobody refreshes.
pub fn lifetime(ctx: &Ctx) -> TimeDelta {
    TimeDelta::seconds(i64::try_from(ctx.app.config.auth.refresh_seconds).unwrap_or(i64::MAX))
}
