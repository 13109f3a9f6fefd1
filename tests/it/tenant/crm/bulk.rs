//! Many clients at once, and lists of them.

use serde_json::json;

use super::super::kit::me;
use super::{client, made, seen, stage};
use crate::support::{Caller, TestApp};

async fn some(caller: &Caller) -> Vec<String> {
    let mut ids = vec![];
    for (name, country) in [("Ade", "NG"), ("Bose", "IN"), ("Chen", "CN"), ("Diaz", "MX")] {
        let input = json!({ "firstName": "X", "lastName": name, "nationality": country,
            "email": format!("{}@example.org", name.to_lowercase()) });
        ids.push(client(caller, input).await);
    }
    ids
}

#[tokio::test]
async fn many_change_together_each_with_its_event() {
    let app = TestApp::new().await;
    let manager = app.sign_in("acme", "manager").await;
    let ids = some(&manager).await;
    let (who, engaged) = (me(&manager).await, stage(&manager, "Engaged").await);
    let urgent = made(&manager, "tag", json!({ "name": "urgent" })).await;
    let these = json!({ "ids": &ids[..3] });
    for (field, mut arguments, count) in [
        ("clientBulkUpdate", json!({ "input": { "source": "a fair" } }), 3),
        ("clientBulkAssign", json!({ "assignedToId": who }), 3),
        ("clientBulkMoveStage", json!({ "stageId": engaged }), 3),
        ("clientBulkAddTags", json!({ "tagIds": [urgent] }), 3),
    ] {
        arguments["selection"] = these.clone();
        let done = manager.done(field, arguments, "affectedCount").await;
        assert_eq!(done["affectedCount"], count, "{field}");
    }
    let fields = "source assignedTo { id } stage { name } tags { name } history { totalCount }";
    for id in &ids[..3] {
        let expected = json!({ "source": "a fair", "assignedTo": { "id": who },
            "stage": { "name": "Engaged" }, "tags": [{ "name": "urgent" }],
            "history": { "totalCount": 5 } });
        assert_eq!(seen(&manager, id, fields).await, expected);
    }
    assert_eq!(seen(&manager, &ids[3], "history { totalCount }").await["history"]["totalCount"], 1);
    let filter = json!({ "selection": { "filter": { "nationality": { "in": ["NG", "IN"] } } } });
    let gone = manager.done("clientBulkDelete", filter, "affectedCount").await;
    assert_eq!(gone["affectedCount"], 2);
    let everybody = json!({ "selection": { "filter": {} } });
    assert_eq!(manager.faults("clientBulkDelete", everybody).await.len(), 1);
    let counts = "{ clientCountByStage { stage { name } count } }";
    let counts = manager.gql(counts).await.data()["clientCountByStage"].clone();
    let of = |name: &str| {
        let all = counts.as_array().unwrap();
        all.iter().find(|c| c["stage"]["name"] == name).unwrap()["count"].clone()
    };
    assert_eq!((of("New enquiry"), of("Engaged"), of("Completed")), (json!(1), json!(1), json!(0)));
    let member = app.sign_in("acme", "member").await;
    let one = json!({ "selection": { "ids": [ids[2]] } });
    assert_eq!(member.refusal("clientBulkDelete", one.clone()).await, "FORBIDDEN");
    let globex = app.sign_in("globex", "owner").await;
    let theirs = globex.done("clientBulkDelete", one, "affectedCount").await;
    assert_eq!(theirs["affectedCount"], 0);
}

#[tokio::test]
async fn clients_are_searched_filtered_sorted_and_paged() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    some(&member).await;
    let list = async |arguments: &str| {
        let query = format!("{{ clients({arguments}) {{ nodes {{ lastName }} }} }}");
        member.gql(&query).await.column("clients", "lastName")
    };
    let by_name = "orderBy: [{ field: LAST_NAME }]";
    assert_eq!(list(by_name).await, ["Ade", "Bose", "Chen", "Diaz"]);
    assert_eq!(
        list("orderBy: [{ field: LAST_NAME, direction: DESC }], first: 2").await,
        ["Diaz", "Chen"]
    );
    assert_eq!(list("search: \"bos\"").await, ["Bose"]);
    assert_eq!(list("search: \"chen@example\"").await, ["Chen"]);
    assert_eq!(
        list(&format!("{by_name}, filter: {{ nationality: {{ in: [\"NG\", \"MX\"] }} }}")).await,
        ["Ade", "Diaz"]
    );
    let page =
        format!("{{ clients({by_name}, first: 3) {{ pageInfo {{ endCursor hasNextPage }} }} }}");
    let page = member.gql(&page).await.data()["clients"]["pageInfo"].clone();
    assert_eq!(page["hasNextPage"], true);
    let next = format!("{by_name}, after: {}", page["endCursor"]);
    assert_eq!(list(&next).await, ["Diaz"]);
    let total = member.gql("{ clients { totalCount } }").await;
    assert_eq!(total.data()["clients"]["totalCount"], 4);
    assert_ne!(member.gql("{ clients(first: 101) { nodes { id } } }").await.code(), "");
    assert_eq!(
        app.anonymous("acme").gql("{ clients { totalCount } }").await.code(),
        "UNAUTHENTICATED"
    );
}
