//! The values that a TOML file gives.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::{
    error::wrong,
    find,
    layer::{Given, Layer, read_secret},
    nearest,
    setting::Setting,
    settings,
    source::Source,
    value::Shape,
};

/// Reads a file; what is wrong with it is added to `problems`.
pub(super) fn read(path: &Path, problems: &mut Vec<String>) -> Layer {
    let parsed = fs::read_to_string(path)
        .map_err(|e| format!("{}: cannot be read: {e}", path.display()))
        .and_then(|text| text.parse().map_err(|e| not_toml(path, &text, &e)));
    let mut reading = Reading { path: path.to_owned(), layer: Layer::new(), problems };
    match parsed {
        Ok(table) => reading.table("", table),
        Err(problem) => reading.problems.push(problem),
    }
    reading.layer
}

/// Says where, but not what is written there: it may be a secret.
fn not_toml(path: &Path, text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("{}: line {line}: {}", path.display(), error.message())
}

struct Reading<'a> {
    path: PathBuf,
    layer: Layer,
    problems: &'a mut Vec<String>,
}

impl Reading<'_> {
    fn table(&mut self, prefix: &str, table: Table) {
        for (name, value) in table {
            let key = format!("{prefix}{name}");
            let section = format!("{key}.");
            let is_section = settings().any(|setting| setting.key.starts_with(&section));
            let secret = key.strip_suffix("_file").and_then(find).filter(|s| s.is_secret());
            match (value, find(&key), secret) {
                (value, Some(setting), _) => self.value(setting, &value),
                (Value::String(file), None, Some(setting)) => self.secret(setting, key, &file),
                (Value::Table(table), None, None) if is_section => self.table(&section, table),
                _ if is_section => {
                    let path = self.path.display();
                    self.problems.push(format!("{path}: {key} is a section, not a setting"));
                }
                _ => self.unknown(&key),
            }
        }
    }

    fn value(&mut self, setting: &'static Setting, value: &Value) {
        let source = Source::File(self.path.clone());
        match text_of(setting.shape, value) {
            Ok(text) => {
                let given = Given { text, name: setting.key.into(), source };
                self.layer.insert(setting.key, given);
            }
            Err(why) => {
                let what = shown(value);
                self.problems.push(wrong(setting.key, &what, setting.secrecy, &why, &source));
            }
        }
    }

    fn secret(&mut self, setting: &'static Setting, key: String, file: &str) {
        let source = Source::File(self.path.clone());
        match read_secret(OsStr::new(file)) {
            Ok(text) => {
                self.layer.insert(setting.key, Given { text, name: key, source });
            }
            Err(why) => self.problems.push(wrong(&key, "", setting.secrecy, &why, &source)),
        }
    }

    fn unknown(&mut self, key: &str) {
        let section = |key: &'static str| key.split_once('.').map(|(section, _)| section);
        let sections = settings().filter_map(|s| section(s.key)).map(str::to_owned);
        let keys = settings().map(|s| s.key.to_owned());
        let hint = nearest::to(key, "", keys.chain(sections));
        self.problems.push(format!("{}: {key} is not a setting{hint}", self.path.display()));
    }
}

/// The value as it would be written in the environment.
fn text_of(shape: Shape, value: &Value) -> Result<String, String> {
    let entry = |value: &Value| match value {
        Value::String(text) if !text.contains(',') => Ok(text.clone()),
        _ => Err("has an entry that is not text, or holds a comma".to_owned()),
    };
    match (value, shape) {
        (Value::String(text), _) => Ok(text.clone()),
        (Value::Integer(number), Shape::Number) => Ok(number.to_string()),
        (Value::Boolean(switch), Shape::Switch) => Ok(switch.to_string()),
        (Value::Array(entries), Shape::List) => {
            entries.iter().map(entry).collect::<Result<Vec<_>, _>>().map(|list| list.join(","))
        }
        (_, Shape::Text) => Err("is not text".into()),
        (_, Shape::Number) => Err("is not a whole number".into()),
        (_, Shape::Switch) => Err("is not true or false".into()),
        (_, Shape::List) => Err("is not a list".into()),
    }
}

/// The value for a message; of compound ones only the kind.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(switch) => switch.to_string(),
        Value::Datetime(time) => time.to_string(),
        Value::Array(_) => "[…]".into(),
        Value::Table(_) => "{…}".into(),
    }
}
