//! Changes of notes in the API.

use async_graphql::{Context, Object};

use super::super::{NoteId, service};
use super::NoteNode;
use super::inputs::{NoteCreateInput, NoteUpdateInput};
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `noteCreate` answers.
    NoteCreatePayload {
        /// The new note.
        note: NoteNode,
    }
}
crate::payload! {
    /// What `noteUpdate` answers.
    NoteUpdatePayload {
        /// The note after the change.
        note: NoteNode,
    }
}
crate::payload! {
    /// What `noteDelete` answers.
    NoteDeletePayload {
        /// The id of the note that is in the trash now.
        deleted_note_id: NoteId,
    }
}
crate::payload! {
    /// What `noteRestore` answers.
    NoteRestorePayload {
        /// The note, out of the trash.
        note: NoteNode,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "NoteMutation")]
impl Mutation {
    /// Adds a note about a client or a case.
    async fn note_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new note.")] input: NoteCreateInput,
    ) -> Result<NoteCreatePayload> {
        let note = service::create(ctx.app(), input.into()).await;
        NoteCreatePayload::from(note.map(NoteNode::from))
    }

    /// Changes a note.
    async fn note_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note's id.")] id: NoteId,
        #[graphql(desc = "What to change.")] input: NoteUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<NoteUpdatePayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        NoteUpdatePayload::from(changed.await.map(NoteNode::from))
    }

    /// Puts a note into the trash, from where `noteRestore` takes it out again.
    async fn note_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note's id.")] id: NoteId,
    ) -> Result<NoteDeletePayload> {
        NoteDeletePayload::from(service::delete(ctx.app(), id).await)
    }

    /// Takes a note out of the trash.
    async fn note_restore(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note's id.")] id: NoteId,
    ) -> Result<NoteRestorePayload> {
        NoteRestorePayload::from(service::restore(ctx.app(), id).await.map(NoteNode::from))
    }
}
