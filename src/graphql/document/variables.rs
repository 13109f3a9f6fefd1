//! Variables against their definitions, as far as the document alone tells: what is missing, null
//! or not of a built-in type. Enums and input objects are left to async-graphql's validation, which
//! by itself finds these only while it executes, after other fields have had effects.

use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use serde_json::{Map, Value};

use super::error::{DocumentError, quote};
use super::nesting::json_depth;

/// Refuses variables that nest too deep to be turned into values.
pub(super) fn check_depth(
    variables: &Map<String, Value>,
    max_nesting: usize,
) -> Result<(), DocumentError> {
    if variables.values().any(|value| json_depth(value) > max_nesting) {
        return Err(DocumentError::too_complex("the variables nest too deep", max_nesting));
    }
    Ok(())
}

/// The first variable that cannot be what its definition says.
pub(super) fn check_types(
    operation: &OperationDefinition,
    variables: &Map<String, Value>,
) -> Result<(), DocumentError> {
    for definition in &operation.variable_definitions {
        let name = definition.node.name.node.as_str();
        let ty = &definition.node.var_type.node;
        let given = variables.get(name);
        let fault = match given {
            None if definition.node.default_value.is_some() || ty.nullable => continue,
            None => "is required".to_owned(),
            Some(value) => match fault(ty, value) {
                Some(fault) => fault,
                None => continue,
            },
        };
        let message = format!("the variable {} {fault}", quote(&format!("${name}")));
        return Err(DocumentError::bad_input(message).at(definition.pos));
    }
    Ok(())
}

fn fault(ty: &Type, value: &Value) -> Option<String> {
    if value.is_null() {
        return (!ty.nullable).then(|| "must not be null".to_owned());
    }
    let name = match (&ty.base, value) {
        (BaseType::List(item), Value::Array(values)) => {
            return values.iter().find_map(|value| fault(item, value));
        }
        // A single value stands for a list of one.
        (BaseType::List(item), value) => return fault(item, value),
        (BaseType::Named(name), _) => name.as_str(),
    };
    let fits = match name {
        "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "Float" => value.is_number(),
        "String" => value.is_string(),
        "Boolean" => value.is_boolean(),
        "ID" => value.is_string() || value.is_i64() || value.is_u64(),
        _ => true,
    };
    (!fits).then(|| format!("is not of the type {name}"))
}
