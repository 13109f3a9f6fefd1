//! A tenant's origins in the API.

use async_graphql::{Context, Object};

use super::service;
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `allowedOriginsUpdate` answers.
    AllowedOriginsUpdatePayload {
        /// The list after the change.
        allowed_origins: Vec<String>,
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "OriginQuery")]
impl Query {
    /// The origins whose pages may call this tenant's API, beside the tenant's own and those that
    /// the installation allows everywhere. Owners only.
    async fn allowed_origins(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(service::list(ctx.app())?)
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "OriginMutation")]
impl Mutation {
    /// Sets the origins whose pages may call this tenant's API. It holds at once. Owners only.
    async fn allowed_origins_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "All of them, such as `https://app.example.com`: at most 20, with https, \
                    without a path. What is not in it may not call any more."
        )]
        origins: Vec<String>,
    ) -> Result<AllowedOriginsUpdatePayload> {
        AllowedOriginsUpdatePayload::from(service::update(ctx.app(), &origins).await)
    }
}
