//! What the benches found, as tables for the README. Each line is told as soon as it is known.

use crate::support::stats::Spread;

/// One server's figures for one query; medians of the rounds.
pub struct Row {
    pub tenants: u32,
    pub query: &'static str,
    pub server: &'static str,
    pub rate: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// CPU time for each request.
    pub server_us: f64,
    pub postgres_us: f64,
    /// Resident memory of the server's process afterwards.
    pub memory_mib: f64,
    pub errors: usize,
    /// Ours to the hand-written server's.
    pub ratio: Option<Spread>,
}

/// All figures.
#[derive(Default)]
pub struct Report {
    speed: Vec<String>,
    figures: Vec<String>,
    failures: Vec<String>,
}

impl Report {
    pub fn speed(&mut self, row: Row) {
        let ratio = row.ratio.map_or_else(String::new, |r| {
            format!("**{:.2}** ({:.2}–{:.2})", r.median, r.min, r.max)
        });
        let line = format!(
            "| {} | {} | {} | {:.0} | {:.1} | {:.1} | {:.0} | {:.0} | {:.0} | {ratio} | {:.0} | {} |",
            row.tenants,
            row.query,
            row.server,
            row.rate,
            row.p50_ms,
            row.p99_ms,
            row.server_us,
            row.postgres_us,
            row.server_us + row.postgres_us,
            row.memory_mib,
            row.errors,
        );
        eprintln!("{line}");
        if row.errors > 0 {
            let (server, query) = (row.server, row.query);
            self.failures.push(format!("{server}, {query}: {} errors", row.errors));
        }
        self.speed.push(line);
    }

    /// A figure by name; `aim` may be empty.
    pub fn figure(&mut self, name: &str, value: &str, aim: &str) {
        let line = format!("| {name} | {value} | {aim} |");
        eprintln!("{line}");
        self.figures.push(line);
    }

    /// Something that must not be so; the command fails in the end.
    pub fn failure(&mut self, what: String) {
        eprintln!("FAILED: {what}");
        self.failures.push(what);
    }

    /// Prints everything; whether nothing failed.
    pub fn print(&self) -> bool {
        if !self.speed.is_empty() {
            println!(
                "\n| tenants | query | server | requests/s | p50 ms | p99 ms | CPU µs server | \
                 CPU µs PostgreSQL | together | ours / hand-written | server MiB | errors |\n\
                 |--:|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
            );
            self.speed.iter().for_each(|line| println!("{line}"));
        }
        if !self.figures.is_empty() {
            println!("\n| figure | measured | aim |\n|---|--:|--:|");
            self.figures.iter().for_each(|line| println!("{line}"));
        }
        self.failures.iter().for_each(|what| println!("\nFAILED: {what}"));
        self.failures.is_empty()
    }
}
