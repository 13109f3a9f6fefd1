//! What callers say about users: inputs, filter, order.

use async_graphql::{Enum, InputObject, MaybeUndefined};

use super::super::{NewUser, UserKind, UserPatch};
use crate::authz::Role;
use crate::base::ids::UserId;
use crate::db::{Column, Sort};
use crate::error::{AppError, Invalid};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::{clearable, required};
use crate::tenant::branches::BranchId;

pub(super) const EMAIL: Column = Column::new("users", "email");
pub(super) const USERNAME: Column = Column::new("users", "username");
pub(super) const FIRST_NAME: Column = Column::new("users", "first_name");
pub(super) const LAST_NAME: Column = Column::new("users", "last_name");
pub(super) const CREATED_AT: Column = Column::time("users", "created_at");
pub(super) const UPDATED_AT: Column = Column::time("users", "updated_at");
pub(super) const LAST_SIGN_IN_AT: Column = Column::time("users", "last_sign_in_at").nullable();
const ROLE: Column = Column::new("users", "role");
pub(super) const KIND: Column = Column::new("users", "kind");
const BRANCH_ID: Column = Column::id("users", "branch_id").nullable();
const IS_ACTIVE: Column = Column::new("users", "is_active");
const ID: Column = Column::id("users", "id");

/// A user to add.
#[derive(InputObject)]
pub struct UserCreateInput {
    /// Their address; nobody else in the tenant may have it.
    email: String,
    /// The name to sign in with; the address when left out.
    username: Option<String>,
    /// Given name.
    #[graphql(default)]
    first_name: String,
    /// Family name.
    #[graphql(default)]
    last_name: String,
    /// What they may do.
    #[graphql(default_with = "Role::Member")]
    role: Role,
    /// 8 to 128 characters, not a common password, not the address.
    password: String,
}

impl From<UserCreateInput> for NewUser {
    fn from(i: UserCreateInput) -> Self {
        Self {
            email: i.email.trim().to_owned(),
            username: i.username.map(|u| u.trim().to_owned()),
            first_name: i.first_name.trim().to_owned(),
            last_name: i.last_name.trim().to_owned(),
            role: i.role,
            password: i.password,
        }
    }
}

/// A new password for the old one.
#[derive(InputObject)]
pub struct UserChangePasswordInput {
    /// The password you have now.
    pub current_password: String,
    /// 8 to 128 characters, not a common password, not your address, not the current one.
    pub new_password: String,
}

/// A change of a user. A key left out keeps its value.
#[derive(InputObject)]
pub struct UserUpdateInput {
    /// Their address; nobody else in the tenant may have it.
    email: MaybeUndefined<String>,
    /// The name to sign in with.
    username: MaybeUndefined<String>,
    /// Given name; may be empty.
    first_name: MaybeUndefined<String>,
    /// Family name; may be empty.
    last_name: MaybeUndefined<String>,
    /// What they may do.
    role: MaybeUndefined<Role>,
    /// The branch they work in; null for none. What they hold in their branch or region goes along.
    branch_id: MaybeUndefined<BranchId>,
    /// Whether they may sign in.
    is_active: MaybeUndefined<bool>,
}

impl TryFrom<UserUpdateInput> for UserPatch {
    type Error = AppError;

    fn try_from(i: UserUpdateInput) -> Result<Self, AppError> {
        let mut invalid = Invalid::default();
        let trim = |t: String| t.trim().to_owned();
        let patch = Self {
            username: required(&mut invalid, "input.username", i.username).map(trim),
            email: required(&mut invalid, "input.email", i.email).map(trim),
            first_name: required(&mut invalid, "input.firstName", i.first_name).map(trim),
            last_name: required(&mut invalid, "input.lastName", i.last_name).map(trim),
            role: required(&mut invalid, "input.role", i.role),
            branch_id: clearable(i.branch_id),
            is_active: required(&mut invalid, "input.isActive", i.is_active),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

crate::enum_filter!(
    /// Conditions on a user's role.
    RoleFilter, Role, text
);

crate::enum_filter!(
    /// Conditions on the kind of account.
    UserKindFilter, UserKind, text
);

/// Which users. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct UserFilter {
    /// All of these hold.
    and: Option<Vec<UserFilter>>,
    /// At least one of these holds.
    or: Option<Vec<UserFilter>>,
    /// This does not hold.
    not: Option<Box<UserFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By address.
    email: Option<StringFilter>,
    /// By user name.
    username: Option<StringFilter>,
    /// By given name.
    first_name: Option<StringFilter>,
    /// By family name.
    last_name: Option<StringFilter>,
    /// By role.
    role: Option<RoleFilter>,
    /// By kind: people, or programs.
    kind: Option<UserKindFilter>,
    /// By branch.
    branch_id: Option<IDFilter>,
    /// Only active users (`true`), or only others (`false`).
    is_active: Option<bool>,
    /// By the time they were added.
    created_at: Option<DateTimeFilter>,
    /// By the time of their last sign-in.
    last_sign_in_at: Option<DateTimeFilter>,
}

impl Filter for UserFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<UserId>("id", ID, &self.id);
        all.text("email", EMAIL, &self.email);
        all.text("username", USERNAME, &self.username);
        all.text("firstName", FIRST_NAME, &self.first_name);
        all.text("lastName", LAST_NAME, &self.last_name);
        RoleFilter::conditions(&self.role, ROLE, all);
        UserKindFilter::conditions(&self.kind, KIND, all);
        all.id::<BranchId>("branchId", BRANCH_ID, &self.branch_id);
        all.flag(IS_ACTIVE, self.is_active);
        all.time(CREATED_AT, &self.created_at);
        all.time(LAST_SIGN_IN_AT, &self.last_sign_in_at);
    }
}

/// What users can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum UserOrderField {
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// Address.
    Email,
    /// User name.
    Username,
    /// When they were added.
    CreatedAt,
    /// When they were last changed.
    UpdatedAt,
    /// When they last signed in.
    LastSignInAt,
}

/// One part of an ordering of users.
#[derive(Debug, Clone, InputObject)]
pub struct UserOrder {
    /// What to sort by.
    field: UserOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for UserOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            UserOrderField::FirstName => FIRST_NAME,
            UserOrderField::LastName => LAST_NAME,
            UserOrderField::Email => EMAIL,
            UserOrderField::Username => USERNAME,
            UserOrderField::CreatedAt => CREATED_AT,
            UserOrderField::UpdatedAt => UPDATED_AT,
            UserOrderField::LastSignInAt => LAST_SIGN_IN_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
