//! Service accounts: users that are programs. They have no password and can't sign in; whoever
//! acts for them has an API key.

use super::model::{User, UserKind, UserPatch};
use super::{service, store};
use crate::audit::Change;
use crate::authz::Role;
use crate::base::ids::UserId;
use crate::base::text;
use crate::ctx::Ctx;
use crate::db::{Listing, Page, Predicate, TenantConn};
use crate::error::{AppError, Invalid, Problem, Result};

crate::permissions! {
    VIEW = "service_accounts.view" for OWNERS,
    ADD = "service_accounts.add" for OWNERS,
    CHANGE = "service_accounts.change" for OWNERS,
    DELETE = "service_accounts.delete" for OWNERS,
}

/// A service account to be added.
#[derive(Debug, Clone)]
pub struct NewServiceAccount {
    pub name: String,
    pub role: Role,
}

/// `None` leaves a column alone.
#[derive(Debug, Default, Clone)]
pub struct ServiceAccountPatch {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub is_active: Option<bool>,
}

/// A page of service accounts; `kind` is the condition that a user is one.
pub async fn list(ctx: &Ctx, listing: Listing, kind: Predicate, total: bool) -> Result<Page<User>> {
    ctx.require(&VIEW)?;
    service::page(ctx, listing.within(kind), total).await
}

/// Adds a service account. It takes no seat.
pub async fn create(ctx: &Ctx, new: NewServiceAccount) -> Result<User> {
    ctx.require(&ADD)?;
    let mut invalid = Invalid::default();
    text::line(&mut invalid, "input.name", &new.name, 150);
    invalid.finish()?;
    no_owner(Some(new.role))?;
    service::require_rank(ctx, "input.role", new.role)?;
    let id = UserId::generate();
    let username = format!("service_{}", id.to_string().trim_start_matches("user_"));
    // A name that no mail reaches (RFC 2606).
    let email = format!("{username}@service.invalid");
    let row = store::Insert {
        id,
        username: &username,
        email: &email,
        first_name: &new.name,
        last_name: "",
        role: new.role,
        kind: UserKind::Service,
        password_hash: None,
        created_at: ctx.now,
        updated_at: ctx.now,
        created_by: ctx.user(),
        updated_by: ctx.user(),
    };
    ctx.write(async |tx| {
        let user = store::insert(tx, &row).await?;
        ctx.audit(Change::created("user", user.id, &user));
        Ok(user)
    })
    .await
}

/// Changes a service account. Deactivated, its keys are refused at once, on every node.
pub async fn update(
    ctx: &Ctx,
    id: UserId,
    patch: ServiceAccountPatch,
    expected_version: Option<i32>,
) -> Result<User> {
    ctx.require(&CHANGE)?;
    if let Some(name) = &patch.name {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.name", name, 150);
        invalid.finish()?;
    }
    let ServiceAccountPatch { name, role, is_active } = patch;
    let patch = UserPatch { first_name: name, role, is_active, ..UserPatch::default() };
    service::change(ctx, id, Some(UserKind::Service), patch, expected_version).await
}

/// Deletes a service account with its keys; what it made stays, without its name.
pub async fn delete(ctx: &Ctx, id: UserId) -> Result<UserId> {
    ctx.require(&DELETE)?;
    service::remove(ctx, id, Some(UserKind::Service)).await
}

/// Fails unless there is such a service account; `field` is what named it.
pub async fn require(conn: &TenantConn, id: UserId, field: &str) -> Result<()> {
    match store::find(conn, id).await? {
        Some(user) if user.kind == UserKind::Service => Ok(()),
        _ => {
            let why = "there is no such service account";
            Err(Invalid::new(Problem::NotFound, field, why).into())
        }
    }
}

/// A program never owns the tenant.
pub(super) fn no_owner(role: Option<Role>) -> Result<()> {
    let why = "a service account can't be an owner";
    match role {
        Some(Role::Owner) => Err(Invalid::new(Problem::NotAllowed, "input.role", why).into()),
        _ => Ok::<(), AppError>(()),
    }
}
