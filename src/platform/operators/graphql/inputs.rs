//! What callers say about operators: inputs, filter, order.

use async_graphql::{Enum, InputObject, MaybeUndefined};

use super::super::{NewOperator, OperatorPatch};
use crate::authz::OperatorId;
use crate::db::{Column, Sort};
use crate::error::{AppError, Invalid, Result};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::required;

pub(super) const ID: Column = Column::id("operators", "id");
pub(super) const EMAIL: Column = Column::new("operators", "email");
pub(super) const USERNAME: Column = Column::new("operators", "username");
pub(super) const FIRST_NAME: Column = Column::new("operators", "first_name");
pub(super) const LAST_NAME: Column = Column::new("operators", "last_name");
pub(super) const CREATED_AT: Column = Column::time("operators", "created_at");
pub(super) const LAST_SIGN_IN_AT: Column = Column::time("operators", "last_sign_in_at").nullable();
const IS_ADMIN: Column = Column::new("operators", "is_admin");
const IS_ACTIVE: Column = Column::new("operators", "is_active");

/// An operator to add.
#[derive(InputObject)]
pub struct OperatorCreateInput {
    /// Their address; no other operator may have it. Their user name at first, too.
    email: String,
    /// Given name.
    #[graphql(default)]
    first_name: String,
    /// Family name.
    #[graphql(default)]
    last_name: String,
    /// Whether they run the whole installation.
    #[graphql(default)]
    is_admin: bool,
    /// 8 to 128 characters, not a common password, not the address.
    password: String,
}

impl From<OperatorCreateInput> for NewOperator {
    fn from(i: OperatorCreateInput) -> Self {
        Self {
            email: i.email.trim().to_owned(),
            first_name: i.first_name.trim().to_owned(),
            last_name: i.last_name.trim().to_owned(),
            is_admin: i.is_admin,
            password: i.password,
        }
    }
}

/// A change of an operator. A key left out keeps its value.
#[derive(InputObject)]
pub struct OperatorUpdateInput {
    /// Their address; no other operator may have it.
    email: MaybeUndefined<String>,
    /// The name to sign in with instead of the address.
    username: MaybeUndefined<String>,
    /// Given name; may be empty.
    first_name: MaybeUndefined<String>,
    /// Family name; may be empty.
    last_name: MaybeUndefined<String>,
    /// Whether they run the whole installation.
    is_admin: MaybeUndefined<bool>,
    /// Whether they may sign in.
    is_active: MaybeUndefined<bool>,
}

impl TryFrom<OperatorUpdateInput> for OperatorPatch {
    type Error = AppError;

    fn try_from(i: OperatorUpdateInput) -> Result<Self> {
        let mut invalid = Invalid::default();
        let trim = |t: String| t.trim().to_owned();
        let patch = Self {
            email: required(&mut invalid, "input.email", i.email).map(trim),
            username: required(&mut invalid, "input.username", i.username).map(trim),
            first_name: required(&mut invalid, "input.firstName", i.first_name).map(trim),
            last_name: required(&mut invalid, "input.lastName", i.last_name).map(trim),
            is_admin: required(&mut invalid, "input.isAdmin", i.is_admin),
            is_active: required(&mut invalid, "input.isActive", i.is_active),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

/// A new password for the old one.
#[derive(InputObject)]
pub struct OperatorChangePasswordInput {
    /// The password you have now.
    pub current_password: String,
    /// 8 to 128 characters, not a common password, not your address, not the current one.
    pub new_password: String,
}

/// Which operators. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct OperatorFilter {
    /// All of these hold.
    and: Option<Vec<OperatorFilter>>,
    /// At least one of these holds.
    or: Option<Vec<OperatorFilter>>,
    /// This does not hold.
    not: Option<Box<OperatorFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By address.
    email: Option<StringFilter>,
    /// By user name.
    username: Option<StringFilter>,
    /// Only platform administrators (`true`), or only others (`false`).
    is_admin: Option<bool>,
    /// Only active operators (`true`), or only others (`false`).
    is_active: Option<bool>,
    /// By the time they were added.
    created_at: Option<DateTimeFilter>,
    /// By the time of their last sign-in.
    last_sign_in_at: Option<DateTimeFilter>,
}

impl Filter for OperatorFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<OperatorId>("id", ID, &self.id);
        all.text("email", EMAIL, &self.email);
        all.text("username", USERNAME, &self.username);
        all.flag(IS_ADMIN, self.is_admin);
        all.flag(IS_ACTIVE, self.is_active);
        all.time(CREATED_AT, &self.created_at);
        all.time(LAST_SIGN_IN_AT, &self.last_sign_in_at);
    }
}

/// What operators can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum OperatorOrderField {
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
    /// When they last signed in.
    LastSignInAt,
}

/// One part of an ordering of operators.
#[derive(Debug, Clone, InputObject)]
pub struct OperatorOrder {
    /// What to sort by.
    field: OperatorOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for OperatorOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            OperatorOrderField::FirstName => FIRST_NAME,
            OperatorOrderField::LastName => LAST_NAME,
            OperatorOrderField::Email => EMAIL,
            OperatorOrderField::Username => USERNAME,
            OperatorOrderField::CreatedAt => CREATED_AT,
            OperatorOrderField::LastSignInAt => LAST_SIGN_IN_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
