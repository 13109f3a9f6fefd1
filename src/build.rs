//! Embeds the migrations (and, with Node at hand, builds the web pages that the binary serves).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    embed_migrations(&root, &out)
}

/// Writes `migrations.rs`: for each tree the list of its migrations, oldest first.
fn embed_migrations(root: &Path, out: &Path) -> io::Result<()> {
    let mut text = String::new();
    for tree in ["platform", "tenant"] {
        let dir = root.join("migrations").join(tree);
        println!("cargo:rerun-if-changed={}", dir.display());
        let mut names: Vec<_> = fs::read_dir(&dir)?
            .filter_map(|e| e.ok().filter(|e| e.path().is_dir()))
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        let _ = writeln!(text, "pub const {}: &[Migration] = &[", tree.to_uppercase());
        for name in names {
            let file = |f: &str| dir.join(&name).join(f);
            for f in ["up.sql", "down.sql"] {
                println!("cargo:rerun-if-changed={}", file(f).display());
            }
            let _ = writeln!(
                text,
                "    Migration {{ version: {name:?}, up: include_str!({:?}), down: include_str!({:?}) }},",
                file("up.sql"),
                file("down.sql"),
            );
        }
        text.push_str("];\n");
    }
    fs::write(out.join("migrations.rs"), text)
}
