//! Changing one's own password, for users and operators alike.

use crate::auth::password::{self, Check};
use crate::ctx::Ctx;
use crate::error::{Invalid, Problem, Result};
use crate::security::Kind;

/// Whether somebody of these names may take the new password, by what can be known without the old one's hash.
pub fn check(names: &[&str], current: &str, new: &str) -> Result<()> {
    let mut invalid = Invalid::default();
    if let Err(why) = password::policy(new, names) {
        invalid.push(Problem::Invalid, "input.newPassword", why);
    } else if new == current {
        invalid.push(Problem::Invalid, "input.newPassword", "is the current one");
    }
    invalid.finish()
}

/// The new password's hash, if `current` is the password that is stored. Takes its time: hold no
/// connection meanwhile.
pub async fn replaced(ctx: &Ctx, stored: Option<&str>, current: &str, new: &str) -> Result<String> {
    if ctx.app.passwords.verify(current, stored).await? == Check::No {
        ctx.alert(Kind::PasswordRefused, "");
        let why = "is not your password";
        return Err(Invalid::new(Problem::Invalid, "input.currentPassword", why).into());
    }
    ctx.app.passwords.hash(new).await
}
