//! Organizations: who sees and changes them, who belongs to them, and their tenants.

use std::sync::Arc;

use async_graphql::Request;
use serde_json::{Value, json};
use taruvi::authz::{Access, OperatorId};
use taruvi::ctx::{Actor, Core, Ctx, Origin, Scope};

use super::new;
use super::operators::{add, sign_in};
use crate::support::database::PASSWORD;
use crate::support::{Caller, TestApp};
use crate::tenant::kit::text;

const UNKNOWN: &str = "organization_01jtestgap0000000000000000";

/// An organization with an owner, an admin and a member, called after what they are in it, such
/// as `owner-of-law`, and its tenant of the same name.
pub struct Org {
    pub id: String,
    pub tenant: String,
    pub owner: Caller,
    pub admin: Caller,
    pub member: Caller,
}

impl Org {
    pub async fn new(app: &TestApp, admin: &Caller, name: &str) -> Self {
        let person = |role: &str| format!("{role}-of-{name}");
        for role in ["owner", "admin", "member"] {
            add(admin, &person(role), false).await;
        }
        let owner = format!("{}@taruvi.test", person("owner"));
        let id = create(admin, json!({ "name": name, "ownerEmail": owner })).await;
        for role in ["admin", "member"] {
            join(admin, &id, &person(role), &role.to_uppercase()).await;
        }
        let tenant = tenant(admin, &id, name).await;
        let (owner, of_admin) = (person("owner"), person("admin"));
        Self {
            id,
            tenant,
            owner: sign_in(app, &owner).await,
            admin: sign_in(app, &of_admin).await,
            member: sign_in(app, &person("member")).await,
        }
    }
}

async fn create(admin: &Caller, input: Value) -> String {
    let made =
        admin.done("organizationCreate", json!({ "input": input }), "organization { id }").await;
    text(&made["organization"]["id"])
}

/// Makes an operator a member; the membership's id.
pub async fn join(by: &Caller, organization: &str, name: &str, role: &str) -> String {
    let input = json!({ "organizationId": organization, "email": format!("{name}@taruvi.test"),
        "role": role });
    let selection = "organizationMember { id }";
    let added = by.done("organizationMemberAdd", json!({ "input": input }), selection).await;
    text(&added["organizationMember"]["id"])
}

async fn tenant(by: &Caller, organization: &str, schema: &str) -> String {
    let mut input = new(schema);
    input["organizationId"] = json!(organization);
    let made = by.done("tenantCreate", json!({ "input": input }), "tenant { id }").await;
    text(&made["tenant"]["id"])
}

/// The members' addresses and roles, and their memberships' ids.
async fn members(by: &Caller, organization: &str) -> Vec<(String, String, String)> {
    let query = "query($id: ID!) { organization(id: $id) {
        members(orderBy: [{ field: EMAIL }]) { nodes { id email role } } } }";
    let found = by.gql_with(query, json!({ "id": organization })).await.data();
    let member = |m: &Value| (text(&m["email"]), text(&m["role"]), text(&m["id"]));
    let nodes = found["organization"]["members"]["nodes"].clone();
    nodes.as_array().expect("members").iter().map(member).collect()
}

async fn membership(by: &Caller, organization: &str, name: &str) -> String {
    let email = format!("{name}@taruvi.test");
    let all = members(by, organization).await;
    all.into_iter().find(|(e, ..)| *e == email).expect("the member").2
}

fn list(answer: &crate::support::Answer, connection: &str) -> Vec<String> {
    let mut names: Vec<_> = answer.column(connection, "name").iter().map(text).collect();
    names.sort();
    names
}

