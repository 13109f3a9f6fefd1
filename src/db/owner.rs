//! What only the owner of the schemas does: the making and dropping of a tenant's schema.

use diesel::QueryResult;
use diesel_async::{
    AnsiTransactionManager, AsyncPgConnection, SimpleAsyncConnection, TransactionManager,
};

use super::chain::revokes;
use super::conn::{Pinned, PlatformTx, TenantTx};
use super::pin::TenantPlace;
use super::{Connector, migrate};
use crate::error::{AppError, Result};

impl Connector {
    /// Makes a tenant in one transaction: what `register` writes to the platform's tables, the
    /// schema with its role and tables, and what `seed` writes to those. All of it or nothing.
    pub async fn create_tenant<T>(
        &self,
        place: &TenantPlace,
        register: impl AsyncFnOnce(&PlatformTx) -> Result<()>,
        seed: impl AsyncFnOnce(&TenantTx) -> Result<T>,
    ) -> Result<T> {
        let mut pg = self.owner().await?;
        AnsiTransactionManager::begin_transaction(&mut pg).await?;
        let tx = PlatformTx::opened(Pinned::owner(pg));
        register(&tx).await?;
        let mut pg = owner_of(tx)?;
        create_schema(&mut pg, self, place).await?;
        migrate::record_all(&mut pg, place.schema().as_str()).await?;
        become_tenant(&mut pg, place).await?;
        let tx = TenantTx::opened(Pinned::owner(pg));
        let seeded = seed(&tx).await?;
        tx.commit().await?;
        Ok(seeded)
    }

    /// Drops a tenant's schema and role with everything in them, and what `unregister` removes
    /// from the platform's tables, in one transaction.
    pub async fn drop_tenant(
        &self,
        place: &TenantPlace,
        unregister: impl AsyncFnOnce(&PlatformTx) -> Result<()>,
    ) -> Result<()> {
        let mut pg = self.owner().await?;
        AnsiTransactionManager::begin_transaction(&mut pg).await?;
        let tx = PlatformTx::opened(Pinned::owner(pg));
        unregister(&tx).await?;
        let mut pg = owner_of(tx)?;
        let (schema, role) = (place.schema().as_str(), place.role().as_str());
        pg.batch_execute(&format!(
            "DELETE FROM public.migration_ledger WHERE schema_name = '{schema}';
             DROP SCHEMA \"{schema}\" CASCADE; DROP OWNED BY \"{role}\";
             -- Roles belong to the whole server: a copy of this database may still need it.
             DO $$ BEGIN DROP ROLE \"{role}\";
             EXCEPTION WHEN dependent_objects_still_exist THEN NULL; END $$"
        ))
        .await?;
        AnsiTransactionManager::commit_transaction(&mut pg).await?;
        Ok(())
    }
}

fn owner_of(tx: PlatformTx) -> Result<AsyncPgConnection> {
    tx.into_inner().into_owner().ok_or_else(|| AppError::internal("not the owner's connection"))
}

/// The schema is a statement of its own, and so are its tables: distributed PostgreSQL asks so.
async fn create_schema(
    pg: &mut AsyncPgConnection,
    connector: &Connector,
    place: &TenantPlace,
) -> QueryResult<()> {
    let (schema, role) = (place.schema().as_str(), place.role().as_str());
    let app = connector.app_role().as_str();
    pg.batch_execute(&format!(
        "CREATE ROLE \"{role}\" NOLOGIN NOINHERIT; GRANT \"{role}\" TO \"{app}\""
    ))
    .await?;
    pg.batch_execute(&format!("CREATE SCHEMA \"{schema}\"")).await?;
    let path = place.search_path();
    let tables = migrate::tenant_script();
    let grants = grants(schema, role);
    pg.batch_execute(&format!("SET LOCAL search_path TO {path};\n{tables}\n{grants}")).await
}

/// What a tenant's role may do: read and write its own rows, and nothing about the tables. Of the
/// record it may not take anything away.
pub(super) fn grants(schema: &str, role: &str) -> String {
    format!(
        "GRANT USAGE ON SCHEMA \"{schema}\" TO \"{role}\";
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"{schema}\" TO \"{role}\";
         {}",
        revokes(schema, role)
    )
}

async fn become_tenant(pg: &mut AsyncPgConnection, place: &TenantPlace) -> QueryResult<()> {
    let (role, path) = (place.role().as_str(), place.search_path());
    pg.batch_execute(&format!("SET LOCAL ROLE \"{role}\"; SET LOCAL search_path TO {path}")).await
}
