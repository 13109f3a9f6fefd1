//! Tenants and their domains: made, suspended and dropped through one process, so in the other.

use serde_json::json;

use super::{ME, Pair, answered, within_a_second};
use crate::support::Answer;
use crate::support::database::PASSWORD;
use crate::tenant::kit::text;

fn code(code: &'static str) -> impl Fn(&Answer) -> bool {
    move |answer| answer.code() == code
}

#[tokio::test]
async fn what_becomes_of_a_tenant_holds_in_both_processes() {
    let pair = Pair::new().await;
    let operator = pair.operator(0).await;

    // A tenant that the other process knows not to be there.
    let soon_there = pair.anonymous(1, "initech");
    soon_there.gql(ME).await.refused(404, "TENANT_NOT_FOUND");
    let owner = json!({ "email": "owner@initech.test", "password": PASSWORD });
    let new = json!({ "input": { "name": "Initech", "schemaName": "initech", "owner": owner } });
    let made = operator.done("tenantCreate", new, "tenant { id }").await;
    within_a_second("a new tenant", &soon_there, ME, answered).await;
    let there = pair.sign_in(1, "initech", "owner").await;
    there.gql(ME).await.data();

    let id = text(&made["tenant"]["id"]);
    let set = |active: bool| json!({ "id": id, "input": { "isActive": active } });
    for _ in 0..2 {
        operator.done("tenantUpdate", set(false), "").await;
        within_a_second("suspended", &there, ME, code("TENANT_INACTIVE")).await;
        operator.done("tenantUpdate", set(true), "").await;
        within_a_second("active again", &there, ME, answered).await;
    }

    let elsewhere = there.at("www.initech.example");
    elsewhere.gql(ME).await.refused(404, "TENANT_NOT_FOUND");
    let domain = json!({ "tenantId": id, "domain": "www.initech.example" });
    let added = operator.done("domainAdd", domain, "domain { id }").await;
    within_a_second("a new domain", &elsewhere, ME, answered).await;
    let domain = json!({ "id": added["domain"]["id"] });
    operator.done("domainRemove", domain, "").await;
    within_a_second("a domain that was taken away", &elsewhere, ME, code("TENANT_NOT_FOUND")).await;

    let sure = json!({ "id": id, "confirmSchemaName": "t_initech" });
    there.gql(ME).await.data();
    operator.done("tenantDelete", sure, "").await;
    within_a_second("a tenant that is gone", &there, ME, code("TENANT_NOT_FOUND")).await;
}

#[tokio::test]
async fn an_administrator_who_signs_out_is_out_of_both_processes() {
    let pair = Pair::new().await;
    let here = pair.operator(0).await;
    let there = pair.through(1, &here);
    there.gql("{ tenants { totalCount } }").await.data();
    let token = json!({ "input": { "refreshToken": here.refresh_token } });
    here.done("tokenRevoke", token, "revoked").await;
    super::refused_soon("an administrator's sign-out", &there).await;
}
