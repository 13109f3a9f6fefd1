//! Users of the platform who have entered the tenant. Their account here follows the one on the
//! platform: they take no seat, and can't sign in with a password.

use super::model::{User, UserKind, UserPatch};
use super::store;
use crate::audit::Change;
use crate::authz::{OperatorId, Role};
use crate::base::ids::UserId;
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::TenantTx;
use crate::error::{Invalid, Problem, Result};

/// Who enters, as the platform knows them.
#[derive(Debug, Clone)]
pub struct Entrant {
    pub operator: OperatorId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    /// What they are here, by their place in the tenant's organization.
    pub role: Role,
}

/// The account of somebody who enters: made at the first time, brought up to date at others.
pub async fn enter(ctx: &Ctx, tx: &TenantTx, who: &Entrant) -> Result<User> {
    let tenant = ctx.tenant()?.id;
    // Two who enter at the same time are one.
    store::one_at_a_time(tx, tenant).await?;
    let Some(before) = store::linked(tx, who.operator).await? else {
        let user = insert(ctx, tx, who).await?;
        ctx.audit(Change::created("user", user.id, &user));
        return Ok(user);
    };
    if !before.is_active {
        let why = "the tenant's owners have shut you out";
        return Err(Invalid::new(Problem::NotAllowed, "input.tenantId", why).into());
    }
    if is_current(&before, who) {
        return Ok(before);
    }
    let patch = UserPatch {
        username: Some(who.email.clone()),
        email: Some(who.email.clone()),
        first_name: Some(who.first_name.clone()),
        last_name: Some(who.last_name.clone()),
        role: Some(who.role),
        ..UserPatch::default()
    };
    let updated = store::update(tx, before.id, None, &patch, None, ctx.now).await?;
    let user = updated.ok_or_else(|| crate::error::AppError::internal("a user was lost"))?;
    ctx.audit(Change::updated("user", user.id, &before, &user));
    ctx.wake(Wake::Access(tenant.0));
    Ok(user)
}

fn is_current(user: &User, who: &Entrant) -> bool {
    let of_user = (&user.email, &user.first_name, &user.last_name, user.role);
    of_user == (&who.email, &who.first_name, &who.last_name, who.role)
}

async fn insert(ctx: &Ctx, tx: &TenantTx, who: &Entrant) -> Result<User> {
    let row = store::Insert {
        id: UserId::generate(),
        username: &who.email,
        email: &who.email,
        first_name: &who.first_name,
        last_name: &who.last_name,
        role: who.role,
        kind: UserKind::Linked,
        password_hash: None,
        created_at: ctx.now,
        updated_at: ctx.now,
        created_by: None,
        updated_by: None,
    };
    Ok(store::insert_linked(tx, &row, who.operator).await?)
}

/// Fails if a change made here would be undone by the platform: of a linked user the tenant
/// decides only whether they may enter.
pub(super) fn only_shut_out(before: &User, patch: &UserPatch) -> Result<()> {
    if before.kind != UserKind::Linked {
        return Ok(());
    }
    let mut invalid = Invalid::default();
    for (field, given) in [
        ("input.username", patch.username.is_some()),
        ("input.email", patch.email.is_some()),
        ("input.firstName", patch.first_name.is_some()),
        ("input.lastName", patch.last_name.is_some()),
        ("input.role", patch.role.is_some()),
    ] {
        if given {
            let why = "is decided on the platform, where this user comes from";
            invalid.push(Problem::NotAllowed, field, why);
        }
    }
    invalid.finish()
}
