//! `node` and `nodes`: any object by its global id, whose prefix tells the type.

use async_graphql::{Context, ID, Interface, Object};

use crate::base::ids::UserId;
use crate::ctx::Ctx;
use crate::error;
use crate::graphql::error::nullable;
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result, node};
use crate::tenant::branches::graphql::BranchNode;
use crate::tenant::branches::{self, BranchId};
use crate::tenant::cases::graphql::CaseNode;
use crate::tenant::cases::{self, CaseId};
use crate::tenant::clients::graphql::ClientNode;
use crate::tenant::clients::{self, ClientId};
use crate::tenant::documents::graphql::DocumentNode;
use crate::tenant::documents::{self, DocumentId};
use crate::tenant::groups::graphql::GroupNode;
use crate::tenant::groups::{self, GroupId};
use crate::tenant::notes::graphql::NoteNode;
use crate::tenant::notes::{self, NoteId};
use crate::tenant::projects::graphql::ProjectNode;
use crate::tenant::projects::{self, ProjectId};
use crate::tenant::regions::graphql::RegionNode;
use crate::tenant::regions::{self, RegionId};
use crate::tenant::stages::graphql::StageNode;
use crate::tenant::stages::{self, StageId};
use crate::tenant::tags::graphql::TagNode;
use crate::tenant::tags::{self, TagId};
use crate::tenant::tasks::graphql::TaskNode;
use crate::tenant::tasks::{self, TaskId};
use crate::tenant::users;
use crate::tenant::users::graphql::UserNode;

/// How many ids `nodes` takes.
const MAX_NODES: usize = 100;

/// Anything that can be fetched again by its global `id`.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id."))]
pub enum Node {
    User(UserNode),
    Group(GroupNode),
    Project(ProjectNode),
    Task(TaskNode),
    Document(DocumentNode),
    Region(RegionNode),
    Branch(BranchNode),
    Stage(StageNode),
    Tag(TagNode),
    Client(ClientNode),
    Case(CaseNode),
    Note(NoteNode),
}

/// Columns that every row of a tenant carries.
#[expect(clippy::duplicated_attributes, reason = "two fields of one type")]
#[derive(Interface)]
#[graphql(
    field(name = "created_at", ty = "&DateTime", desc = "When it was added."),
    field(name = "updated_at", ty = "&DateTime", desc = "When it was last changed."),
    field(name = "created_by", ty = "Nullable<UserNode>", desc = "Who added it."),
    field(name = "updated_by", ty = "Nullable<UserNode>", desc = "Who changed it last.")
)]
pub enum Audited {
    User(UserNode),
    Group(GroupNode),
    Project(ProjectNode),
    Task(TaskNode),
    Document(DocumentNode),
    Region(RegionNode),
    Branch(BranchNode),
    Stage(StageNode),
    Tag(TagNode),
    Client(ClientNode),
    Case(CaseNode),
    Note(NoteNode),
}

#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with this id, or null when there is none that you may see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A global id.")] id: ID,
    ) -> Nullable<Node> {
        nullable(find(ctx.app(), "id", &id).await)
    }

    /// The objects with these ids, in the same order; null in the place of each that you may not
    /// see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100.")] ids: Vec<ID>,
    ) -> Result<Vec<Nullable<Node>>> {
        if ids.len() > MAX_NODES {
            let why = format!("can't hold more than {MAX_NODES} ids");
            let problem = error::Problem::Invalid;
            return Err(error::Invalid::new(problem, "ids", why).into());
        }
        let found = ids.iter().map(|id| find(ctx.app(), "ids", id));
        Ok(futures_util::future::join_all(found).await.into_iter().map(nullable).collect())
    }
}

/// One statement for all ids of a type, thanks to the loaders.
async fn find(app: &Ctx, field: &str, id: &ID) -> error::Result<Option<Node>> {
    let (prefix, uuid) = node::parse(field, id)?;
    Ok(match prefix {
        UserId::PREFIX => {
            app.require(&users::service::VIEW)?;
            app.load(UserId(uuid)).await?.map(|u| Node::User(u.into()))
        }
        GroupId::PREFIX => {
            app.require(&groups::service::VIEW)?;
            app.load(GroupId(uuid)).await?.map(|g| Node::Group(g.into()))
        }
        ProjectId::PREFIX => {
            app.require_some(&projects::service::VIEW)?;
            app.load(ProjectId(uuid)).await?.map(|p| Node::Project(p.into()))
        }
        TaskId::PREFIX => {
            app.require_some(&tasks::service::VIEW)?;
            app.load(TaskId(uuid)).await?.map(|t| Node::Task(t.into()))
        }
        DocumentId::PREFIX => {
            app.require_some(&documents::service::VIEW)?;
            app.load(DocumentId(uuid)).await?.map(|d| Node::Document(d.into()))
        }
        RegionId::PREFIX => {
            app.require(&regions::service::VIEW)?;
            app.load(RegionId(uuid)).await?.map(|row| Node::Region(row.into()))
        }
        BranchId::PREFIX => {
            app.require(&branches::service::VIEW)?;
            app.load(BranchId(uuid)).await?.map(|row| Node::Branch(row.into()))
        }
        StageId::PREFIX => {
            app.require(&stages::service::VIEW)?;
            app.load(StageId(uuid)).await?.map(|row| Node::Stage(row.into()))
        }
        TagId::PREFIX => {
            app.require(&tags::service::VIEW)?;
            app.load(TagId(uuid)).await?.map(|row| Node::Tag(row.into()))
        }
        ClientId::PREFIX => {
            app.require_some(&clients::service::VIEW)?;
            app.load(ClientId(uuid)).await?.map(|row| Node::Client(row.into()))
        }
        CaseId::PREFIX => {
            app.require_some(&cases::service::VIEW)?;
            app.load(CaseId(uuid)).await?.map(|row| Node::Case(row.into()))
        }
        NoteId::PREFIX => {
            app.require_some(&notes::service::VIEW)?;
            app.load(NoteId(uuid)).await?.map(|row| Node::Note(row.into()))
        }
        _ => None,
    })
}
