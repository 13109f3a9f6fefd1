//! What looks like an attack. Looking is all that happens: what somebody writes may hold anything,
//! and is stored as it came.

use serde_json::{Map, Value};

use super::Kind;

/// Programs that look for holes, by what they call themselves.
const SCANNERS: [&str; 20] = [
    "sqlmap",
    "nikto",
    "nmap",
    "masscan",
    "nessus",
    "openvas",
    "acunetix",
    "burp",
    "dirbuster",
    "gobuster",
    "wpscan",
    "zgrab",
    "havij",
    "w3af",
    "hydra",
    "metasploit",
    "nuclei",
    "ffuf",
    "arachni",
    "netsparker",
];

/// How scripts begin that somebody smuggles into text, in lower case.
const SCRIPTS: [&str; 9] = [
    "<script",
    "</script",
    "<iframe",
    "<object",
    "<embed",
    "<svg/onload",
    "<svg onload",
    "<img src=x",
    "<img/src",
];

/// Why the name of a program is suspicious; `None` for an ordinary one.
pub fn of_agent(agent: Option<&str>) -> Option<String> {
    let agent = agent.unwrap_or_default().trim();
    if agent.is_empty() {
        return Some("no name".to_owned());
    }
    let lower = agent.to_ascii_lowercase();
    SCANNERS.iter().any(|name| lower.contains(name)).then(|| agent.to_owned())
}

/// What a path of a request, with its query, looks like.
pub fn of_path(path: &str) -> Option<Kind> {
    // Twice, since attackers encode twice what is decoded twice somewhere.
    let decoded = decoded(&decoded(path.as_bytes()));
    of_text(&String::from_utf8_lossy(&decoded))
}

/// The first of the variables that looks like an attack: its name and what it looks like.
pub fn of_variables(variables: &Map<String, Value>) -> Option<(&str, Kind)> {
    variables.iter().find_map(|(name, value)| Some((name.as_str(), of_value(value)?)))
}

fn of_value(value: &Value) -> Option<Kind> {
    match value {
        Value::String(text) => of_text(text),
        Value::Array(all) => all.iter().find_map(of_value),
        Value::Object(all) => all.values().find_map(of_value),
        _ => None,
    }
}

fn of_text(text: &str) -> Option<Kind> {
    if leaves_its_folder(text) {
        Some(Kind::PathTraversal)
    } else if holds_script(text) {
        Some(Kind::ScriptInjection)
    } else {
        None
    }
}

/// `../` as a part of a path, with either slash. Three dots are punctuation.
fn leaves_its_folder(text: &str) -> bool {
    text.match_indices("..").any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + 2..]);
        let begins = before.is_empty() || before.ends_with(['/', '\\', '=', ':']);
        begins && after.starts_with(['/', '\\'])
    })
}

fn holds_script(text: &str) -> bool {
    let begins_with = |text: &str, start: &str| {
        text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
    };
    let tag = |at: usize| SCRIPTS.iter().any(|script| begins_with(&text[at..], script));
    let link = |at: usize| {
        let begin = at.checked_sub("javascript".len());
        begin.and_then(|begin| text.get(begin..at)).is_some_and(|t| begins_with(t, "javascript"))
    };
    let handler = |at: usize| has_handler(&text[at..]);
    text.match_indices('<').any(|(at, _)| tag(at) || handler(at))
        || text.match_indices(':').any(|(at, _)| link(at))
}

/// Whether a tag begins here that runs a script by itself: `<b onclick=…>`.
fn has_handler(tag: &str) -> bool {
    let end = tag.find('>').unwrap_or(tag.len());
    tag[..end].split_ascii_whitespace().skip(1).any(|attribute| {
        let name = attribute.split('=').next().unwrap_or_default();
        attribute.contains('=')
            && name.len() > 4
            && name.get(..2).is_some_and(|on| on.eq_ignore_ascii_case("on"))
            && name.bytes().all(|b| b.is_ascii_alphabetic())
    })
}

/// The bytes that `%2e` and its like stand for.
fn decoded(path: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path;
    while let [first, after @ ..] = rest {
        rest = after;
        bytes.push(match (first, after) {
            (b'%', [high, low, behind @ ..]) => match (digit(high), digit(low)) {
                (Some(high), Some(low)) => {
                    rest = behind;
                    u8::try_from(high * 16 + low).unwrap_or_default()
                }
                _ => *first,
            },
            _ => *first,
        });
    }
    bytes
}
