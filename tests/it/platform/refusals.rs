//! Who may not use the platform's fields: everybody but its administrators, and they only at its
//! host; and what tenants may not be made of.

use serde_json::{Value, json};

use super::{id_of, new};
use crate::support::TestApp;

const QUERIES: [&str; 3] = [
    "tenants { totalCount nodes { name } }",
    "tenant(id: $id) { name }",
    "tenantLimits(tenantId: $id) { apiPerMinute }",
];

#[tokio::test]
async fn nobody_but_administrators_at_the_platforms_host_gets_anything() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let (id, domain) = (id_of(&operator, "globex").await, "new.example");
    let added = json!({ "tenantId": id, "domain": "globex.example" });
    let added = operator.done("domainAdd", added, "domain { id }").await;
    let before = operator.gql("{ tenants { nodes { name isActive version domains { domain } } } }");
    let before = before.await.data();
    let owner = app.sign_in("globex", "owner").await;
    let callers = [
        (app.anonymous("localhost"), vec!["UNAUTHENTICATED"]),
        (app.anonymous("globex"), vec!["UNAUTHENTICATED"]),
        (owner.at("localhost"), vec!["FORBIDDEN", "WRONG_HOST"]),
        (app.sign_in("acme", "member").await, vec!["FORBIDDEN", "WRONG_HOST"]),
        (owner, vec!["FORBIDDEN", "WRONG_HOST"]),
    ];
    let mutations: [(&str, Value); 7] = [
        ("tenantCreate", json!({ "input": new("mine") })),
        ("tenantUpdate", json!({ "id": id, "input": { "maxUsers": 1000 } })),
        ("tenantDelete", json!({ "id": id, "confirmSchemaName": "t_globex" })),
        ("tenantLimitsUpdate", json!({ "tenantId": id, "input": { "apiPerMinute": 9 } })),
        ("domainAdd", json!({ "tenantId": id, "domain": domain })),
        ("domainSetPrimary", json!({ "id": added["domain"]["id"] })),
        ("domainRemove", json!({ "id": added["domain"]["id"] })),
    ];
    for (caller, codes) in callers {
        for query in QUERIES {
            let declared = if query.contains("$id") { "query($id: ID!) " } else { "" };
            let query = format!("{declared}{{ {query} }}");
            let answer = caller.gql_with(&query, json!({ "id": id })).await;
            assert!(answer.is_empty(), "{query}: {}", answer.body);
            assert!(codes.contains(&answer.code().as_str()), "{query}: {}", answer.body);
        }
        for (field, arguments) in &mutations {
            let code = caller.refusal(field, arguments.clone()).await;
            assert!(codes.contains(&code.as_str()), "{field}: {code}");
        }
    }
    let after = operator.gql("{ tenants { nodes { name isActive version domains { domain } } } }");
    assert_eq!(after.await.data(), before);
}

#[tokio::test]
async fn an_administrators_token_is_nothing_at_a_tenants_host() {
    let app = TestApp::new().await;
    let operator = app.operator().await.at("acme.localhost");
    for query in ["{ tenants { totalCount } }", "{ tasks { totalCount } }", "{ __typename }"] {
        let answer = operator.gql(query).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "UNAUTHENTICATED"));
    }
}

#[tokio::test]
async fn bad_input_is_told_by_field_and_makes_nothing() {
    let app = TestApp::new().await;
    let operator = app.operator().await;
    let long = |n: usize| "a".repeat(n);
    let (name, schema) = (vec!["INVALID input.name"], vec!["INVALID input.schemaName"]);
    let (email, password) =
        (vec!["INVALID input.owner.email"], vec!["INVALID input.owner.password"]);
    let owner = |key: &str, value: &str| {
        let mut owner = new("new")["owner"].clone();
        owner[key] = json!(value);
        json!({ "owner": owner })
    };
    let cases = [
        (json!({ "name": "" }), vec!["REQUIRED input.name"]),
        (json!({ "name": "\u{0}" }), name.clone()),
        (json!({ "name": "a\nb" }), name),
        (json!({ "name": long(101) }), vec!["TOO_LONG input.name"]),
        (json!({ "schemaName": "" }), schema.clone()),
        (json!({ "schemaName": "t_" }), schema.clone()),
        (json!({ "schemaName": "1a" }), schema.clone()),
        (json!({ "schemaName": "_a" }), schema.clone()),
        (json!({ "schemaName": "Acme" }), schema.clone()),
        (json!({ "schemaName": "a b" }), schema.clone()),
        (json!({ "schemaName": "a.b" }), schema.clone()),
        (json!({ "schemaName": "a\"; DROP SCHEMA t_acme; --" }), schema.clone()),
        (json!({ "schemaName": "a\u{0}" }), schema.clone()),
        (json!({ "schemaName": "ä" }), schema.clone()),
        (json!({ "schemaName": "acme_" }), schema.clone()),
        (json!({ "schemaName": long(62) }), schema),
        (json!({ "maxUsers": 0 }), vec!["INVALID input.maxUsers"]),
        (json!({ "maxUsers": -2_147_483_648 }), vec!["INVALID input.maxUsers"]),
        (owner("email", "boss"), email.clone()),
        (owner("email", "a\u{0}@b.test"), email),
        (owner("email", ""), vec!["REQUIRED input.owner.email"]),
        (owner("password", "short"), password.clone()),
        (owner("password", &long(129)), password),
        (owner("firstName", &long(151)), vec!["TOO_LONG input.owner.firstName"]),
        (owner("lastName", "\u{0}"), vec!["INVALID input.owner.lastName"]),
    ];
    for (case, expected) in cases {
        let mut input = new("new");
        input.as_object_mut().unwrap().extend(case.as_object().unwrap().clone());
        let found = operator.faults("tenantCreate", json!({ "input": input })).await;
        assert_eq!(found, expected, "{case}");
    }
    for wrong in [
        json!({ "maxUsers": 2_147_483_648_i64 }),
        json!({ "owner": null }),
        json!({ "owner": { "email": "a@b.test" } }),
        json!({ "schemaName": null }),
        json!({ "isActive": true }),
    ] {
        let mut input = new("new");
        input.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let code = operator.refusal("tenantCreate", json!({ "input": input })).await;
        assert_eq!(code, "BAD_USER_INPUT", "{wrong}");
    }
    assert_eq!(app.value("SELECT count(*) FROM public.tenants").await, "2");
    let mut longest = new(&long(61));
    longest["name"] = json!("'; DROP TABLE tenants; -- <b>😀</b>");
    operator.done("tenantCreate", json!({ "input": longest }), "").await;
    let host = format!("{}.localhost", long(61));
    let boss = format!("boss@{}.test", long(61));
    let caller = app.anonymous("localhost").at(&host);
    caller.sign_in(&boss, crate::support::database::PASSWORD).await;
}
