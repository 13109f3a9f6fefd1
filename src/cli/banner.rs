//! What `taruvi dev` says when it is ready.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;

use super::demo::PASSWORD;
use super::process::{Database, on_platform};
use super::report::say;
use crate::ctx::App;
use crate::db::TenantSchema;
use crate::platform::tenants;

/// More tenants than this are only counted.
const SHOWN: usize = 6;

pub(super) struct Banner {
    pub port: u16,
    pub begun: Instant,
    /// Whether the demo accounts are there.
    pub demo: bool,
    pub tokens: PathBuf,
}

impl Banner {
    /// Everything one needs to begin.
    pub(super) async fn print(&self, app: &Arc<App>, database: &Database) -> Result<()> {
        let seconds = self.begun.elapsed().as_secs_f32();
        let version = env!("CARGO_PKG_VERSION");
        let ready = paint("1;32", &format!("ready in {seconds:.1} s"));
        say(format_args!("\n  {} {version}  {ready}\n", paint("1", "Taruvi")));
        let site = format!("http://localhost:{}", self.port);
        line("Playground", &paint("36", &format!("{site}/playground/")));
        line("API", &paint("36", &format!("{site}/graphql")));
        line("Database", &where_it_is(app, database));
        self.print_accounts(app).await?;
        say(format_args!("  {}\n", paint("2", "Ctrl-C stops it all.")));
        Ok(())
    }

    /// Tenants, sign-ins and the file of tokens.
    pub(super) async fn print_accounts(&self, app: &Arc<App>) -> Result<()> {
        let tenants = tenants::service::all(&on_platform(app)).await?;
        let hosts: Vec<(String, String)> = tenants
            .iter()
            .filter_map(|t| TenantSchema::parse(&t.schema_name))
            .filter_map(|s| Some((s.label(), app.hosts.of_schema(&s)?)))
            .collect();
        say("");
        let width = hosts.iter().take(SHOWN).map(|(label, _)| label.len()).max().unwrap_or(0);
        for (i, (label, host)) in hosts.iter().take(SHOWN).enumerate() {
            let url = paint("36", &format!("http://{host}:{}/playground/", self.port));
            line(if i == 0 { "Tenants" } else { "" }, &format!("{label:width$}  {url}"));
        }
        if hosts.len() > SHOWN {
            line("", &format!("and {} more: taruvi tenant list", hosts.len() - SHOWN));
        }
        if hosts.is_empty() {
            line("Tenants", "none; make one: taruvi tenant create --help");
        }
        if self.demo {
            self.print_sign_ins();
        }
        say("");
        Ok(())
    }

    fn print_sign_ins(&self) {
        say("");
        line("Sign in", "owner@acme.test, manager@acme.test, member@acme.test, guest@acme.test");
        line("", "the same @globex.test; admin@taruvi.test on localhost");
        line("Password", PASSWORD);
        line("Tokens", &self.tokens.display().to_string());
    }
}

/// Whose the database is, without a password.
fn where_it_is(app: &App, database: &Database) -> String {
    let config = &app.config;
    match (database.cluster(), &config.database.url) {
        (Some(cluster), _) => {
            let in_place = config.data_dir.canonicalize().is_ok_and(|dir| dir == cluster.dir());
            let dir = if in_place { &config.data_dir } else { cluster.dir() };
            format!("PostgreSQL {}, in {}", cluster.version(), dir.display())
        }
        (None, Some(url)) => url.redacted(),
        (None, None) => String::new(),
    }
}

fn line(name: &str, text: &str) {
    say(format_args!("  {}  {text}", paint("2", &format!("{name:<10}"))));
}

/// In colour on a terminal that wants it.
fn paint(code: &str, text: &str) -> String {
    if std::io::stdout().is_terminal() && console::colors_enabled() {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}
