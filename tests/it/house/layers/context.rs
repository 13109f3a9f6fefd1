//! The context of an operation: who asks there, and in which tenant.

use async_graphql::Response;
use taruvi::authz::{Access, Held, OperatorId, Role, Through};
use taruvi::base::ids::UserId;
use taruvi::ctx::{Actor, Scope};
use taruvi::tenancy::Tenant;
use uuid::Uuid;

use super::Twins;

impl Twins {
    /// The owner of both tenants, as somebody whose session was found in this one.
    fn owner_of(&self, tenant: Option<&Tenant>, role: Role) -> Actor {
        let identity = self.identity();
        let held = Held { tenant: tenant.map(|t| t.id.0), ..Held::default() };
        let (user, through) = (UserId(identity.subject), Through::Session(identity.session));
        Actor::SignedIn(Access::user(user, role, through, held))
    }
}

fn code(response: &Response) -> String {
    let code = response.errors.first().and_then(|e| e.extensions.as_ref()?.get("code").cloned());
    code.map(|code| code.to_string().trim_matches('"').to_owned()).unwrap_or_default()
}

/// The others are away: no host and no token are asked for, the tenant is active, and the scope
/// leads to acme's own connection, on which every id of the documents is good; the roles may do
/// everything. What is left is what the context says of who asks, and where.
#[tokio::test]
async fn the_context_of_an_operation_alone_refuses_whoever_is_not_of_its_tenant() {
    let twins = Twins::new().await;
    let acme = Scope::Tenant(twins.acme.clone());
    let admin = Actor::SignedIn(Access::operator(OperatorId(Uuid::now_v7()), true, Uuid::now_v7()));
    let documents = [
        "{ projects { nodes { name } } }".to_owned(),
        format!("{{ project(id: \"{}\") {{ name }} }}", twins.project),
        format!("{{ node(id: \"{}\") {{ id }} }}", twins.task),
        "{ users { nodes { email } } }".to_owned(),
        format!("mutation {{ projectDelete(id: \"{}\") {{ deletedProjectId }} }}", twins.project),
        format!("mutation {{ taskComplete(id: \"{}\") {{ task {{ id }} }} }}", twins.task),
    ];
    let refused = [
        (acme.clone(), Actor::Anonymous, "UNAUTHENTICATED"),
        // The same person with the same session and role, of the other tenant.
        (acme.clone(), twins.owner_of(Some(&twins.globex), Role::Owner), "UNAUTHENTICATED"),
        (acme.clone(), twins.owner_of(None, Role::Owner), "UNAUTHENTICATED"),
        (acme.clone(), admin.clone(), "FORBIDDEN"),
        (acme.clone(), twins.owner_of(Some(&twins.acme), Role::Guest), "FORBIDDEN"),
        (Scope::Platform, twins.owner_of(Some(&twins.acme), Role::Owner), "UNAUTHENTICATED"),
        (Scope::Platform, admin, "FORBIDDEN"),
        (Scope::Platform, Actor::System, "WRONG_HOST"),
    ];
    let before = twins.rows().await;
    for document in &documents {
        for (scope, actor, expected) in &refused {
            let response = twins.execute(scope.clone(), actor.clone(), document).await;
            assert_eq!(code(&response), *expected, "{document} as {actor:?}: {response:?}");
        }
    }
    assert_eq!(twins.rows().await, before, "nothing was changed");
    for document in &documents {
        let owner = twins.owner_of(Some(&twins.acme), Role::Owner);
        let response = twins.execute(acme.clone(), owner, document).await;
        assert!(response.is_ok(), "{document}: {response:?}");
    }
}

impl Twins {
    /// The work of both tenants, as it is stored.
    async fn rows(&self) -> String {
        self.app
            .value(
                "SELECT json_agg(row)::text FROM (
                     SELECT row_to_json(t)::text AS row FROM t_acme.tasks t
                     UNION ALL SELECT row_to_json(p)::text FROM t_acme.projects p
                     UNION ALL SELECT row_to_json(t)::text FROM t_globex.tasks t
                     UNION ALL SELECT row_to_json(p)::text FROM t_globex.projects p) all_rows",
            )
            .await
    }
}
