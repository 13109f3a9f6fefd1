//! Changes of one client in the API.

use async_graphql::{Context, Object};

use super::super::{ClientId, service};
use super::ClientNode;
use super::inputs::{ClientCreateInput, ClientUpdateInput};
use crate::base::ids::UserId;
use crate::graphql::{CtxExt, Result};
use crate::tenant::stages::StageId;

crate::payload! {
    /// What `clientCreate` answers.
    ClientCreatePayload {
        /// The new client.
        client: ClientNode,
    }
}
crate::payload! {
    /// What `clientUpdate` answers.
    ClientUpdatePayload {
        /// The client after the change.
        client: ClientNode,
    }
}
crate::payload! {
    /// What `clientAssign` answers.
    ClientAssignPayload {
        /// The client after the change.
        client: ClientNode,
    }
}
crate::payload! {
    /// What `clientMoveStage` answers.
    ClientMoveStagePayload {
        /// The client after the change.
        client: ClientNode,
    }
}
crate::payload! {
    /// What `clientDelete` answers.
    ClientDeletePayload {
        /// The id of the client that is in the trash now.
        deleted_client_id: ClientId,
    }
}
crate::payload! {
    /// What `clientRestore` answers.
    ClientRestorePayload {
        /// The client, out of the trash.
        client: ClientNode,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "ClientMutation")]
impl Mutation {
    /// Adds a client.
    async fn client_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new client.")] input: Box<ClientCreateInput>,
    ) -> Result<ClientCreatePayload> {
        let (new, tags) = (*input).into();
        let client = service::create(ctx.app(), new, &tags).await;
        ClientCreatePayload::from(client.map(ClientNode::from))
    }

    /// Changes a client.
    async fn client_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client's id.")] id: ClientId,
        #[graphql(desc = "What to change.")] input: Box<ClientUpdateInput>,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<ClientUpdatePayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed = async {
            let (patch, tags) = (*input).try_into()?;
            service::update(ctx.app(), id, patch, tags, expected_version).await
        };
        ClientUpdatePayload::from(changed.await.map(ClientNode::from))
    }

    /// Puts a client into somebody's hands, or into nobody's.
    async fn client_assign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client's id.")] id: ClientId,
        #[graphql(desc = "Who looks after them: an active user; nobody when left out.")]
        assigned_to_id: Option<UserId>,
    ) -> Result<ClientAssignPayload> {
        let client = service::assign(ctx.app(), id, assigned_to_id).await;
        ClientAssignPayload::from(client.map(ClientNode::from))
    }

    /// Moves a client to another stage.
    async fn client_move_stage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client's id.")] id: ClientId,
        #[graphql(desc = "The stage: one of clients.")] stage_id: StageId,
    ) -> Result<ClientMoveStagePayload> {
        let client = service::move_stage(ctx.app(), id, stage_id).await;
        ClientMoveStagePayload::from(client.map(ClientNode::from))
    }

    /// Puts a client into the trash, from where `clientRestore` takes them out again.
    async fn client_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client's id.")] id: ClientId,
    ) -> Result<ClientDeletePayload> {
        ClientDeletePayload::from(service::delete(ctx.app(), id).await)
    }

    /// Takes a client out of the trash.
    async fn client_restore(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client's id.")] id: ClientId,
    ) -> Result<ClientRestorePayload> {
        ClientRestorePayload::from(service::restore(ctx.app(), id).await.map(ClientNode::from))
    }
}
