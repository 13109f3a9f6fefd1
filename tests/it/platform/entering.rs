//! Entering tenants as a user of the platform: who may, as what, and when it ends.

use serde_json::{Value, json};

use super::operators::{add, sign_in};
use super::organizations::{Org, join};
use crate::support::database::PASSWORD;
use crate::support::{Caller, TestApp};
use crate::tenant::kit::{soon, text};

const ENTERED: &str = "accessToken expiresIn user { email role kind isActive }";

/// The caller in a tenant of theirs.
async fn enter(caller: &Caller, tenant: &str, host: &str) -> Caller {
    let input = json!({ "input": { "tenantId": tenant } });
    let entered = caller.done("tenantTokenCreate", input, ENTERED).await;
    let mut there = caller.at(&format!("{host}.localhost"));
    there.token = Some(text(&entered["accessToken"]));
    there.refresh_token = None;
    there
}

async fn status(caller: &Caller) -> u16 {
    caller.gql("{ viewer { id } }").await.status.as_u16()
}

async fn role(caller: &Caller) -> String {
    caller.gql("{ viewer { role } }").await.text("/data/viewer/role")
}

#[tokio::test]
async fn members_enter_the_tenants_of_their_organizations() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let (law, works) = (Org::new(&app, &admin, "law").await, Org::new(&app, &admin, "works").await);
    for (caller, name, expected) in [
        (&law.owner, "owner", "OWNER"),
        (&law.admin, "admin", "MANAGER"),
        (&law.member, "member", "MEMBER"),
    ] {
        let mine = caller.gql("{ myTenants { totalCount nodes { name } } }").await.data();
        assert_eq!(mine["myTenants"], json!({ "totalCount": 1, "nodes": [{ "name": "law" }] }));
        let input = json!({ "input": { "tenantId": law.tenant } });
        let entered = caller.done("tenantTokenCreate", input, ENTERED).await;
        assert_eq!(entered["expiresIn"], 900);
        let user = json!({ "email": format!("{name}-of-law@taruvi.test"), "role": expected,
            "kind": "LINKED", "isActive": true });
        assert_eq!(entered["user"], user);
        let there = enter(caller, &law.tenant, "law").await;
        let seen = there.gql("{ viewer { email role } tasks { totalCount } }").await.data();
        assert_eq!(seen["viewer"]["role"], expected);
        // The token is of the tenant: its host or the platform's, and no other.
        assert_eq!(role(&there.at("localhost")).await, expected);
        assert_eq!(status(&there.at("works.localhost")).await, 401);
        assert_eq!(
            there.gql("{ viewerOperator { id } }").await.at("/data/viewerOperator"),
            Value::Null
        );
    }
    let foreign = json!({ "input": { "tenantId": works.tenant } });
    let found = law.owner.faults("tenantTokenCreate", foreign).await;
    assert_eq!(found, ["NOT_FOUND input.tenantId"]);
    // Administrators are nobody in a tenant, unless they belong to its organization.
    let input = json!({ "input": { "tenantId": law.tenant } });
    assert_eq!(
        admin.faults("tenantTokenCreate", input.clone()).await,
        ["NOT_FOUND input.tenantId"]
    );
    assert_eq!(admin.gql("{ myTenants { totalCount } }").await.at("/data/myTenants/totalCount"), 0);
    assert_eq!(
        app.sign_in("acme", "owner").await.refusal("tenantTokenCreate", input.clone()).await,
        "FORBIDDEN"
    );
    assert_eq!(
        app.anonymous("localhost").refusal("tenantTokenCreate", input).await,
        "UNAUTHENTICATED"
    );

    let users = "SELECT count(*) FROM \"t_law\".users WHERE kind = 'linked'";
    assert_eq!(app.value(users).await, "3", "each once, however often they enter");
    let sessions = "SELECT count(*) FROM \"t_law\".sessions WHERE operator_session_id IS NOT NULL";
    assert_eq!(app.value(sessions).await, "3");
    let actions: Vec<_> = app.record("law").await.iter().map(|row| text(&row["action"])).collect();
    assert!(actions.contains(&"user.enter".to_owned()), "{actions:?}");
    let entries: Vec<_> = app.record("localhost").await;
    let entries = entries.iter().filter(|row| row["action"] == "tenant.enter").count();
    assert_eq!(entries, 6);
}

