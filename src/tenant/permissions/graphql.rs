//! Permissions in the API.

mod inputs;
mod mutations;

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};

use super::service::Standing;
use super::{HeldPermission, ObjectPermission, catalog, service};
use crate::authz::{Permission, PermissionScope, Reach, Role};
use crate::base::ids::{UserId, encode};
use crate::base::page::PageArgs;
use crate::db::{Column, Sort, Sorted, Value};
use crate::graphql::paging::{Connection, ListArgs};
use crate::graphql::scalars::DateTime;
use crate::graphql::{CtxExt, Nullable, Result};
use crate::tenant::groups::GroupId;
use crate::tenant::groups::graphql::{self as groups, GroupNode};
use crate::tenant::users::graphql::{self as users, UserNode};

pub use inputs::{HeldPermissionInput, held};
pub use mutations::Mutation;

/// Something that a user may or may not do.
#[derive(SimpleObject)]
#[graphql(name = "Permission")]
pub struct PermissionNode {
    /// Entity and verb, as `tasks.view`.
    name: &'static str,
    /// The roles that hold it on everything.
    roles: Vec<Role>,
    /// The kinds of object it may be given on one by one: what their ids begin with. Given on an
    /// object of another kind than its own (`tasks.view` on a project), it holds on what is in it.
    object_kinds: Vec<&'static str>,
    /// Whether it may be limited to rows that are assigned to the user or were added by them.
    has_own_scope: bool,
    /// The scopes that it may be given in.
    scopes: Vec<PermissionScope>,
}

impl From<&'static Permission> for PermissionNode {
    fn from(p: &'static Permission) -> Self {
        Self {
            name: p.name,
            roles: p.holders().to_vec(),
            object_kinds: p.objects().to_vec(),
            has_own_scope: p.scopes().has(PermissionScope::Own),
            scopes: p.scopes().iter().collect(),
        }
    }
}

/// A permission that a user or a group holds beside their role.
#[derive(Clone, SimpleObject)]
#[graphql(name = "HeldPermission")]
pub struct HeldPermissionNode {
    /// Its name, as `tasks.view`.
    permission: String,
    /// On which rows.
    scope: PermissionScope,
}

impl From<HeldPermission> for HeldPermissionNode {
    fn from(held: HeldPermission) -> Self {
        Self { permission: held.permission, scope: held.scope }
    }
}

/// A permission that you hold now, from your role, groups, direct permissions or grants.
#[derive(SimpleObject)]
pub struct ViewerPermission {
    /// Its name, as `tasks.view`.
    permission: &'static str,
    /// On which rows: the widest of the scopes; null when only on the objects that it was granted
    /// on.
    scope: Option<PermissionScope>,
    /// All scopes that you hold it in, which add up.
    scopes: Vec<PermissionScope>,
    /// Whether it was also granted on single objects.
    on_single_objects: bool,
}

/// What you may do with an object.
#[derive(SimpleObject)]
pub struct ObjectAccess {
    /// Whether you may change it.
    can_update: bool,
    /// Whether you may put it into the trash, and take it out again.
    can_delete: bool,
    /// Whether you may give others permissions on it.
    can_share: bool,
}

/// What the caller may do with a row.
pub async fn access_to(
    ctx: &Context<'_>,
    [change, delete]: [&Permission; 2],
    row: &Standing,
) -> Result<ObjectAccess> {
    let holds = |permission| service::holds_on(ctx.app(), permission, row);
    let (can_update, can_delete, can_share) =
        futures_util::try_join!(holds(change), holds(delete), holds(&service::GRANT))?;
    Ok(ObjectAccess { can_update, can_delete, can_share })
}

/// A permission on one object, held by a user or a group.
#[derive(Clone, SimpleObject)]
#[graphql(name = "ObjectPermission", complex)]
pub struct ObjectPermissionNode {
    #[graphql(skip)]
    key: super::ObjectPermissionId,
    /// Its name, as `tasks.view`.
    permission: String,
    /// The object's global id; `node` answers the object.
    object_id: ID,
    /// When it was given.
    created_at: DateTime,
    #[graphql(skip)]
    user_id: Option<UserId>,
    #[graphql(skip)]
    group_id: Option<GroupId>,
    #[graphql(skip)]
    created_by_id: Option<UserId>,
}

