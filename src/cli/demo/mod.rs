//! Demo data: two companies to look at, and as many as a test wants. What the companies are like
//! is in `law` and `works`.

mod clients;
mod company;
mod fill;
mod law;
pub(super) mod tokens;
mod works;

use std::sync::Arc;

use anyhow::Result;
use futures_util::{StreamExt, TryStreamExt, stream};

use self::company::Company;
use self::fill::{Fill, person};
use super::process::on_platform;
use super::progress::Progress;
use crate::authz::Role;
use crate::ctx::App;
use crate::db::TenantSchema;
use crate::platform::operators::{self, NewOperator};
use crate::platform::tenants::{self, NewTenant};

/// Of every demo account.
pub(super) const PASSWORD: &str = "taruvi-demo-password";
/// The platform administrator.
pub(super) const ADMIN: &str = "admin@taruvi.test";

/// The demo tenants.
const DEMO: [(&str, &Company); 2] = [("acme", &law::COMPANY), ("globex", &works::COMPANY)];
/// Tenants worked on at the same time.
const AT_ONCE: usize = 4;
/// After so many new tenants the planner is told.
const MANY: usize = 50;

/// Makes what is missing of the demo: both tenants, and last the administrator.
pub(super) async fn make(app: &Arc<App>) -> Result<()> {
    let present = present(app).await?;
    let missing = DEMO.iter().filter(|(name, _)| !present.iter().any(|p| p == name));
    let hash = app.passwords.hash(PASSWORD).await?;
    for (name, company) in missing {
        let projects = company.projects.len();
        make_tenant(app, Order { name, title: company.name, company, projects, hash: &hash })
            .await?;
    }
    make_admin(app).await
}

/// The demo tenants that are there.
pub(super) async fn present(app: &Arc<App>) -> Result<Vec<String>> {
    let there = tenants::service::all(&on_platform(app)).await?;
    let names = there.iter().filter_map(|t| TenantSchema::parse(&t.schema_name));
    let names = names.map(|schema| schema.label());
    Ok(names.filter(|name| DEMO.iter().any(|(demo, _)| demo == name)).collect())
}

/// Whether a schema is one of the demo tenants'.
pub(super) fn is_demo(schema: &str) -> bool {
    let names = |name| TenantSchema::parse(name).is_some_and(|demo| demo.as_str() == schema);
    DEMO.iter().any(|(name, _)| names(name))
}

/// Makes `tenant_0001` to `tenant_<count>`, as far as they are missing: all their names, and how
/// many are new.
pub(super) async fn seed(
    app: &Arc<App>,
    count: u16,
    projects: u16,
) -> Result<(Vec<String>, usize)> {
    let there = tenants::service::all(&on_platform(app)).await?;
    let names: Vec<String> = (1..=count).map(|number| format!("tenant_{number:04}")).collect();
    let is_there = |name: &str| there.iter().any(|t| t.schema_name == format!("t_{name}"));
    let missing: Vec<(usize, &String)> =
        names.iter().enumerate().filter(|(_, name)| !is_there(name)).collect();
    let (hash, made) = (app.passwords.hash(PASSWORD).await?, missing.len());
    let progress = Progress::new(made, "tenants");
    let make = |(number, name): (usize, &String)| {
        let company = DEMO[number % DEMO.len()].1;
        let title = format!("{} {:04}", company.name, number + 1);
        let (app, hash, progress) = (app.clone(), &hash, &progress);
        let name = name.clone();
        async move {
            let order =
                Order { name: &name, title: &title, company, projects: projects.into(), hash };
            make_tenant(&app, order).await?;
            progress.done(&name);
            if number % MANY == 0 {
                app.db.owner().analyze_catalog().await?;
            }
            anyhow::Ok(())
        }
    };
    stream::iter(missing).map(make).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
    make_admin(app).await?;
    Ok((names, made))
}

/// The domain of a demo tenant's addresses.
fn domain(schema: &TenantSchema) -> String {
    format!("{}.test", schema.label())
}

struct Order<'a> {
    /// Of the schema, without its prefix.
    name: &'a str,
    title: &'a str,
    company: &'a Company,
    projects: usize,
    /// Of the password.
    hash: &'a str,
}

/// One transaction: the tenant is there with all its data, or not at all.
async fn make_tenant(app: &Arc<App>, order: Order<'_>) -> Result<()> {
    let Order { name, title, company, projects, hash } = order;
    let domain = TenantSchema::parse(name).map(|schema| domain(&schema)).unwrap_or_default();
    let new = NewTenant {
        name: title.to_owned(),
        organization: None,
        schema_name: name.to_owned(),
        domain: None,
        max_users: None,
        owner: person(company, Role::Owner, &domain),
    };
    let ctx = on_platform(app);
    tenants::service::create_filled(&ctx, &new, hash, async |tx, beginning| {
        let fill = Fill::begin(tx, company, &beginning, hash, ctx.now).await?;
        clients::add(&fill).await?;
        fill.work(projects).await
    })
    .await?;
    Ok(())
}

async fn make_admin(app: &Arc<App>) -> Result<()> {
    let ctx = on_platform(app);
    if operators::service::by_name(&ctx, ADMIN).await?.is_some() {
        return Ok(());
    }
    let new = NewOperator {
        email: ADMIN.to_owned(),
        first_name: "Robin".to_owned(),
        last_name: "Taruvi".to_owned(),
        is_admin: true,
        password: PASSWORD.to_owned(),
    };
    operators::service::create(&ctx, new).await?;
    Ok(())
}
