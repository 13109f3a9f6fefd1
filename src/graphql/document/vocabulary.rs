//! What the checks must know of our schema, read from its SDL.

use std::collections::HashSet;

use async_graphql::Positioned;
use async_graphql::parser::types::{
    BaseType, ExecutableDocument, FieldDefinition, Type, TypeKind, TypeSystemDefinition,
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

fn item_type(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => item_type(item),
    }
}
