//! What an operation may cost with the variables it came with: a bound, not a measurement. The
//! sizes that do not depend on variables are in `measure`.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{
    Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Value};
use serde_json::Map;

use super::{Limits, Prepared, error::DocumentError};
use crate::base::page::MAX_SIZE;

/// Rows of a page when none are asked for; also when the number cannot be read, which the
/// resolver then refuses.
const DEFAULT_PAGE: u64 = 20;
/// Resolvers refuse to answer more.
const MAX_PAGE: u64 = MAX_SIZE as u64;
const MUTATION_FIELD: u64 = 10;
const OBJECT_FIELD: u64 = 1;

/// The most that an operation can cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Objects to resolve, ten for each field of a mutation.
    pub cost: u64,
    /// Rows on all pages together.
    pub nodes: u64,
    /// The part of the cost that is due whatever comes out: that of the fields of a mutation.
    pub fixed: u64,
}

impl Estimate {
    /// Refuses what is dearer than allowed.
    pub(super) fn check(self, limits: &Limits) -> Result<Self, DocumentError> {
        let Self { cost, nodes, .. } = self;
        let refuse = |what: String, found, limit| {
            Err(DocumentError::too_complex(&what, limit).costing(found))
        };
        if cost > limits.max_cost as u64 {
            return refuse(format!("the operation costs {cost}"), cost, limits.max_cost);
        }
        if nodes > limits.max_nodes as u64 {
            return refuse(format!("the operation asks for {nodes} rows"), nodes, limits.max_nodes);
        }
        Ok(self)
    }

    fn beside(self, other: Self) -> Self {
        Self {
            cost: self.cost.saturating_add(other.cost),
            nodes: self.nodes.saturating_add(other.nodes),
            fixed: self.fixed.saturating_add(other.fixed),
        }
    }

    fn times(self, factor: u64) -> Self {
        let times = |size: u64| size.saturating_mul(factor);
        Self { cost: times(self.cost), nodes: times(self.nodes), fixed: times(self.fixed) }
    }

    /// What the operation takes from the caller's bucket before it runs: at least one point.
    pub fn points(self) -> u32 {
        u32::try_from(self.cost.max(1)).unwrap_or(u32::MAX)
    }

    /// What it has really cost: the objects of its answer, counted as the estimate counts them,
    /// and never more than that.
    pub fn actual(self, data: &Value) -> u32 {
        let of_mutation = self.fixed > 0;
        let root = |value: &Value| match value {
            // Its own cost is in the fixed part.
            Value::Object(_) if of_mutation => objects(value) - 1,
            value => objects(value),
        };
        let found: u64 = match data {
            Value::Object(fields) => fields.values().map(root).sum(),
            _ => 0,
        };
        let cost = self.fixed.saturating_add(found);
        u32::try_from(cost).unwrap_or(u32::MAX).clamp(1, self.points())
    }
}

fn objects(value: &Value) -> u64 {
    match value {
        Value::Object(fields) => 1 + fields.values().map(objects).sum::<u64>(),
        Value::List(items) => items.iter().map(objects).sum(),
        _ => 0,
    }
}

/// The cost of one operation of a document. `connections` are the fields that answer a page even
/// when `first` and `last` are left out.
pub(super) fn estimate(
    prepared: &Prepared,
    operation: &OperationDefinition,
    variables: &Map<String, serde_json::Value>,
    connections: &HashSet<String>,
) -> Estimate {
    let sizes = sizes(operation, variables);
    let mut prices = Prices { prepared, connections, sizes, fragments: HashMap::new() };
    for name in &prepared.fragments {
        if let Some(fragment) = prepared.document.fragments.get(name) {
            let price = prices.of_set(&fragment.node.selection_set.node, OBJECT_FIELD);
            prices.fragments.insert(name, price);
        }
    }
    let field = match operation.ty {
        OperationType::Mutation => MUTATION_FIELD,
        OperationType::Query | OperationType::Subscription => OBJECT_FIELD,
    };
    prices.of_set(&operation.selection_set.node, field)
}

