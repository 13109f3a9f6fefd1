//! Embeds the migrations (and, with Node at hand, builds the web pages that the binary serves).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    embed_migrations(&root, &out)?;
    build_web(&root, &out)
}

/// Builds `playground/` into the folder that the server embeds. Without Node the server is built
/// all the same, and says how to add the pages.
fn build_web(root: &Path, out: &Path) -> io::Result<()> {
    let (project, web) = (root.join("playground"), out.join("web"));
    let sources = ["graphiql", "shared", "operations", "scripts"];
    let files = ["package.json", "package-lock.json", "vite.config.ts"];
    for path in sources.iter().chain(&files) {
        println!("cargo:rerun-if-changed={}", project.join(path).display());
    }
    println!("cargo:rerun-if-env-changed=SKIP_WEB");
    fs::create_dir_all(&web)?;
    if env::var_os("SKIP_WEB").is_some() {
        return Ok(());
    }
    let installed = project.join("node_modules/vite").exists()
        || npm(&project, &["ci", "--no-audit", "--no-fund", "--omit=dev"], &web);
    if !(installed && npm(&project, &["run", "build"], &web)) {
        println!(
            "cargo:warning=built without the playground: npm of Node.js 20 or later is needed"
        );
    }
    Ok(())
}

fn npm(project: &Path, args: &[&str], web: &Path) -> bool {
    let ran = Command::new("npm").args(args).current_dir(project).env("OUT_DIR_WEB", web).output();
    match ran {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            for line in String::from_utf8_lossy(&output.stderr).lines().take(5) {
                println!("cargo:warning=npm {}: {line}", args.join(" "));
            }
            false
        }
        Err(_) => false,
    }
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
