//! Whole databases and the login of the application: on a server of our own, and for rehearsals.

use super::connect::Connector;
use super::console::readable;
use super::names::RoleName;
use crate::error::{AppError, Result};

/// There on every server.
const MAINTENANCE: &str = "postgres";

impl Connector {
    /// Makes what a fresh server of our own lacks: this database, and the application's role with
    /// the right to log in.
    pub async fn prepare_server(&self) -> Result<()> {
        let client = self.database(MAINTENANCE).bare().await?;
        let role = self.app_role().as_str();
        let sql = "SELECT (SELECT rolcanlogin FROM pg_catalog.pg_roles WHERE rolname = $1),
                          EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = $2)";
        let row = client.query_one(sql, &[&role, &self.database_name()]).await.map_err(readable)?;
        let (may_log_in, exists): (Option<bool>, bool) = (row.get(0), row.get(1));
        let repair = match may_log_in {
            None => format!("CREATE ROLE \"{role}\" LOGIN NOINHERIT"),
            Some(false) => format!("ALTER ROLE \"{role}\" LOGIN"),
            Some(true) => String::new(),
        };
        client.batch_execute(&repair).await.map_err(readable)?;
        if exists { Ok(()) } else { self.create_database().await }
    }

    /// Makes the database that this connector names.
    pub async fn create_database(&self) -> Result<()> {
        let client = self.database(MAINTENANCE).bare().await?;
        let sql = format!("CREATE DATABASE {}", self.quoted_name()?);
        client.batch_execute(&sql).await.map_err(readable)
    }

    /// Drops the database that this connector names, whoever is connected to it, and then the
    /// roles, which nothing else may depend on.
    pub async fn drop_database(&self, roles: &[RoleName]) -> Result<()> {
        let client = self.database(MAINTENANCE).bare().await?;
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.quoted_name()?);
        client.batch_execute(&sql).await.map_err(readable)?;
        for role in roles {
            let sql = format!("DROP ROLE IF EXISTS \"{}\"", role.as_str());
            client.batch_execute(&sql).await.map_err(readable)?;
        }
        Ok(())
    }

    /// The server's version number, such as 150020.
    pub async fn server_version(&self) -> Result<i32> {
        let sql = "SELECT current_setting('server_version_num')::int";
        let row = self.bare().await?.query_one(sql, &[]).await.map_err(readable)?;
        Ok(row.get(0))
    }

    /// Tells the planner of many new schemas; without it, making more becomes slower and slower.
    pub async fn analyze_catalog(&self) -> Result<()> {
        let sql = "ANALYZE pg_catalog.pg_class, pg_catalog.pg_attribute,
                           pg_catalog.pg_constraint, pg_catalog.pg_depend";
        self.bare().await?.batch_execute(sql).await.map_err(readable)
    }

    fn quoted_name(&self) -> Result<String> {
        let name = self.database_name();
        if name.contains(['"', '\0']) {
            return Err(AppError::internal("a database's name can't hold quotes"));
        }
        Ok(format!("\"{name}\""))
    }
}
