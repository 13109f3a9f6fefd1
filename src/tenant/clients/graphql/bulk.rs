//! Changes of many clients in the API, all of them or none.

use async_graphql::{Context, Object};

use super::super::service;
use super::inputs::{ClientSelection, ClientUpdateInput};
use crate::base::ids::UserId;
use crate::error::{Invalid, Problem};
use crate::graphql::{CtxExt, Result};
use crate::tenant::stages::StageId;
use crate::tenant::tags::TagId;

crate::payload! {
    /// What bulk mutations of clients answer.
    ClientBulkPayload {
        /// How many clients were changed.
        affected_count: i32,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "ClientBulkMutation")]
impl Mutation {
    /// Makes the same change to many clients, all of them or none.
    async fn client_bulk_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which clients.")] selection: ClientSelection,
        #[graphql(desc = "What to change; tags have mutations of their own.")] input: Box<
            ClientUpdateInput,
        >,
    ) -> Result<ClientBulkPayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed = async {
            let which = selection.predicate()?;
            let (patch, tags) = (*input).try_into()?;
            if Option::<Vec<TagId>>::is_some(&tags) {
                let why = "use clientBulkAddTags and clientBulkRemoveTags";
                return Err(Invalid::new(Problem::NotAllowed, "input.tagIds", why).into());
            }
            service::bulk_update(ctx.app(), which, patch).await
        };
        ClientBulkPayload::from(changed.await.map(count))
    }

    /// Puts many clients into somebody's hands, all of them or none.
    async fn client_bulk_assign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which clients.")] selection: ClientSelection,
        #[graphql(desc = "Who looks after them: an active user; nobody when left out.")]
        assigned_to_id: Option<UserId>,
    ) -> Result<ClientBulkPayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed =
            async { service::bulk_assign(ctx.app(), selection.predicate()?, assigned_to_id).await };
        ClientBulkPayload::from(changed.await.map(count))
    }

    /// Moves many clients to another stage, all of them or none.
    async fn client_bulk_move_stage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which clients.")] selection: ClientSelection,
        #[graphql(desc = "The stage: one of clients.")] stage_id: StageId,
    ) -> Result<ClientBulkPayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed =
            async { service::bulk_move_stage(ctx.app(), selection.predicate()?, stage_id).await };
        ClientBulkPayload::from(changed.await.map(count))
    }

    /// Marks many clients with tags, all of them or none.
    async fn client_bulk_add_tags(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which clients.")] selection: ClientSelection,
        #[graphql(desc = "The tags, at most 50.")] tag_ids: Vec<TagId>,
    ) -> Result<ClientBulkPayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed =
            async { service::bulk_add_tags(ctx.app(), selection.predicate()?, tag_ids).await };
        ClientBulkPayload::from(changed.await.map(count))
    }

    /// Takes tags from many clients, all of them or none.
    async fn client_bulk_remove_tags(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which clients.")] selection: ClientSelection,
        #[graphql(desc = "The tags, at most 50.")] tag_ids: Vec<TagId>,
    ) -> Result<ClientBulkPayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed =
            async { service::bulk_remove_tags(ctx.app(), selection.predicate()?, tag_ids).await };
        ClientBulkPayload::from(changed.await.map(count))
    }

    /// Puts many clients into the trash, all of them or none.
    async fn client_bulk_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which clients.")] selection: ClientSelection,
    ) -> Result<ClientBulkPayload> {
        ctx.app().require_some(&service::DELETE)?;
        let deleted = async { service::bulk_delete(ctx.app(), selection.predicate()?).await };
        ClientBulkPayload::from(deleted.await.map(count))
    }
}

fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
