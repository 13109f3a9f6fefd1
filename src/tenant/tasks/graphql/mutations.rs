//! Changes of tasks in the API.

use async_graphql::{Context, Object};

use super::super::{TaskId, service};
use super::TaskNode;
use super::inputs::{TaskCreateInput, TaskSelection, TaskUpdateInput};
use crate::graphql::{CtxExt, Result};

crate::payload! {
    /// What `taskCreate` answers.
    TaskCreatePayload {
        /// The new task.
        task: TaskNode,
    }
}
crate::payload! {
    /// What `taskUpdate` answers.
    TaskUpdatePayload {
        /// The task after the change.
        task: TaskNode,
    }
}
crate::payload! {
    /// What `taskComplete` answers.
    TaskCompletePayload {
        /// The completed task.
        task: TaskNode,
    }
}
crate::payload! {
    /// What `taskDelete` answers.
    TaskDeletePayload {
        /// The id of the task that is in the trash now.
        deleted_task_id: TaskId,
    }
}
crate::payload! {
    /// What `taskRestore` answers.
    TaskRestorePayload {
        /// The task, out of the trash.
        task: TaskNode,
    }
}
crate::payload! {
    /// What bulk mutations of tasks answer.
    TaskBulkPayload {
        /// How many tasks were changed.
        affected_count: i32,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "TaskMutation")]
impl Mutation {
    /// Adds a task to a project, a client or a case.
    async fn task_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new task.")] input: TaskCreateInput,
    ) -> Result<TaskCreatePayload> {
        let task = service::create(ctx.app(), input.into()).await;
        TaskCreatePayload::from(task.map(TaskNode::from))
    }

    /// Changes a task.
    async fn task_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task's id.")] id: TaskId,
        #[graphql(desc = "What to change.")] input: TaskUpdateInput,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<TaskUpdatePayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed =
            async { service::update(ctx.app(), id, input.try_into()?, expected_version).await };
        TaskUpdatePayload::from(changed.await.map(TaskNode::from))
    }

    /// Completes a task: its status becomes DONE. Doing it twice is no mistake.
    async fn task_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task's id.")] id: TaskId,
    ) -> Result<TaskCompletePayload> {
        TaskCompletePayload::from(service::complete(ctx.app(), id).await.map(TaskNode::from))
    }

    /// Puts a task into the trash, from where `taskRestore` takes it out again.
    async fn task_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task's id.")] id: TaskId,
    ) -> Result<TaskDeletePayload> {
        TaskDeletePayload::from(service::delete(ctx.app(), id).await)
    }

    /// Takes a task out of the trash.
    async fn task_restore(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task's id.")] id: TaskId,
    ) -> Result<TaskRestorePayload> {
        TaskRestorePayload::from(service::restore(ctx.app(), id).await.map(TaskNode::from))
    }

    /// Makes the same change to many tasks, all of them or none.
    async fn task_bulk_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tasks.")] selection: TaskSelection,
        #[graphql(desc = "What to change.")] input: TaskUpdateInput,
    ) -> Result<TaskBulkPayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed = async {
            service::bulk_update(ctx.app(), selection.predicate()?, input.try_into()?).await
        };
        TaskBulkPayload::from(changed.await.map(count))
    }

    /// Puts many tasks into the trash, all of them or none.
    async fn task_bulk_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tasks.")] selection: TaskSelection,
    ) -> Result<TaskBulkPayload> {
        ctx.app().require_some(&service::DELETE)?;
        let deleted = async { service::bulk_delete(ctx.app(), selection.predicate()?).await };
        TaskBulkPayload::from(deleted.await.map(count))
    }
}

fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
