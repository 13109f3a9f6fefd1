//! Rows of permissions, and the rules that need no database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::authz::PermissionScope;
use crate::base::ids::UserId;
use crate::db::schema::tenant::object_grants;
use crate::tenant::groups::GroupId;

crate::id!(/** A permission on one object. */ ObjectPermissionId, "object_permission");

/// A permission that somebody holds on all rows, or on their own.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, serde::Serialize)]
pub struct HeldPermission {
    /// Its name, as `tasks.view`.
    pub permission: String,
    pub scope: PermissionScope,
}

/// A permission on one object, as stored.
#[derive(Debug, Clone, Queryable, Selectable, serde::Serialize)]
#[diesel(table_name = object_grants)]
pub struct ObjectPermission {
    pub id: ObjectPermissionId,
    pub permission: String,
    pub object_kind: String,
    pub object_id: Uuid,
    pub user_id: Option<UserId>,
    pub group_id: Option<GroupId>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
}

/// Who holds a permission on an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    User(UserId),
    Group(GroupId),
}

impl Holder {
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::User(id) => Some(id),
            Self::Group(_) => None,
        }
    }

    pub fn group(self) -> Option<GroupId> {
        match self {
            Self::Group(id) => Some(id),
            Self::User(_) => None,
        }
    }
}

/// Permissions to be given on one object, or taken back.
#[derive(Debug, Clone)]
pub struct NewObjectPermissions {
    /// The prefix of the object's id.
    pub kind: String,
    pub object: Uuid,
    pub permissions: Vec<String>,
    pub holder: Holder,
}
