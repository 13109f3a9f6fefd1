//! What can be done with organizations. Every door comes through here.

use super::model::{NewOrganization, Organization, OrganizationId, OrganizationPatch};
use super::store;
use crate::audit::Change;
use crate::authz::{OrganizationRole, Permission};
use crate::bus::Wake;
use crate::ctx::Ctx;
use crate::db::{Listing, Page, PlatformTx};
use crate::error::{AppError, Invalid, Problem, Result};
use crate::platform::{Sight, organization_members as members, require_admin, sight};

/// Calling the organization something else.
pub const CHANGE: Permission =
    Permission::of_organization("organizations.change", OrganizationRole::OWNERS);

/// The organization, if the caller belongs to it or administers the platform.
pub async fn get(ctx: &Ctx, id: OrganizationId) -> Result<Organization> {
    let by = sight(ctx)?;
    store::find(&ctx.platform().await?, id, by).await?.ok_or(AppError::NotFound("organization"))
}

/// A page of the organizations that the caller belongs to; of all, for administrators.
pub async fn list(ctx: &Ctx, listing: Listing, total: bool) -> Result<Page<Organization>> {
    let by = sight(ctx)?;
    let conn = ctx.platform().await?;
    let rows = store::page(&conn, &listing, by);
    let total =
        async { if total { store::count(&conn, &listing, by).await.map(Some) } else { Ok(None) } };
    let (rows, total) = futures_util::future::try_join(rows, total).await?;
    Ok(listing.page(rows, total))
}

/// Makes an organization with its first owner.
pub async fn create(ctx: &Ctx, new: NewOrganization) -> Result<Organization> {
    require_admin(ctx)?;
    new.validate()?;
    ctx.write_platform(async |tx| {
        let organization = store::insert(tx, &new, ctx.now).await?;
        let owner = ("input.ownerEmail", new.owner_email.as_str());
        ctx.audit(Change::created("organization", organization.id, &organization));
        members::service::insert(ctx, tx, organization.id, owner, OrganizationRole::Owner).await?;
        Ok(organization)
    })
    .await
}

/// Changes an organization: its owners what it is called, administrators the rest.
pub async fn update(
    ctx: &Ctx,
    id: OrganizationId,
    patch: OrganizationPatch,
    expected_version: Option<i32>,
) -> Result<Organization> {
    let by = sight(ctx)?;
    ctx.write_platform(async |tx| {
        members::service::require(tx, by, id, &CHANGE).await?;
        if by != Sight::All && patch.max_tenants.is_some() {
            let why = "is decided by the platform's administrators";
            return Err(Invalid::new(Problem::NotAllowed, "input.maxTenants", why).into());
        }
        patch.validate()?;
        let before = lock(tx, id).await?;
        let changed = store::update(tx, id, expected_version, &patch, ctx.now).await?;
        let organization = changed.ok_or_else(AppError::stale)?;
        ctx.audit(Change::updated("organization", id, &before, &organization));
        Ok(organization)
    })
    .await
}

/// Deletes an organization that has no tenants any more.
pub async fn delete(ctx: &Ctx, id: OrganizationId) -> Result<OrganizationId> {
    require_admin(ctx)?;
    ctx.write_platform(async |tx| {
        let before = lock(tx, id).await?;
        if store::count_tenants(tx, id).await? > 0 {
            let why = "it still has tenants: delete them, or move them to another organization";
            return Err(Invalid::new(Problem::NotAllowed, "", why).into());
        }
        store::delete(tx, id).await?;
        ctx.audit(Change::deleted("organization", id, &before));
        ctx.wake(Wake::Operators);
        Ok(id)
    })
    .await
}

/// Lets one transaction at a time decide about who belongs to an organization, or what.
pub async fn lock(tx: &PlatformTx, id: OrganizationId) -> Result<Organization> {
    store::lock(tx, id).await?.ok_or(AppError::NotFound("organization"))
}

/// Fails when the organization has all the tenants that it may have.
pub async fn require_room(tx: &PlatformTx, id: OrganizationId) -> Result<()> {
    let unknown = || Invalid::new(Problem::NotFound, "input.organizationId", "does not exist");
    let organization = store::lock(tx, id).await?.ok_or_else(unknown)?;
    if store::count_tenants(tx, id).await? >= organization.max_tenants.into() {
        let why = format!("may have {} tenants", organization.max_tenants);
        return Err(Invalid::new(Problem::LimitReached, "input.organizationId", why).into());
    }
    Ok(())
}
