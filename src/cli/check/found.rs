//! What was looked at, what was found, and how that reads for people and for programs.

use serde_json::{Value, json};

use super::Level;
use super::items::{ALL, Item, Part};
use crate::cli::report::{counted, say};

/// One mistake.
#[derive(Debug)]
pub(super) struct Found {
    pub item: &'static Item,
    what: String,
}

impl Found {
    pub(super) fn new(item: &'static Item, what: impl Into<String>) -> Self {
        Self { item, what: what.into() }
    }
}

/// What has been looked at so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: Vec<Found>,
    looked: Vec<Part>,
    ignored: Vec<String>,
}

impl Findings {
    pub(super) fn without(ignored: Vec<String>) -> Self {
        Self { ignored, ..Self::default() }
    }

    /// One part was looked at, and this was wrong with it.
    pub(super) fn looked(&mut self, part: Part, found: Vec<Found>) {
        self.looked.push(part);
        found.into_iter().for_each(|one| self.add(one));
    }

    /// Something was wrong so that its part could not be looked at any further.
    pub(super) fn add(&mut self, one: Found) {
        if !self.ignored.iter().any(|id| id == one.item.id) {
            self.found.push(one);
        }
    }

    /// Whether anything is as bad as that.
    pub(super) fn any(&self, level: Level) -> bool {
        self.found.iter().any(|f| f.item.level() >= level)
    }

    /// For people: with `all` also what is as it should be.
    pub(super) fn print(&self, all: bool) {
        for item in ALL {
            let lines: Vec<&Found> = self.of(item).collect();
            match lines.is_empty() {
                true if !all => {}
                true => say(format_args!("{:<8} {:<15} {}", self.state(item), item.id, item.good)),
                false => {
                    for one in &lines {
                        say(format_args!("{:<8} {:<15} {}", word(item), item.id, one.what));
                    }
                    say(format_args!("{:25}{}", "", item.mend));
                }
            }
        }
        let (errors, warnings) = self.counts();
        say(format_args!("{}, {}", counted(errors, "error"), counted(warnings, "warning")));
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let mut items = vec![];
        for item in ALL {
            let told = json!({ "id": item.id, "level": word(item), "good": item.good });
            let with = |state: &str, what: Option<&str>| {
                let mut one = told.clone();
                one["state"] = state.into();
                if let Some(what) = what {
                    one["what"] = what.into();
                    one["mend"] = item.mend.into();
                }
                one
            };
            let before = items.len();
            items.extend(self.of(item).map(|one| with("found", Some(&one.what))));
            if items.len() == before {
                items.push(with(self.state(item), None));
            }
        }
        let (errors, warnings) = self.counts();
        json!({ "errors": errors, "warnings": warnings, "items": items })
    }

    fn of<'a>(&'a self, item: &'static Item) -> impl Iterator<Item = &'a Found> {
        self.found.iter().filter(move |f| f.item.id == item.id)
    }

    fn state(&self, item: &Item) -> &'static str {
        if self.ignored.iter().any(|id| id == item.id) {
            "ignored"
        } else if self.looked.contains(&item.part) {
            "ok"
        } else {
            "skipped"
        }
    }

    fn counts(&self) -> (usize, usize) {
        let errors = self.found.iter().filter(|f| f.item.level() == Level::Error).count();
        (errors, self.found.len() - errors)
    }
}

fn word(item: &Item) -> &'static str {
    match item.level() {
        Level::Error => "error",
        Level::Warning => "warning",
    }
}
