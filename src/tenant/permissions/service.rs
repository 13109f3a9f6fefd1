//! What can be done with permissions of users and on single objects.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::loader::{DirectOf, GrantedOn};
use super::model::{HeldPermission, Holder, NewObjectPermissions, ObjectPermission};
use super::{catalog, store};
use crate::audit::Change;
use crate::authz::{Permission, Reach, Rows};
use crate::base::ids::UserId;
use crate::bus::Wake;
use crate::ctx::{Ctx, is_within as is_row_within};
use crate::db::{Column, Listing, Page, TenantConn, TenantTx};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::tenant::cases::{Case, CaseId};
use crate::tenant::clients::{BranchOfClient, Client, ClientId};
use crate::tenant::documents::{Document, DocumentId};
use crate::tenant::notes::{Note, NoteId};
use crate::tenant::projects::{Project, ProjectId};
use crate::tenant::tasks::{Task, TaskId};
use crate::tenant::{groups, users};

crate::permissions! {
    VIEW = "permissions.view" for ANYBODY,
    CHANGE = "permissions.change" for OWNERS,
    VIEW_ON_OBJECTS = "object_permissions.view" for MANAGERS on ["project", "task", "document", "client", "case", "note"],
    GRANT = "object_permissions.grant" for OWNERS on ["project", "task", "document", "client", "case", "note"],
}

/// Whoever may see the grants on an object: those who may see all, or were granted that on it.
const ROWS: Rows = Rows {
    kind: ProjectId::PREFIX,
    id: OBJECT_ID,
    owners: &[],
    containers: &[
        (TaskId::PREFIX, OBJECT_ID),
        (DocumentId::PREFIX, OBJECT_ID),
        (ClientId::PREFIX, OBJECT_ID),
        (CaseId::PREFIX, OBJECT_ID),
        (NoteId::PREFIX, OBJECT_ID),
    ],
    branch: None,
};
pub(super) const OBJECT_ID: Column = Column::id("object_grants", "object_id");

/// What a user was given directly.
pub async fn direct(ctx: &Ctx, user: UserId) -> Result<Vec<HeldPermission>> {
    ctx.require(&VIEW)?;
    Ok(ctx.load(DirectOf(user)).await?.unwrap_or_default())
}

/// Replaces what a user was given directly; beside it they keep what their role and groups give.
pub async fn set_direct(ctx: &Ctx, user: UserId, held: Vec<HeldPermission>) -> Result<users::User> {
    ctx.require(&CHANGE)?;
    catalog::check(ctx, "permissions", &held)?;
    let tenant = ctx.tenant()?.id.0;
    ctx.write(async |tx| {
        let found = users::service::of_session(tx, user).await?;
        let found = found.ok_or(AppError::NotFound("user"))?;
        let before = store::direct(tx, &[user]).await?;
        let before: Vec<_> = before.into_iter().map(|(_, held)| held).collect();
        catalog::require_all(ctx, &before)?;
        store::set_direct(tx, user, &held).await?;
        let (before, after) = (Direct { permissions: &before }, Direct { permissions: &held });
        let change = Change::done("user.set_permissions", "user", user);
        ctx.audit(change.before(&before).after(&after));
        tracing::info!(target: "security", { user.id = %user }, "permissions changed");
        ctx.wake(Wake::Access(tenant));
        Ok(found)
    })
    .await
}

/// What somebody holds directly, for the record.
#[derive(serde::Serialize)]
struct Direct<'a> {
    permissions: &'a [HeldPermission],
}

