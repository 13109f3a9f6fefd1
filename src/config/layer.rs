//! The values that one source gives: environment variables and flags. TOML is in `file`.

use std::{
    collections::{BTreeMap, HashMap},
    ffi::{OsStr, OsString},
    fs,
};

use super::{
    error::wrong,
    find, nearest,
    setting::{Name, Setting},
    settings,
    source::Source,
};

/// Given values by key.
pub(super) type Layer = BTreeMap<&'static str, Given>;

/// A value as it was given.
pub(super) struct Given {
    pub text: String,
    /// What it was called there: `PORT`, `http.port`.
    pub name: String,
    pub source: Source,
}

type Variables<'a> = HashMap<&'a str, &'a OsStr>;

/// Reads the settings among variables; what is wrong with them is added to `problems`.
pub(super) fn of_variables(
    variables: &[(OsString, OsString)],
    source: &Source,
    problems: &mut Vec<String>,
) -> Layer {
    let pairs = variables.iter().filter_map(|(name, value)| Some((name.to_str()?, &**value)));
    let variables: Variables<'_> = pairs.collect();
    let mut layer = Layer::new();
    for setting in settings() {
        match of_setting(setting, &variables) {
            Ok(None) => {}
            Ok(Some((name, text))) => {
                layer.insert(setting.key, Given { text, name, source: source.clone() });
            }
            Err((name, text, why)) => {
                problems.push(wrong(&name, &text, setting.secrecy, &why, source));
            }
        }
    }
    let mut unknown: Vec<&str> = variables.into_keys().filter(|name| is_unknown(name)).collect();
    unknown.sort_unstable();
    for name in unknown {
        let known = settings().flat_map(|s| names(s).map(|(name, _)| name));
        let hint = nearest::to(name, "TARUVI_", known);
        problems.push(format!("{name}: is not a setting{hint} ({source})"));
    }
    layer
}

/// Takes the values of flags.
pub(super) fn of_overrides(
    overrides: &[(&'static str, String)],
    problems: &mut Vec<String>,
) -> Layer {
    let mut layer = Layer::new();
    for (key, text) in overrides {
        if find(key).is_none() {
            let hint = nearest::to(key, "", settings().map(|s| s.key.to_owned()));
            problems.push(format!("{key}: is not a setting{hint} (flag)"));
            continue;
        }
        let given = Given { text: text.clone(), name: (*key).into(), source: Source::Flag };
        layer.insert(key, given);
    }
    layer
}

/// Whether the variable belongs to a setting, `NAME_FILE` of secrets included.
pub(super) fn is_known(variable: &str) -> bool {
    let file_of = variable.strip_suffix("_FILE");
    settings().any(|setting| {
        names(setting).any(|(name, _)| {
            name == variable || (setting.is_secret() && file_of == Some(name.as_str()))
        })
    })
}

/// The content of a secret's file, without the line end that editors add.
pub(super) fn read_secret(path: &OsStr) -> Result<String, String> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
        Err(e) => Err(format!("names a file that cannot be read: {}: {e}", path.display())),
    }
}

fn is_unknown(variable: &str) -> bool {
    variable.starts_with("TARUVI_") && !is_known(variable)
}

/// The full name, then the plain ones.
fn names(setting: &'static Setting) -> impl Iterator<Item = (String, Option<&'static Name>)> {
    let plain = setting.names.iter().map(|name| (name.text.to_owned(), Some(name)));
    std::iter::once((setting.full_name(), None)).chain(plain)
}

type Found = Result<Option<(String, String)>, (String, String, String)>;

/// The first name that is given, with its value; or name, value and what is wrong with it.
fn of_setting(setting: &'static Setting, variables: &Variables<'_>) -> Found {
    for (name, declared) in names(setting) {
        let file_name = format!("{name}_FILE");
        let given = |name: &str| variables.get(name).filter(|value| !value.is_empty()).copied();
        let file = if setting.is_secret() { given(&file_name) } else { None };
        let text = match (variables.get(name.as_str()), file) {
            (None, None) => continue,
            (Some(value), Some(_)) if !value.is_empty() => {
                let why = format!("is given, and {file_name} too; only one of them may be");
                return Err((name, String::new(), why));
            }
            (_, Some(path)) => match read_secret(path) {
                Ok(text) => return Ok(Some((file_name, text))),
                Err(why) => return Err((file_name, String::new(), why)),
            },
            (Some(value), None) => match value.to_str() {
                Some(text) if setting.is_secret() => text.to_owned(),
                Some(text) => text.trim().to_owned(),
                None => {
                    let lossy = value.to_string_lossy().into_owned();
                    return Err((name, lossy, "is not UTF-8 text".into()));
                }
            },
        };
        return match declared.and_then(|name| name.via).map(|via| via(&text)) {
            None => Ok(Some((name, text))),
            Some(Ok(ours)) => Ok(Some((name, ours))),
            Some(Err(why)) => Err((name, text, why)),
        };
    }
    Ok(None)
}
