//! `__typename` takes nothing: async-graphql by itself passes over whatever stands behind it.

use async_graphql::Value;
use async_graphql::parser::types::{Directive, ExecutableDocument, Selection, SelectionSet};

use super::error::DocumentError;

/// Refuses `__typename` with arguments, with a selection, or with a directive that is not the
/// specification's own.
pub(super) fn check(document: &ExecutableDocument) -> Result<(), DocumentError> {
    let operations = document.operations.iter().map(|(_, op)| &op.node.selection_set.node);
    let fragments = document.fragments.values().map(|f| &f.node.selection_set.node);
    operations.chain(fragments).try_for_each(check_set)
}

/// Goes no deeper than the brackets of the text, which were counted.
fn check_set(set: &SelectionSet) -> Result<(), DocumentError> {
    for selection in &set.items {
        let field = match &selection.node {
            Selection::Field(field) => &field.node,
            Selection::InlineFragment(inline) => {
                check_set(&inline.node.selection_set.node)?;
                continue;
            }
            Selection::FragmentSpread(_) => continue,
        };
        let inside = &field.selection_set.node;
        if field.name.node != "__typename" {
            check_set(inside)?;
            continue;
        }
        let mut directives = field.directives.iter().map(|directive| &directive.node);
        let fault = if !field.arguments.is_empty() {
            "takes no arguments"
        } else if !inside.items.is_empty() {
            "has no fields"
        } else if !directives.all(is_known) {
            "has a directive that is unknown or lacks its argument"
        } else {
            continue;
        };
        return Err(DocumentError::invalid(format!("__typename {fault}")).at(field.name.pos));
    }
    Ok(())
}

/// `@skip(if: …)` or `@include(if: …)`.
fn is_known(directive: &Directive) -> bool {
    let Some((name, value)) = directive.arguments.first() else { return false };
    let a_boolean = value.node.clone().into_const_with(|_| Ok::<_, ()>(Value::Boolean(true)));
    matches!(directive.name.node.as_str(), "skip" | "include")
        && directive.arguments.len() == 1
        && name.node == "if"
        && matches!(a_boolean, Ok(Value::Boolean(_)))
}
