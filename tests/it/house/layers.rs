//! The six layers that keep tenants apart, each alone: token claim, tenant active, resolver
//! context, connection scope, references in the input, privileges in the database. Each test first
//! takes the other five away, shows that they are gone, and then sees its own layer refuse.

mod context;
mod data;
mod door;

use std::sync::Arc;

use async_graphql::{Request, Response};
use taruvi::auth::Identity;
use taruvi::ctx::{Actor, App, Core, Ctx, Origin, Scope};
use taruvi::tenancy::Tenant;

use crate::support::{Caller, TestApp};

/// Two tenants that nothing but the layer under test keeps apart. Globex is a copy of acme: the
/// same people with the same sessions, the same work under the same ids; only the names of things
/// tell where they are. Either role may read and write both schemas, and no key of a table refers
/// to another table.
struct Twins {
    app: TestApp,
    /// Acme's owner, whose session is one of globex's owner too.
    owner: Caller,
    acme: Arc<Tenant>,
    globex: Arc<Tenant>,
    project: String,
    task: String,
}

impl Twins {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let owner = app.sign_in("acme", "owner").await;
        let project = app.project(&owner, "of acme").await;
        let task = app.task(&owner, &project, "of acme").await;
        let (acme, globex) = (app.tenant("acme").await, app.tenant("globex").await);
        copy(&app).await;
        share(&app, &acme, &globex).await;
        Self { app, owner, acme, globex, project, task }
    }

    /// What the owner's token says.
    fn identity(&self) -> Identity {
        let now = self.app.app.clock.now().timestamp();
        let token = self.owner.token.as_deref().expect("a token");
        self.app.app.tokens.verify(token, now).expect("a good token")
    }

    /// Runs a document without host, token or HTTP: as this actor, in this tenant or on the
    /// platform.
    async fn execute(&self, scope: Scope, actor: Actor, document: &str) -> Response {
        let core = Core::new(self.app.app.clone(), scope, actor, Origin::default());
        let ctx = Arc::new(Ctx::new(core));
        let request = Request::new(document).data(ctx.clone());
        self.app
            .run(async move { ctx.carry(taruvi::registry::schema().execute(request)).await })
            .await
    }
}

/// Globex's rows are acme's, but for the names.
async fn copy(app: &TestApp) {
    let mut sql = "SET session_replication_role = replica;".to_owned();
    for table in ["users", "sessions", "refresh_tokens", "projects", "tasks"] {
        sql += &format!(
            "DELETE FROM t_globex.{table}; INSERT INTO t_globex.{table} SELECT * FROM t_acme.{table};"
        );
    }
    sql += "UPDATE t_globex.projects SET name = 'of globex';
            UPDATE t_globex.tasks SET title = 'of globex';
            UPDATE t_globex.users SET first_name = 'of globex';";
    app.sql(&sql).await;
}

/// Takes the database's own protection away.
async fn share(app: &TestApp, acme: &Tenant, globex: &Tenant) {
    let roles = format!("{}, {}", acme.place.role().as_str(), globex.place.role().as_str());
    app.sql(&format!(
        "GRANT USAGE ON SCHEMA t_acme, t_globex TO {roles};
         GRANT ALL ON ALL TABLES IN SCHEMA t_acme, t_globex TO {roles};
         DO $$ DECLARE key record; BEGIN
             FOR key IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
                 WHERE contype = 'f'
                   AND connamespace IN ('t_acme'::regnamespace, 't_globex'::regnamespace)
             LOOP
                 EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', key.owner, key.conname);
             END LOOP;
         END $$"
    ))
    .await;
}

/// An operation of the server itself in a tenant: it may do everything that its connection can.
fn server(app: &Arc<App>, tenant: &Arc<Tenant>) -> Ctx {
    let scope = Scope::Tenant(tenant.clone());
    Ctx::new(Core::new(app.clone(), scope, Actor::System, Origin::default()))
}
