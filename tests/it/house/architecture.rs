//! The layout that `src/lib.rs` describes, held by tests: rooms, layers, sizes, the list of slices.

use std::collections::BTreeSet;

use super::source::{Source, files, names, none, root, word};

/// No file is longer, but for the generated schema.
const MAX_LINES: usize = 400;

/// The layers of a slice, lowest first. A file that is named like none of them is a use case.
const LAYERS: [&[&str]; 4] =
    [&["columns", "model"], &["store"], &["service", "loader"], &["graphql"]];

/// The rooms in the order in which `src/lib.rs` lists them, which is the order they build on.
fn rooms() -> Vec<String> {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let numbered = lib.lines().filter_map(|line| line.strip_prefix("//! ")?.split_once(". "));
    let lists = numbered
        .filter(|(number, _)| number.parse::<u32>().is_ok())
        .filter_map(|(_, rest)| rest.split_once(": "));
    lists
        .flat_map(|(rooms, _)| rooms.split(", "))
        .map(|room| room.trim_matches(['[', ']', '`']).to_owned())
        .collect()
}

#[test]
fn rooms_import_downwards() {
    let rooms = rooms();
    assert!(rooms.len() > 10, "the list in src/lib.rs: {rooms:?}");
    let rank = |room: &str| rooms.iter().position(|r| r == room);
    let mut wrong = vec![];
    for file in files("src") {
        let room = file.room();
        if matches!(room, "lib" | "main" | "build") {
            continue;
        }
        let Some(own) = rank(room) else {
            wrong.push(format!("{}: src/lib.rs does not list this room", file.path));
            continue;
        };
        for (line, used) in uses(&file) {
            let at = format!("{}:{line}", file.path);
            match rank(used) {
                Some(other) if other <= own => {}
                Some(_) => wrong.push(format!("{at}: `{room}` is below `{used}`")),
                // A macro at the crate's root.
                None if file.text.contains(&format!("crate::{used}!")) => {}
                None => wrong.push(format!("{at}: `crate::{used}` is in no room")),
            }
        }
    }
    none(&wrong);
}

/// What follows each `crate::`, with its line.
fn uses(file: &Source) -> impl Iterator<Item = (usize, &str)> {
    file.code().flat_map(|(n, line)| line.split("crate::").skip(1).map(move |t| (n, word(t))))
}

#[test]
fn every_room_is_listed() {
    let rooms: BTreeSet<String> = rooms().into_iter().collect();
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let modules = lib.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';'));
    let modules: BTreeSet<String> = modules.map(str::to_owned).collect();
    assert_eq!(modules, rooms, "the modules of src/lib.rs, and the rooms its documentation lists");
}

#[test]
fn layers_of_a_slice_build_on_those_below() {
    let mut wrong = vec![];
    for (slice, file) in slices() {
        let folder = format!("src/{}/", slice.replace("::", "/"));
        let within = file.path.strip_prefix(&folder).unwrap_or_default();
        let own = layer(word(within));
        if within == "mod.rs" {
            continue; // only lists the parts
        }
        for (line, code) in file.code() {
            for (named, other) in layers_named(code) {
                if other > own {
                    let at = format!("{}:{line}", file.path);
                    wrong.push(format!("{at}: `{named}` is a layer above this file"));
                }
            }
        }
    }
    none(&wrong);
}

fn layer(name: &str) -> usize {
    LAYERS.iter().position(|names| names.contains(&name)).unwrap_or(2)
}

/// The layers that a line names in a path: `super::store`, `crate::tenant::users::service`, and
/// those in braces.
fn layers_named(line: &str) -> Vec<(&str, usize)> {
    let path = line.contains("super::")
        || line.contains("crate::tenant::")
        || line.contains("crate::platform::");
    let known = |w: &&str| LAYERS.iter().any(|names| names.contains(w));
    let words = line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(known);
    if path { words.map(|w| (w, layer(w))).collect() } else { vec![] }
}

/// Every file of every slice, with the slice's name such as `tenant::tasks`.
fn slices() -> Vec<(String, Source)> {
    let slice_of = |path: &str| {
        let mut parts = path.split('/').skip(1);
        let (room, slice) = (parts.next()?, parts.next()?);
        let found = matches!(room, "tenant" | "platform") && !slice.ends_with(".rs");
        found.then(|| format!("{room}::{slice}"))
    };
    let in_a_slice = |file: Source| Some((slice_of(&file.path)?, file));
    files("src").into_iter().filter_map(in_a_slice).collect()
}

#[test]
fn every_slice_is_in_the_registry() {
    let registry = std::fs::read_to_string(root().join("src/registry.rs")).expect("the registry");
    let mut wrong = vec![];
    for room in ["tenant", "platform"] {
        for name in names(&format!("src/{room}")) {
            if name.ends_with(".rs") {
                continue;
            }
            let slice = format!("{room}::{name}");
            if !registry.contains(&format!("crate::{slice}::")) {
                wrong.push(format!("{slice} is not in src/registry.rs"));
            }
        }
    }
    none(&wrong);
}

#[test]
fn files_are_short_and_say_what_lives_in_them() {
    let mut wrong = vec![];
    for file in files("src") {
        let generated = file.path.starts_with("src/db/schema/");
        let lines = file.text.lines().count();
        if lines > MAX_LINES && !generated {
            wrong.push(format!("{}: {lines} lines; at most {MAX_LINES}", file.path));
        }
    }
    for file in files("src").into_iter().chain(files("tests/it")) {
        if !file.text.starts_with("//! ") && !file.text.starts_with("// @generated") {
            wrong.push(format!("{}: must begin with //! and what lives here", file.path));
        }
    }
    none(&wrong);
}

#[test]
fn only_config_reads_the_environment() {
    // The build script runs before there is a server.
    let others = files("src").into_iter().filter(|f| f.room() != "config" && f.room() != "build");
    let mut wrong = vec![];
    for file in others {
        for (line, code) in file.code() {
            if code.contains("env::var") || code.contains("env::set_var") {
                wrong.push(format!("{}:{line}: take it from `config`", file.path));
            }
        }
    }
    none(&wrong);
}
