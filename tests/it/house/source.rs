//! The source files as text, for tests about how the code is laid out.

use std::fs;
use std::path::{Path, PathBuf};

/// A Rust file below the repository's root.
pub struct Source {
    /// Relative to the root, such as `src/db/pool.rs`.
    pub path: String,
    pub text: String,
}

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below a folder of the repository, by path.
pub fn files(folder: &str) -> Vec<Source> {
    let mut paths = vec![];
    visit(&root().join(folder), &mut paths);
    paths.sort();
    let read = |path: PathBuf| Source {
        text: fs::read_to_string(&path).expect("a readable file"),
        path: path.strip_prefix(root()).expect("below the root").display().to_string(),
    };
    paths.into_iter().map(read).collect()
}

/// The names of the folders and files directly below a folder.
pub fn names(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        entry.expect("an entry").file_name().to_string_lossy().into_owned()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}

fn visit(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            visit(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

impl Source {
    /// The lines with their numbers, without comments, which may name what they like.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(n, line)| (n + 1, without_comment(line)))
    }

    /// The first folder or file below `src`: `db` for `src/db/pool.rs`.
    pub fn room(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inside.split(['/', '.']).next().unwrap_or_default()
    }
}

fn without_comment(line: &str) -> &str {
    match line.trim_start().starts_with("//") {
        true => "",
        false => line.split(" // ").next().unwrap_or(line),
    }
}

/// The identifier that a text begins with.
pub fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// Fails with all of the faults, one a line.
#[track_caller]
pub fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}
