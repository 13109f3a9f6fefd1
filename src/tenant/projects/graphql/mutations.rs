//! Changes of projects in the API.

use async_graphql::{Context, Object};

use super::super::{ProjectId, service};
use super::ProjectNode;
use super::inputs::{ProjectCreateInput, ProjectSelection, ProjectUpdateInput};
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `projectCreate` answers.
    ProjectCreatePayload {
        /// The new project.
        project: ProjectNode,
    }
}
crate::payload! {
    /// What `projectUpdate` answers.
    ProjectUpdatePayload {
        /// The project after the change.
        project: ProjectNode,
    }
}
crate::payload! {
    /// What `projectDelete` answers.
    ProjectDeletePayload {
        /// The id of the project that is in the trash now.
        deleted_project_id: ProjectId,
        /// How many of its tasks went into the trash with it.
        deleted_task_count: i32,
        /// How many of its documents went into the trash with it.
        deleted_document_count: i32,
    }
}
crate::payload! {
    /// What `projectRestore` answers.
    ProjectRestorePayload {
        /// The project, out of the trash.
        project: ProjectNode,
        /// How many of its tasks came out of the trash with it.
        restored_task_count: i32,
        /// How many of its documents came out of the trash with it.
        restored_document_count: i32,
    }
}
crate::payload! {
    /// What bulk mutations of projects answer.
    ProjectBulkPayload {
        /// How many projects were changed.
        affected_count: i32,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "ProjectMutation")]
impl Mutation {
    /// Adds a project.
    async fn project_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new project.")] input: ProjectCreateInput,
    ) -> Result<ProjectCreatePayload> {
        let project = service::create(ctx.app(), input.into()).await;
        ProjectCreatePayload::from(project.map(ProjectNode::from))
    }

    /// Changes a project.
    async fn project_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project's id.")] id: ProjectId,
        #[graphql(desc = "What to change.")] input: ProjectUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<ProjectUpdatePayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        ProjectUpdatePayload::from(changed.await.map(ProjectNode::from))
    }

    /// Puts a project into the trash, together with its tasks and documents. `projectRestore`
    /// takes all of it out again.
    async fn project_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project's id.")] id: ProjectId,
    ) -> Result<ProjectDeletePayload> {
        let gone = service::delete(ctx.app(), id).await;
        ProjectDeletePayload::from(gone.map(|(id, c)| (id, count(c.tasks), count(c.documents))))
    }

    /// Takes a project out of the trash, with the tasks and documents that went in with it.
    async fn project_restore(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project's id.")] id: ProjectId,
    ) -> Result<ProjectRestorePayload> {
        let back = service::restore(ctx.app(), id).await;
        ProjectRestorePayload::from(
            back.map(|(p, c)| (p.into(), count(c.tasks), count(c.documents))),
        )
    }

    /// Makes the same change to many projects, all of them or none.
    async fn project_bulk_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which projects.")] selection: ProjectSelection,
        #[graphql(desc = "What to change.")] input: ProjectUpdateInput,
    ) -> Result<ProjectBulkPayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed = async {
            service::bulk_update(ctx.app(), selection.predicate()?, input.try_into()?).await
        };
        ProjectBulkPayload::from(changed.await.map(count))
    }

    /// Puts many projects into the trash with their tasks and documents, all of them or none.
    async fn project_bulk_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which projects.")] selection: ProjectSelection,
    ) -> Result<ProjectBulkPayload> {
        ctx.app().require_some(&service::DELETE)?;
        let deleted = async { service::bulk_delete(ctx.app(), selection.predicate()?).await };
        ProjectBulkPayload::from(deleted.await.map(count))
    }
}

fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
