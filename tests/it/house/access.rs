//! Every field of the API refuses who may not use it: somebody who is not signed in, a member, and
//! whoever is on the wrong side of the line between tenants and platform. What is open on purpose
//! stands in `access_exempt.txt` with its reason; that list may only shrink.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::Positioned;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputObjectType, InputValueDefinition, Type, TypeDefinition,
    TypeKind,
};
use serde_json::json;
use taruvi::base::ids;

use super::schema::{VERBS, fields, name_of, types};
use super::source::none;
use crate::support::database::PASSWORD;
use crate::support::{Answer, Caller, TestApp};
use crate::tenant::kit::text;

/// Who asks, and what they hear when they may not: code and message.
const REFUSALS: [(&str, &str, &str); 2] =
    [("anonymous", "UNAUTHENTICATED", "sign in first"), ("member", "FORBIDDEN", "the permission ")];

#[tokio::test]
async fn every_field_refuses_who_may_not_use_it() {
    let app = TestApp::new().await;
    let asker = Asker::new(&app).await;
    let mut exempt: BTreeSet<String> = exempt().into_keys().collect();
    let mut wrong = vec![];
    for (name, operation) in asker.operations() {
        for (who, code, message) in REFUSALS {
            let answer = asker.callers[who].gql(&operation).await;
            let refused = answer.code() == code
                && answer.at("/errors/0/message").as_str().is_some_and(|m| m.starts_with(message));
            let entry = format!("{who} {name}");
            match (refused, exempt.remove(&entry)) {
                (false, false) => wrong.push(format!("{entry} is not refused: {}", answer.body)),
                (true, true) => wrong.push(format!("{entry} is refused: take it from the list")),
                _ => {}
            }
        }
    }
    wrong.extend(exempt.iter().map(|e| format!("{e} is no field: take it from the list")));
    none(&wrong);
}

#[tokio::test]
async fn no_field_serves_both_tenants_and_the_platform() {
    let app = TestApp::new().await;
    let asker = Asker::new(&app).await;
    let open: BTreeSet<String> = exempt().into_keys().collect();
    let may = |answer: &Answer| !matches!(&*answer.code(), "FORBIDDEN" | "UNAUTHENTICATED");
    let mut wrong = vec![];
    for (name, operation) in asker.operations() {
        let owner = asker.callers["owner"].gql(&operation).await;
        let operator = asker.callers["operator"].gql(&operation).await;
        let meant = open.contains(&format!("anonymous {name}"));
        match (may(&owner), may(&operator)) {
            (true, true) if !meant => wrong.push(format!("{name} serves owners and operators")),
            (false, false) if !meant => {
                wrong.push(format!("{name} serves nobody: {} {}", owner.body, operator.body));
            }
            _ => {}
        }
    }
    none(&wrong);
}

/// What is open, and why. A line is `who Type.field: reason`.
fn exempt() -> BTreeMap<String, String> {
    let lines = include_str!("access_exempt.txt").lines().filter(|l| !l.starts_with('#'));
    let entry = |line: &str| {
        let (entry, reason) = line.split_once(": ").expect("who Type.field: reason");
        assert!(reason.len() > 10, "a reason for {entry}");
        (entry.to_owned(), reason.to_owned())
    };
    lines.filter(|line| !line.is_empty()).map(entry).collect()
}

/// Builds operations from the schema, and knows who sends them.
struct Asker {
    types: Vec<TypeDefinition>,
    /// An object that exists, for each kind that acme or the platform has.
    ids: BTreeMap<String, String>,
    callers: BTreeMap<&'static str, Caller>,
}

