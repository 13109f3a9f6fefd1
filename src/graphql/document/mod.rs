//! Documents are checked here before async-graphql sees them: it overflows its stack on nested
//! literals and takes hours for fragments that double. What fields mean is the schema's business.

mod cost;
mod error;
mod measure;
mod nesting;
mod steady;
mod typename;
mod variables;
mod vocabulary;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql::{Name, Request, Variables};
use moka::sync::Cache;
use serde_json::{Map, Value};

pub use cost::Estimate;
pub use error::{DocumentError, MAX_MESSAGE, shorten};
pub use measure::Measures;
pub use nesting::{check_nesting, json_depth};
pub use vocabulary::Vocabulary;

/// Bytes that all prepared documents may take together, as estimated.
const CACHE_BYTES: u64 = 32 << 20;
/// A parsed token takes about this much memory.
const TOKEN_BYTES: usize = 256;

/// How large a document may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    pub max_depth: usize,
    pub max_aliases: usize,
    pub max_tokens: usize,
    pub max_directives: usize,
    pub max_root_fields: usize,
    /// Selections of the whole document with its fragments written out.
    pub max_fields: usize,
    pub max_cost: usize,
    pub max_nodes: usize,
    pub max_document_bytes: usize,
    /// Brackets around any token, and lists and objects around any value of a variable.
    pub max_nesting: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_depth: 12,
            max_aliases: 30,
            max_tokens: 2_000,
            max_directives: 20,
            max_root_fields: 20,
            max_fields: 10_000,
            max_cost: 5_000,
            max_nodes: 10_000,
            max_document_bytes: 64 << 10,
            max_nesting: 32,
        }
    }
}

/// Checks documents and remembers those that passed.
pub struct Documents {
    limits: Limits,
    vocabulary: Vocabulary,
    prepared: Cache<Arc<str>, Arc<Prepared>>,
}

/// A document within the limits.
#[derive(Debug)]
pub struct Prepared {
    document: ExecutableDocument,
    /// Each after those it spreads.
    fragments: Vec<Name>,
    operations: Vec<Operation>,
    tokens: usize,
    /// Valid once is valid for ever, whatever the variables.
    steady: bool,
    known_valid: AtomicBool,
}

/// What is known of an operation before it runs.
#[derive(Debug, Clone)]
pub struct Operation {
    pub kind: OperationType,
    /// `None` for an anonymous one.
    pub name: Option<Name>,
    /// Names, not aliases, in the order of the document.
    pub root_fields: Vec<Name>,
    pub measures: Measures,
}

impl Documents {
    pub fn new(limits: Limits, vocabulary: Vocabulary) -> Self {
        let weigh = |text: &Arc<str>, prepared: &Arc<Prepared>| {
            u32::try_from(text.len() + prepared.tokens * TOKEN_BYTES).unwrap_or(u32::MAX)
        };
        let prepared = Cache::builder().weigher(weigh).max_capacity(CACHE_BYTES).build();
        Self { limits, vocabulary, prepared }
    }

    /// Reads and measures a document, unless that was done before.
    pub fn prepare(&self, text: &str) -> Result<Arc<Prepared>, DocumentError> {
        if let Some(prepared) = self.prepared.get(text) {
            return Ok(prepared);
        }
        let prepared = Arc::new(Prepared::new(text, &self.limits, &self.vocabulary)?);
        self.prepared.insert(text.into(), Arc::clone(&prepared));
        Ok(prepared)
    }

    /// What the operation may cost with these variables; refuses what is too dear, and variables
    /// that are missing, of another type, or nest too deep.
    pub fn check(
        &self,
        prepared: &Prepared,
        operation: &Operation,
        variables: &Map<String, Value>,
    ) -> Result<Estimate, DocumentError> {
        variables::check_depth(variables, self.limits.max_nesting)?;
        if let Some(definition) = prepared.definition(operation) {
            variables::check_types(definition, variables)?;
        }
        let connections = &self.vocabulary.connections;
        prepared.estimate(operation, variables, connections).check(&self.limits)
    }

    /// How many documents are remembered.
    pub fn remembered(&self) -> u64 {
        self.prepared.run_pending_tasks();
        self.prepared.entry_count()
    }
}

