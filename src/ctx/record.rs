//! What an operation has changed, on its way into the record, and what it tells of security.

use parking_lot::Mutex;

use super::{Actor, Core, Origin, Scope};
use crate::audit::{self, ActorKind, Chain, Change, Facts};
use crate::authz::{Through, Who};
use crate::base::ids::TenantId;
use crate::bus::Wake;
use crate::db::chain::Chained;
use crate::db::{PlatformTx, TenantTx, Tx};
use crate::error::Result;
use crate::security::{Event, Kind};

/// The changes of one operation that are not written yet.
#[derive(Default)]
pub(super) struct Changes(Mutex<Lists>, Mutex<Vec<Event>>);

#[derive(Default)]
struct Lists {
    /// Of the transaction that is running.
    new: Vec<Change>,
    /// Of the work before, in the transaction that an idempotent request keeps open.
    kept: Vec<Change>,
}

impl Changes {
    /// The work is done, and its transaction goes on.
    pub(super) fn keep(&self) {
        let Lists { new, kept } = &mut *self.0.lock();
        kept.append(new);
    }

    /// The work is undone; `all`: with what was kept.
    pub(super) fn forget(&self, all: bool) {
        let mut lists = self.0.lock();
        lists.new.clear();
        if all {
            lists.kept.clear();
        }
        self.1.lock().clear();
    }
}

impl Core {
    /// Notes a change for the record, within `write` or `write_platform`: it is written with the
    /// change, as the last thing before the commit, or not at all.
    pub fn audit(&self, change: Change) {
        self.changes.0.lock().new.push(change);
    }

    /// The same for many.
    pub fn audit_all(&self, changes: impl IntoIterator<Item = Change>) {
        self.changes.0.lock().new.extend(changes);
    }

    /// Writes what was noted to the record of the operation's tenant.
    pub(super) async fn record(&self, tx: &TenantTx) -> Result<()> {
        let lists = std::mem::take(&mut *self.changes.0.lock());
        let Lists { new, mut kept } = lists;
        kept.extend(new);
        if kept.is_empty() {
            return Ok(());
        }
        let tenant = self.tenant()?.id.0;
        self.wake(Wake::Events(tenant));
        Box::pin(self.append(tx, Chain::Tenant(tenant), kept)).await
    }

    /// Writes what was noted to the record of a tenant, in a transaction that is not the
    /// operation's own: when the tenant is made.
    pub async fn record_in(&self, tx: &TenantTx, tenant: TenantId) -> Result<()> {
        self.record_new(tx, Chain::Tenant(tenant.0)).await
    }

    /// Writes what was noted to the platform's record; for a transaction that is not the
    /// operation's own.
    pub async fn record_platform(&self, tx: &PlatformTx) -> Result<()> {
        self.record_new(tx, Chain::Platform).await
    }

    async fn record_new<Kind: Chained>(&self, tx: &Tx<Kind>, chain: Chain) -> Result<()> {
        let new = std::mem::take(&mut self.changes.0.lock().new);
        if new.is_empty() {
            return Ok(());
        }
        Box::pin(self.append(tx, chain, new)).await
    }

    async fn append<Kind: Chained>(
        &self,
        tx: &Tx<Kind>,
        chain: Chain,
        changes: Vec<Change>,
    ) -> Result<()> {
        audit::record(tx, chain, self.facts(), changes).await
    }

    /// Notes a security event where the operation takes place, whatever becomes of it. Never waits.
    pub fn alert(&self, kind: Kind, detail: impl Into<String>) {
        self.app.security.note(self.event(kind, detail));
    }

    /// Notes a security event once the change is committed, within `write` or `write_platform`.
    pub fn alert_on_commit(&self, kind: Kind, detail: impl Into<String>) {
        self.changes.1.lock().push(self.event(kind, detail));
    }

    /// What was to be noted once the change is committed.
    pub(super) fn alerts(&self) -> Vec<Event> {
        std::mem::take(&mut *self.changes.1.lock())
    }

    /// As [`alert`](Self::alert), of somebody who has only just shown who they are.
    pub fn alert_by(
        &self,
        actor: ActorKind,
        id: impl Into<uuid::Uuid>,
        kind: Kind,
        detail: impl Into<String>,
    ) {
        self.app.security.note(self.event(kind, detail).by(actor, id));
    }

    /// An event with the facts of this operation, to be noted.
    pub fn event(&self, kind: Kind, detail: impl Into<String>) -> Event {
        let facts = self.facts();
        Event {
            actor: facts.actor,
            actor_id: facts.actor_id,
            key_id: facts.key_id,
            impersonator_id: facts.impersonator_id,
            ..self.origin.event(Some(&self.scope), kind, detail)
        }
    }

    /// Who makes the changes.
    fn facts(&self) -> Facts<'_> {
        let access = self.access();
        let (actor, actor_id) = match (&self.actor, access.map(|access| access.who)) {
            (_, Some(Who::User { id, .. })) => (ActorKind::User, Some(id.0)),
            (_, Some(Who::Operator { id, .. })) => (ActorKind::Operator, Some(id.0)),
            (Actor::System, _) => (ActorKind::System, None),
            _ => (ActorKind::Anonymous, None),
        };
        Facts {
            at: self.now,
            actor,
            actor_id,
            key_id: access.and_then(|access| match access.through {
                Through::Key(id) => Some(id),
                Through::Session(_) => None,
            }),
            impersonator_id: access.and_then(|access| access.impersonator).map(|id| id.0),
            ip: self.origin.ip,
            user_agent: self.origin.user_agent.as_deref(),
            correlation_id: &self.origin.correlation_id,
        }
    }
}

impl Origin {
    /// An event of somebody of whom no more is known than where they are. Without a scope, or on
    /// the platform's, it is the platform's.
    pub fn event(&self, at: Option<&Scope>, kind: Kind, detail: impl Into<String>) -> Event {
        let place = at.and_then(|scope| match scope {
            Scope::Tenant(tenant) => Some(tenant.place.clone()),
            Scope::Platform => None,
        });
        Event {
            ip: self.ip,
            user_agent: self.user_agent.clone(),
            correlation_id: self.correlation_id.clone(),
            ..Event::new(kind, place, detail)
        }
    }
}
