//! A user's own sessions, in the API.

use async_graphql::{Context, ID, Object, SimpleObject};

use super::{SessionId, service};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Result};
use crate::sessions::Session;

/// A sign-in that has not ended: one browser or program, on one device.
#[derive(SimpleObject)]
#[graphql(name = "Session")]
pub struct SessionNode {
    /// Global id.
    id: ID,
    /// What signed in, as it calls itself (`User-Agent`).
    user_agent: Option<String>,
    /// The address it signed in from.
    ip_address: Option<String>,
    /// Whether this request belongs to it.
    is_current: bool,
    /// When it signed in.
    created_at: DateTime,
    /// When it last got new tokens; at most one lifetime of an access token ago while in use.
    last_used_at: DateTime,
    /// When it ends unless it is used before.
    expires_at: DateTime,
}

impl SessionNode {
    fn new(session: Session, current: Option<SessionId>) -> Self {
        Self {
            id: SessionId(session.id).into(),
            user_agent: session.user_agent,
            ip_address: session.ip,
            is_current: Some(SessionId(session.id)) == current,
            created_at: session.created_at.into(),
            last_used_at: session.last_used_at.into(),
            expires_at: session.expires_at.into(),
        }
    }
}

crate::payload! {
    /// What `sessionRevoke` answers.
    SessionRevokePayload {
        /// The id of the session that has ended.
        revoked_session_id: SessionId,
    }
}
crate::payload! {
    /// What `sessionRevokeOthers` answers.
    SessionRevokeOthersPayload {
        /// How many sessions have ended.
        revoked_count: i32,
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "SessionQuery")]
impl Query {
    /// Where you are signed in, the last used first; at most 100. Tenants' users only.
    async fn viewer_sessions(&self, ctx: &Context<'_>) -> Result<Vec<SessionNode>> {
        let (own, current) = (service::own(ctx.app()).await?, service::current(ctx.app()));
        Ok(own.into_iter().map(|session| SessionNode::new(session, current)).collect())
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "SessionMutation")]
impl Mutation {
    /// Ends one of your sessions. Its tokens do not hold any more from this moment on.
    async fn session_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session's id.")] id: SessionId,
    ) -> Result<SessionRevokePayload> {
        SessionRevokePayload::from(service::end_one(ctx.app(), id).await)
    }

    /// Ends all of your sessions but the one you use now.
    async fn session_revoke_others(&self, ctx: &Context<'_>) -> Result<SessionRevokeOthersPayload> {
        let ended = service::end_others(ctx.app()).await;
        let count = ended.map(|count| i32::try_from(count).unwrap_or(i32::MAX));
        SessionRevokeOthersPayload::from(count)
    }
}
