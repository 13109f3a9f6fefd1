//! What callers say about permissions: inputs, filter, order.

use async_graphql::{Enum, ID, InputObject};

use super::super::{HeldPermission, Holder, NewObjectPermissions, ObjectPermissionId, service};
use crate::authz::PermissionScope;
use crate::base::ids::UserId;
use crate::db::{Column, Sort};
use crate::error::{AppError, Invalid, Problem};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::node;
use crate::graphql::paging::{Order, OrderDirection};
use crate::tenant::groups::GroupId;

pub(super) const GRANT_ID: Column = Column::id("object_grants", "id");
pub(super) const PERMISSION: Column = Column::new("object_grants", "permission");
pub(super) const CREATED_AT: Column = Column::time("object_grants", "created_at");
const USER_ID: Column = Column::id("object_grants", "user_id").nullable();
const GROUP_ID: Column = Column::id("object_grants", "group_id").nullable();

/// A permission to be held.
#[derive(InputObject)]
pub struct HeldPermissionInput {
    /// Its name, as `tasks.view`; `permissions` lists them.
    permission: String,
    /// On which rows.
    #[graphql(default_with = "PermissionScope::All")]
    scope: PermissionScope,
}

/// As the service takes them.
pub fn held(inputs: Vec<HeldPermissionInput>) -> Vec<HeldPermission> {
    let held = |i: HeldPermissionInput| HeldPermission { permission: i.permission, scope: i.scope };
    inputs.into_iter().map(held).collect()
}

/// Permissions on one object. Name a user or a group.
#[derive(InputObject)]
pub struct ObjectPermissionGrantInput {
    /// The object: a project, a task, a document or a client.
    object_id: ID,
    /// Names of permissions, as `tasks.view`.
    permissions: Vec<String>,
    /// The user.
    user_id: Option<UserId>,
    /// The group.
    group_id: Option<GroupId>,
}

/// Permissions on one object that are taken back. Name a user or a group.
#[derive(InputObject)]
pub struct ObjectPermissionRevokeInput {
    /// The object: a project, a task, a document or a client.
    object_id: ID,
    /// Names of permissions, as `tasks.view`.
    permissions: Vec<String>,
    /// The user.
    user_id: Option<UserId>,
    /// The group.
    group_id: Option<GroupId>,
}

impl TryFrom<ObjectPermissionGrantInput> for NewObjectPermissions {
    type Error = AppError;

    fn try_from(i: ObjectPermissionGrantInput) -> Result<Self, AppError> {
        let (kind, object) = node::parse("input.objectId", &i.object_id)?;
        let holder = match (i.user_id, i.group_id) {
            (Some(user), None) => Holder::User(user),
            (None, Some(group)) => Holder::Group(group),
            _ => {
                let why = "name a user or a group, and not both";
                return Err(Invalid::new(Problem::Invalid, "input.userId", why).into());
            }
        };
        Ok(Self { kind: kind.to_owned(), object, permissions: i.permissions, holder })
    }
}

impl From<ObjectPermissionRevokeInput> for ObjectPermissionGrantInput {
    fn from(i: ObjectPermissionRevokeInput) -> Self {
        let ObjectPermissionRevokeInput { object_id, permissions, user_id, group_id } = i;
        Self { object_id, permissions, user_id, group_id }
    }
}

/// Which permissions on objects. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct ObjectPermissionFilter {
    /// All of these hold.
    and: Option<Vec<ObjectPermissionFilter>>,
    /// At least one of these holds.
    or: Option<Vec<ObjectPermissionFilter>>,
    /// This does not hold.
    not: Option<Box<ObjectPermissionFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// On this object.
    object_id: Option<ID>,
    /// By the permission's name.
    permission: Option<StringFilter>,
    /// By the user who holds it.
    user_id: Option<IDFilter>,
    /// By the group that holds it.
    group_id: Option<IDFilter>,
    /// By the time it was given.
    created_at: Option<DateTimeFilter>,
}

impl Filter for ObjectPermissionFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<ObjectPermissionId>("id", GRANT_ID, &self.id);
        all.any_id("objectId", service::OBJECT_ID, self.object_id.as_ref());
        all.text("permission", PERMISSION, &self.permission);
        all.id::<UserId>("userId", USER_ID, &self.user_id);
        all.id::<GroupId>("groupId", GROUP_ID, &self.group_id);
        all.time(CREATED_AT, &self.created_at);
    }
}

/// What permissions on objects can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum ObjectPermissionOrderField {
    /// The permission's name.
    Permission,
    /// When it was given.
    CreatedAt,
}

/// One part of an ordering of permissions on objects.
#[derive(Debug, Clone, InputObject)]
pub struct ObjectPermissionOrder {
    /// What to sort by.
    field: ObjectPermissionOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for ObjectPermissionOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            ObjectPermissionOrderField::Permission => PERMISSION,
            ObjectPermissionOrderField::CreatedAt => CREATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