impl Asker {
    async fn new(app: &TestApp) -> Self {
        app.sign_in("acme", "owner").await;
        let (owner, operator) = (app.sign_in("acme", "owner").await, app.operator().await);
        let project = app.project(&owner, "Apollo").await;
        let task = app.task(&owner, &project, "Land").await;
        let document = "mutation { documentCreate(input: {name: \"Plan\"}) { document { id } } }";
        let document = owner.gql(document).await.text("/data/documentCreate/document/id");
        let user = owner.gql("{ viewer { id } }").await.text("/data/viewer/id");
        let trusted = "mutation { trustedDocumentBulkCreate(input: {documents: [
            {text: \"{ __typename }\"}]}) { trustedDocuments { id } } }";
        let trusted = owner.gql(trusted).await;
        let trusted = trusted.text("/data/trustedDocumentBulkCreate/trustedDocuments/0/id");
        // The one that the owner signed in with before, and does not use.
        let session = owner.gql("{ viewerSessions { id } }").await;
        let session = session.text("/data/viewerSessions/1/id");
        app.operator().await;
        // Neither the one that is used below nor the only one.
        let sessions = operator.gql("{ viewerOperatorSessions { id isCurrent } }").await;
        let sessions = sessions.at("/data/viewerOperatorSessions");
        let other = sessions.as_array().into_iter().flatten().find(|s| s["isCurrent"] == false);
        let operator_session = text(&other.expect("another session")["id"]);
        let who = json!({ "input": { "email": "other@taruvi.test", "password": PASSWORD } });
        let other = operator.done("operatorCreate", who, "operator { id }").await;
        let acme = operator.gql("{ tenants(search: \"acme\") { nodes { id } } }").await;
        let stead = json!({ "input": { "tenantId": acme.text("/data/tenants/nodes/0/id"),
            "userId": user, "reason": "to look at the fields" } });
        let stead = operator.done("impersonationStart", stead, "impersonation { id }").await;
        let impersonation = text(&stead["impersonation"]["id"]);
        let new = json!({ "input": { "name": "Acme", "ownerEmail": "admin@taruvi.test" } });
        let selection = "organization { id members { nodes { id } } }";
        let organization = operator.done("organizationCreate", new, selection).await;
        let organization = &organization["organization"];
        let tenant = operator.gql("{ tenants { nodes { id } } }").await;
        let tenant = tenant.text("/data/tenants/nodes/1/id");
        let add = "mutation($t: ID!) { domainAdd(tenantId: $t, domain: \"a.example\") {
            domain { id } } }";
        let domain = operator.gql_with(add, json!({ "t": tenant })).await;
        let domain = domain.text("/data/domainAdd/domain/id");
        let robot = "mutation { serviceAccountCreate(input: {name: \"Robot\"}) {
            serviceAccount { id } } }";
        let robot = owner.gql(robot).await.text("/data/serviceAccountCreate/serviceAccount/id");
        let key = "mutation { apiKeyCreate(input: {name: \"Key\", scopes: [\"*\"]}) {
            apiKey { id } } }";
        let key = owner.gql(key).await.text("/data/apiKeyCreate/apiKey/id");
        let (provider, identity) = super::access_matrix::world::provider(app, &owner).await;
        let [webhook, webhook_delivery] = super::access_matrix::world::webhook(&owner).await;
        let handler = owner.gql("{ eventHandlers(first: 1) { nodes { id } } }").await;
        let event = owner.gql("{ events(first: 1) { nodes { id } } }").await;
        let ids = [
            webhook,
            webhook_delivery,
            ("eventHandler", handler.text("/data/eventHandlers/nodes/0/id")),
            ("event", event.text("/data/events/nodes/0/id")),
            ("identityProvider", provider.clone()),
            ("provider", provider),
            ("userIdentity", identity),
            ("project", project),
            ("task", task),
            ("trustedDocument", trusted),
            ("document", document),
            ("user", user),
            ("tenant", tenant),
            ("domain", domain),
            ("session", session),
            ("operatorSession", operator_session),
            ("organization", text(&organization["id"])),
            ("impersonation", impersonation),
            ("organizationMember", text(&organization["members"]["nodes"][0]["id"])),
            ("operator", text(&other["operator"]["id"])),
            ("serviceAccount", robot),
            ("apiKey", key),
        ];
        let member = app.sign_in("acme", "member").await;
        let anonymous = app.anonymous("acme");
        Self {
            types: types(),
            ids: ids.map(|(kind, id)| (kind.to_owned(), id)).into(),
            callers: BTreeMap::from([
                ("anonymous", anonymous),
                ("member", member),
                ("owner", owner),
                ("operator", operator),
            ]),
        }
    }

    /// The shortest valid operation for every field, reading ones first.
    fn operations(&self) -> Vec<(String, String)> {
        let mut operations = vec![];
        for root in ["Query", "Mutation"] {
            for field in fields(self.find(root).expect("the root")) {
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
        let arguments = self.required(noun, &field.arguments);
        let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
        let leaf = self
            .find(name_of(&field.ty.node))
            .is_none_or(|t| matches!(t.kind, TypeKind::Scalar | TypeKind::Enum(_)));
        let inside = if leaf { "" } else { " { __typename }" };
        format!("{} {{ {name}{arguments}{inside} }}", root.to_lowercase())
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
            "String" => "\"text\"".to_owned(),
            "Int" | "Float" => "1".to_owned(),
            "Boolean" => "true".to_owned(),
            "Date" => "\"2026-11-21\"".to_owned(),
            "DateTime" => "\"2026-11-21T12:00:00Z\"".to_owned(),
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

    /// Nullable keys are null: valid for GraphQL, and mostly not for the use case, which must not
    /// be what the caller learns first.
    fn object(&self, noun: &str, input: &InputObjectType, one: bool) -> String {
        match input.fields.first().map(|f| &f.node) {
            Some(first) if one => {
                let (name, ty) = (&first.name.node, &first.ty.node);
                format!("{{{name}: {}}}", self.value(noun, name, ty))
            }
            _ => {
                let nulls = input.fields.iter().map(|f| &f.node).filter(|f| f.ty.node.nullable);
                let nulls = nulls.map(|f| format!("{}: null", f.name.node));
                let mut keys: Vec<_> = nulls.collect();
                keys.push(self.required(noun, &input.fields));
                format!("{{{}}}", keys.join(" "))
            }
        }
    }

    /// `projectId` names its kind; `id` is that of the field's own.
    fn id(&self, noun: &str, name: &str) -> String {
        let kind = match name.strip_suffix("Id").or_else(|| name.strip_suffix("Ids")) {
            Some(kind) => kind,
            None if noun.starts_with("node") => "project",
            None => noun,
        };
        let fresh = || ids::encode(kind, uuid::Uuid::now_v7());
        self.ids.get(kind).cloned().unwrap_or_else(fresh)
    }
}
