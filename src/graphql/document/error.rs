//! Why a document is refused, in words a client may read. Its place in an answer is `http::reply`.

use async_graphql::parser::Error as ParserError;
use async_graphql::{Pos, ServerError};

/// No message is longer, in characters.
pub const MAX_MESSAGE: usize = 300;

/// A refusal before execution.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DocumentError {
    pub code: &'static str,
    pub message: String,
    /// The bound that was crossed.
    pub limit: Option<u64>,
    /// What the operation would cost, when that is what was refused.
    pub cost: Option<u64>,
    pub locations: Vec<Pos>,
}

impl DocumentError {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        let message = shorten(message.into());
        Self { code, message, limit: None, cost: None, locations: Vec::new() }
    }

    pub(super) fn unparsable(message: &str, at: Pos) -> Self {
        let message = format!("Syntax error at {}:{}: {message}", at.line, at.column);
        Self::new("GRAPHQL_PARSE_FAILED", message).at(at)
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new("GRAPHQL_VALIDATION_FAILED", message)
    }

    pub(super) fn unresolved(message: impl Into<String>) -> Self {
        Self::new("OPERATION_RESOLUTION_FAILURE", message)
    }

    pub(super) fn bad_input(message: impl Into<String>) -> Self {
        Self::new("BAD_USER_INPUT", message)
    }

    /// `what` reads as "the fields nest too deep".
    pub(super) fn too_deep(what: &str, limit: usize) -> Self {
        Self::new("QUERY_TOO_DEEP", format!("{what}: at most {limit} levels")).limited(limit)
    }

    /// `what` reads as "too many aliases".
    pub(super) fn too_complex(what: &str, limit: usize) -> Self {
        Self::new("QUERY_TOO_COMPLEX", format!("{what}: at most {limit}")).limited(limit)
    }

    pub(super) fn at(mut self, pos: Pos) -> Self {
        self.locations.push(pos);
        self
    }

    pub(super) fn costing(mut self, cost: u64) -> Self {
        self.cost = Some(cost);
        self
    }

    pub(super) fn limited(mut self, limit: usize) -> Self {
        self.limit = Some(limit as u64);
        self
    }
}

impl From<ParserError> for DocumentError {
    fn from(e: ParserError) -> Self {
        let at = e.positions().next().unwrap_or_default();
        match e {
            ParserError::Syntax { message, start, .. } => {
                Self::unparsable(&complaint(&message), start)
            }
            ParserError::MultipleOperations { .. } => {
                Self::invalid("an anonymous operation must be the only one").at(at)
            }
            ParserError::OperationDuplicated { operation, .. } => {
                Self::invalid(format!("the operation {} is defined twice", quote(&operation)))
                    .at(at)
            }
            ParserError::FragmentDuplicated { fragment, .. } => {
                Self::invalid(format!("the fragment {} is defined twice", quote(&fragment))).at(at)
            }
            ParserError::MissingOperation => Self::unresolved("the document holds no operation"),
            _ => Self::new("GRAPHQL_PARSE_FAILED", "the document cannot be read"),
        }
    }
}

impl From<DocumentError> for ServerError {
    fn from(e: DocumentError) -> Self {
        let mut error = Self::new(e.message, None);
        error.locations = e.locations;
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("code", e.code);
        for (name, value) in [("limit", e.limit), ("cost", e.cost)] {
            if let Some(value) = value {
                extensions.set(name, value);
            }
        }
        error
    }
}

/// Cuts after [`MAX_MESSAGE`] characters.
pub fn shorten(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_MESSAGE) {
        let cut = text.char_indices().nth(MAX_MESSAGE - 1).map_or(end, |(at, _)| at);
        text.truncate(cut);
        text.push('…');
    }
    text
}

/// A name of the caller's, short enough to stand in a message.
pub(super) fn quote(name: &str) -> String {
    match name.char_indices().nth(64) {
        Some((end, _)) => format!("\"{}…\"", &name[..end]),
        None => format!("\"{name}\""),
    }
}

/// The parser draws the offending line, which may be the whole document; its last line says why.
fn complaint(message: &str) -> String {
    let last = message.lines().next_back().unwrap_or_default().trim();
    let why = last.strip_prefix("= ").unwrap_or(last);
    why.replace("EOI", "the end of the document").replace('_', " ").trim_end().to_owned()
}
