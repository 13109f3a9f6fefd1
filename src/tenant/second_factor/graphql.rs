//! The second factor in the API.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::model::Standing;
use super::{Proof, SecurityPolicy, policy, service};
use crate::authz::Role;
use crate::base::ids::UserId;
use crate::graphql::error::{nullable, or_null};
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::users::graphql::UserNode;

/// How you stand with your second factor.
#[derive(SimpleObject)]
pub struct SecondFactor {
    /// Whether signing in asks for a code.
    is_enabled: bool,
    /// Whether your role has to have one here.
    is_required: bool,
    /// How many codes on paper you have not used.
    recovery_codes_left: i64,
}

impl From<Standing> for SecondFactor {
    fn from(s: Standing) -> Self {
        let Standing { is_enabled, is_required, recovery_codes_left } = s;
        Self { is_enabled, is_required, recovery_codes_left }
    }
}

/// What the tenant demands of its users.
#[derive(SimpleObject)]
#[graphql(name = "SecurityPolicy")]
pub struct SecurityPolicyNode {
    /// Users of these roles who sign in with a password need a second factor. Who has none can do
    /// nothing but set it up.
    require_totp_for_roles: Vec<Role>,
}

impl From<SecurityPolicy> for SecurityPolicyNode {
    fn from(p: SecurityPolicy) -> Self {
        Self { require_totp_for_roles: p.require_totp_for_roles }
    }
}

/// The beginning of a second factor.
#[derive(InputObject)]
pub struct TotpEnrollInput {
    /// The password you have.
    current_password: String,
}

/// The first code of an app.
#[derive(InputObject)]
pub struct TotpConfirmInput {
    /// Six digits that the app shows.
    code: String,
}

/// What takes a second factor away. Give a code or a recovery code.
#[derive(InputObject)]
pub struct TotpDisableInput {
    /// The password you have.
    current_password: String,
    /// Six digits that the app shows.
    code: Option<String>,
    /// One of your codes on paper.
    recovery_code: Option<String>,
}

/// What gets new codes on paper. Give a code or a recovery code.
#[derive(InputObject)]
pub struct RecoveryCodesRegenerateInput {
    /// The password you have.
    current_password: String,
    /// Six digits that the app shows.
    code: Option<String>,
    /// One of your codes on paper.
    recovery_code: Option<String>,
}

/// What the tenant is to demand.
#[derive(InputObject)]
pub struct SecurityPolicyUpdateInput {
    /// The roles that need a second factor; empty for none.
    require_totp_for_roles: Vec<Role>,
}

crate::payload! {
    /// What `totpEnroll` answers.
    TotpEnrollPayload {
        /// The secret, for typing it into the app.
        secret: String,
        /// The same as a URL, for a picture that the app scans.
        otpauth_uri: String,
    }
}
crate::payload! {
    /// What `totpConfirm` answers.
    TotpConfirmPayload {
        /// Codes for when the app is lost, each good once. They are not shown again.
        recovery_codes: Vec<String>,
    }
}
crate::payload! {
    /// What `totpDisable` answers.
    TotpDisablePayload {
        /// Your id.
        user_id: UserId,
    }
}
crate::payload! {
    /// What `recoveryCodesRegenerate` answers.
    RecoveryCodesRegeneratePayload {
        /// The new codes; the old ones do not hold any more. They are not shown again.
        recovery_codes: Vec<String>,
    }
}
crate::payload! {
    /// What `userRemoveSecondFactor` answers.
    UserRemoveSecondFactorPayload {
        /// The user, who signs in with the password alone until they set up another.
        user: UserNode,
    }
}
crate::payload! {
    /// What `securityPolicyUpdate` answers.
    SecurityPolicyUpdatePayload {
        /// What is in force now.
        security_policy: SecurityPolicyNode,
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "SecondFactorQuery")]
impl Query {
    /// How you stand with your second factor. Tenants' users only.
    async fn viewer_second_factor(&self, ctx: &Context<'_>) -> Nullable<SecondFactor> {
        or_null(service::standing(ctx.app()).await.map(Into::into))
    }

    /// What the tenant demands of its users.
    async fn security_policy(&self, ctx: &Context<'_>) -> Nullable<SecurityPolicyNode> {
        nullable(policy::get(ctx.app()).await.map(|policy| Some(policy.into())))
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "SecondFactorMutation")]
impl Mutation {
    /// Begins a second factor: a secret for an authenticator app. It counts when `totpConfirm` has
    /// seen the app's first code.
    async fn totp_enroll(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your password.")] input: TotpEnrollInput,
    ) -> Result<TotpEnrollPayload> {
        let begun = service::enroll(ctx.app(), &input.current_password).await;
        TotpEnrollPayload::from(begun.map(|e| (e.secret, e.otpauth_uri)))
    }

    /// Confirms the app by its first code. From now on signing in asks for one; your other
    /// sessions end.
    async fn totp_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: TotpConfirmInput,
    ) -> Result<TotpConfirmPayload> {
        TotpConfirmPayload::from(service::confirm(ctx.app(), &input.code).await)
    }

    /// Takes your second factor away.
    async fn totp_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your password, and a code.")] input: TotpDisableInput,
    ) -> Result<TotpDisablePayload> {
        let TotpDisableInput { current_password, code, recovery_code } = input;
        ctx.app().require(&service::OWN)?;
        let done = async {
            let proof = Proof::of(code, recovery_code)?;
            service::disable(ctx.app(), &current_password, proof).await
        };
        TotpDisablePayload::from(done.await)
    }

    /// Replaces your codes on paper by ten new ones.
    async fn recovery_codes_regenerate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your password, and a code.")] input: RecoveryCodesRegenerateInput,
    ) -> Result<RecoveryCodesRegeneratePayload> {
        let RecoveryCodesRegenerateInput { current_password, code, recovery_code } = input;
        ctx.app().require(&service::OWN)?;
        let done = async {
            let proof = Proof::of(code, recovery_code)?;
            service::regenerate_codes(ctx.app(), &current_password, proof).await
        };
        RecoveryCodesRegeneratePayload::from(done.await)
    }

    /// Takes the second factor of somebody who has lost it away, and ends their sessions. Owners
    /// only.
    async fn user_remove_second_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: UserId,
    ) -> Result<UserRemoveSecondFactorPayload> {
        let user = service::remove(ctx.app(), id).await;
        UserRemoveSecondFactorPayload::from(user.map(UserNode::from))
    }

    /// Sets what the tenant demands of its users, at once for all who are signed in. Owners only.
    async fn security_policy_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to demand.")] input: SecurityPolicyUpdateInput,
    ) -> Result<SecurityPolicyUpdatePayload> {
        let mut roles = input.require_totp_for_roles;
        roles.sort_unstable_by_key(|role| role.stored());
        roles.dedup();
        let new = SecurityPolicy { require_totp_for_roles: roles };
        let changed = policy::change(ctx.app(), new).await;
        SecurityPolicyUpdatePayload::from(changed.map(SecurityPolicyNode::from))
    }
}