#[tokio::test]
async fn everybody_sees_the_organizations_they_belong_to_and_their_tenants() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let (law, works) = (Org::new(&app, &admin, "law").await, Org::new(&app, &admin, "works").await);
    let query =
        "{ organizations { totalCount nodes { name } } tenants { totalCount nodes { name } } }";
    for caller in [&law.owner, &law.admin, &law.member] {
        let seen = caller.gql(query).await;
        assert_eq!(list(&seen, "organizations"), ["law"]);
        assert_eq!(list(&seen, "tenants"), ["law"]);
        assert_eq!(seen.at("/data/organizations/totalCount"), 1);
        assert_eq!(seen.at("/data/tenants/totalCount"), 1);
        let one =
            "query($o: ID!, $t: ID!) { organization(id: $o) { name } tenant(id: $t) { name } }";
        let own = caller.gql_with(one, json!({ "o": law.id, "t": law.tenant })).await.data();
        assert_eq!(own, json!({ "organization": { "name": "law" }, "tenant": { "name": "law" } }));
        let foreign = json!({ "o": works.id, "t": works.tenant });
        let foreign = caller.gql_with(one, foreign).await.data();
        assert_eq!(foreign, json!({ "organization": null, "tenant": null }));
        let filter = format!(
            "{{ tenants(filter: {{ organizationId: {{ eq: \"{}\" }} }}) {{ totalCount }} }}",
            works.id
        );
        assert_eq!(caller.gql(&filter).await.at("/data/tenants/totalCount"), 0);
    }
    let all = admin.gql(query).await;
    assert_eq!(list(&all, "organizations"), ["law", "works"]);
    assert_eq!(all.at("/data/tenants/totalCount"), 4);
    add(&admin, "nobody", false).await;
    let nobody = sign_in(&app, "nobody").await.gql(query).await;
    assert_eq!(nobody.at("/data/organizations/totalCount"), 0);
    assert_eq!(nobody.at("/data/tenants/totalCount"), 0);

    let roles = "{ organizations { nodes { viewerRole members { totalCount } tenants { nodes { name
        organization { name } } } } } }";
    for (caller, role) in [
        (&law.owner, json!("OWNER")),
        (&law.admin, json!("ADMIN")),
        (&law.member, json!("MEMBER")),
        (&admin, Value::Null),
    ] {
        let seen = caller.gql(roles).await.data()["organizations"]["nodes"][0].clone();
        let tenants = json!({ "nodes": [{ "name": "law", "organization": { "name": "law" } }] });
        let expected =
            json!({ "viewerRole": role, "members": { "totalCount": 3 }, "tenants": tenants });
        assert_eq!(seen, expected);
    }
}

/// How many statements a query of an administrator's takes.
async fn statements(app: &TestApp, query: &str) -> u32 {
    let (process, query) = (app.app.clone(), query.to_owned());
    let access = Access::operator(OperatorId::generate(), true, uuid::Uuid::now_v7());
    app.run(async move {
        let actor = Actor::SignedIn(access);
        let ctx = Ctx::new(Core::new(process, Scope::Platform, actor, Origin::default()));
        let ctx = Arc::new(ctx);
        let request = Request::new(query).data(ctx.clone());
        let schema = taruvi::registry::schema();
        let response = ctx.carry(schema.execute(request)).await;
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        ctx.meter.statements()
    })
    .await
}

#[tokio::test]
async fn statements_do_not_grow_with_the_organizations() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let query = "{ organizations { nodes { name viewerRole members { totalCount nodes { email
        organization { name } } } tenants { totalCount nodes { name domains { domain }
        organization { name } } } } } }";
    let mut counts = vec![];
    for names in [vec!["one"], vec!["two", "three"]] {
        for name in names {
            Org::new(&app, &admin, name).await;
        }
        counts.push(statements(&app, query).await);
    }
    assert_eq!(counts[0], counts[1]);
}

