//! The configuration for people: the values in force, and the example of a `.env`.

use super::{Loaded, SECTIONS, setting::Setting, values::Entry};

/// Every value in force and where it came from, as a table; secrets are hidden.
pub fn show(loaded: &Loaded) -> String {
    table(loaded.entries.iter(), &loaded.notes)
}

/// The same, only what is not a default.
pub fn diff(loaded: &Loaded) -> String {
    table(loaded.entries.iter().filter(|entry| !entry.is_default()), &loaded.notes)
}

fn table<'a>(entries: impl Iterator<Item = &'a Entry>, notes: &[String]) -> String {
    let rows: Vec<[String; 3]> = entries
        .map(|entry| {
            let value = if entry.value.is_empty() { "-" } else { &entry.value };
            [entry.setting.key.to_owned(), value.to_owned(), origin(entry)]
        })
        .collect();
    let width = |column: usize| rows.iter().map(|r| r[column].chars().count()).max().unwrap_or(0);
    let (keys, values) = (width(0), width(1).min(48));
    let lines = rows.iter().map(|[k, v, origin]| format!("{k:keys$}  {v:values$}  {origin}\n"));
    lines.chain(notes.iter().map(|note| format!("note: {note}\n"))).collect()
}

/// `environment: PORT`
fn origin(entry: &Entry) -> String {
    let (name, source) = (&entry.name, &entry.source);
    if name.is_empty() || name == entry.setting.key {
        source.to_string()
    } else {
        format!("{source}: {name}")
    }
}

/// A `.env` with every setting, its default and what it means; nothing in it is switched on.
pub fn env_example() -> String {
    let mut text = String::from(
        "# Every setting, with its default. Copy this file to .env (read in development only)\n\
         # and take the # from the lines you change. The name in brackets is the key in\n\
         # taruvi.toml; http.port is also TARUVI_HTTP__PORT. Generated; a test keeps it current.\n",
    );
    for (about, settings) in SECTIONS {
        text.push_str(&format!("\n\n# == {about}\n"));
        for setting in *settings {
            text.push_str(&example(setting));
        }
    }
    text
}

fn example(setting: &Setting) -> String {
    let name = setting.first_name();
    let mut also: Vec<String> = setting.names.iter().skip(1).map(|n| n.text.to_owned()).collect();
    if setting.is_secret() {
        also.push(format!("a file by {name}_FILE"));
    }
    let also = if also.is_empty() { String::new() } else { format!("; also {}", also.join(", ")) };
    let (about, key, default) = (setting.about, setting.key, setting.default);
    format!("\n# {about}\n# [{key}{also}]\n#{name}={default}\n")
}
