//! The list of slices. Adding one to the server means adding its name here.

mod nodes;

use async_graphql::{MergedObject, MergedSubscription, Schema, ValidationMode};

macro_rules! slices {
    (
        query: [$($q:path),* $(,)?],
        mutation: [$($m:path),* $(,)?],
        subscription: [$($s:path),* $(,)?] $(,)?
    ) => {
        /// Reads. Every field says who may use it; what the caller may not see is null or absent.
        #[derive(MergedObject, Default)]
        pub struct Query($($q),*);

        /// Changes. Each answers with a payload whose `userErrors` say what to put right.
        #[derive(MergedObject, Default)]
        pub struct Mutation($($m),*);

        /// What happens, as it happens: over WebSocket (`graphql-transport-ws`) and Server-Sent
        /// Events (`graphql-sse`). One field for each subscription. Whoever passes the cursor of the
        /// last event they have seen as `after` hears of all that came since, once and in order;
        /// `CURSOR_EXPIRED` says that this can't be done any more.
        #[derive(MergedSubscription, Default)]
        pub struct Subscription($($s),*);
    };
}

slices! {
    query: [
        nodes::NodeQuery,
        crate::tenant::users::graphql::Query,
        crate::tenant::users::graphql::service_accounts::Query,
        crate::tenant::sessions::graphql::Query,
        crate::tenant::groups::graphql::Query,
        crate::tenant::permissions::graphql::Query,
        crate::tenant::invitations::graphql::Query,
        crate::tenant::second_factor::graphql::Query,
        crate::tenant::identity_providers::graphql::Query,
        crate::tenant::user_identities::graphql::Query,
        crate::tenant::api_keys::graphql::Query,
        crate::tenant::security_events::graphql::Query,
        crate::tenant::audit_log::graphql::Query,
        crate::tenant::projects::graphql::Query,
        crate::tenant::tasks::graphql::Query,
        crate::tenant::trusted_documents::graphql::Query,
        crate::tenant::regions::graphql::Query,
        crate::tenant::branches::graphql::Query,
        crate::tenant::stages::graphql::Query,
        crate::tenant::tags::graphql::Query,
        crate::tenant::clients::graphql::Query,
        crate::tenant::cases::graphql::Query,
        crate::tenant::notes::graphql::Query,
        crate::tenant::documents::graphql::Query,
        crate::tenant::events::graphql::Query,
        crate::tenant::event_handlers::graphql::Query,
        crate::tenant::webhooks::graphql::Query,
        crate::tenant::notifications::graphql::Query,
        crate::platform::oidc_sign_ins::graphql::Query,
        crate::platform::event_backlog::graphql::Query,
        crate::platform::operators::graphql::Query,
        crate::platform::organizations::graphql::Query,
        crate::platform::impersonations::graphql::Query,
        crate::platform::tenants::graphql::Query,
        crate::platform::tenant_limits::graphql::Query,
        crate::platform::signing::graphql::Query,
        crate::platform::origins::graphql::Query,
        crate::platform::security_events::graphql::Query,
        crate::platform::audit_log::graphql::Query,
    ],
    mutation: [
        crate::platform::tokens::graphql::Mutation,
        crate::platform::oidc_sign_ins::graphql::Mutation,
        crate::platform::operators::graphql::Mutation,
        crate::tenant::users::graphql::Mutation,
        crate::tenant::users::graphql::service_accounts::Mutation,
        crate::tenant::sessions::graphql::Mutation,
        crate::tenant::groups::graphql::Mutation,
        crate::tenant::permissions::graphql::Mutation,
        crate::tenant::invitations::graphql::Mutation,
        crate::tenant::accounts::graphql::Mutation,
        crate::tenant::second_factor::graphql::Mutation,
        crate::tenant::identity_providers::graphql::Mutation,
        crate::tenant::user_identities::graphql::Mutation,
        crate::tenant::api_keys::graphql::Mutation,
        crate::tenant::projects::graphql::Mutation,
        crate::tenant::tasks::graphql::Mutation,
        crate::tenant::trusted_documents::graphql::Mutation,
        crate::tenant::regions::graphql::Mutation,
        crate::tenant::branches::graphql::Mutation,
        crate::tenant::stages::graphql::Mutation,
        crate::tenant::tags::graphql::Mutation,
        crate::platform::event_backlog::graphql::Mutation,
        crate::tenant::events::graphql::Mutation,
        crate::tenant::event_handlers::graphql::Mutation,
        crate::tenant::webhooks::graphql::Mutation,
        crate::tenant::notifications::graphql::Mutation,
        crate::tenant::clients::graphql::Mutation,
        crate::tenant::clients::graphql::BulkMutation,
        crate::tenant::cases::graphql::Mutation,
        crate::tenant::notes::graphql::Mutation,
        crate::tenant::documents::graphql::Mutation,
        crate::platform::organizations::graphql::Mutation,
        crate::platform::tenant_tokens::graphql::Mutation,
        crate::platform::impersonations::graphql::Mutation,
        crate::platform::organization_members::graphql::Mutation,
        crate::platform::tenants::graphql::Mutation,
        crate::platform::tenant_limits::graphql::Mutation,
        crate::platform::domains::graphql::Mutation,
        crate::platform::origins::graphql::Mutation,
    ],
    subscription: [
        crate::tenant::projects::graphql::Subscription,
        crate::tenant::tasks::graphql::Subscription,
        crate::tenant::documents::graphql::Subscription,
        crate::tenant::clients::graphql::Subscription,
        crate::tenant::cases::graphql::Subscription,
        crate::tenant::notes::graphql::Subscription,
        crate::tenant::events::graphql::Subscription,
        crate::tenant::notifications::graphql::Subscription,
    ],
}

/// The whole API.
pub type AppSchema = Schema<Query, Mutation, Subscription>;

/// Builds the schema. Limits on documents are checked before it sees them.
pub fn schema() -> AppSchema {
    build(ValidationMode::Strict)
}

/// The same for documents that are known to be valid: it does not validate them once more.
pub fn trusting_schema() -> AppSchema {
    build(ValidationMode::Fast)
}

fn build(validation: ValidationMode) -> AppSchema {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .register_output_type::<nodes::Audited>()
        .disable_suggestions()
        .validation_mode(validation)
        .finish()
}

/// The schema in GraphQL's own language, as `schema.graphql` holds it.
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by();
    without_standard_directives(&schema().sdl_with_options(options))
}

/// Every GraphQL tool knows the directives of the specification; writing them out only makes
/// readers and linters look at what is not ours.
fn without_standard_directives(sdl: &str) -> String {
    const STANDARD: [&str; 5] = ["include", "skip", "specifiedBy", "deprecated", "oneOf"];
    let mut kept: Vec<&str> = vec![];
    for line in sdl.lines() {
        let name = line.strip_prefix("directive @").and_then(|rest| rest.split(['(', ' ']).next());
        if name.is_some_and(|name| STANDARD.contains(&name)) {
            // Its description stands in front of it, between two lines of quotes.
            let quotes = kept.iter().rposition(|l| *l == "\"\"\"").unwrap_or(kept.len());
            let start = kept[..quotes].iter().rposition(|l| *l == "\"\"\"").unwrap_or(quotes);
            kept.truncate(start);
        } else {
            kept.push(line);
        }
    }
    kept.join("\n") + "\n"
}