#[tokio::test]
async fn linked_users_take_no_seat_and_cannot_sign_in_or_change_their_account() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let law = Org::new(&app, &admin, "law").await;
    let one = json!({ "id": law.tenant, "input": { "maxUsers": 1 } });
    admin.done("tenantUpdate", one, "").await;
    let there = enter(&law.owner, &law.tenant, "law").await;
    let sign_in = json!({ "input": { "email": "owner-of-law@taruvi.test", "password": PASSWORD } });
    assert_eq!(app.anonymous("law").refusal("tokenCreate", sign_in).await, "UNAUTHENTICATED");
    let password =
        json!({ "input": { "currentPassword": PASSWORD, "newPassword": "quite another one" } });
    let refused = there.mutate("userChangePassword", password, "").await;
    assert_eq!(refused.code(), "FORBIDDEN");
    assert!(refused.text("/errors/0/message").contains("managed there"), "{}", refused.body);
    assert_eq!(there.gql("{ viewerSessions { id } }").await.code(), "FORBIDDEN");
    // A person of the tenant may have the same address.
    let boss = app.anonymous("law").sign_in("boss@law.test", PASSWORD).await;
    let more = json!({ "id": law.tenant, "input": { "maxUsers": 2 } });
    admin.done("tenantUpdate", more, "").await;
    let same = json!({ "input": { "email": "owner-of-law@taruvi.test", "password": "a password of their own" } });
    boss.done("userCreate", same, "").await;
    let person =
        app.anonymous("law").sign_in("owner-of-law@taruvi.test", "a password of their own").await;
    assert_eq!(role(&person).await, "MEMBER");
    assert_eq!(role(&there).await, "OWNER");
    // The last owner of the tenant is one of its own people.
    let own = boss.gql("{ viewer { id } }").await.text("/data/viewer/id");
    let leave = json!({ "id": own, "input": { "role": "MEMBER" } });
    assert_eq!(there.faults("userUpdate", leave).await, ["NOT_ALLOWED"]);
}

#[tokio::test]
async fn a_tenant_may_shut_a_linked_user_out_and_nothing_else() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let law = Org::new(&app, &admin, "law").await;
    let there = enter(&law.member, &law.tenant, "law").await;
    let id = there.gql("{ viewer { id } }").await.text("/data/viewer/id");
    let boss = app.anonymous("law").sign_in("boss@law.test", PASSWORD).await;
    for (key, value) in
        [("role", json!("OWNER")), ("email", json!("x@law.test")), ("firstName", json!("X"))]
    {
        let change = json!({ "id": id, "input": { key: value } });
        let found = boss.faults("userUpdate", change).await;
        assert_eq!(found, [format!("NOT_ALLOWED input.{key}")]);
    }
    let out = json!({ "id": id, "input": { "isActive": false } });
    boss.done("userUpdate", out, "").await;
    assert_eq!(status(&there).await, 401);
    let input = json!({ "input": { "tenantId": law.tenant } });
    let found = law.member.faults("tenantTokenCreate", input).await;
    assert_eq!(found, ["NOT_ALLOWED input.tenantId"]);
    let back = json!({ "id": id, "input": { "isActive": true } });
    boss.done("userUpdate", back, "").await;
    assert_eq!(status(&enter(&law.member, &law.tenant, "law").await).await, 200);
}

