//! Rows of `trusted_documents`, and the rules that need no database.

use async_graphql::parser::parse_query;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use crate::base::ids::UserId;
use crate::config::Graphql;
use crate::db::schema::tenant::trusted_documents;
use crate::error::{Invalid, Problem};
use crate::graphql::document::check_nesting;

crate::id!(/** A trusted document. */ TrustedDocumentId, "trusted_document");

const MAX_ID: usize = 200;
const MAX_NAME: usize = 200;

/// A document as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, serde::Serialize)]
#[diesel(table_name = trusted_documents)]
pub struct TrustedDocument {
    pub id: TrustedDocumentId,
    /// What clients send instead of the text.
    pub document_id: String,
    /// Of the text, in hexadecimal digits; clients may send that too.
    pub sha256: String,
    /// The names of its operations.
    pub name: String,
    pub text: String,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
}

/// A document to be registered.
#[derive(Debug, Clone)]
pub struct NewTrustedDocument {
    /// The hash of the text when left out.
    pub document_id: Option<String>,
    pub text: String,
}

impl NewTrustedDocument {
    /// The row, unless something is wrong, which is noted under `field`.
    pub fn validated(
        self,
        field: &str,
        limits: &Graphql,
        invalid: &mut Invalid,
    ) -> Option<TrustedDocument> {
        let hash = sha256(&self.text);
        let document_id = self.document_id.unwrap_or_else(|| hash.clone());
        let visible = document_id.bytes().all(|b| b.is_ascii_graphic());
        if document_id.is_empty() || document_id.len() > MAX_ID || !visible {
            let why = format!("has to have 1 to {MAX_ID} visible ASCII characters");
            invalid.push(Problem::Invalid, &format!("{field}.documentId"), why);
        }
        let name = match read(&self.text, limits) {
            Ok(name) => name,
            Err(why) => {
                invalid.push(Problem::Invalid, &format!("{field}.text"), why);
                return None;
            }
        };
        Some(TrustedDocument {
            id: TrustedDocumentId::generate(),
            document_id,
            sha256: hash,
            name,
            text: self.text,
            created_at: DateTime::UNIX_EPOCH,
            created_by: None,
        })
    }
}

/// The names of a document's operations, or why it could never run.
fn read(text: &str, limits: &Graphql) -> Result<String, String> {
    if text.len() > limits.max_document_bytes {
        return Err(format!("can't have more than {} bytes", limits.max_document_bytes));
    }
    check_nesting(text, limits.max_nesting, limits.max_tokens).map_err(|e| e.message)?;
    let document = parse_query(text).map_err(|_| "is no GraphQL document".to_owned())?;
    let names = document.operations.iter().filter_map(|(name, _)| name);
    let names: Vec<&str> = names.map(|name| name.as_str()).collect();
    Ok(names.join(", ").chars().take(MAX_NAME).collect())
}

/// The hash of a document's text, as clients write it.
pub fn sha256(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}
