//! One client at a time.

use serde_json::{Value, json};

use super::super::kit::{grant, guest, me};
use super::{client, made, seen, stage};
use crate::support::TestApp;

#[tokio::test]
async fn a_client_keeps_what_was_said_of_them() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let branch = made(&owner, "branch", json!({ "name": "Harbour", "code": "HB" })).await;
    let who = me(&owner).await;
    let input = json!({
        "firstName": "Amara", "middleName": "N.", "lastName": "Okafor", "preferredName": "Ama",
        "email": "amara@example.org", "phone": "+234 803 555 0199", "dateOfBirth": "1990-02-28",
        "countryOfBirth": "NG", "nationality": "NG", "countryOfResidence": "GB",
        "passportNumber": "A01234567", "passportCountry": "NG", "passportIssuedOn": "2020-01-01",
        "passportExpiresOn": "2030-01-01", "visaType": "Skilled worker", "visaNumber": "V-1",
        "visaExpiresOn": "2027-06-30", "address": "1 Quay Street\nBristol", "language": "en-GB",
        "source": "a friend", "assignedToId": who, "branchId": branch,
    });
    let id = client(&owner, input).await;
    let now = seen(
        &owner,
        &id,
        "fullName email phone dateOfBirth nationality passportNumber visaNumber passportExpiresOn
         visaType address language stage { name } branch { code } assignedTo { id } createdBy { id }
         version permissions { canUpdate canDelete }",
    )
    .await;
    assert_eq!(now["fullName"], "Amara N. Okafor");
    assert_eq!(now["passportNumber"], "A01234567");
    assert_eq!(now["stage"]["name"], "New enquiry");
    assert_eq!((&now["branch"]["code"], &now["assignedTo"]["id"]), (&json!("HB"), &json!(who)));
    assert_eq!(now["permissions"], json!({ "canUpdate": true, "canDelete": true }));
    let change = json!({ "id": id, "expectedVersion": 1,
        "input": { "lastName": "Bello", "visaType": null, "branchId": null } });
    owner.done("clientUpdate", change.clone(), "").await;
    let now = seen(&owner, &id, "fullName visaType branch { id } version").await;
    let expected = json!({ "fullName": "Amara N. Bello", "visaType": null, "branch": null,
        "version": 2 });
    assert_eq!(now, expected);
    assert_eq!(owner.faults("clientUpdate", change).await, ["STALE_VERSION expectedVersion"]);
}

#[tokio::test]
async fn what_is_no_client_is_told_so_and_changes_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let case = "{ stages(filter: { kind: { eq: CASE } }) { nodes { id } } }";
    let case = owner.gql(case).await.column("stages", "id")[0].clone();
    for (input, fault) in [
        (json!({}), "REQUIRED input.lastName"),
        (json!({ "lastName": "  " }), "REQUIRED input.lastName"),
        (json!({ "lastName": "x".repeat(151) }), "TOO_LONG input.lastName"),
        (json!({ "lastName": "A", "email": "nobody" }), "INVALID input.email"),
        (json!({ "lastName": "A", "nationality": "XX" }), "INVALID input.nationality"),
        (json!({ "lastName": "A", "nationality": "Ghana" }), "INVALID input.nationality"),
        (json!({ "lastName": "A", "language": "no language" }), "INVALID input.language"),
        (
            json!({ "lastName": "A", "passportIssuedOn": "2030-01-01",
                "passportExpiresOn": "2020-01-01" }),
            "INVALID input.passportExpiresOn",
        ),
        (json!({ "lastName": "A", "stageId": case }), "NOT_FOUND input.stageId"),
    ] {
        let shown = input.to_string();
        assert_eq!(
            owner.faults("clientCreate", json!({ "input": input })).await,
            [fault],
            "{shown}"
        );
    }
    let count = "{ clients { totalCount } }";
    assert_eq!(owner.gql(count).await.data()["clients"]["totalCount"], 0);
    let id = client(&owner, json!({ "firstName": "Ada", "passportIssuedOn": "2025-01-01" })).await;
    for (input, fault) in [
        (json!({ "firstName": "" }), "REQUIRED input.lastName"),
        (json!({ "passportExpiresOn": "2024-01-01" }), "INVALID input.passportExpiresOn"),
    ] {
        let change = json!({ "id": id, "input": input });
        assert_eq!(owner.faults("clientUpdate", change).await, [fault]);
    }
    assert_eq!(seen(&owner, &id, "version").await["version"], 1);
}

