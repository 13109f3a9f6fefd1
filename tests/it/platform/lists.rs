//! The list of tenants: filters, search, orderings, pages.

use serde_json::{Value, json};

use crate::support::{Caller, TestApp};

const ROWS: &str = "
    INSERT INTO public.tenants (id, schema_name, name, created_on, is_active, subscription_status,
        created_at, updated_at)
    SELECT gen_random_uuid(), 't_x' || n, (array['Müller', 'a_b', '100%', 'Zebra'])[1 + n % 4],
        '2026-01-01', n % 3 > 0, (array['trial', 'active', 'past_due', 'cancelled'])[1 + n % 4],
        timestamptz '2026-01-01' + n % 3 * interval '1 day', now()
    FROM generate_series(1, 8) AS n;";

async fn found(operator: &Caller, arguments: &str) -> Vec<Value> {
    let query =
        format!("{{ tenants({arguments}, first: 100) {{ totalCount nodes {{ schemaName }} }} }}");
    let answer = operator.gql(&query).await;
    let mut rows = answer.column("tenants", "schemaName");
    assert_eq!(answer.data()["tenants"]["totalCount"], rows.len(), "{arguments}");
    rows.sort_by_key(ToString::to_string);
    rows
}

#[tokio::test]
async fn filters_and_search_find_what_they_say() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let operator = app.operator().await;
    let cases: [(&str, &[&str]); 14] = [
        ("filter: { schemaName: { eq: \"t_acme\" } }", &["t_acme"]),
        ("filter: { schemaName: { in: [\"t_x1\", \"t_x9\"] } }", &["t_x1"]),
        ("filter: { name: { contains: \"mÜLL\" } }", &["t_x4", "t_x8"]),
        ("filter: { name: { eq: \"zebra\" } }", &[]),
        ("filter: { isActive: false }", &["t_x3", "t_x6"]),
        ("filter: { isActive: true, subscriptionStatus: { eq: ACTIVE } }", &["t_x1", "t_x5"]),
        ("filter: { subscriptionStatus: { in: [CANCELLED] } }", &["t_x3", "t_x7"]),
        ("filter: { createdAt: { lt: \"2026-01-02T00:00:00Z\" } }", &["t_x3", "t_x6"]),
        ("filter: { not: { schemaName: { startsWith: \"t_x\" } } }", &["t_acme", "t_globex"]),
        (
            "filter: { or: [{ name: { eq: \"100%\" } }, { schemaName: { endsWith: \"me\" } }] }",
            &["t_acme", "t_x2", "t_x6"],
        ),
        ("search: \"%\"", &["t_x2", "t_x6"]),
        ("search: \"a_b\"", &["t_x1", "t_x5"]),
        ("search: \"GLOB\"", &["t_globex"]),
        ("search: \"nobody\"", &[]),
    ];
    for (arguments, expected) in cases {
        assert_eq!(found(&operator, arguments).await, expected, "{arguments}");
    }
    let id = operator.gql("{ tenants(search: \"acme\") { nodes { id } } }").await;
    let id = id.text("/data/tenants/nodes/0/id");
    let by_id = found(&operator, &format!("filter: {{ id: {{ eq: \"{id}\" }} }}")).await;
    assert_eq!(by_id, ["t_acme"]);
}

#[tokio::test]
async fn every_ordering_can_be_walked_in_both_directions() {
    let app = TestApp::new().await;
    app.sql(ROWS).await;
    let operator = app.operator().await;
    let page = async |arguments: &str| {
        let query = format!(
            "{{ tenants({arguments}) {{ nodes {{ schemaName }} pageInfo {{ hasNextPage
                hasPreviousPage startCursor endCursor }} }} }}"
        );
        operator.gql(&query).await.data()["tenants"].clone()
    };
    for field in ["NAME", "SCHEMA_NAME", "CREATED_AT"] {
        for direction in ["ASC", "DESC"] {
            let order = format!("orderBy: [{{ field: {field}, direction: {direction} }}]");
            let all = page(&format!("{order}, first: 100")).await["nodes"].clone();
            for (size, cursor, end, more) in [
                ("first: 3", "after", "endCursor", "hasNextPage"),
                ("last: 3", "before", "startCursor", "hasPreviousPage"),
            ] {
                let (mut seen, mut arguments) = (vec![], format!("{order}, {size}"));
                loop {
                    let part = page(&arguments).await;
                    let at = if cursor == "after" { seen.len() } else { 0 };
                    seen.splice(at..at, part["nodes"].as_array().unwrap().clone());
                    if part["pageInfo"][more] == false {
                        break;
                    }
                    arguments = format!("{order}, {size}, {cursor}: {}", part["pageInfo"][end]);
                }
                assert_eq!(json!(seen), all, "{order} {size}");
            }
            assert_eq!(all.as_array().unwrap().len(), 10);
        }
    }
    for wrong in ["first: 101", "first: -1", "first: 1, last: 1", "after: \"x\"", "offset: 10001"] {
        let answer = operator.gql(&format!("{{ tenants({wrong}) {{ totalCount }} }}")).await;
        assert_eq!(
            (answer.code().as_str(), answer.is_empty()),
            ("BAD_USER_INPUT", true),
            "{wrong}"
        );
    }
}
