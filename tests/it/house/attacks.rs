//! `attacks.txt` says which tests meet the attacks that the design lists. Here: that all of them
//! are there.

use std::collections::BTreeSet;

use super::source::{files, none};

/// The rows of the design that concern what the server does not have yet.
const LATER: [u32; 2] = [30, 34];
const LAST: u32 = 47;

/// The test's path within the binary: `http::raw::name`.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files("tests/it") {
        let path = file.path.trim_start_matches("tests/it/").trim_end_matches(".rs");
        let module = path.trim_end_matches("/mod").replace('/', "::");
        let mut is_test = false;
        for (_, line) in file.code() {
            let line = line.trim();
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                is_test = true;
            } else if is_test && let Some((_, rest)) = line.split_once("fn ") {
                let name = rest.split('(').next().unwrap_or_default();
                found.insert(format!("{module}::{name}"));
                is_test = false;
            }
        }
    }
    found
}

#[test]
fn every_attack_is_met_by_tests_that_exist() {
    let (tests, mut wrong) = (tests(), vec![]);
    let mut rows: Vec<(u32, usize)> = vec![];
    let lines = include_str!("attacks.txt").lines();
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("    ") {
            Some(test) => {
                rows.last_mut().expect("a row before its tests").1 += 1;
                if !tests.contains(test) {
                    wrong.push(format!("there is no test {test}"));
                }
            }
            None => {
                let number = line.split(' ').next().and_then(|n| n.parse().ok());
                rows.push((number.expect("the row's number"), 0));
            }
        }
    }
    let found: Vec<u32> = rows.iter().map(|(number, _)| *number).collect();
    let wanted: Vec<u32> = (1..=LAST).filter(|n| !LATER.contains(n)).collect();
    assert_eq!(found, wanted, "each row once, in order");
    wrong.extend(rows.iter().filter(|(_, n)| *n == 0).map(|(n, _)| format!("row {n} has no test")));
    none(&wrong);
}
