//! What can be done with users. Every door (GraphQL, commands) comes through here.

use super::model::{Credentials, NewUser, User, UserKind, UserPatch};
use super::store;
use crate::audit::Change;
use crate::authz::{self, Role};
use crate::base::ids::{TenantId, UserId};
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::{Listing, Page, TenantConn, TenantTx};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::limits::Policy;
use crate::security::Kind;
use crate::sessions::password;
use crate::tenancy::Tenant;
use crate::tenant::permissions::catalog;
use crate::tenant::{branches, cases, clients, documents, projects, sessions, tasks};

crate::permissions! {
    VIEW = "users.view" for EVERYONE,
    ADD = "users.add" for OWNERS,
    CHANGE = "users.change" for OWNERS,
    DELETE = "users.delete" for OWNERS,
    CHANGE_PASSWORD = "users.change_password" for ANYBODY only people,
}

/// The user, if the caller may see them.
pub async fn get(ctx: &Ctx, id: UserId) -> Result<User> {
    ctx.require(&VIEW)?;
    store::find(&*ctx.read().await?, id).await?.ok_or(AppError::NotFound("user"))
}

/// The signed-in user; `None` for anybody else.
pub async fn viewer(ctx: &Ctx) -> Result<Option<User>> {
    let Some(id) = ctx.user() else { return Ok(None) };
    Ok(store::find(&*ctx.read().await?, id).await?)
}

/// A page of users.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<User>> {
    ctx.require(&VIEW)?;
    page(ctx, listing, total).await
}

