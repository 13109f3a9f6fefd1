//! Changes of tags in the API.

use async_graphql::{Context, Object};

use super::super::{TagId, service};
use super::TagNode;
use super::inputs::{TagCreateInput, TagUpdateInput};
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `tagCreate` answers.
    TagCreatePayload {
        /// The new tag.
        tag: TagNode,
    }
}
crate::payload! {
    /// What `tagUpdate` answers.
    TagUpdatePayload {
        /// The tag after the change.
        tag: TagNode,
    }
}
crate::payload! {
    /// What `tagDelete` answers.
    TagDeletePayload {
        /// The id of the tag that is gone.
        deleted_tag_id: TagId,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "TagMutation")]
impl Mutation {
    /// Adds a tag.
    async fn tag_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new tag.")] input: TagCreateInput,
    ) -> Result<TagCreatePayload> {
        let tag = service::create(ctx.app(), input.into()).await;
        TagCreatePayload::from(tag.map(TagNode::from))
    }

    /// Changes a tag.
    async fn tag_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tag's id.")] id: TagId,
        #[graphql(desc = "What to change.")] input: TagUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<TagUpdatePayload> {
        ctx.app().require(&service::CHANGE)?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        TagUpdatePayload::from(changed.await.map(TagNode::from))
    }

    /// Deletes a tag. Clients and cases that were marked with it stay, without it.
    async fn tag_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The tag's id.")] id: TagId,
    ) -> Result<TagDeletePayload> {
        TagDeletePayload::from(service::delete(ctx.app(), id).await)
    }
}