#[tokio::test]
async fn owners_manage_their_people_and_others_do_not() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let (law, works) = (Org::new(&app, &admin, "law").await, Org::new(&app, &admin, "works").await);
    add(&admin, "new", false).await;
    let added = |organization: &str| json!({ "input": { "organizationId": organization, "email": "new@taruvi.test" } });
    let before = members(&admin, &law.id).await;
    let id = membership(&admin, &law.id, "member-of-law").await;
    let promote = json!({ "id": id, "role": "ADMIN" });
    for caller in [&law.admin, &law.member] {
        for (field, arguments) in [
            ("organizationMemberAdd", added(&law.id)),
            ("organizationMemberUpdateRole", promote.clone()),
            ("organizationUpdate", json!({ "id": law.id, "input": { "name": "Mine" } })),
            ("organizationDelete", json!({ "id": law.id })),
        ] {
            assert_eq!(change(caller, field, arguments).await, "FORBIDDEN", "{field}");
        }
    }
    let owner = membership(&admin, &law.id, "owner-of-law").await;
    let remove = json!({ "id": owner });
    assert_eq!(law.member.refusal("organizationMemberRemove", remove).await, "FORBIDDEN");
    // To people of other organizations nothing of it exists.
    let unknown = works.owner.faults("organizationMemberAdd", added(&law.id)).await;
    assert_eq!(unknown, ["NOT_FOUND input.organizationId"]);
    assert_eq!(
        change(&works.owner, "organizationMemberUpdateRole", promote.clone()).await,
        "NOT_FOUND id"
    );
    let remove = json!({ "id": id });
    assert_eq!(works.owner.faults("organizationMemberRemove", remove).await, ["NOT_FOUND id"]);
    let rename = json!({ "id": law.id, "input": { "name": "Mine" } });
    assert_eq!(works.owner.faults("organizationUpdate", rename).await, ["NOT_FOUND id"]);
    assert_eq!(members(&admin, &law.id).await, before);

    let made = law
        .owner
        .done(
            "organizationMemberAdd",
            added(&law.id),
            "organizationMember { role
        email organization { name } }",
        )
        .await;
    let expected = json!({ "role": "MEMBER", "email": "new@taruvi.test",
        "organization": { "name": "law" } });
    assert_eq!(made["organizationMember"], expected);
    let again = law.owner.faults("organizationMemberAdd", added(&law.id)).await;
    assert_eq!(again, ["TAKEN input.email"]);
    assert_eq!(change(&law.owner, "organizationMemberUpdateRole", promote).await, "");
    let roles: Vec<_> = members(&law.owner, &law.id).await.into_iter().map(|m| m.1).collect();
    assert_eq!(roles, ["ADMIN", "ADMIN", "MEMBER", "OWNER"]);
    // Everybody may leave.
    let own = membership(&admin, &law.id, "new").await;
    let new = sign_in(&app, "new").await;
    new.done("organizationMemberRemove", json!({ "id": own }), "").await;
    let seen = new.gql("{ organizations { totalCount } }").await;
    assert_eq!(seen.at("/data/organizations/totalCount"), 0);
    let recorded = "SELECT string_agg(action, ' ' ORDER BY seq) FROM public.audit_log
        WHERE object_kind = 'organization_member' AND actor_kind = 'operator'";
    let actions = app.value(recorded).await;
    assert!(
        actions.ends_with(
            "organization_member.create organization_member.update \
        organization_member.delete"
        ),
        "{actions}"
    );
}

/// The code of the refusal, or the first user error, or nothing when it was done.
async fn change(caller: &Caller, field: &str, arguments: Value) -> String {
    let query = match field {
        "organizationMemberUpdateRole" => {
            "mutation($id: ID!, $role: OrganizationRole!) { organizationMemberUpdateRole(id: $id,
                role: $role) { userErrors { code field } } }"
        }
        _ => return caller.refusal(field, arguments).await,
    };
    let answer = caller.gql_with(query, arguments).await;
    let error = answer.at(&format!("/data/{field}/userErrors/0"));
    match error["code"].as_str() {
        Some(code) => format!("{code} {}", text(&error["field"][0])),
        None => answer.code(),
    }
}

#[tokio::test]
async fn the_last_owner_stays() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let law = Org::new(&app, &admin, "law").await;
    let owner = membership(&admin, &law.id, "owner-of-law").await;
    let leave = json!({ "id": owner });
    let demote = json!({ "id": owner, "role": "MEMBER" });
    for caller in [&law.owner, &admin] {
        assert_eq!(caller.faults("organizationMemberRemove", leave.clone()).await, ["NOT_ALLOWED"]);
        let query = "mutation($id: ID!, $role: OrganizationRole!) { organizationMemberUpdateRole(
            id: $id, role: $role) { userErrors { code } } }";
        let refused = caller.gql_with(query, demote.clone()).await;
        assert_eq!(
            refused.text("/data/organizationMemberUpdateRole/userErrors/0/code"),
            "NOT_ALLOWED"
        );
    }
    // An owner who can't sign in is none to rely on.
    let gone = add(&admin, "gone", false).await;
    join(&law.owner, &law.id, "gone", "OWNER").await;
    let off = json!({ "id": gone, "input": { "isActive": false } });
    admin.done("operatorUpdate", off, "").await;
    assert_eq!(law.owner.faults("organizationMemberRemove", leave.clone()).await, ["NOT_ALLOWED"]);
    add(&admin, "second", false).await;
    let second = join(&law.owner, &law.id, "second", "OWNER").await;
    let leave = async |id: &str| {
        law.owner.mutate("organizationMemberRemove", json!({ "id": id }), "").await;
    };
    tokio::join!(leave(&owner), leave(&second));
    let left = "SELECT count(*) FROM public.organization_members AS m
        JOIN public.operators AS o ON o.id = operator_id WHERE role = 'owner' AND o.is_active";
    assert_eq!(app.value(left).await, "1", "of two who leave at the same time one stays");
}