struct Prices<'a> {
    prepared: &'a Prepared,
    connections: &'a HashSet<String>,
    /// The variables that are whole numbers, and the lengths of those that are lists.
    sizes: HashMap<&'a str, u64>,
    fragments: HashMap<&'a str, Estimate>,
}

impl Prices<'_> {
    /// `field` is what each field directly in the set costs.
    fn of_set(&self, set: &SelectionSet, field: u64) -> Estimate {
        let prices = set.items.iter().map(|selection| match &selection.node {
            Selection::Field(node) => self.of_field(&node.node, field),
            Selection::InlineFragment(inline) => {
                self.of_set(&inline.node.selection_set.node, field)
            }
            Selection::FragmentSpread(spread) => {
                self.of_fragment(&spread.node.fragment_name.node, field)
            }
        });
        prices.fold(Estimate::default(), Estimate::beside)
    }

    fn of_fragment(&self, name: &str, field: u64) -> Estimate {
        if field == OBJECT_FIELD {
            return self.fragments.get(name).copied().unwrap_or_default();
        }
        // Root fields of a mutation are few: `measure` saw to it.
        let fragment = self.prepared.document.fragments.get(name);
        fragment.map_or_else(Estimate::default, |fragment| {
            self.of_set(&fragment.node.selection_set.node, field)
        })
    }

    fn of_field(&self, field: &Field, own: u64) -> Estimate {
        let leaf = field.selection_set.node.items.is_empty();
        let own = if leaf && own == OBJECT_FIELD { 0 } else { own };
        let inside = self.of_set(&field.selection_set.node, OBJECT_FIELD);
        let rows = self.rows(field);
        let inside = inside.times(rows.unwrap_or(1));
        let fixed = if own == MUTATION_FIELD { own } else { 0 };
        // The objects are the field's own; those of a page are below it.
        let own = if field.get_argument("ids").is_some() { own * rows.unwrap_or(1) } else { own };
        inside.beside(Estimate { cost: own, nodes: rows.unwrap_or(0), fixed })
    }

    /// How many rows a field answers at most; `None` when it is neither a list with pages nor one
    /// of the objects with certain ids.
    fn rows(&self, field: &Field) -> Option<u64> {
        if field.get_argument("ids").is_some() {
            return Some(self.size(field, "ids").unwrap_or(DEFAULT_PAGE).min(MAX_PAGE));
        }
        let sizes = ["first", "last"].into_iter();
        let given = sizes.filter(|name| field.get_argument(name).is_some());
        let asked = given.map(|name| self.size(field, name).unwrap_or(DEFAULT_PAGE));
        let name = field.name.node.as_str();
        let asked = asked.max().map(|rows| rows.min(MAX_PAGE));
        asked.or_else(|| self.connections.contains(name).then_some(DEFAULT_PAGE))
    }

    /// The number that an argument is, or how many entries it has.
    fn size(&self, field: &Field, argument: &str) -> Option<u64> {
        let value = field.get_argument(argument)?;
        let size = |name: Name| self.sizes.get(&*name).copied().ok_or(());
        let value = value.node.clone().into_const_with(|name| size(name).map(Value::from));
        whole(value.as_ref().ok()?)
    }
}

fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::List(items) => Some(items.len() as u64),
        _ => None,
    }
}

/// The variables that are whole numbers or lists, given or by default: the number, or how many
/// entries.
fn sizes<'a>(
    operation: &'a OperationDefinition,
    variables: &Map<String, serde_json::Value>,
) -> HashMap<&'a str, u64> {
    let sizes = operation.variable_definitions.iter().filter_map(|definition| {
        let name = definition.node.name.node.as_str();
        let size = match variables.get(name) {
            Some(serde_json::Value::Array(items)) => Some(items.len() as u64),
            Some(given) => given.as_u64(),
            None => whole(&definition.node.default_value.as_ref()?.node),
        };
        Some((name, size?))
    });
    sizes.collect()
}
