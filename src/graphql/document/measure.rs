//! How large an operation is once its fragments are written out, which is never done: the size of
//! each fragment is computed once. What it costs with its variables is in `cost`.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, FragmentDefinition, FragmentSpread, OperationDefinition,
    Selection, SelectionSet,
};
use async_graphql::{Pos, Positioned};

use super::Limits;
use super::error::{DocumentError, quote};

/// async-graphql refuses more levels of fields, spreads and inline fragments by itself, but in
/// words without a code.
const MAX_LEVELS: usize = 32;

/// As in graphql-js: the third list of a schema's parts inside another is refused.
const MAX_INTROSPECTION_LISTS: usize = 2;

/// The sizes of an operation, with every fragment counted wherever it is spread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measures {
    /// Fields inside fields, without what lies below `__schema` and `__type`.
    pub depth: u64,
    /// Selection sets inside one another, whether of fields or fragments.
    pub levels: u64,
    /// Lists of a schema's parts inside one another, below `__schema` and `__type`.
    pub introspection: u64,
    pub aliases: u64,
    pub directives: u64,
    pub root_fields: u64,
    /// Fields, spreads and inline fragments.
    pub selections: u64,
    /// As `introspection`, but of fields that merely have such names.
    lists: u64,
}

/// The sizes of the fragments of one document.
pub(super) type Sizes<'a> = HashMap<&'a str, Measures>;

impl Measures {
    /// Sizes of the fragments; each in `order` comes after those it spreads.
    pub(super) fn of_fragments<'a>(doc: &ExecutableDocument, order: &'a [Name]) -> Sizes<'a> {
        let mut sizes = Sizes::new();
        for name in order {
            if let Some(fragment) = doc.fragments.get(name) {
                let size = Self::of_set(&fragment.node.selection_set.node, &sizes)
                    .with_directives(&fragment.node.directives);
                sizes.insert(name, size);
            }
        }
        sizes
    }

    pub(super) fn of_operation(operation: &OperationDefinition, sizes: &Sizes<'_>) -> Self {
        let variables = operation.variable_definitions.iter();
        variables.fold(
            Self::of_set(&operation.selection_set.node, sizes)
                .with_directives(&operation.directives),
            |all, variable| all.with_directives(&variable.node.directives),
        )
    }

    /// Refuses what is larger than allowed.
    pub(super) fn check(&self, limits: &Limits, at: Pos) -> Result<(), DocumentError> {
        let deep = [
            (self.depth, limits.max_depth, "the fields nest too deep"),
            (self.levels, MAX_LEVELS, "the fragments nest too deep"),
            (self.introspection, MAX_INTROSPECTION_LISTS, "the introspection nests too deep"),
        ];
        let many = [
            (self.aliases, limits.max_aliases, "too many aliases"),
            (self.directives, limits.max_directives, "too many directives"),
            (self.root_fields, limits.max_root_fields, "too many root fields"),
        ];
        check_selections(self.selections, limits).map_err(|e| e.at(at))?;
        let over = |(size, limit, _): &&(u64, usize, &str)| *size > *limit as u64;
        if let Some((_, limit, what)) = deep.iter().find(over) {
            return Err(DocumentError::too_deep(what, *limit).at(at));
        }
        match many.iter().find(over) {
            Some((_, limit, what)) => Err(DocumentError::too_complex(what, *limit).at(at)),
            None => Ok(()),
        }
    }

    fn of_set(set: &SelectionSet, sizes: &Sizes<'_>) -> Self {
        let selections = set.items.iter().map(|selection| Self::of(&selection.node, sizes));
        selections.fold(Self::default(), Self::beside)
    }

    fn of(selection: &Selection, sizes: &Sizes<'_>) -> Self {
        let inside = match selection {
            Selection::Field(field) => Self::of_field(&field.node, sizes),
            Selection::FragmentSpread(spread) => {
                let name = spread.node.fragment_name.node.as_str();
                sizes.get(name).copied().unwrap_or_default().level()
            }
            Selection::InlineFragment(inline) => {
                Self::of_set(&inline.node.selection_set.node, sizes).level()
            }
        };
        let inside = inside.with_directives(selection.directives());
        Self { selections: inside.selections.saturating_add(1), ..inside }
    }

    fn of_field(field: &Field, sizes: &Sizes<'_>) -> Self {
        let inside = Self::of_set(&field.selection_set.node, sizes);
        let name = field.name.node.as_str();
        let meta = matches!(name, "__schema" | "__type");
        let list = matches!(name, "fields" | "inputFields" | "interfaces" | "possibleTypes");
        Self {
            depth: 1 + if meta { 0 } else { inside.depth },
            levels: if field.selection_set.node.items.is_empty() { 0 } else { inside.levels + 1 },
            lists: inside.lists + u64::from(list),
            introspection: if meta { inside.lists } else { 0 }.max(inside.introspection),
            aliases: inside.aliases.saturating_add(u64::from(field.alias.is_some())),
            root_fields: 1,
            ..inside
        }
    }

    /// Two selections in one set.
    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            levels: self.levels.max(other.levels),
            lists: self.lists.max(other.lists),
            introspection: self.introspection.max(other.introspection),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            root_fields: self.root_fields.saturating_add(other.root_fields),
            selections: self.selections.saturating_add(other.selections),
        }
    }

    fn level(self) -> Self {
        Self { levels: self.levels + 1, ..self }
    }

    fn with_directives(self, directives: &[Positioned<Directive>]) -> Self {
        let directives = self.directives.saturating_add(directives.len() as u64);
        Self { directives, ..self }
    }
}

