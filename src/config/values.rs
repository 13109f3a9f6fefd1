//! The values of all sources, one over the other, and the record of which was taken.

use super::{
    dotenv,
    error::wrong,
    file,
    general::Mode,
    layer::{self, Layer},
    reserved::is_reserved,
    setting::{Secrecy, Setting},
    source::{Source, Sources},
    url::DatabaseUrl,
    value::{Parsed, Value},
};

/// A value in force; secrets are already hidden.
#[derive(Debug, Clone)]
pub struct Entry {
    pub setting: &'static Setting,
    /// The value as text, `***` for a secret, empty for none.
    pub value: String,
    pub source: Source,
    /// What it was called there (`PORT`, `http.port`); empty for a default.
    pub name: String,
}

impl Entry {
    pub fn is_default(&self) -> bool {
        self.source == Source::Default
    }
}

/// What was gathered, and what has been found wrong so far.
pub(super) struct Values {
    given: Layer,
    pub entries: Vec<Entry>,
    pub problems: Vec<String>,
    pub notes: Vec<String>,
}

impl Values {
    /// Reads all sources.
    pub fn gather(sources: &Sources) -> Self {
        let mut problems = Vec::new();
        let mut given = Layer::new();
        for path in &sources.files {
            given.extend(file::read(path, &mut problems));
        }
        let source = Source::Environment;
        let environment = layer::of_variables(&sources.environment, &source, &mut problems);
        let flags = layer::of_overrides(&sources.overrides, &mut problems);

        let mode = flags.get("mode").or(environment.get("mode")).or(given.get("mode"));
        let is_development = mode.is_none_or(|m| Mode::parse(&m.text) == Ok(Mode::Development));
        let mut variables = Vec::new();
        if let (true, Some(path)) = (is_development, &sources.dotenv) {
            variables = dotenv::read(path, &mut problems);
            let source = Source::Dotenv(path.clone());
            given.extend(layer::of_variables(&variables, &source, &mut problems));
        }
        given.extend(environment);
        given.extend(flags);

        let names = sources.environment.iter().chain(&variables).filter_map(|v| v.0.to_str());
        let mut reserved: Vec<&str> = names.filter(|name| is_reserved(name)).collect();
        reserved.sort_unstable();
        reserved.dedup();
        let mut notes = Vec::new();
        if !reserved.is_empty() {
            notes.push(format!("understood, used from a later release: {}", reserved.join(", ")));
        }
        Self { given, entries: Vec::new(), problems, notes }
    }

    /// Reads one setting; a wrong value is noted and answered with `None`.
    pub fn read<T>(
        &mut self,
        setting: &'static Setting,
        parse: impl Fn(&str) -> Parsed<T>,
    ) -> Option<T> {
        let (text, name, source) = match self.given.get(setting.key) {
            Some(given) => (given.text.as_str(), given.name.as_str(), given.source.clone()),
            None => (setting.default, "", Source::Default),
        };
        match parse(text) {
            Ok(value) => {
                let value_shown = shown(setting.secrecy, text);
                let name = name.to_owned();
                self.entries.push(Entry { setting, value: value_shown, source, name });
                Some(value)
            }
            Err(why) => {
                let name = if name.is_empty() { setting.key } else { name };
                self.problems.push(wrong(name, text, setting.secrecy, &why, &source));
                None
            }
        }
    }

    /// The names under which these settings were given, as far as they were.
    pub fn names_of(&self, keys: &[&str]) -> String {
        let given = keys.iter().filter_map(|key| self.given.get(key));
        given.map(|given| given.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Records that a setting's value follows from others.
    pub fn derive(&mut self, key: &str, value: &str, from: String) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.setting.key == key) {
            entry.value = shown(entry.setting.secrecy, value);
            entry.source = Source::Derived;
            entry.name = from;
        }
    }
}

fn shown(secrecy: Secrecy, text: &str) -> String {
    match secrecy {
        _ if text.is_empty() => String::new(),
        Secrecy::Open => text.to_owned(),
        Secrecy::Hidden => "***".into(),
        Secrecy::Url => DatabaseUrl::parse(text).map_or("***".into(), |url| url.redacted()),
    }
}
