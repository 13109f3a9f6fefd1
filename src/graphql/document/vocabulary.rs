//! What the checks must know of our schema, read from its SDL.

use std::collections::HashSet;

use async_graphql::Positioned;
use async_graphql::parser::types::{
    BaseType, Directive, ExecutableDocument, FieldDefinition, Selection, SelectionSet, Type,
    TypeKind, TypeSystemDefinition,
};
use async_graphql::parser::{self, parse_schema};

use super::error::{DocumentError, quote};

/// Names of types and fields. The default knows none and checks none.
#[derive(Debug, Default, Clone)]
pub struct Vocabulary {
    /// Fields that answer a page: those with an argument `first` or `last`.
    pub connections: HashSet<String>,
    types: HashSet<String>,
}

impl Vocabulary {
    /// From what `Schema::sdl` prints.
    pub fn from_sdl(sdl: &str) -> parser::Result<Self> {
        let builtin = ["Int", "Float", "String", "Boolean", "ID"];
        let mut words = Self::default();
        words.types.extend(builtin.map(str::to_owned));
        for definition in parse_schema(sdl)?.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            words.types.insert(definition.node.name.node.to_string());
            match &definition.node.kind {
                TypeKind::Object(object) => words.add(&object.fields),
                TypeKind::Interface(interface) => words.add(&interface.fields),
                _ => {}
            }
        }
        Ok(words)
    }

    fn add(&mut self, fields: &[Positioned<FieldDefinition>]) {
        let paged = fields.iter().filter(|field| {
            let mut arguments = field.node.arguments.iter();
            arguments.any(|argument| matches!(&*argument.node.name.node, "first" | "last"))
        });
        self.connections.extend(paged.map(|field| field.node.name.node.to_string()));
    }

    /// async-graphql panics on the default value of a list of an unknown type.
    pub(super) fn check_variable_types(
        &self,
        document: &ExecutableDocument,
    ) -> Result<(), DocumentError> {
        if self.types.is_empty() {
            return Ok(());
        }
        let operations = document.operations.iter();
        for variable in operations.flat_map(|(_, op)| &op.node.variable_definitions) {
            let name = item_type(&variable.node.var_type.node);
            if !self.types.contains(name) {
                let message = format!("Unknown type {}", quote(name));
                return Err(DocumentError::invalid(message).at(variable.pos));
            }
        }
        Ok(())
    }
}

/// async-graphql lets any directive pass on `__typename`. Ours are those of the specification.
pub(super) fn check_directives(document: &ExecutableDocument) -> Result<(), DocumentError> {
    let operations = document.operations.iter().map(|(_, op)| &op.node.selection_set.node);
    let fragments = document.fragments.values().map(|f| &f.node.selection_set.node);
    let mut sets: Vec<&SelectionSet> = operations.chain(fragments).collect();
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            let directives = match &selection.node {
                Selection::Field(field) => {
                    sets.push(&field.node.selection_set.node);
                    &field.node.directives
                }
                Selection::InlineFragment(inline) => {
                    sets.push(&inline.node.selection_set.node);
                    &inline.node.directives
                }
                Selection::FragmentSpread(spread) => &spread.node.directives,
            };
            directives.iter().try_for_each(check_directive)?;
        }
    }
    Ok(())
}

fn check_directive(directive: &Positioned<Directive>) -> Result<(), DocumentError> {
    let name = directive.node.name.node.as_str();
    if !matches!(name, "skip" | "include") {
        let message = format!("Unknown directive {}", quote(name));
        return Err(DocumentError::invalid(message).at(directive.pos));
    }
    match directive.node.arguments.as_slice() {
        [(argument, _)] if argument.node == "if" => Ok(()),
        _ => {
            let message = format!("Directive {} takes the argument \"if\" alone", quote(name));
            Err(DocumentError::invalid(message).at(directive.pos))
        }
    }
}

fn item_type(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => item_type(item),
    }
}
