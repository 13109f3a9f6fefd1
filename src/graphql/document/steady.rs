//! Whether a document that was valid once is valid for ever. Validation looks at the values of
//! variables too, but `variables::check_types` has done all of that when their types are built in
//! and each stands for a whole argument.

use async_graphql::Positioned;
use async_graphql::parser::types::{
    BaseType, Directive, ExecutableDocument, Selection, SelectionSet, Type,
};

const BUILT_IN: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];

/// Whether each argument is a variable, or holds none. A macro, since async-graphql does not say
/// how the type of an argument is called.
macro_rules! are_plain {
    ($arguments:expr) => {
        $arguments.iter().all(|(_, value)| {
            value.node.clone().into_const().is_some() || value.node.to_string().starts_with('$')
        })
    };
}

pub(super) fn is_steady(document: &ExecutableDocument) -> bool {
    let operations = || document.operations.iter().map(|(_, operation)| &operation.node);
    let variables = operations().flat_map(|operation| &operation.variable_definitions);
    let mut types = variables.map(|variable| &variable.node.var_type.node);
    let fragments =
        document.fragments.values().map(|f| (&f.node.directives, &f.node.selection_set));
    let mut sets = operations().map(|o| (&o.directives, &o.selection_set)).chain(fragments);
    types.all(is_built_in)
        && sets.all(|(directives, set)| plain(directives) && all_plain(&set.node))
}

fn is_built_in(ty: &Type) -> bool {
    match &ty.base {
        BaseType::Named(name) => BUILT_IN.contains(&name.as_str()),
        BaseType::List(item) => is_built_in(item),
    }
}

/// No variable inside a list or an object. Documents do not nest deep: that was checked before.
fn all_plain(set: &SelectionSet) -> bool {
    set.items.iter().all(|selection| match &selection.node {
        Selection::Field(field) => {
            let field = &field.node;
            are_plain!(field.arguments)
                && plain(&field.directives)
                && all_plain(&field.selection_set.node)
        }
        Selection::InlineFragment(inline) => {
            plain(&inline.node.directives) && all_plain(&inline.node.selection_set.node)
        }
        Selection::FragmentSpread(spread) => plain(&spread.node.directives),
    })
}

fn plain(directives: &[Positioned<Directive>]) -> bool {
    directives.iter().all(|directive| are_plain!(directive.node.arguments))
}
