//! Variables against their definitions, as far as the document alone tells: what is missing, null
//! or not of a built-in type. Enums and input objects are left to async-graphql's validation.

use std::sync::Arc;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use async_graphql::{ServerError, ValidationResult};
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

/// What was found wrong with the variables; put into the request's data.
pub(super) struct Refused(pub DocumentError);

/// Answers for wrong variables once the document proved valid, as the specification orders it.
/// async-graphql by itself finds them while it executes, after other fields have had effects.
pub struct CheckVariables;

impl ExtensionFactory for CheckVariables {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for CheckVariables {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let valid = next.run(ctx).await?;
        match ctx.data_opt::<Refused>() {
            Some(Refused(error)) => Err(vec![error.clone().into()]),
            None => Ok(valid),
        }
    }
}
