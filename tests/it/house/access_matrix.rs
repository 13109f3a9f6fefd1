//! Who may do what: `access_matrix.txt` has a row for every field of the API and a column for every
//! kind of caller. The test runs each field as each caller and compares. A new field fails and gets
//! its row: read it before you commit it. A row that has changed is rewritten only when the test
//! runs with `TEST_REWRITE_ACCESS=1`. What is open to strangers needs a reason in your own words.

mod operations;
pub mod world;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use self::world::{COLUMNS, World};
use super::source::{none, root};
use crate::support::TestApp;

const FILE: &str = "tests/it/house/access_matrix.txt";

/// Columns in which hardly anything may be open, and only for a reason.
const STRANGERS: [&str; 4] = ["anonymous", "other", "key", "there"];

const HEAD: &str = "\
# Who may do what: each field of the API as each caller meets it. A test runs all of them, adds new
# rows, and rewrites others with `TEST_REWRITE_ACCESS=1 cargo test access_matrix`. Read what changes.
#
# anonymous: nobody is signed in          other: the owner of another tenant, token on this host
# abroad: the same at home, with our ids  guest: holds no permission
# grant: a guest who was granted the field's permission on the object concerned
# group: a guest in a group that holds the field's permission
# member, manager, owner: of this tenant
# key: an API key of the owner's without the scope: all it has is security_policy.view
# admin: a platform administrator on the platform's host      there: the same on this tenant's host
#
# -: refused    null: not there, for this caller    some: a part of the rows    yes: done
# rule: might, but not this: nobody gives more than they have
# What is open to anonymous, other, key or there has its reason behind the row.

";

/// The cells of a row, and what was written behind it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Row {
    cells: Vec<String>,
    reason: String,
}

impl Row {
    fn shown(&self, field: &str) -> String {
        let mut line = format!("{field:<40}");
        for (column, cell) in COLUMNS.iter().zip(&self.cells) {
            let _ = write!(line, " {cell:<width$}", width = column.len().max(4));
        }
        let reason = if self.reason.is_empty() { "" } else { " # " };
        format!("{}{reason}{}", line.trim_end(), self.reason)
    }
}

fn kept() -> BTreeMap<String, Row> {
    let text = std::fs::read_to_string(root().join(FILE)).unwrap_or_default();
    let lines = text.lines().filter(|line| line.contains('.') && !line.starts_with('#'));
    let row = |line: &str| {
        let (cells, reason) = line.split_once('#').unwrap_or((line, ""));
        let mut words = cells.split_whitespace().map(str::to_owned);
        let field = words.next().expect("a field");
        (field, Row { cells: words.collect(), reason: reason.trim().to_owned() })
    };
    lines.map(row).collect()
}

fn text(rows: &BTreeMap<String, Row>) -> String {
    let title = Row { cells: COLUMNS.map(str::to_owned).to_vec(), reason: String::new() };
    let rows = rows.iter().map(|(field, row)| row.shown(field) + "\n");
    format!("{HEAD}{}\n{}", title.shown("field"), rows.collect::<String>())
}

#[tokio::test]
async fn every_field_serves_exactly_whom_the_matrix_says() {
    let app = TestApp::new().await;
    let world = World::new(&app).await;
    let (kept, mut found, mut leaks) = (kept(), BTreeMap::new(), vec![]);
    for (field, operation) in world.operations() {
        let cells = world.row(&operation).await;
        let abroad = &cells[COLUMNS.iter().position(|column| *column == "abroad").unwrap_or(0)];
        if world.is_about_something(&operation) && matches!(abroad.as_str(), "yes" | "some") {
            leaks.push(format!("{field}: another tenant's owner does something with our ids"));
        }
        let reason = kept.get(&field).map(|row| row.reason.clone()).unwrap_or_default();
        found.insert(field, Row { cells, reason });
    }
    let rewrite = std::env::var_os("TEST_REWRITE_ACCESS").is_some();
    let mut written = if rewrite { found.clone() } else { kept.clone() };
    for (field, row) in &found {
        written.entry(field.clone()).or_insert_with(|| row.clone());
    }
    if written != kept {
        std::fs::write(root().join(FILE), text(&written)).expect("the file can be written");
    }
    let mut wrong = leaks;
    for (field, row) in &found {
        match kept.get(field) {
            Some(kept) if kept == row => {}
            Some(kept) => {
                wrong.push(format!("kept:  {}\nfound: {}", kept.shown(field), row.shown(field)))
            }
            None => wrong.push(format!(
                "a new row in {FILE}; read it, and commit it:\n{}",
                row.shown(field)
            )),
        }
    }
    let gone = kept.keys().filter(|field| !found.contains_key(*field));
    wrong.extend(gone.map(|field| format!("{field} is no field any more: take its row out")));
    none(&wrong);
}

#[test]
fn what_is_open_to_strangers_is_so_for_a_reason() {
    let mut wrong = vec![];
    for (field, row) in kept() {
        assert_eq!(row.cells.len(), COLUMNS.len(), "{field} has a cell for each column");
        let mut cells = COLUMNS.iter().zip(&row.cells);
        let open = cells.any(|(column, cell)| STRANGERS.contains(column) && cell != "-");
        if open && row.reason.len() < 10 {
            wrong.push(format!("{}: say behind it why", row.shown(&field)));
        }
    }
    none(&wrong);
}
