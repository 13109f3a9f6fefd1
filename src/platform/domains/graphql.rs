//! Domains in the API; for platform administrators, on platform hosts.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::{Domain, DomainId, service};
use crate::base::ids::TenantId;
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Result};

/// A host name that leads to a tenant.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Domain", complex)]
pub struct DomainNode {
    #[graphql(skip)]
    key: DomainId,
    /// The host name, in lower case.
    domain: String,
    /// Whether it is the one that links to the tenant use.
    is_primary: bool,
    /// When it was added.
    created_at: DateTime,
}

#[ComplexObject]
impl DomainNode {
    /// Global id.
    async fn id(&self) -> ID {
        self.key.into()
    }
}

impl From<Domain> for DomainNode {
    fn from(d: Domain) -> Self {
        let created_at = d.created_at.into();
        Self { key: d.id, domain: d.domain, is_primary: d.is_primary, created_at }
    }
}

crate::payload! {
    /// What `domainAdd` answers.
    DomainAddPayload {
        /// The new domain.
        domain: DomainNode,
    }
}
crate::payload! {
    /// What `domainSetPrimary` answers.
    DomainSetPrimaryPayload {
        /// The domain, primary now.
        domain: DomainNode,
    }
}
crate::payload! {
    /// What `domainRemove` answers.
    DomainRemovePayload {
        /// The id of the domain that is gone.
        removed_domain_id: DomainId,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "DomainMutation")]
impl Mutation {
    /// Adds a domain to a tenant. Platform administrators only.
    async fn domain_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tenant.")] tenant_id: TenantId,
        #[graphql(desc = "The host name, at most 253 characters.")] domain: String,
    ) -> Result<DomainAddPayload> {
        let added = service::add(ctx.app(), tenant_id, &domain).await;
        DomainAddPayload::from(added.map(DomainNode::from))
    }

    /// Makes a domain its tenant's primary one. Platform administrators only.
    async fn domain_set_primary(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The domain's id.")] id: DomainId,
    ) -> Result<DomainSetPrimaryPayload> {
        let changed = service::set_primary(ctx.app(), id).await;
        DomainSetPrimaryPayload::from(changed.map(DomainNode::from))
    }

    /// Takes a domain from its tenant. Platform administrators only.
    async fn domain_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The domain's id.")] id: DomainId,
    ) -> Result<DomainRemovePayload> {
        DomainRemovePayload::from(service::remove(ctx.app(), id).await)
    }
}
