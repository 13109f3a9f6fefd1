//! The shortest valid operation for every field, made from the schema.

use std::collections::BTreeMap;

use async_graphql::Positioned;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputObjectType, InputValueDefinition, Type, TypeDefinition,
    TypeKind,
};
use taruvi::base::ids;

use crate::house::schema::{VERBS, fields, name_of, types};

/// Makes operations about objects that exist.
pub struct Operations {
    types: Vec<TypeDefinition>,
    /// An object that exists, for each kind.
    ids: BTreeMap<&'static str, String>,
}

impl Operations {
    pub fn new(ids: BTreeMap<&'static str, String>) -> Self {
        Self { types: types(), ids }
    }

    /// Whether an operation is about one of the objects that exist.
    pub fn is_about_something(&self, operation: &str) -> bool {
        self.ids.values().any(|id| operation.contains(id))
    }

    /// `Query.name` and its operation, for every field of the roots.
    pub fn all(&self) -> Vec<(String, String)> {
        let mut operations = vec![];
        for root in ["Query", "Mutation", "Subscription"] {
            for field in self.find(root).map(fields).unwrap_or_default() {
                let (name, text) = (&field.node.name.node, self.operation(root, &field.node));
                operations.push((format!("{root}.{name}"), text));
            }
        }
        assert!(operations.len() > 20, "{operations:?}");
        operations
    }

    fn operation(&self, root: &str, field: &FieldDefinition) -> String {
        let name = field.name.node.as_str();
        let noun = VERBS.iter().find_map(|verb| name.strip_suffix(verb)).unwrap_or(name);
        let noun = if name.ends_with("Restore") {
            format!("{noun} in the trash")
        } else {
            noun.to_owned()
        };
        let arguments = self.required(&noun, &field.arguments);
        let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
        let selection = self.selection(name_of(&field.ty.node));
        format!("{} {{ it: {name}{arguments}{selection} }}", root.to_lowercase())
    }

    /// What tells how it went: how many rows there are, or what was wrong.
    fn selection(&self, of_type: &str) -> String {
        let Some(found) = self.find(of_type) else { return String::new() };
        if matches!(found.kind, TypeKind::Scalar | TypeKind::Enum(_)) {
            return String::new();
        }
        let names = fields(found).iter().map(|field| field.node.name.node.as_str());
        // Of payloads that hold nothing else.
        let counts = names.clone().find(|name| name.ends_with("Count"));
        let counts = counts.filter(|name| *name == "totalCount" || names.len() == 2);
        match (counts, names.clone().any(|name| name == "userErrors")) {
            (Some(count), true) => format!(" {{ count: {count} userErrors {{ code field }} }}"),
            (None, true) => " { userErrors { code field } }".to_owned(),
            (Some("totalCount"), _) => " { totalCount }".to_owned(),
            _ => " { __typename }".to_owned(),
        }
    }

    fn find(&self, name: &str) -> Option<&TypeDefinition> {
        self.types.iter().find(|t| t.name.node == name)
    }

    /// `name: value` of all that can't be left out.
    fn required(&self, noun: &str, values: &[Positioned<InputValueDefinition>]) -> String {
        let needed = values.iter().map(|v| &v.node);
        let needed = needed.filter(|v| !v.ty.node.nullable && v.default_value.is_none());
        let pair = |v: &InputValueDefinition| {
            format!("{}: {}", v.name.node, self.value(noun, &v.name.node, &v.ty.node))
        };
        needed.map(pair).collect::<Vec<_>>().join(", ")
    }

    fn value(&self, noun: &str, name: &str, ty: &Type) -> String {
        let of_type = match &ty.base {
            BaseType::List(item) => return format!("[{}]", self.value(noun, name, item)),
            BaseType::Named(of_type) => of_type.as_str(),
        };
        match of_type {
            "ID" => format!("\"{}\"", self.id(noun, name)),
            "String" if matches!(name, "permission" | "permissions") => "\"tasks.view\"".to_owned(),
            "String" => "\"text\"".to_owned(),
            "Int" | "Float" => "1".to_owned(),
            "Boolean" => "true".to_owned(),
            "Date" => "\"2026-11-21\"".to_owned(),
            "DateTime" => "\"2026-11-21T12:00:00Z\"".to_owned(),
            "EmailAddress" => "\"somebody@example.test\"".to_owned(),
            _ => match self.find(of_type).map(|t| (&t.kind, &t.directives)) {
                Some((TypeKind::Enum(values), _)) => values.values[0].node.value.node.to_string(),
                Some((TypeKind::InputObject(input), directives)) => {
                    let one = directives.iter().any(|d| d.node.name.node == "oneOf");
                    self.object(noun, input, one)
                }
                _ => panic!("no value for {name}: {ty}; teach this test to make one"),
            },
        }
    }

    fn object(&self, noun: &str, input: &InputObjectType, one: bool) -> String {
        let mut fields = input.fields.iter().map(|f| &f.node);
        let first = fields.clone().find(|f| f.name.node == "ids").or_else(|| fields.next());
        match first {
            Some(first) if one => {
                let (name, ty) = (&first.name.node, &first.ty.node);
                format!("{{{name}: {}}}", self.value(noun, name, ty))
            }
            _ => {
                // Somebody has to be named, though it may be a group instead, and where a new task
                // belongs, though it need not be a project.
                let all = || input.fields.iter().map(|f| &f.node);
                let is_new = all().any(|f| !f.ty.node.nullable);
                let one = match noun {
                    "task" if is_new => "projectId",
                    "note" if is_new => "clientId",
                    _ => "userId",
                };
                let named = all().filter(|f| f.name.node == one && f.ty.node.nullable);
                let named = named.map(|f| format!(" {one}: {}", self.value(noun, one, &f.ty.node)));
                format!("{{{}{}}}", self.required(noun, &input.fields), named.collect::<String>())
            }
        }
    }

    /// `projectId` names its kind; `id` is that of the field's own.
    fn id(&self, noun: &str, name: &str) -> String {
        let kind = match name.strip_suffix("Id").or_else(|| name.strip_suffix("Ids")) {
            Some("object") => "project",
            Some(kind) => kind,
            None if noun.starts_with("node") => "project",
            None => noun,
        };
        // A stage of cases is another than one of clients.
        if let Some(id) = self.ids.get(&*format!("{noun} {kind}")) {
            return id.clone();
        }
        // `userSetSomething` is about a user.
        let known = self.ids.iter().rev().find(|(known, _)| kind.starts_with(**known));
        let fresh = || ids::encode(kind, uuid::Uuid::now_v7());
        self.ids.get(kind).or(known.map(|(_, id)| id)).cloned().unwrap_or_else(fresh)
    }
}
