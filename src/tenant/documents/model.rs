//! Rows of `documents`, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::ids::UserId;
use crate::base::text;
use crate::db::schema::tenant::documents;
use crate::error::{Invalid, Problem, Result};
use crate::tenant::cases::CaseId;
use crate::tenant::clients::ClientId;
use crate::tenant::places::{Place, PlaceChange};
use crate::tenant::projects::{Project, ProjectId};
use crate::tenant::users::User;

/// What GraphQL's Int can hold; about 2 GiB.
const MAX_BYTES: i64 = i32::MAX as i64;

crate::id!(/** A document. */ DocumentId, "document");

/// A document as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = documents)]
pub struct Document {
    pub id: DocumentId,
    pub project_id: Option<ProjectId>,
    pub client_id: Option<ClientId>,
    pub case_id: Option<CaseId>,
    pub name: String,
    pub description: String,
    pub content_type: Option<String>,
    pub byte_size: Option<i64>,
    pub checksum: Option<String>,
    pub assigned_to: Option<UserId>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

/// Which relations are read together with the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum With {
    Nothing,
    /// Project and assignee, by joins.
    Relations,
}

/// A document, and its relations if they were read along.
#[derive(Debug, Clone)]
pub struct DocumentRow {
    pub document: Document,
    /// `None`: not read along.
    pub relations: Option<(Option<Project>, Option<User>)>,
}

/// A document to be added.
#[derive(Debug, Clone)]
pub struct NewDocument {
    pub project_id: Option<ProjectId>,
    pub client_id: Option<ClientId>,
    pub case_id: Option<CaseId>,
    pub name: String,
    pub description: String,
    pub content_type: Option<String>,
    pub byte_size: Option<i64>,
    pub checksum: Option<String>,
    pub assigned_to: Option<UserId>,
}

impl NewDocument {
    /// Where it is to lie.
    pub fn place(&self) -> Place {
        Place { project: self.project_id, client: self.client_id, case: self.case_id }
    }

    /// The same, to lie there.
    #[must_use]
    pub fn at(&self, place: Place) -> Self {
        let Place { project, client, case } = place;
        Self { project_id: project, client_id: client, case_id: case, ..self.clone() }
    }

    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.name", &self.name, 255);
        text::prose(&mut invalid, "input.description", &self.description, 20_000);
        let (kind, sum) = (self.content_type.as_deref(), self.checksum.as_deref());
        check_file(&mut invalid, kind, self.byte_size, sum);
        invalid.finish()
    }
}

/// `None` leaves a column alone; `Some(None)` clears it.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = documents)]
pub struct DocumentPatch {
    pub project_id: Option<Option<ProjectId>>,
    pub client_id: Option<Option<ClientId>>,
    pub case_id: Option<Option<CaseId>>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub content_type: Option<Option<String>>,
    pub byte_size: Option<Option<i64>>,
    pub checksum: Option<Option<String>>,
    pub assigned_to: Option<Option<UserId>>,
}

impl DocumentPatch {
    /// Where it moves to.
    pub fn place(&self) -> PlaceChange {
        PlaceChange { project: self.project_id, client: self.client_id, case: self.case_id }
    }

    /// The same, but moving there.
    #[must_use]
    pub fn moving(self, place: PlaceChange) -> Self {
        let PlaceChange { project, client, case } = place;
        Self { project_id: project, client_id: client, case_id: case, ..self }
    }

    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            text::line(&mut invalid, "input.name", name, 255);
        }
        if let Some(description) = &self.description {
            text::prose(&mut invalid, "input.description", description, 20_000);
        }
        let kind = self.content_type.as_ref().and_then(Option::as_deref);
        let sum = self.checksum.as_ref().and_then(Option::as_deref);
        check_file(&mut invalid, kind, self.byte_size.flatten(), sum);
        invalid.finish()
    }
}

fn check_file(invalid: &mut Invalid, kind: Option<&str>, size: Option<i64>, sum: Option<&str>) {
    if let Some(kind) = kind {
        text::length(invalid, "input.contentType", kind, 255);
        if !is_media_type(kind) {
            let why = "is not a media type, such as application/pdf";
            invalid.push(Problem::Invalid, "input.contentType", why);
        }
    }
    if size.is_some_and(|s| !(0..=MAX_BYTES).contains(&s)) {
        let why = format!("has to be between 0 and {MAX_BYTES}");
        invalid.push(Problem::Invalid, "input.byteSize", why);
    }
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if sum.is_some_and(|s| s.len() != 64 || !s.bytes().all(hex)) {
        let why = "is not a SHA-256 in 64 lower-case hexadecimal digits";
        invalid.push(Problem::Invalid, "input.checksum", why);
    }
}

/// Type and subtype as RFC 6838 names them, then perhaps parameters.
fn is_media_type(text: &str) -> bool {
    let (names, _parameters) = text.split_once(';').unwrap_or((text, ""));
    let sign = |c: char| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c);
    let name = |n: &str| n.starts_with(|c: char| c.is_ascii_alphanumeric()) && n.chars().all(sign);
    let two = names.trim_end().split_once('/');
    two.is_some_and(|(kind, subtype)| name(kind) && name(subtype))
        && text.chars().all(|c| c.is_ascii() && !c.is_ascii_control())
}