#[tokio::test]
async fn what_lets_somebody_in_ends_it_at_once_in_every_process() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let admin = app.operator().await;
    let law = Org::new(&app, &admin, "law").await;
    let works = Org::new(&app, &admin, "works").await;
    for way in ["session", "sign out", "member", "inactive", "moved", "password", "suspended"] {
        let id = add(&admin, way.replace(' ', "-").as_str(), false).await;
        let name = way.replace(' ', "-");
        let member = join(&law.owner, &law.id, &name, "MEMBER").await;
        let caller = sign_in(&app, &name).await;
        let there = enter(&caller, &law.tenant, "law").await;
        let beside = other.anonymous("law").with_token(there.token.as_deref().unwrap());
        assert_eq!((status(&there).await, status(&beside).await), (200, 200), "{way}");
        match way {
            "session" => {
                let elsewhere = sign_in(&app, &name).await;
                let others = "mutation { operatorSessionRevokeOthers { revokedCount } }";
                elsewhere.gql(others).await.data();
            }
            "sign out" => {
                let token = json!({ "input": { "refreshToken": caller.refresh_token } });
                caller.done("tokenRevoke", token, "revoked").await;
            }
            "member" => {
                law.owner.done("organizationMemberRemove", json!({ "id": member }), "").await;
            }
            "inactive" => {
                let off = json!({ "id": id, "input": { "isActive": false } });
                admin.done("operatorUpdate", off, "").await;
            }
            "password" => {
                let elsewhere = sign_in(&app, &name).await;
                let input = json!({ "input": { "currentPassword": PASSWORD, "newPassword": "quite another one" } });
                elsewhere.done("operatorChangePassword", input, "").await;
            }
            _ => {
                let input = match way {
                    "moved" => json!({ "organizationId": works.id }),
                    _ => json!({ "isActive": false }),
                };
                admin.done("tenantUpdate", json!({ "id": law.tenant, "input": input }), "").await;
            }
        }
        let shut = if way == "suspended" { 403 } else { 401 };
        assert_eq!(status(&there).await, shut, "{way}");
        soon("the other process knows", async || status(&beside).await == shut).await;
        if way == "moved" {
            let back = json!({ "id": law.tenant, "input": { "organizationId": law.id } });
            admin.done("tenantUpdate", back, "").await;
        }
    }
}

#[tokio::test]
async fn another_place_in_the_organization_is_another_role_at_once() {
    let app = TestApp::new().await;
    let other = TestApp::beside(&app).await;
    let admin = app.operator().await;
    let law = Org::new(&app, &admin, "law").await;
    add(&admin, "ann", false).await;
    let member = join(&law.owner, &law.id, "ann", "MEMBER").await;
    let there = enter(&sign_in(&app, "ann").await, &law.tenant, "law").await;
    let beside = other.anonymous("law").with_token(there.token.as_deref().unwrap());
    let add = "mutation { projectCreate(input: { name: \"New\" }) { project { id } } }";
    assert_eq!(beside.gql(add).await.code(), "FORBIDDEN");
    let query = "mutation($id: ID!) { organizationMemberUpdateRole(id: $id, role: ADMIN) {
        userErrors { code } } }";
    law.owner.gql_with(query, json!({ "id": member })).await.data();
    assert!(there.gql(add).await.code().is_empty());
    soon("the other process knows", async || beside.gql(add).await.code().is_empty()).await;
    // What the tenant shows of them follows when they enter again.
    let again = enter(&sign_in(&app, "ann").await, &law.tenant, "law").await;
    assert_eq!(role(&again).await, "MANAGER");
}

#[tokio::test]
async fn the_session_in_a_tenant_is_over_with_the_one_on_the_platform() {
    let app = TestApp::new().await;
    let admin = app.operator().await;
    let law = Org::new(&app, &admin, "law").await;
    let there = enter(&law.member, &law.tenant, "law").await;
    app.app.clock.advance(chrono::TimeDelta::seconds(890));
    assert_eq!(status(&there).await, 200);
    app.app.clock.advance(chrono::TimeDelta::seconds(16));
    assert_eq!(status(&there).await, 401, "and there is no refresh token");
    assert_eq!(
        app.value(
            "SELECT count(*) FROM \"t_law\".refresh_tokens AS t JOIN
        \"t_law\".sessions AS s ON s.id = session_id WHERE operator_session_id IS NOT NULL"
        )
        .await,
        "0"
    );
}