#[tokio::test]
async fn an_organization_makes_tenants_as_far_as_its_limit_goes() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let (law, works) = (Org::new(&app, &admin, "law").await, Org::new(&app, &admin, "works").await);
    let input = |schema: &str, organization: &str, more: Value| {
        let mut input = new(schema);
        input["organizationId"] = json!(organization);
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "input": input })
    };
    let plain = |organization: &str| input("mine", organization, json!({}));
    assert_eq!(law.member.refusal("tenantCreate", plain(&law.id)).await, "FORBIDDEN");
    for caller in [&law.owner, &law.admin] {
        let own = json!({ "input": new("mine") });
        assert_eq!(caller.refusal("tenantCreate", own).await, "FORBIDDEN", "of nobody");
        for organization in [works.id.as_str(), UNKNOWN] {
            let found = caller.faults("tenantCreate", plain(organization)).await;
            assert_eq!(found, ["NOT_FOUND input.organizationId"]);
        }
        let more = json!({ "domain": "law.example", "maxUsers": 1000 });
        let found = caller.faults("tenantCreate", input("mine", &law.id, more)).await;
        assert_eq!(found, ["NOT_ALLOWED input.domain", "NOT_ALLOWED input.maxUsers"]);
    }
    let unknown = admin.faults("tenantCreate", plain(UNKNOWN)).await;
    assert_eq!(unknown, ["NOT_FOUND input.organizationId"]);
    law.admin.done("tenantCreate", input("second", &law.id, json!({})), "").await;
    let limit = json!({ "id": law.id, "input": { "maxTenants": 3 } });
    let found = law.owner.faults("organizationUpdate", limit.clone()).await;
    assert_eq!(found, ["NOT_ALLOWED input.maxTenants"]);
    admin.done("organizationUpdate", limit, "").await;
    let make = async |schema: &str| {
        law.owner.faults("tenantCreate", input(schema, &law.id, json!({}))).await
    };
    let (one, two) = tokio::join!(make("third"), make("fourth"));
    assert_eq!([one, two].concat(), ["LIMIT_REACHED input.organizationId"]);
    assert_eq!(app.value("SELECT count(*) FROM public.tenants").await, "6");
    app.anonymous("second").sign_in("boss@second.test", PASSWORD).await;
}

