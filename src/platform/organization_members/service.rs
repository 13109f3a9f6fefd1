//! Who may do what in an organization, and who decides about that.

use super::model::{Member, MemberId, Membership, NewMember};
use super::store;
use crate::audit::Change;
use crate::authz::{OrganizationRole, Permission};
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::{PlatformConn, PlatformTx};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::limits::Policy;
use crate::platform::organizations::{self, OrganizationId};
use crate::platform::{Sight, sight};

/// Deciding who belongs to the organization, and as what.
pub const MANAGE: Permission =
    Permission::of_organization("organization_members.manage", OrganizationRole::OWNERS);

/// Fails unless the caller's role in the organization, or administering the platform, gives them
/// `permission`. Those who do not belong to it don't learn that it exists.
pub async fn require(
    conn: &PlatformConn,
    by: Sight,
    organization: OrganizationId,
    permission: &Permission,
) -> Result<()> {
    let Sight::Of(operator) = by else {
        return Ok(());
    };
    match store::role(conn, organization, operator).await? {
        None => Err(AppError::NotFound("organization")),
        Some(role) if permission.is_held_in_organization(role) => Ok(()),
        Some(_) => Err(AppError::Forbidden(permission.name)),
    }
}

/// Adds an operator to an organization.
pub async fn add(ctx: &Ctx, new: NewMember) -> Result<Member> {
    let by = sight(ctx)?;
    if let Sight::Of(operator) = by {
        // Who adds members learns which addresses operators have: not of many.
        ctx.app.limits.take(Policy::AuthAccount, ("members", operator.0)).await?;
    }
    ctx.write_platform(async |tx| {
        let allowed = async {
            require(tx, by, new.organization, &MANAGE).await?;
            organizations::service::lock(tx, new.organization).await
        };
        allowed.await.map_err(|e| match e {
            AppError::NotFound(_) => unknown_organization(),
            e => e,
        })?;
        new.validate()?;
        let who = ("input.email", new.email.as_str());
        let added = insert(ctx, tx, new.organization, who, new.role).await?;
        store::find(tx, added.id).await?.ok_or_else(lost)
    })
    .await
}

fn unknown_organization() -> AppError {
    Invalid::new(Problem::NotFound, "input.organizationId", "there is no such organization").into()
}

/// Writes a membership of the operator with this address, which came in this field; for new
/// organizations, too.
pub async fn insert(
    ctx: &Ctx,
    tx: &PlatformTx,
    organization: OrganizationId,
    (field, email): (&str, &str),
    role: OrganizationRole,
) -> Result<Membership> {
    let Some(operator) = store::operator(tx, email).await? else {
        return Err(Invalid::new(Problem::NotFound, field, "no operator has this address").into());
    };
    if store::role(tx, organization, operator).await?.is_some() {
        return Err(Invalid::new(Problem::Taken, field, "is a member already").into());
    }
    let added = store::insert(tx, organization, operator, role, ctx.now).await?;
    ctx.audit(Change::created("organization_member", added.id, &added));
    ctx.wake(Wake::Operators);
    let (organization, role) = (organization.to_string(), role.stored());
    tracing::info!(
        target: "security", { operator.id = %operator, organization, role }, "member added"
    );
    Ok(added)
}

/// Changes what a member is. The last owner stays one.
pub async fn update_role(ctx: &Ctx, id: MemberId, role: OrganizationRole) -> Result<Member> {
    let by = sight(ctx)?;
    ctx.write_platform(async |tx| {
        let before = locked(tx, by, id).await?;
        require(tx, by, before.membership.organization_id, &MANAGE).await?;
        if role != OrganizationRole::Owner {
            keep_an_owner(tx, &before).await?;
        }
        store::set_role(tx, id, role).await?;
        told(ctx, &before, role.stored());
        let after = store::find(tx, id).await?.ok_or_else(lost)?;
        let (old, new) = (&before.membership, &after.membership);
        ctx.audit(Change::updated("organization_member", id, old, new));
        Ok(after)
    })
    .await
}

/// Takes a member from an organization; everybody may leave. The last owner stays. What they have
/// open in its tenants ends at once.
pub async fn remove(ctx: &Ctx, id: MemberId) -> Result<MemberId> {
    let by = sight(ctx)?;
    ctx.write_platform(async |tx| {
        let before = locked(tx, by, id).await?;
        if by != Sight::Of(before.membership.operator_id) {
            require(tx, by, before.membership.organization_id, &MANAGE).await?;
        }
        keep_an_owner(tx, &before).await?;
        store::delete(tx, id).await?;
        told(ctx, &before, "none");
        ctx.audit(Change::deleted("organization_member", id, &before.membership));
        Ok(id)
    })
    .await
}

/// The member, with the organization locked: nobody else decides about its people meanwhile.
/// Members of organizations that the caller is not of do not exist.
async fn locked(tx: &PlatformTx, by: Sight, id: MemberId) -> Result<Member> {
    let unknown = AppError::NotFound("member");
    let Some(found) = store::find(tx, id).await? else { return Err(unknown) };
    let organization = found.membership.organization_id;
    if let Sight::Of(operator) = by
        && store::role(tx, organization, operator).await?.is_none()
    {
        return Err(unknown);
    }
    organizations::service::lock(tx, organization).await?;
    store::find(tx, id).await?.ok_or(unknown)
}

/// An organization without an owner could only be helped by the platform's administrators.
async fn keep_an_owner(tx: &PlatformTx, before: &Member) -> Result<()> {
    let Member { membership, .. } = before;
    if membership.role != OrganizationRole::Owner
        || store::has_other_owner(tx, membership.organization_id, membership.id).await?
    {
        return Ok(());
    }
    Err(Invalid::new(Problem::NotAllowed, "", "the last owner has to stay one").into())
}

fn lost() -> AppError {
    AppError::internal("a member was lost")
}

fn told(ctx: &Ctx, before: &Member, role: &str) {
    ctx.wake(Wake::Operators);
    let operator = before.membership.operator_id;
    let organization = before.membership.organization_id.to_string();
    tracing::info!(
        target: "security", { operator.id = %operator, organization, role },
        "a member's role changed"
    );
}
