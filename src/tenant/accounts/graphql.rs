//! Forgotten passwords and other addresses, in the API.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::service;
use crate::base::ids::UserId;
use crate::graphql::error::{UserError, user_errors};
use crate::graphql::{CtxExt, Result};
use crate::tenant::users::graphql::UserNode;

/// Who forgot their password.
#[derive(InputObject)]
pub struct PasswordResetRequestInput {
    /// The account's address.
    email: String,
}

/// A new password for a forgotten one.
#[derive(InputObject)]
pub struct PasswordResetConfirmInput {
    /// What stands behind `#token=` in the mail's link.
    token: String,
    /// 8 to 128 characters, not a common password, not the address or the user name.
    new_password: String,
}

/// Another address for your account.
#[derive(InputObject)]
pub struct UserChangeEmailInput {
    /// The address; nobody else in the tenant may have it.
    new_email: String,
    /// The password you have.
    current_password: String,
}

/// What shows that an address is yours.
#[derive(InputObject)]
pub struct EmailChangeConfirmInput {
    /// What stands behind `#token=` in the mail's link.
    token: String,
}

/// What `passwordResetRequest` answers.
#[derive(SimpleObject)]
pub struct PasswordResetRequestPayload {
    /// Whether the request was taken. It says nothing about whether there is such an account.
    requested: bool,
    /// What to put right; empty when it worked.
    user_errors: Vec<UserError>,
}

crate::payload! {
    /// What `passwordResetConfirm` answers.
    PasswordResetConfirmPayload {
        /// The user, who can sign in with the new password now.
        user: UserNode,
    }
}
crate::payload! {
    /// What `userResetPassword` answers.
    UserResetPasswordPayload {
        /// The user who gets the mail.
        user: UserNode,
    }
}
crate::payload! {
    /// What `userChangeEmail` answers.
    UserChangeEmailPayload {
        /// You, still with the old address.
        user: UserNode,
    }
}
crate::payload! {
    /// What `emailChangeConfirm` answers.
    EmailChangeConfirmPayload {
        /// The user with the new address.
        user: UserNode,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "AccountMutation")]
impl Mutation {
    /// Asks for a mail with a link to choose a new password. The answer is the same whether there
    /// is such an account or not. Needs no access token.
    async fn password_reset_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who forgot their password.")] input: PasswordResetRequestInput,
    ) -> Result<PasswordResetRequestPayload> {
        let email = input.email.trim().to_owned();
        Ok(match service::request_reset(ctx.app(), email).await {
            Ok(()) => PasswordResetRequestPayload { requested: true, user_errors: vec![] },
            Err(e) => {
                PasswordResetRequestPayload { requested: false, user_errors: user_errors(e)? }
            }
        })
    }

    /// Chooses a new password with the token of the mail. All sessions end. Needs no access token.
    async fn password_reset_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token and the new password.")] input: PasswordResetConfirmInput,
    ) -> Result<PasswordResetConfirmPayload> {
        let PasswordResetConfirmInput { token, new_password } = input;
        let user = service::confirm_reset(ctx.app(), &token, &new_password).await;
        PasswordResetConfirmPayload::from(user.map(UserNode::from))
    }

    /// Sends a user the mail to choose a new password. Owners only.
    async fn user_reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The user's id.")] id: UserId,
    ) -> Result<UserResetPasswordPayload> {
        let user = service::reset(ctx.app(), id).await;
        UserResetPasswordPayload::from(user.map(UserNode::from))
    }

    /// Asks for another address of your own: a mail with a link goes there, a notice to the old
    /// one. It changes when you follow the link.
    async fn user_change_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new address and your password.")] input: UserChangeEmailInput,
    ) -> Result<UserChangeEmailPayload> {
        let UserChangeEmailInput { new_email, current_password } = input;
        let new_email = new_email.trim().to_owned();
        let user = service::change_email(ctx.app(), new_email, &current_password).await;
        UserChangeEmailPayload::from(user.map(UserNode::from))
    }

    /// Confirms a new address with the token of the mail. Needs no access token.
    async fn email_change_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token of the mail.")] input: EmailChangeConfirmInput,
    ) -> Result<EmailChangeConfirmPayload> {
        let user = service::confirm_email(ctx.app(), &input.token).await;
        EmailChangeConfirmPayload::from(user.map(UserNode::from))
    }
}