/// A page of the grants on single objects.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<ObjectPermission>> {
    let listing = listing.within(ctx.reach(&VIEW_ON_OBJECTS)?.predicate(&ROWS));
    let conn = ctx.read().await?;
    let rows = store::page(&conn, &listing);
    let total =
        async { if total { store::count(&conn, &listing).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// Gives permissions on one object to a user or a group. What they hold already stays.
pub async fn grant(ctx: &Ctx, new: NewObjectPermissions) -> Result<Vec<ObjectPermission>> {
    ctx.require_some(&GRANT)?;
    let permissions = named(&new)?;
    let tenant = ctx.tenant()?.id.0;
    ctx.write(async |tx| {
        require_object(ctx, tx, &new, &permissions).await?;
        require_holder(tx, new.holder).await?;
        let given = store::grant(tx, &new, ctx.user(), ctx.now).await?;
        if !given.is_empty() {
            given.iter().for_each(|g| ctx.audit(Change::created("object_permission", g.id, g)));
            ctx.wake(Wake::Access(tenant));
        }
        Ok(store::held_on(tx, &new).await?)
    })
    .await
}

/// Writes permissions in the caller's own transaction; for what a tenant begins with.
pub async fn insert(
    tx: &TenantTx,
    new: &NewObjectPermissions,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<()> {
    store::grant(tx, new, by, now).await?;
    Ok(())
}

/// Takes permissions on one object back; how many there were.
pub async fn revoke(ctx: &Ctx, these: NewObjectPermissions) -> Result<usize> {
    ctx.require_some(&GRANT)?;
    named(&these)?;
    let tenant = ctx.tenant()?.id.0;
    ctx.write(async |tx| {
        require_object(ctx, tx, &these, &[]).await?;
        let gone = store::revoke(tx, &these).await?;
        if !gone.is_empty() {
            gone.iter().for_each(|g| ctx.audit(Change::deleted("object_permission", g.id, g)));
            ctx.wake(Wake::Access(tenant));
        }
        Ok(gone.len())
    })
    .await
}

/// A row, as far as it matters for what somebody may do with it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Who counts as its owner.
    pub owners: Vec<Option<UserId>>,
    /// The row and what it lies in.
    pub objects: Vec<Uuid>,
    pub branch: Branch,
}

/// The branch that a row belongs to.
#[derive(Debug, Clone, Copy)]
pub enum Branch {
    /// This one, or none.
    Known(Option<Uuid>),
    /// That of this client.
    OfClient(Uuid),
}

/// Whether the caller holds the permission on one row: it is their own, of a branch that they hold
/// it in, or granted to them.
pub async fn holds_on(ctx: &Ctx, permission: &Permission, row: &Standing) -> Result<bool> {
    let Standing { owners, objects, branch } = row;
    let part = match ctx.reach(permission) {
        Err(_) => return Ok(false),
        Ok(Reach::All) => return Ok(true),
        Ok(Reach::Part(part)) => part,
    };
    if ctx.user().is_some_and(|user| part.has_own() && owners.contains(&Some(user))) {
        return Ok(true);
    }
    if part.has_branches() {
        let branch = match branch {
            Branch::Known(branch) => *branch,
            Branch::OfClient(client) => ctx.load(BranchOfClient(*client)).await?,
        };
        if branch.is_some_and(|branch| part.has_branch(branch)) {
            return Ok(true);
        }
    }
    if !part.has_grants() {
        return Ok(false);
    }
    let asked = objects.iter().map(|object| ctx.load(GrantedOn(*object)));
    for granted in futures_util::future::try_join_all(asked).await? {
        if granted.is_some_and(|names| names.iter().any(|name| name == permission.name)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The permissions by their names, if they may be given on an object of this kind.
fn named(new: &NewObjectPermissions) -> Result<Vec<&'static Permission>> {
    let mut invalid = Invalid::default();
    let mut found = vec![];
    for name in &new.permissions {
        match catalog::find(name) {
            None => {
                let why = format!("there is no permission {}", catalog::short(name));
                invalid.push(Problem::NotFound, "input.permissions", why);
            }
            Some(permission) if !permission.objects().contains(&new.kind.as_str()) => {
                let why = format!("{name} can't be given on such an object");
                invalid.push(Problem::Invalid, "input.permissions", why);
            }
            Some(permission) => found.push(permission),
        }
    }
    if new.permissions.is_empty() || new.permissions.len() > catalog::all().count() {
        invalid.push(Problem::Required, "input.permissions", "name one permission or more");
    }
    invalid.finish()?;
    Ok(found)
}

/// Fails unless the object is there, is the caller's to share, and they hold on it what they give.
async fn require_object(
    ctx: &Ctx,
    conn: &TenantConn,
    new: &NewObjectPermissions,
    permissions: &[&Permission],
) -> Result<()> {
    let grant = ctx.reach(&GRANT)?;
    if !is_within(conn, new, &grant, true).await? {
        let why = "there is no such object that you may share";
        return Err(Invalid::new(Problem::NotFound, "input.objectId", why).into());
    }
    for permission in permissions {
        let own_kind = permission.is_about(&new.kind);
        let held = match ctx.reach(permission) {
            Ok(reach) => reach.is_all() || is_within(conn, new, &reach, own_kind).await?,
            Err(_) => false,
        };
        if !held {
            let why = format!("you do not hold {} yourself", permission.name);
            return Err(Invalid::new(Problem::NotAllowed, "input.permissions", why).into());
        }
    }
    Ok(())
}

async fn is_within(
    conn: &TenantConn,
    object: &NewObjectPermissions,
    reach: &Reach,
    own_kind: bool,
) -> Result<bool> {
    let id = object.object;
    match object.kind.as_str() {
        ProjectId::PREFIX => is_row_within::<Project>(conn, id, reach, own_kind).await,
        TaskId::PREFIX => is_row_within::<Task>(conn, id, reach, own_kind).await,
        DocumentId::PREFIX => is_row_within::<Document>(conn, id, reach, own_kind).await,
        ClientId::PREFIX => is_row_within::<Client>(conn, id, reach, own_kind).await,
        CaseId::PREFIX => is_row_within::<Case>(conn, id, reach, own_kind).await,
        NoteId::PREFIX => is_row_within::<Note>(conn, id, reach, own_kind).await,
        _ => Ok(false),
    }
}

async fn require_holder(conn: &TenantConn, holder: Holder) -> Result<()> {
    let (found, field) = match holder {
        Holder::User(id) => (users::service::of_session(conn, id).await?.is_some(), "input.userId"),
        Holder::Group(id) => (groups::service::exists(conn, id).await?, "input.groupId"),
    };
    if found {
        return Ok(());
    }
    Err(Invalid::new(Problem::NotFound, field, "there is nobody with this id").into())
}
