//! Changes of cases in the API.

use async_graphql::{Context, Object};

use super::super::{CaseId, service};
use super::CaseNode;
use super::inputs::{CaseCreateInput, CaseSelection, CaseUpdateInput};
use crate::base::ids::UserId;
use crate::graphql::{CtxExt, Result};
use crate::tenant::stages::StageId;

crate::payload! {
    /// What `caseCreate` answers.
    CaseCreatePayload {
        /// The new case.
        case: CaseNode,
    }
}
crate::payload! {
    /// What `caseUpdate` answers.
    CaseUpdatePayload {
        /// The case after the change.
        case: CaseNode,
    }
}
crate::payload! {
    /// What `caseAssign` answers.
    CaseAssignPayload {
        /// The case after the change.
        case: CaseNode,
    }
}
crate::payload! {
    /// What `caseMoveStage` answers.
    CaseMoveStagePayload {
        /// The case after the change.
        case: CaseNode,
    }
}
crate::payload! {
    /// What `caseDelete` answers.
    CaseDeletePayload {
        /// The id of the case that is in the trash now.
        deleted_case_id: CaseId,
    }
}
crate::payload! {
    /// What `caseRestore` answers.
    CaseRestorePayload {
        /// The case, out of the trash.
        case: CaseNode,
    }
}
crate::payload! {
    /// What bulk mutations of cases answer.
    CaseBulkPayload {
        /// How many cases were changed.
        affected_count: i32,
    }
}

#[derive(Default)]
pub struct Mutation;

#[Object(name = "CaseMutation")]
impl Mutation {
    /// Adds a case of a client.
    async fn case_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new case.")] input: Box<CaseCreateInput>,
    ) -> Result<CaseCreatePayload> {
        let case = service::create(ctx.app(), (*input).into()).await;
        CaseCreatePayload::from(case.map(CaseNode::from))
    }

    /// Changes a case.
    async fn case_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case's id.")] id: CaseId,
        #[graphql(desc = "What to change.")] input: Box<CaseUpdateInput>,
        #[graphql(desc = "The version you have seen; STALE_VERSION if there is a newer one.")]
        expected_version: Option<i32>,
    ) -> Result<CaseUpdatePayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed =
            async { service::update(ctx.app(), id, (*input).try_into()?, expected_version).await };
        CaseUpdatePayload::from(changed.await.map(CaseNode::from))
    }

    /// Puts a case into somebody's hands, or into nobody's.
    async fn case_assign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case's id.")] id: CaseId,
        #[graphql(desc = "Who works on it: an active user; nobody when left out.")]
        assigned_to_id: Option<UserId>,
    ) -> Result<CaseAssignPayload> {
        let case = service::assign(ctx.app(), id, assigned_to_id).await;
        CaseAssignPayload::from(case.map(CaseNode::from))
    }

    /// Moves a case to another stage.
    async fn case_move_stage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case's id.")] id: CaseId,
        #[graphql(desc = "The stage: one of cases.")] stage_id: StageId,
    ) -> Result<CaseMoveStagePayload> {
        let case = service::move_stage(ctx.app(), id, stage_id).await;
        CaseMoveStagePayload::from(case.map(CaseNode::from))
    }

    /// Puts a case into the trash, from where `caseRestore` takes it out again.
    async fn case_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case's id.")] id: CaseId,
    ) -> Result<CaseDeletePayload> {
        CaseDeletePayload::from(service::delete(ctx.app(), id).await)
    }

    /// Takes a case out of the trash. One whose client is in there comes back with them.
    async fn case_restore(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case's id.")] id: CaseId,
    ) -> Result<CaseRestorePayload> {
        CaseRestorePayload::from(service::restore(ctx.app(), id).await.map(CaseNode::from))
    }

    /// Makes the same change to many cases, all of them or none.
    async fn case_bulk_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cases.")] selection: CaseSelection,
        #[graphql(desc = "What to change.")] input: Box<CaseUpdateInput>,
    ) -> Result<CaseBulkPayload> {
        ctx.app().require_some(&service::CHANGE)?;
        let changed = async {
            service::bulk_update(ctx.app(), selection.predicate()?, (*input).try_into()?).await
        };
        CaseBulkPayload::from(changed.await.map(count))
    }

    /// Puts many cases into the trash, all of them or none.
    async fn case_bulk_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which cases.")] selection: CaseSelection,
    ) -> Result<CaseBulkPayload> {
        ctx.app().require_some(&service::DELETE)?;
        let deleted = async { service::bulk_delete(ctx.app(), selection.predicate()?).await };
        CaseBulkPayload::from(deleted.await.map(count))
    }
}

fn count(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