impl Prepared {
    fn new(text: &str, limits: &Limits, vocabulary: &Vocabulary) -> Result<Self, DocumentError> {
        if text.len() > limits.max_document_bytes {
            let limit = limits.max_document_bytes;
            return Err(DocumentError::too_complex("too many bytes in the document", limit));
        }
        let tokens = check_nesting(text, limits.max_nesting, limits.max_tokens)?;
        let document = parse_query(text)?;
        vocabulary.check_variable_types(&document)?;
        vocabulary::check_directives(&document)?;
        typename::check(&document)?;
        let fragments = measure::fragment_order(&document)?;
        let operations = operations(&document, &fragments, limits)?;
        let steady = steady::is_steady(&document);
        let known_valid = AtomicBool::new(false);
        Ok(Self { document, fragments, operations, tokens, steady, known_valid })
    }

    /// The operation that a request with this `operationName` means.
    pub fn operation(&self, name: Option<&str>) -> Result<&Operation, DocumentError> {
        match (name, &self.operations[..]) {
            (None, [operation]) => Ok(operation),
            (None, _) => Err(DocumentError::unresolved(
                "the document holds several operations: operationName is required",
            )),
            (Some(name), operations) => operations
                .iter()
                .find(|operation| operation.name.as_deref() == Some(name))
                .ok_or_else(|| {
                    let name = error::quote(name);
                    DocumentError::unresolved(format!("there is no operation named {name}"))
                }),
        }
    }

    /// What the operation may cost. `connections` are fields that answer a page even when `first`
    /// and `last` are left out.
    pub fn estimate(
        &self,
        operation: &Operation,
        variables: &Map<String, Value>,
        connections: &HashSet<String>,
    ) -> Estimate {
        self.definition(operation).map_or_else(Estimate::default, |definition| {
            cost::estimate(self, definition, variables, connections)
        })
    }

    /// The request to execute: the parsed document is copied, the text is not needed any more.
    pub fn request(&self, operation: &Operation, variables: Map<String, Value>) -> Request {
        let mut request =
            Request::new(String::new()).variables(Variables::from_json(Value::Object(variables)));
        request.operation_name = operation.name.as_ref().map(ToString::to_string);
        request.set_parsed_query(self.document.clone());
        request
    }

    /// Whether the schema needs not validate the document any more.
    pub fn is_known_valid(&self) -> bool {
        self.known_valid.load(Relaxed)
    }

    /// The schema has validated the document and begun to execute it.
    pub fn found_valid(&self) {
        self.known_valid.store(self.steady, Relaxed);
    }

    fn definition(&self, operation: &Operation) -> Option<&OperationDefinition> {
        match (&self.document.operations, &operation.name) {
            (DocumentOperations::Single(definition), _) => Some(&definition.node),
            (DocumentOperations::Multiple(all), Some(name)) => all.get(name).map(|it| &it.node),
            (DocumentOperations::Multiple(_), None) => None,
        }
    }
}

/// Measures all operations: all of them are validated, whichever is asked for.
fn operations(
    document: &ExecutableDocument,
    fragments: &[Name],
    limits: &Limits,
) -> Result<Vec<Operation>, DocumentError> {
    let sizes = measure::Measures::of_fragments(document, fragments);
    let mut selections = sizes.values().map(|size| size.selections).max().unwrap_or(0);
    measure::check_selections(selections, limits)?;
    selections = 0;
    let mut operations = Vec::new();
    for (name, definition) in document.operations.iter() {
        let measures = Measures::of_operation(&definition.node, &sizes);
        measures.check(limits, definition.pos)?;
        selections = measures.selections.saturating_add(selections);
        measure::check_selections(selections, limits)?;
        let mut root_fields = Vec::new();
        collect_names(document, &definition.node.selection_set.node, &mut root_fields);
        let (kind, name) = (definition.node.ty, name.cloned());
        operations.push(Operation { kind, name, root_fields, measures });
    }
    Ok(operations)
}

/// Ends because no fragment contains itself, and soon because the selections are counted.
fn collect_names(document: &ExecutableDocument, set: &SelectionSet, names: &mut Vec<Name>) {
    for selection in &set.items {
        let inside = match &selection.node {
            Selection::Field(field) => {
                names.push(field.node.name.node.clone());
                continue;
            }
            Selection::InlineFragment(inline) => &inline.node.selection_set.node,
            Selection::FragmentSpread(spread) => {
                match document.fragments.get(&spread.node.fragment_name.node) {
                    Some(fragment) => &fragment.node.selection_set.node,
                    None => continue,
                }
            }
        };
        collect_names(document, inside, names);
    }
}