#[tokio::test]
async fn an_organization_names_its_tenants_and_administrators_decide_the_rest() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let (law, works) = (Org::new(&app, &admin, "law").await, Org::new(&app, &admin, "works").await);
    let change = |id: &str, input: Value| json!({ "id": id, "input": input });
    let rename = change(&law.tenant, json!({ "name": "New" }));
    assert_eq!(law.member.refusal("tenantUpdate", rename.clone()).await, "FORBIDDEN");
    assert_eq!(works.owner.faults("tenantUpdate", rename.clone()).await, ["NOT_FOUND id"]);
    for (input, field) in [
        (json!({ "isActive": false }), "isActive"),
        (json!({ "subscriptionStatus": "ACTIVE" }), "subscriptionStatus"),
        (json!({ "maxUsers": 1000 }), "maxUsers"),
        (json!({ "organizationId": works.id }), "organizationId"),
        (json!({ "organizationId": null }), "organizationId"),
    ] {
        let found = law.owner.faults("tenantUpdate", change(&law.tenant, input)).await;
        assert_eq!(found, [format!("NOT_ALLOWED input.{field}")]);
    }
    let done = law.admin.done("tenantUpdate", rename, "tenant { name version }").await;
    assert_eq!(done["tenant"], json!({ "name": "New", "version": 2 }));
    for (field, arguments) in [
        ("tenantDelete", json!({ "id": law.tenant, "confirmSchemaName": "t_law" })),
        ("domainAdd", json!({ "tenantId": law.tenant, "domain": "law.example" })),
    ] {
        assert_eq!(law.owner.refusal(field, arguments).await, "FORBIDDEN", "{field}");
    }
    // Moved, it is the other organization's.
    let unknown = change(&law.tenant, json!({ "organizationId": UNKNOWN }));
    assert_eq!(admin.faults("tenantUpdate", unknown).await, ["NOT_FOUND input.organizationId"]);
    let moved = change(&law.tenant, json!({ "organizationId": works.id }));
    let moved = admin.done("tenantUpdate", moved, "tenant { organization { name } }").await;
    assert_eq!(moved["tenant"]["organization"]["name"], "works");
    let seen = law.owner.gql("{ tenants { totalCount } }").await;
    assert_eq!(seen.at("/data/tenants/totalCount"), 0);
    let seen = works.member.gql("{ tenants { totalCount } }").await;
    assert_eq!(seen.at("/data/tenants/totalCount"), 2);
}

#[tokio::test]
async fn organizations_are_made_changed_and_deleted() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    add(&admin, "boss", false).await;
    let long = "x".repeat(101);
    for (key, value, expected) in [
        ("name", json!(" "), "REQUIRED input.name"),
        ("name", json!("a\nb"), "INVALID input.name"),
        ("name", json!(long), "TOO_LONG input.name"),
        ("maxTenants", json!(-1), "INVALID input.maxTenants"),
        ("ownerEmail", json!("nobody"), "INVALID input.ownerEmail"),
        ("ownerEmail", json!("nobody@taruvi.test"), "NOT_FOUND input.ownerEmail"),
    ] {
        let mut input = json!({ "name": "Law", "ownerEmail": "boss@taruvi.test" });
        input[key] = value;
        let found = admin.faults("organizationCreate", json!({ "input": input })).await;
        assert_eq!(found, [expected]);
    }
    assert_eq!(app.value("SELECT count(*) FROM public.organizations").await, "0");
    let input = json!({ "name": " Law ", "ownerEmail": " BOSS@taruvi.test ", "maxTenants": 0 });
    let id = create(&admin, input).await;
    let boss = sign_in(&app, "boss").await;
    let change = json!({ "id": id, "input": { "name": "Works" }, "expectedVersion": 1 });
    let selection = "organization { name maxTenants version }";
    let changed = boss.done("organizationUpdate", change.clone(), selection).await;
    let expected = json!({ "name": "Works", "maxTenants": 0, "version": 2 });
    assert_eq!(changed["organization"], expected);
    let stale = boss.faults("organizationUpdate", change).await;
    assert_eq!(stale, ["STALE_VERSION expectedVersion"]);
    let full = {
        let mut input = new("law");
        input["organizationId"] = json!(id);
        json!({ "input": input })
    };
    let found = admin.faults("tenantCreate", full).await;
    assert_eq!(found, ["LIMIT_REACHED input.organizationId"]);
    let more = json!({ "id": id, "input": { "maxTenants": 1 } });
    admin.done("organizationUpdate", more, "").await;
    let law = tenant(&admin, &id, "law").await;
    let delete = json!({ "id": id });
    assert_eq!(boss.refusal("organizationDelete", delete.clone()).await, "FORBIDDEN");
    assert_eq!(admin.faults("organizationDelete", delete.clone()).await, ["NOT_ALLOWED"]);
    let gone = json!({ "id": law, "confirmSchemaName": "t_law" });
    admin.done("tenantDelete", gone, "").await;
    let deleted = admin.done("organizationDelete", delete.clone(), "deletedOrganizationId").await;
    assert_eq!(deleted["deletedOrganizationId"], json!(id));
    assert_eq!(admin.faults("organizationDelete", delete).await, ["NOT_FOUND id"]);
    assert_eq!(app.value("SELECT count(*) FROM public.organization_members").await, "0");
}