/// Refuses more selections than a document may have when written out.
pub(super) fn check_selections(selections: u64, limits: &Limits) -> Result<(), DocumentError> {
    if selections > limits.max_fields as u64 {
        return Err(DocumentError::too_complex("too many fields", limits.max_fields));
    }
    Ok(())
}

/// The fragments, each after those it spreads. Fails on a fragment that contains itself.
pub(super) fn fragment_order(doc: &ExecutableDocument) -> Result<Vec<Name>, DocumentError> {
    let mut order = Vec::with_capacity(doc.fragments.len());
    let mut states = HashMap::new();
    let mut names: Vec<_> = doc.fragments.iter().collect();
    names.sort_by_key(|(_, fragment)| fragment.pos);
    for (name, _) in names {
        let mut path = Vec::new();
        enter(doc, name, &mut states, &mut path);
        while let Some((name, spreads)) = path.last_mut() {
            let Some(spread) = spreads.pop() else {
                states.insert(name.as_str(), State::Done);
                order.push(Name::clone(name));
                path.pop();
                continue;
            };
            let next = &spread.node.fragment_name.node;
            match states.get(next.as_str()) {
                Some(State::Done) => {}
                Some(State::Open) => return Err(contains_itself(next, spread.pos)),
                None => enter(doc, next, &mut states, &mut path),
            }
        }
    }
    Ok(order)
}

enum State {
    Open,
    Done,
}

type Path<'a> = Vec<(&'a Name, Vec<&'a Positioned<FragmentSpread>>)>;

fn enter<'a>(
    doc: &'a ExecutableDocument,
    name: &str,
    states: &mut HashMap<&'a str, State>,
    path: &mut Path<'a>,
) {
    // A fragment that is not defined is left to validation.
    if let Some((name, fragment)) = doc.fragments.get_key_value(name)
        && !states.contains_key(name.as_str())
    {
        states.insert(name, State::Open);
        path.push((name, spreads(&fragment.node)));
    }
}

/// The spreads anywhere in a fragment, the last first.
fn spreads(fragment: &FragmentDefinition) -> Vec<&Positioned<FragmentSpread>> {
    let mut found = Vec::new();
    let mut open = vec![fragment.selection_set.node.items.iter()];
    while let Some(selections) = open.last_mut() {
        match selections.next().map(|selection| &selection.node) {
            Some(Selection::Field(field)) => open.push(field.node.selection_set.node.items.iter()),
            Some(Selection::InlineFragment(inline)) => {
                open.push(inline.node.selection_set.node.items.iter());
            }
            Some(Selection::FragmentSpread(spread)) => found.push(spread),
            None => drop(open.pop()),
        }
    }
    found.reverse();
    found
}

fn contains_itself(name: &str, at: Pos) -> DocumentError {
    DocumentError::invalid(format!("the fragment {} contains itself", quote(name))).at(at)
}
