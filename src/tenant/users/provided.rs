//! Users whom a sign-in provider brings along: people without a password, each on a seat of the
//! plan like others.

use super::model::{User, UserKind};
use super::{service, store};
use crate::audit::Change;
use crate::authz::Role;
use crate::base::ids::UserId;
use crate::base::text;
use crate::ctx::Ctx;
use crate::db::TenantTx;
use crate::error::{Invalid, Result};
use crate::security::Kind;

/// Somebody as a provider describes them.
#[derive(Debug, Clone)]
pub struct Newcomer {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub role: Role,
}

/// Makes a user, as far as the plan has seats; `None` when the address can't be one here. Ask under
/// [`one_at_a_time`](service::one_at_a_time).
pub async fn create(ctx: &Ctx, tx: &TenantTx, who: &Newcomer) -> Result<Option<User>> {
    let mut invalid = Invalid::default();
    text::email(&mut invalid, "", &who.email);
    // The address is their user name too, and somebody else may have chosen that.
    if !invalid.0.is_empty() || store::by_username(tx, &who.email).await?.is_some() {
        return Ok(None);
    }
    service::require_seats(tx, ctx.tenant()?, 0).await?;
    let (first_name, last_name) = (name(&who.first_name), name(&who.last_name));
    let row = store::Insert {
        id: UserId::generate(),
        username: &who.email,
        email: &who.email,
        first_name: &first_name,
        last_name: &last_name,
        role: who.role,
        kind: UserKind::Person,
        password_hash: None,
        created_at: ctx.now,
        updated_at: ctx.now,
        created_by: None,
        updated_by: None,
    };
    let user = store::insert(tx, &row).await?;
    ctx.audit(Change::created("user", user.id, &user));
    let detail = format!("{}: {}, by a sign-in provider", user.id, user.role.stored());
    ctx.alert_on_commit(Kind::UserAdded, detail);
    Ok(Some(user))
}

/// Names are what others make of them: as much as fits, in one line.
fn name(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    text.trim().chars().take(150).collect()
}
