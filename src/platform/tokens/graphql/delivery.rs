//! Where tokens go: into the answer, or into cookies that no script can read.

use async_graphql::{Context, Enum};

use super::TokenCreatePayload;
use crate::ctx::Ctx;
use crate::error::{AppError, Invalid, Problem, Result};
use crate::graphql::CtxExt;
use crate::sessions::{self, TOKEN_REFUSED};

const SET_COOKIE: &str = "set-cookie";

/// Where the tokens of a sign-in go.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Enum)]
pub enum TokenDelivery {
    /// Into the answer, for programs, which keep them and send `Authorization: Bearer …`.
    #[default]
    Body,
    /// Into cookies that no script can read, for web pages of this origin. The request names the
    /// session with the header `X-Taruvi-Session`, and so do those that are to use it.
    Cookie,
}

impl TokenDelivery {
    /// Fails when there is no place to put cookies; before anything else is done.
    pub(in crate::platform) fn check(self, ctx: &Ctx) -> Result<()> {
        if self == Self::Cookie && ctx.jar().is_none() {
            let why = "needs the header X-Taruvi-Session, and no Authorization";
            return Err(Invalid::new(Problem::Invalid, "input.delivery", why).into());
        }
        Ok(())
    }

    /// Puts the tokens of the payload where they belong.
    pub(in crate::platform) fn deliver(
        self,
        ctx: &Context<'_>,
        mut payload: TokenCreatePayload,
    ) -> TokenCreatePayload {
        if self == Self::Cookie
            && let Some(jar) = ctx.app().jar()
            && let (Some(access), Some(refresh)) =
                (payload.access_token.take(), payload.refresh_token.take())
        {
            let (short, long) =
                (payload.expires_in.unwrap_or_default(), sessions::lifetime(ctx.app()));
            send(ctx, jar.fill((&access, short), (&refresh, long.num_seconds())));
        }
        payload
    }

    /// Takes the cookies away, if the session is in cookies.
    pub(super) fn forget(self, ctx: &Context<'_>) {
        if let Some(jar) = ctx.app().jar().filter(|_| self == Self::Cookie) {
            send(ctx, jar.empty());
        }
    }
}

/// The refresh token that the caller gave, or the one in their cookie; and where the next goes.
pub(super) fn shown(ctx: &Ctx, given: Option<String>) -> Result<(String, TokenDelivery)> {
    match (given, ctx.jar()) {
        (Some(token), _) => Ok((token, TokenDelivery::Body)),
        (None, Some(jar)) => {
            let token = jar.refresh().ok_or(TOKEN_REFUSED)?;
            Ok((token.to_owned(), TokenDelivery::Cookie))
        }
        (None, None) => {
            let why = "give the refresh token, or the header X-Taruvi-Session";
            Err(Invalid::new(Problem::Required, "input.refreshToken", why).into())
        }
    }
}

/// Cookies whose session is over are of no more use. Other troubles pass.
pub(super) fn take_away(ctx: &Context<'_>, why: &AppError) {
    let over = matches!(why, AppError::Unauthenticated(_));
    if let Some(jar) = ctx.app().jar().filter(|jar| over && jar.refresh().is_some()) {
        send(ctx, jar.empty());
    }
}

fn send(ctx: &Context<'_>, cookies: [String; 2]) {
    for cookie in cookies {
        ctx.append_http_header(SET_COOKIE, cookie);
    }
}
