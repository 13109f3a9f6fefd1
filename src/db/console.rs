//! Statements that a person types, run as the owner or as one tenant. The server itself never
//! comes here: its queries go through pinned connections.

use std::ffi::OsString;
use std::fmt::Write as _;

use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, SimpleQueryMessage};

use super::connect::Connector;
use super::pin::TenantPlace;
use crate::error::{AppError, Result};

/// What one statement answered.
#[derive(Debug, Default, Clone)]
pub struct Answer {
    /// Empty for a statement that has no rows to give.
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Option<String>>>,
    /// Rows read or written.
    pub count: u64,
}

impl Connector {
    /// Runs statements as a tenant's role, in its schema; all of them or none.
    pub async fn run_as(&self, place: &TenantPlace, sql: &str) -> Result<Vec<Answer>> {
        let client = self.bare().await?;
        let (role, path) = (place.role().as_str(), place.search_path());
        client
            .batch_execute(&format!("SET ROLE \"{role}\"; SET search_path TO {path}"))
            .await
            .map_err(readable)?;
        let messages = client.simple_query(sql).await.map_err(readable)?;
        Ok(answers(messages))
    }

    /// The environment in which `psql` opens this database: as the tenant, or as this login.
    pub fn psql_environment(&self, place: Option<&TenantPlace>) -> Vec<(&'static str, OsString)> {
        let config = self.config();
        let mut all: Vec<(&'static str, OsString)> = vec![
            ("PGUSER", self.login().into()),
            ("PGDATABASE", self.database_name().into()),
            ("PGAPPNAME", "taruvi db shell".into()),
        ];
        let hosts: Vec<OsString> = config.get_hosts().iter().map(host).collect();
        if !hosts.is_empty() {
            all.push(("PGHOST", hosts.join(std::ffi::OsStr::new(","))));
        }
        let ports: Vec<String> = config.get_ports().iter().map(u16::to_string).collect();
        if !ports.is_empty() {
            all.push(("PGPORT", ports.join(",").into()));
        }
        if let Some(password) = config.get_password() {
            all.push(("PGPASSWORD", String::from_utf8_lossy(password).into_owned().into()));
        }
        let mode = match config.get_ssl_mode() {
            SslMode::Disable => "disable",
            SslMode::Require => "require",
            _ => "prefer",
        };
        all.push(("PGSSLMODE", mode.into()));
        let mut options = String::from("-c search_path=");
        match place {
            // An unescaped space would end the option.
            Some(place) => {
                let path = place.search_path().replace(' ', "\\ ");
                let _ = write!(options, "{path} -c role={}", place.role().as_str());
            }
            None => options.push_str("public,extensions"),
        }
        all.push(("PGOPTIONS", options.into()));
        all
    }

    /// Whether the connection leaves this machine and might not be encrypted.
    pub fn may_be_overheard(&self) -> bool {
        let config = self.config();
        let away = |host: &Host| match host {
            Host::Tcp(name) => {
                name != "localhost"
                    && !name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
            }
            Host::Unix(_) => false,
        };
        config.get_ssl_mode() != SslMode::Require && config.get_hosts().iter().any(away)
    }

    /// A session outside the pools and without settings.
    pub(super) async fn bare(&self) -> Result<Client> {
        self.bus(|_| ()).await
    }
}

fn host(host: &Host) -> OsString {
    match host {
        Host::Tcp(name) => name.into(),
        Host::Unix(dir) => dir.into(),
    }
}

fn answers(messages: Vec<SimpleQueryMessage>) -> Vec<Answer> {
    let mut answers = vec![];
    let mut answer = Answer::default();
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                answer.columns = columns.iter().map(|c| c.name().to_owned()).collect();
            }
            SimpleQueryMessage::Row(row) => {
                let values = (0..row.len()).map(|i| row.get(i).map(str::to_owned));
                answer.rows.push(values.collect());
            }
            SimpleQueryMessage::CommandComplete(count) => {
                answer.count = count;
                answers.push(std::mem::take(&mut answer));
            }
            _ => {}
        }
    }
    answers
}

/// What the database said, instead of the driver's "db error".
pub(super) fn readable(e: tokio_postgres::Error) -> AppError {
    match e.as_db_error() {
        Some(db) => {
            let hint = db.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            AppError::internal(format!("{}{hint}", db.message()))
        }
        None => AppError::Unavailable(e.into()),
    }
}
