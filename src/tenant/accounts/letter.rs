//! The mails about somebody's own account. Tokens stand behind `#`, where browsers keep them to
//! themselves.

use crate::mail::Letter;
use crate::tenant::users::User;

const ONCE: &str = "The link works once, within an hour.";
const NOTHING: &str = "If you did not ask for this, you need do nothing: your password stays.";

/// Lets somebody choose a new password.
pub(super) fn password_reset(user: &User, (tenant, address): (&str, &str), token: &str) -> Letter {
    Letter {
        subject: format!("A new password for {tenant}"),
        name: user.first_name.clone(),
        before: vec![format!("Somebody asked for a new password for your account at {tenant}.")],
        link: Some(("Choose a new password", format!("{address}/password-reset#token={token}"))),
        after: vec![ONCE.to_owned(), NOTHING.to_owned()],
        signature: tenant.to_owned(),
    }
}

/// Tells that the password is another one now.
pub(super) fn password_changed(user: &User, tenant: &str) -> Letter {
    Letter {
        subject: format!("Your password for {tenant} was changed"),
        name: user.first_name.clone(),
        before: vec![
            format!("The password of your account at {tenant} was changed by a link in a mail."),
            "If this was not you, ask for a new password at once and tell your administrator."
                .to_owned(),
        ],
        signature: tenant.to_owned(),
        ..Letter::default()
    }
}

/// Asks a new address whether it is the user's.
pub(super) fn email_change(user: &User, (tenant, address): (&str, &str), token: &str) -> Letter {
    Letter {
        subject: format!("Your new address for {tenant}"),
        name: user.first_name.clone(),
        before: vec![format!("This is to be the new address of your account at {tenant}.")],
        link: Some(("Confirm the address", format!("{address}/email-change#token={token}"))),
        after: vec![
            ONCE.to_owned(),
            "If you do not know what this is about, you need do nothing.".to_owned(),
        ],
        signature: tenant.to_owned(),
    }
}

/// Tells the old address what was asked for.
pub(super) fn email_is_to_change(user: &User, tenant: &str) -> Letter {
    Letter {
        subject: format!("Another address for your account at {tenant}"),
        name: user.first_name.clone(),
        before: vec![
            format!(
                "Somebody who knows your password wants another address for your account at {tenant}."
            ),
            "If this was not you, change your password at once and tell your administrator."
                .to_owned(),
        ],
        signature: tenant.to_owned(),
        ..Letter::default()
    }
}
