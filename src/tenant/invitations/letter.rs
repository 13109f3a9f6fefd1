//! The mail that invites.

use super::model::Invitation;
use crate::mail::Letter;

/// The letter with the link that accepts. The token stands behind `#`, where browsers keep it to
/// themselves: no server's log and no other site gets to see it.
pub(super) fn invitation(
    row: &Invitation,
    inviter: Option<&str>,
    (tenant, address): (&str, &str),
    token: &str,
) -> Letter {
    let asked = match inviter {
        Some(name) => format!("{name} invites you to {tenant}."),
        None => format!("You are invited to {tenant}."),
    };
    let until = row.expires_at.format("%-d %B %Y, %H:%M UTC");
    Letter {
        subject: format!("Invitation to {tenant}"),
        name: row.first_name.clone(),
        before: vec![asked, "Follow the link to choose a password and begin.".to_owned()],
        link: Some(("Accept the invitation", format!("{address}/invitation#token={token}"))),
        after: vec![
            format!("It works once, until {until}."),
            "If you do not know what this is about, you need do nothing.".to_owned(),
        ],
        signature: tenant.to_owned(),
    }
}
