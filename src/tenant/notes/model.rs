//! Rows of `notes`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::notes;
use crate::error::{Invalid, Problem, Result};
use crate::tenant::cases::CaseId;
use crate::tenant::clients::ClientId;

/// How many users one note may mention.
const MAX_MENTIONS: usize = 20;

crate::id!(/** A note. */ NoteId, "note");

/// A note as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = notes)]
pub struct Note {
    pub id: NoteId,
    pub client_id: ClientId,
    pub case_id: Option<CaseId>,
    pub body: String,
    pub is_pinned: bool,
    pub mentions: Vec<UserId>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

/// A note to be added.
#[derive(Debug, Clone)]
pub struct NewNote {
    pub client_id: Option<ClientId>,
    pub case_id: Option<CaseId>,
    pub body: String,
    pub is_pinned: bool,
}

impl NewNote {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        check_body(&mut invalid, &self.body);
        if self.client_id.is_none() && self.case_id.is_none() {
            let why = "a note needs a client or a case";
            invalid.push(Problem::Required, "input.clientId", why);
        }
        invalid.finish()
    }
}

/// `None` leaves a column alone.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = notes)]
pub struct NotePatch {
    pub body: Option<String>,
    pub is_pinned: Option<bool>,
    /// Follows from the body.
    pub mentions: Option<Vec<UserId>>,
}

impl NotePatch {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(body) = &self.body {
            check_body(&mut invalid, body);
        }
        invalid.finish()
    }
}

fn check_body(invalid: &mut Invalid, body: &str) {
    if body.trim().is_empty() {
        invalid.push(Problem::Required, "input.body", "can't be empty");
    }
    text::prose(invalid, "input.body", body, 20_000);
    if names_in(body).len() > MAX_MENTIONS {
        let why = format!("can't mention more than {MAX_MENTIONS} people");
        invalid.push(Problem::LimitReached, "input.body", why);
    }
}

/// What stands in a text as `@name` or `@name@host`, each once, in small letters. An address without
/// an `@` before it is no such name.
pub fn names_in(body: &str) -> Vec<String> {
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    // As much of a name as there is; a point behind it ends the sentence.
    let word = |text: &'_ str| {
        let end = text.find(|c: char| !is_of_name(c)).unwrap_or(text.len());
        text[..end].trim_end_matches(['.', '-']).len()
    };
    let mut names = vec![];
    let mut rest = body;
    while let Some(at) = rest.find('@') {
        let is_word_before = rest[..at].chars().next_back().is_some_and(is_of_name);
        rest = &rest[at + 1..];
        let mut length = word(rest);
        if is_word_before || length == 0 {
            rest = &rest[length..];
            continue;
        }
        if let Some(host) = rest[length..].strip_prefix('@') {
            length += word(host) + usize::from(word(host) > 0);
        }
        let name = rest[..length].to_lowercase();
        if !names.contains(&name) {
            names.push(name);
        }
        rest = &rest[length..];
    }
    names
}
