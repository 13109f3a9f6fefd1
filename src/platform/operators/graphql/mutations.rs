//! Changes of operators in the API.

use async_graphql::{Context, Object};

use super::super::{OperatorSessionId, service};
use super::OperatorNode;
use super::inputs::{OperatorChangePasswordInput, OperatorCreateInput, OperatorUpdateInput};
use crate::authz::OperatorId;
use crate::graphql::{CtxExt, Result};
use crate::platform::require_admin;

crate::payload! {
    /// What `operatorCreate` answers.
    OperatorCreatePayload {
        /// The new operator.
        operator: OperatorNode,
    }
}
crate::payload! {
    /// What `operatorUpdate` answers.
    OperatorUpdatePayload {
        /// The operator after the change.
        operator: OperatorNode,
    }
}
crate::payload! {
    /// What `operatorChangePassword` answers.
    OperatorChangePasswordPayload {
        /// You, after the change.
        operator: OperatorNode,
    }
}
crate::payload! {
    /// What `operatorSessionRevoke` answers.
    OperatorSessionRevokePayload {
        /// The id of the session that has ended.
        revoked_session_id: OperatorSessionId,
    }
}
crate::payload! {
    /// What `operatorSessionRevokeOthers` answers.
    OperatorSessionRevokeOthersPayload {
        /// How many sessions have ended.
        revoked_count: i32,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "OperatorMutation")]
impl Mutation {
    /// Adds an operator. Platform administrators only.
    async fn operator_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new operator.")] input: OperatorCreateInput,
    ) -> Result<OperatorCreatePayload> {
        let operator = service::create(ctx.app(), input.into()).await;
        OperatorCreatePayload::from(operator.map(OperatorNode::from))
    }

    /// Changes an operator. Deactivating ends all their sessions at once, those in tenants too.
    /// The last active administrator stays one. Platform administrators only.
    async fn operator_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The operator's id.")] id: OperatorId,
        #[graphql(desc = "What to change.")] input: OperatorUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<OperatorUpdatePayload> {
        require_admin(ctx.app())?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        OperatorUpdatePayload::from(changed.await.map(OperatorNode::from))
    }

    /// Changes your own password. Your other sessions end; the one you use goes on. Operators
    /// only.
    async fn operator_change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old password and the new one.")] input: OperatorChangePasswordInput,
    ) -> Result<OperatorChangePasswordPayload> {
        let OperatorChangePasswordInput { current_password, new_password } = input;
        let changed = service::change_password(ctx.app(), &current_password, &new_password).await;
        OperatorChangePasswordPayload::from(changed.map(OperatorNode::from))
    }

    /// Ends one of your sessions. Its tokens do not hold any more from this moment on, nor do
    /// those that it got in tenants. Operators only.
    async fn operator_session_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session's id.")] id: OperatorSessionId,
    ) -> Result<OperatorSessionRevokePayload> {
        OperatorSessionRevokePayload::from(service::end_one(ctx.app(), id).await)
    }

    /// Ends all of your sessions but the one you use now. Operators only.
    async fn operator_session_revoke_others(
        &self,
        ctx: &Context<'_>,
    ) -> Result<OperatorSessionRevokeOthersPayload> {
        let ended = service::end_others(ctx.app()).await;
        let count = ended.map(|count| i32::try_from(count).unwrap_or(i32::MAX));
        OperatorSessionRevokeOthersPayload::from(count)
    }
}