/// A page of users, for a caller who may see them.
pub(super) async fn page(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<User>> {
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing);
    let total =
        async { if total { store::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// Adds a user, as far as the plan has seats.
pub async fn create(ctx: &Ctx, new: NewUser) -> Result<User> {
    ctx.require(&ADD)?;
    let tenant = ctx.tenant()?.clone();
    new.validate()?;
    require_rank(ctx, "input.role", new.role)?;
    let hash = ctx.app.passwords.hash(&new.password).await?;
    ctx.write(async |tx| {
        store::one_at_a_time(tx, tenant.id).await?;
        require_seats(tx, &tenant, 0).await?;
        let user = insert(tx, &new, &hash, ctx.user(), ctx.now).await?;
        ctx.audit(Change::created("user", user.id, &user));
        let detail = format!("{}: {}", user.id, user.role.stored());
        ctx.alert_on_commit(Kind::UserAdded, detail);
        Ok(user)
    })
    .await
}

/// Fails unless the plan has a seat for one more user, beside the active ones and so many that are
/// promised. Ask under [`one_at_a_time`], so that nobody else takes it.
pub async fn require_seats(conn: &TenantConn, tenant: &Tenant, promised: i64) -> Result<()> {
    if store::count_seats(conn).await? + promised >= tenant.max_users.into() {
        let max = tenant.max_users;
        let why = format!("the plan has {max} users; deactivate one or change the plan");
        return Err(Invalid::new(Problem::LimitReached, "", why).into());
    }
    Ok(())
}

/// Of the transactions that ask for this, one at a time goes on.
pub async fn one_at_a_time(tx: &TenantTx, tenant: TenantId) -> Result<()> {
    Ok(store::one_at_a_time(tx, tenant).await?)
}

/// Whether somebody has this address.
pub async fn is_taken(conn: &TenantConn, email: &str) -> Result<bool> {
    Ok(store::by_email(conn, email).await?.is_some())
}

/// Writes a user whose input is valid and whose password is hashed; for new tenants' owners too.
pub async fn insert(
    tx: &TenantTx,
    new: &NewUser,
    password_hash: &str,
    by: Option<UserId>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<User> {
    let row = store::Insert {
        id: UserId::generate(),
        username: new.username.as_deref().unwrap_or(&new.email),
        email: &new.email,
        first_name: &new.first_name,
        last_name: &new.last_name,
        role: new.role,
        kind: UserKind::Person,
        password_hash: Some(password_hash),
        created_at: now,
        updated_at: now,
        created_by: by,
        updated_by: by,
    };
    Ok(store::insert(tx, &row).await?)
}

/// Changes a user. Deactivation ends their sessions at once, on every node.
pub async fn update(
    ctx: &Ctx,
    id: UserId,
    patch: UserPatch,
    expected_version: Option<i32>,
) -> Result<User> {
    ctx.require(&CHANGE)?;
    change(ctx, id, None, patch, expected_version).await
}

/// Changes a user of this kind, for a caller who may.
pub(super) async fn change(
    ctx: &Ctx,
    id: UserId,
    kind: Option<UserKind>,
    patch: UserPatch,
    expected_version: Option<i32>,
) -> Result<User> {
    patch.validate()?;
    let tenant = ctx.tenant()?.clone();
    ctx.write(async |tx| {
        if patch.changes_access() {
            store::one_at_a_time(tx, tenant.id).await?;
        }
        let before = find_of_kind(tx, id, kind).await?;
        require_above(ctx, tx, "", &before).await?;
        require_rank(ctx, "input.role", patch.role.unwrap_or(before.role))?;
        super::linked::only_shut_out(&before, &patch)?;
        keep_an_owner(tx, &before, &patch).await?;
        branches::service::require_open(tx, patch.branch_id.flatten()).await?;
        if before.kind == UserKind::Service {
            super::service_accounts::no_owner(patch.role)?;
        }
        let takes_seat = before.kind == UserKind::Person && !before.is_active;
        if patch.is_active == Some(true) && takes_seat {
            require_seats(tx, &tenant, 0).await?;
        }
        let user = store::update(tx, id, expected_version, &patch, ctx.user(), ctx.now)
            .await?
            .ok_or_else(AppError::stale)?;
        if !user.is_active {
            sessions::service::end_all(tx, id, None, ctx.now).await?;
        }
        if patch.changes_access() {
            ctx.wake(Wake::Access(tenant.id.0));
        }
        ctx.audit(Change::updated("user", id, &before, &user));
        if user.role != before.role {
            let (from, to) = (before.role.stored(), user.role.stored());
            ctx.alert_on_commit(Kind::RoleChanged, format!("{id}: {from} becomes {to}"));
        }
        if before.is_active && !user.is_active {
            ctx.alert_on_commit(Kind::UserRemoved, format!("{id} is deactivated"));
        }
        Ok(user)
    })
    .await
}

/// Changes the caller's own password, and ends their other sessions.
pub async fn change_password(ctx: &Ctx, old: &str, new: &str) -> Result<User> {
    ctx.require(&CHANGE_PASSWORD)?;
    let id = ctx.user().ok_or(AppError::Forbidden(CHANGE_PASSWORD.name))?;
    let tenant = ctx.tenant()?.id.0;
    // Whoever holds a token only may not try passwords without end.
    ctx.app.limits.take_at(ctx.rates(), Policy::AuthAccount, (tenant, id.0)).await?;
    let found = store::credentials(&*ctx.read().await?, id).await?;
    let Credentials { user, password_hash } = found.ok_or(AppError::NotFound("user"))?;
    password::check(&[&user.email, &user.username], old, new)?;
    ctx.release().await; // hashing waits its turn; nobody else should wait for the connection
    let hash = password::replaced(ctx, password_hash.as_deref(), old, new).await?;
    ctx.write(async |tx| {
        let before = password_hash.as_deref();
        let changed = store::set_password(tx, id, before, &hash, ctx.now).await?;
        sessions::service::end_all(tx, id, sessions::service::current(ctx), ctx.now).await?;
        ctx.wake(Wake::Access(tenant));
        ctx.audit(Change::done("user.change_password", "user", id));
        ctx.alert_on_commit(Kind::PasswordChanged, "");
        changed.ok_or_else(AppError::stale)
    })
    .await
}

/// Fails unless everything that the role may do is the caller's to give.
pub fn require_rank(ctx: &Ctx, field: &str, role: Role) -> Result<()> {
    match ctx.access() {
        Some(access) if !access.includes(role) => {
            let why = "is more than you may do yourself";
            Err(Invalid::new(Problem::NotAllowed, field, why).into())
        }
        _ => Ok(()),
    }
}

/// Fails unless the caller may do all that the user may. Whoever changes an address, or lets a
/// password be chosen anew, could otherwise become somebody who may do more.
pub async fn require_above(ctx: &Ctx, conn: &TenantConn, field: &str, user: &User) -> Result<()> {
    require_rank(ctx, field, user.role)?;
    let held = authz::held_by(conn, user.id).await?;
    let mut names = held.permissions.keys().chain(held.granted.keys());
    if names.all(|name| catalog::is_held(ctx, name)) {
        return Ok(());
    }
    let why = "may do more than you may do yourself";
    Err(Invalid::new(Problem::NotAllowed, field, why).into())
}

/// A tenant without an owner could not be managed any more.
async fn keep_an_owner(conn: &TenantConn, before: &User, patch: &UserPatch) -> Result<()> {
    let stays = patch.role.is_none_or(|r| r == before.role) && patch.is_active != Some(false);
    if before.role != Role::Owner || before.kind != UserKind::Person || stays {
        return Ok(());
    }
    if store::has_other_owner(conn, before.id).await? {
        return Ok(());
    }
    Err(Invalid::new(Problem::NotAllowed, "", "the last owner has to stay one").into())
}

/// The user, if they are of this kind.
async fn find_of_kind(conn: &TenantConn, id: UserId, kind: Option<UserKind>) -> Result<User> {
    let found = store::find(conn, id).await?.filter(|user| kind.is_none_or(|k| k == user.kind));
    found.ok_or(AppError::NotFound(match kind {
        Some(UserKind::Service) => "service account",
        _ => "user",
    }))
}

/// Deletes a user; what they made or had assigned stays, without their name.
pub async fn delete(ctx: &Ctx, id: UserId) -> Result<UserId> {
    ctx.require(&DELETE)?;
    remove(ctx, id, None).await
}

/// Deletes a user of this kind, for a caller who may.
pub(super) async fn remove(ctx: &Ctx, id: UserId, kind: Option<UserKind>) -> Result<UserId> {
    let tenant = ctx.tenant()?.id;
    ctx.write(async |tx| {
        store::one_at_a_time(tx, tenant).await?;
        let before = find_of_kind(tx, id, kind).await?;
        require_above(ctx, tx, "", &before).await?;
        let gone = UserPatch { is_active: Some(false), ..UserPatch::default() };
        keep_an_owner(tx, &before, &gone).await?;
        clients::service::unassign(ctx, tx, id).await?;
        cases::service::unassign(ctx, tx, id).await?;
        projects::service::unassign(ctx, tx, id).await?;
        tasks::service::unassign(ctx, tx, id).await?;
        documents::service::unassign(ctx, tx, id).await?;
        store::delete(tx, id).await?;
        ctx.audit(Change::deleted("user", id, &before));
        ctx.alert_on_commit(Kind::UserRemoved, format!("{id} is deleted"));
        ctx.wake(Wake::Access(tenant.0));
        Ok(id)
    })
    .await
}

/// Fails unless somebody may be assigned work: they exist here and are active.
pub async fn require_assignable(conn: &TenantConn, id: Option<UserId>) -> Result<()> {
    require_assignable_as(conn, "input.assignedToId", id).await
}

/// The same for an argument of another name.
pub async fn require_assignable_as(
    conn: &TenantConn,
    field: &str,
    id: Option<UserId>,
) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    match store::find(conn, id).await? {
        Some(user) if user.is_active => Ok(()),
        _ => Err(Invalid::new(Problem::NotFound, field, "there is no such user").into()),
    }
}

/// What signing in compares with.
pub async fn credentials(
    conn: &TenantConn,
    email: Option<&str>,
    username: Option<&str>,
) -> Result<Option<Credentials>> {
    Ok(match (email, username) {
        (Some(email), _) => store::by_email(conn, email).await?,
        (None, Some(name)) => store::by_username(conn, name).await?,
        (None, None) => None,
    })
}

/// Whether all of them are users.
pub async fn all_exist(conn: &TenantConn, ids: &[UserId]) -> Result<bool> {
    let found = store::by_ids(conn, ids).await?;
    Ok(ids.iter().all(|id| found.iter().any(|user| user.id == *id)))
}

/// The same for the user with this id.
pub async fn credentials_of(conn: &TenantConn, id: UserId) -> Result<Option<Credentials>> {
    Ok(store::credentials(conn, id).await?)
}

/// The same; nobody else changes the user before this transaction ends.
pub async fn locked(tx: &TenantTx, id: UserId) -> Result<Option<Credentials>> {
    Ok(store::lock(tx, id).await?)
}

/// Sets a new password for somebody who has shown who they are, unless that was done meanwhile.
pub async fn set_password(
    tx: &TenantTx,
    id: UserId,
    before: Option<&str>,
    hash: &str,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<User> {
    store::set_password(tx, id, before, hash, now).await?.ok_or_else(AppError::stale)
}

/// Changes a user on their own behalf.
pub async fn patch_own(
    tx: &TenantTx,
    id: UserId,
    patch: &UserPatch,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<User> {
    let changed = store::update(tx, id, None, patch, Some(id), now).await?;
    changed.ok_or(AppError::NotFound("user"))
}

/// The user, whoever asks: for the session that is theirs.
pub async fn of_session(conn: &TenantConn, id: UserId) -> Result<Option<User>> {
    Ok(store::find(conn, id).await?)
}

/// Keeps the password in today's form.
pub async fn rehashed(tx: &TenantTx, id: UserId, hash: &str) -> Result<()> {
    store::rehashed(tx, id, hash).await?;
    Ok(())
}

/// Notes a sign-in.
pub async fn signed_in(
    tx: &TenantTx,
    id: UserId,
    rehashed: Option<&str>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<()> {
    store::signed_in(tx, id, rehashed, now).await?;
    Ok(())
}
