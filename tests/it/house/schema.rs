//! The whole API's shape, read from its SDL: current, described, and named by the rules of
//! `docs/architecture.md`.

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use taruvi::registry;

use super::source::{none, root};

/// What mutations may do, longest first where one ends another.
pub const VERBS: &[&str] = &[
    "RemoveSecondFactor",
    "Regenerate",
    "CreateTotp",
    "Enroll",
    "Disable",
    "ResetPassword",
    "ChangeEmail",
    "Request",
    "Confirm",
    "Invite",
    "MarkAllRead",
    "MarkRead",
    "Set",
    "Pause",
    "Resume",
    "Retry",
    "Replay",
    "Resend",
    "Accept",
    "CreateForClient",
    "Test",
    "Finish",
    "Rotate",
    "RevokeOthers",
    "AddMembers",
    "RemoveMembers",
    "BulkAddTags",
    "BulkRemoveTags",
    "BulkAssign",
    "BulkMoveStage",
    "Assign",
    "MoveStage",
    "Reorder",
    "SetPermissions",
    "RotateSecret",
    "UpdateRole",
    "Start",
    "End",
    "BulkCreate",
    "BulkUpdate",
    "BulkDelete",
    "SetPrimary",
    "SetPassword",
    "ChangePassword",
    "Create",
    "Update",
    "Delete",
    "Restore",
    "Complete",
    "Refresh",
    "Revoke",
    "Verify",
    "Add",
    "Remove",
    "Deactivate",
    "Grant",
];

/// What mutations are about beside the object types of the schema.
const OTHER_NOUNS: &[&str] = &[
    "allowedOrigins",
    "tenantToken",
    "token",
    "passwordReset",
    "emailChange",
    "oidcSignIn",
    "totp",
    "recoveryCodes",
    "serviceAccount",
    "eventProcessing",
    "platformEventProcessing",
];

/// Lists without pages, and what bounds them.
const BOUNDED: &[(&str, &str)] = &[
    ("RecoveryCodesRegeneratePayload.recoveryCodes", "ten"),
    ("SecurityPolicy.requireTotpForRoles", "the roles"),
    ("TotpConfirmPayload.recoveryCodes", "ten"),
    ("IdentityProvider.allowedEmailDomains", "at most 50"),
    ("Invitation.groups", "at most a hundred"),
    ("AllowedOriginsUpdatePayload.allowedOrigins", "at most 20"),
    ("Client.tags", "at most 50"),
    ("Note.mentions", "at most 20"),
    ("Event.deliveries", "one for each handler, of which there are at most 200"),
    ("EventCondition.values", "at most 50"),
    ("Webhook.eventTypes", "at most 50"),
    ("WebhookDelivery.attempts", "the last 50"),
    ("EventHandler.conditions", "at most 10"),
    ("EventHandler.recipients", "there are four"),
    ("Query.viewerNotificationPreferences", "one for each kind"),
    ("Query.clientCountByStage", "at most 50 stages"),
    ("Query.caseCountByStage", "at most 50 stages"),
    ("StageReorderPayload.stages", "at most 50"),
    ("Permission.scopes", "four"),
    ("ViewerPermission.scopes", "four"),
    ("Event.changedFields", "columns of one row"),
    ("Event.eventTypes", "one for each changed column, and one more"),
    ("Group.permissions", "there are some dozens of permissions"),
    ("ObjectPermissionGrantPayload.objectPermissions", "as many as are named"),
    ("Permission.objectKinds", "the kinds of object"),
    ("Permission.roles", "the roles"),
    ("ApiKey.scopes", "permissions, of which there are some dozens"),
    ("ProjectStatistics.projectsByStatus", "one for each status"),
    ("ProjectStatistics.tasksByStatus", "one for each status"),
    ("Query.allowedOrigins", "at most 20"),
    ("Query.nodes", "as many as ids are given, at most 100"),
    ("Query.permissions", "there are some dozens of permissions"),
    ("Query.viewerPermissions", "there are some dozens of permissions"),
    ("Query.viewerOperatorSessions", "the last hundred used"),
    ("Query.signInProviders", "at most 20"),
    ("Query.userIdentities", "at most a hundred"),
    ("Query.viewerIdentities", "at most a hundred"),
    ("Query.signingKeys", "one for each rotation"),
    ("Query.viewerSessions", "the last hundred used"),
    ("Tenant.domains", "a tenant has a few"),
    ("TenantLimits.ownFigures", "as many as there are figures"),
    ("TrustedDocumentBulkCreatePayload.trustedDocuments", "as many as were sent"),
    ("User.groups", "at most a hundred"),
    ("User.permissions", "there are some dozens of permissions"),
    ("UserError.field", "the path of one argument"),
];

#[test]
fn the_schema_file_is_current() {
    let (path, served) = (root().join("schema.graphql"), registry::sdl());
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    if kept != served {
        std::fs::write(&path, served).expect("schema.graphql can be written");
        panic!("schema.graphql was not current; it is now: read the difference and commit it");
    }
}

