//! What stands at the door: the token's claim, and whether the tenant is active.

use taruvi::auth::Identity;
use taruvi::auth::tokens::NewAccess;
use taruvi::bus::Wake;
use taruvi::ctx::access_of;
use taruvi::db::Meter;
use taruvi::tenancy::Tenant;

use super::{Twins, server};
use crate::support::database::PASSWORD;

const NAME: &str = "{ viewer { firstName } projects { nodes { name } } }";

impl Twins {
    /// Whether this session holds in the tenant, for who asks without a token.
    async fn session_holds(&self, tenant: &Tenant) -> bool {
        let identity = Identity { tenant: Some(tenant.id.0), ..self.identity() };
        let app = self.app.app.clone();
        let access = async move { access_of(&app, &identity, &Meter::default()).await };
        self.app.run(access).await.expect("an answer").is_some()
    }

    /// The owner's token as globex would have issued it: same person, same session.
    fn token_of_globex(&self) -> String {
        let Identity { realm, subject, session, .. } = self.identity();
        let tenant = Some(self.globex.id.0);
        let who = NewAccess { realm, tenant, subject, session, scope: String::new() };
        let now = self.app.app.clock.now().timestamp();
        self.app.app.tokens.issue(&who, now).expect("a token").0
    }
}

/// The others are away: both tenants are active; person and session of the token are there in
/// acme too, so that the operation's context would be a good one; acme's host gets acme's
/// connection; there is no id in the document; the roles may read both schemas.
#[tokio::test]
async fn the_claim_of_a_token_alone_keeps_it_from_another_tenants_host() {
    let twins = Twins::new().await;
    assert!(twins.session_holds(&twins.acme).await && twins.session_holds(&twins.globex).await);
    let globex = twins.owner.with_token(&twins.token_of_globex());
    let at_home = globex.at("globex.localhost").gql(NAME).await.data();
    assert_eq!(at_home["viewer"]["firstName"], "of globex", "the token is a good one");
    globex.gql(NAME).await.refused(401, "UNAUTHENTICATED");
    twins.owner.at("globex.localhost").gql(NAME).await.refused(401, "UNAUTHENTICATED");
    assert_eq!(twins.owner.gql(NAME).await.data()["projects"]["nodes"][0]["name"], "of acme");
    // Where the token may choose, it chooses its own tenant.
    let chosen = globex.at("localhost").gql(NAME).await.data();
    assert_eq!(chosen["projects"]["nodes"][0]["name"], "of globex");
}

/// The others are away: the token is of this tenant and used on its host, its session holds, the
/// context and the connection are the tenant's own, and its role may read its schema.
#[tokio::test]
async fn that_a_tenant_is_not_active_alone_shuts_everybody_out() {
    let twins = Twins::new().await;
    let active = async |active: bool| {
        let set = format!("UPDATE tenants SET is_active = {active} WHERE schema_name = 't_acme'");
        twins.app.sql(&set).await;
        let bus = twins.app.app.bus.clone();
        twins.app.run(async move { bus.publish(Wake::Everything).await }).await;
    };
    twins.owner.gql(NAME).await.data();
    active(false).await;
    assert!(twins.session_holds(&twins.acme).await, "the session is not what refuses");
    let (app, acme) = (twins.app.app.clone(), twins.acme.clone());
    let id = twins.project.parse().expect("an id");
    let read =
        async move { taruvi::tenant::projects::service::get(&server(&app, &acme), id).await };
    assert_eq!(twins.app.run(read).await.expect("the row").name, "of acme");
    for host in ["acme.localhost", "localhost"] {
        twins.owner.at(host).gql(NAME).await.refused(403, "TENANT_INACTIVE");
    }
    let sign_in = format!(
        "mutation {{ tokenCreate(input: {{
            tenant: \"acme\", email: \"owner@acme.test\", password: \"{PASSWORD}\" }})
            {{ accessToken }} }}"
    );
    for host in ["acme", "localhost"] {
        let answer = twins.app.anonymous(host).gql(&sign_in).await;
        assert_eq!(answer.code(), "TENANT_INACTIVE", "{}", answer.body);
    }
    active(true).await;
    twins.owner.gql(NAME).await.data();
}