impl From<ObjectPermission> for ObjectPermissionNode {
    fn from(p: ObjectPermission) -> Self {
        Self {
            key: p.id,
            permission: p.permission,
            object_id: encode(&p.object_kind, p.object_id).into(),
            created_at: p.created_at.into(),
            user_id: p.user_id,
            group_id: p.group_id,
            created_by_id: p.created_by,
        }
    }
}

crate::listed!(ObjectPermissionNode, "ObjectPermission");

impl Sorted for ObjectPermissionNode {
    const ID: Column = inputs::GRANT_ID;
    const DEFAULT: Sort = Sort { column: inputs::CREATED_AT, descending: true };
    const SEARCH: &'static [Column] = &[inputs::PERMISSION];

    fn sort_value(&self, column: Column) -> Value {
        match column {
            inputs::PERMISSION => Value::Text(self.permission.clone()),
            inputs::CREATED_AT => Value::Time(self.created_at.0),
            _ => Value::Id(self.key.0),
        }
    }
}

#[ComplexObject]
impl ObjectPermissionNode {
    /// Global id.
    async fn id(&self) -> ID {
        self.key.into()
    }

    /// The user who holds it; null when a group does.
    async fn user(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        users::of(ctx, self.user_id).await
    }

    /// The group that holds it; null when a user does.
    async fn group(&self, ctx: &Context<'_>) -> Nullable<GroupNode> {
        groups::of(ctx, self.group_id).await
    }

    /// Who gave it.
    async fn created_by(&self, ctx: &Context<'_>) -> Nullable<UserNode> {
        users::of(ctx, self.created_by_id).await
    }
}

#[derive(Default)]
pub struct Query;

#[Object(name = "PermissionQuery")]
impl Query {
    /// All permissions that can be given.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<Vec<PermissionNode>> {
        ctx.app().require(&service::VIEW)?;
        ctx.app().tenant()?;
        Ok(catalog::all().map(PermissionNode::from).collect())
    }

    /// The permissions that you hold; empty for platform operators.
    async fn viewer_permissions(&self, ctx: &Context<'_>) -> Result<Vec<ViewerPermission>> {
        ctx.app().require(&service::VIEW)?;
        ctx.app().tenant()?;
        let held = |permission: &'static Permission| {
            let (scopes, on_single_objects) = match ctx.app().reach(permission).ok()? {
                Reach::All => (vec![PermissionScope::All], false),
                Reach::Part(part) => (part.scopes().iter().collect(), part.has_grants()),
            };
            let (permission, scope) = (permission.name, scopes.first().copied());
            Some(ViewerPermission { permission, scope, scopes, on_single_objects })
        };
        Ok(catalog::all().filter_map(held).collect())
    }

    /// Permissions on single objects: who was given what.
    async fn object_permissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows: at most 100, 20 by default.")] first: Option<i32>,
        #[graphql(desc = "Rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last rows: at most 100.")] last: Option<i32>,
        #[graphql(desc = "Rows before this cursor.")] before: Option<String>,
        #[graphql(desc = "Rows to skip, at most 10,000; cursors go further.")] offset: Option<i32>,
        #[graphql(desc = "Which of them.")] filter: Option<Box<inputs::ObjectPermissionFilter>>,
        #[graphql(desc = "Text in the permission's name.")] search: Option<String>,
        #[graphql(desc = "At most three parts; newest first when left out.")] order_by: Option<
            Vec<inputs::ObjectPermissionOrder>,
        >,
    ) -> Result<Connection<ObjectPermissionNode>> {
        let page = PageArgs { first, after, last, before, offset };
        let allowed = ctx.app().require_some(&service::VIEW_ON_OBJECTS);
        let listing =
            ListArgs { page, filter, search, order_by }.listing::<ObjectPermissionNode>(allowed)?;
        let page = service::list(ctx.app(), listing, ctx.selects("totalCount")).await?;
        Ok(page.map(ObjectPermissionNode::from).into())
    }
}