#[tokio::test]
async fn assigning_and_moving_are_events_of_their_own() {
    let app = TestApp::new().await;
    let member = app.sign_in("acme", "member").await;
    let (who, engaged) = (me(&member).await, stage(&member, "Engaged").await);
    let id = client(&member, json!({ "lastName": "Okafor" })).await;
    member.done("clientAssign", json!({ "id": id, "assignedToId": who }), "").await;
    member.done("clientMoveStage", json!({ "id": id, "stageId": engaged }), "").await;
    member.done("clientAssign", json!({ "id": id }), "").await;
    let now =
        seen(&member, &id, "stage { name } assignedTo { id } history { nodes { eventType } }");
    let now = now.await;
    assert_eq!((&now["stage"]["name"], &now["assignedTo"]), (&json!("Engaged"), &Value::Null));
    let names: Vec<_> = now["history"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["eventType"].clone())
        .collect();
    assert_eq!(
        names,
        [
            "Client.assigned_to.UPDATE",
            "Client.stage_id.UPDATE",
            "Client.assigned_to.UPDATE",
            "Client.CREATE"
        ]
    );
    let nowhere = json!({ "id": id, "stageId": id.replace("client", "stage") });
    assert_eq!(member.faults("clientMoveStage", nowhere).await, ["NOT_FOUND stageId"]);
    let nobody = json!({ "id": id, "assignedToId": id.replace("client", "user") });
    assert_eq!(member.faults("clientAssign", nobody).await, ["NOT_FOUND assignedToId"]);
}

#[tokio::test]
async fn clients_are_seen_by_those_who_may_and_numbers_by_fewer() {
    let app = TestApp::new().await;
    let owner = app.sign_in("acme", "owner").await;
    let input = json!({ "lastName": "Okafor", "passportNumber": "A0123", "visaNumber": "V-1" });
    let id = client(&owner, input).await;
    let fields = "lastName passportNumber visaNumber
        history { nodes { currentState } }";
    let manager = app.sign_in("acme", "manager").await;
    let whole = seen(&manager, &id, fields).await;
    assert_eq!((&whole["passportNumber"], &whole["visaNumber"]), (&json!("A0123"), &json!("V-1")));
    assert_eq!(whole["history"]["nodes"][0]["currentState"]["passport_number"], "A0123");
    let member = app.sign_in("acme", "member").await;
    let partly = seen(&member, &id, fields).await;
    assert_eq!(partly["lastName"], "Okafor");
    assert_eq!((&partly["passportNumber"], &partly["visaNumber"]), (&Value::Null, &Value::Null));
    assert!(!partly.to_string().contains("A0123"), "{partly}");
    let events = "{ events(filter: { eventType: [\"Client.*\"] }) { nodes { currentState } } }";
    let told = member.gql(events).await;
    assert!(told.body.to_string().contains("Okafor") && !told.body.to_string().contains("A0123"));

    let (ann, who) = guest(&app, "ann").await;
    let one = format!("{{ client(id: \"{id}\") {{ lastName }} }}");
    assert_eq!(ann.gql(&one).await.code(), "FORBIDDEN");
    grant(&owner, &id, &who, &["clients.view"]).await;
    assert_eq!(seen(&ann, &id, "lastName passportNumber").await["passportNumber"], Value::Null);
    grant(&owner, &id, &who, &["clients.view_identity"]).await;
    assert_eq!(seen(&ann, &id, "passportNumber").await["passportNumber"], "A0123");
    let change = json!({ "id": id, "input": { "source": "x" } });
    assert_eq!(ann.refusal("clientUpdate", change.clone()).await, "FORBIDDEN");

    let globex = app.sign_in("globex", "owner").await;
    assert_eq!(seen(&globex, &id, "lastName").await, Value::Null);
    assert_eq!(globex.faults("clientUpdate", change.clone()).await, ["NOT_FOUND id"]);
    assert_eq!(app.anonymous("acme").refusal("clientUpdate", change).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn the_trash_keeps_clients_and_gives_them_back() {
    let app = TestApp::new().await;
    let manager = app.sign_in("acme", "manager").await;
    let id = client(&manager, json!({ "lastName": "Okafor" })).await;
    let member = app.sign_in("acme", "member").await;
    assert_eq!(member.refusal("clientDelete", json!({ "id": id })).await, "FORBIDDEN");
    manager.done("clientDelete", json!({ "id": id }), "").await;
    assert_eq!(seen(&manager, &id, "id").await, Value::Null);
    assert_eq!(manager.faults("clientDelete", json!({ "id": id })).await, ["NOT_FOUND id"]);
    manager.done("clientRestore", json!({ "id": id }), "").await;
    assert_eq!(seen(&manager, &id, "lastName").await["lastName"], "Okafor");
    let node = format!("{{ node(id: \"{id}\") {{ id ... on Client {{ lastName }} }} }}");
    assert_eq!(manager.gql(&node).await.data()["node"]["lastName"], "Okafor");
}