/// The types of our own, without those every schema has.
pub fn types() -> Vec<TypeDefinition> {
    let document = parse_schema(registry::sdl()).expect("our own schema");
    let definitions = document.definitions.into_iter().filter_map(|d| match d {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    definitions.collect()
}

/// The fields of an object or interface; none for other types.
pub fn fields(definition: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
    match &definition.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => &[],
    }
}

/// The name of a type without its lists.
pub fn name_of(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => name_of(item),
    }
}

fn has_argument(field: &FieldDefinition, name: &str) -> bool {
    field.arguments.iter().any(|a| a.node.name.node == *name)
}

#[test]
fn everything_is_described() {
    let mut bare = vec![];
    let mut check = |what: String, text: &Option<Positioned<String>>| {
        let text = text.as_ref().map(|t| t.node.trim()).unwrap_or_default();
        if text.is_empty() {
            bare.push(format!("{what} has no description"));
        }
    };
    for definition in types() {
        let name = definition.name.node.as_str();
        check(name.to_owned(), &definition.description);
        for field in fields(&definition) {
            let field = &field.node;
            check(format!("{name}.{}", field.name.node), &field.description);
            for argument in &field.arguments {
                let argument = &argument.node;
                let what = format!("{name}.{}({}:)", field.name.node, argument.name.node);
                check(what, &argument.description);
            }
        }
        match &definition.kind {
            TypeKind::InputObject(input) => {
                for field in &input.fields {
                    let field = &field.node;
                    check(format!("{name}.{}", field.name.node), &field.description);
                }
            }
            TypeKind::Enum(values) => {
                for value in &values.values {
                    let value = &value.node;
                    check(format!("{name}.{}", value.value.node), &value.description);
                }
            }
            _ => {}
        }
    }
    none(&bare);
}

#[test]
fn mutations_are_a_noun_and_a_verb_and_answer_a_payload() {
    let types = types();
    let find = |name: &str| types.iter().find(|t| t.name.node == name);
    let mut wrong = vec![];
    for field in fields(find("Mutation").expect("mutations")) {
        let (field, name) = (&field.node, field.node.name.node.as_str());
        let noun = VERBS.iter().find_map(|verb| name.strip_suffix(verb)).unwrap_or_default();
        let is_type = |n: &str| types.iter().any(|t| lower(&t.name.node) == n);
        if noun.is_empty() {
            wrong.push(format!("{name} ends in none of the verbs"));
        } else if !is_type(noun) && !OTHER_NOUNS.contains(&noun) {
            wrong.push(format!("{name}: {noun} is no type of the schema"));
        }
        let payload = name_of(&field.ty.node);
        let errors = find(payload).map(fields).unwrap_or_default();
        let has_errors = errors
            .iter()
            .any(|f| f.node.name.node == "userErrors" && f.node.ty.to_string() == "[UserError!]!");
        if !payload.ends_with("Payload") || !has_errors {
            wrong.push(format!("{name} must answer a payload with userErrors: [UserError!]!"));
        }
        if let Some(input) = argument_type(field, "input")
            && !input.ends_with("Input!")
        {
            wrong.push(format!("{name}: the argument input is {input}, not a required Input"));
        }
    }
    none(&wrong);
}

fn lower(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|c| c.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}

fn argument_type(field: &FieldDefinition, name: &str) -> Option<String> {
    let of = |a: &&Positioned<InputValueDefinition>| a.node.name.node == *name;
    field.arguments.iter().find(of).map(|a| a.node.ty.node.to_string())
}

#[test]
fn no_list_is_endless() {
    let mut needless: Vec<&str> = BOUNDED.iter().map(|(name, _)| *name).collect();
    let mut wrong = vec![];
    for definition in types() {
        let owner = definition.name.node.as_str();
        for field in fields(&definition) {
            let (field, ty) = (&field.node, &field.node.ty.node);
            let name = format!("{owner}.{}", field.name.node);
            let paged = has_argument(field, "first");
            if name_of(ty).ends_with("Connection") && !paged {
                wrong.push(format!("{name} answers pages but has no argument first"));
            }
            // The lists of a page are as long as its field was asked for.
            let of_page = owner.ends_with("Connection") || field.name.node == "userErrors";
            if !matches!(ty.base, BaseType::List(_)) || paged || of_page {
                continue;
            }
            match needless.iter().position(|known| *known == name) {
                Some(at) => drop(needless.swap_remove(at)),
                None => wrong.push(format!("{name} is a list without first")),
            }
        }
    }
    wrong.extend(needless.iter().map(|n| format!("{n} needs no exception: take it away")));
    none(&wrong);
}

#[test]
fn connections_are_whole() {
    let types = types();
    let mut wrong = vec![];
    for connection in types.iter().filter(|t| t.name.node.ends_with("Connection")) {
        let name = connection.name.node.as_str();
        let has = |field: &str| fields(connection).iter().any(|f| f.node.name.node == field);
        for field in ["edges", "nodes", "pageInfo", "totalCount"] {
            if !has(field) {
                wrong.push(format!("{name} has no {field}"));
            }
        }
    }
    for field in types.iter().flat_map(fields) {
        if name_of(&field.node.ty.node).ends_with("Connection") {
            for argument in ["first", "after", "last", "before"] {
                if !has_argument(&field.node, argument) {
                    wrong.push(format!("{} has no argument {argument}", field.node.name.node));
                }
            }
        }
    }
    none(&wrong);
}
