//! What callers say about invitations: inputs, filter, order.

use async_graphql::{Enum, InputObject};

use super::super::{Acceptance, InvitationId, NewInvitation};
use crate::authz::Role;
use crate::db::{Column, Sort};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::tenant::groups::GroupId;
use crate::tenant::users::graphql::RoleFilter;

pub(super) const ID: Column = Column::id("invitations", "id");
pub(super) const EMAIL: Column = Column::new("invitations", "email");
pub(super) const FIRST_NAME: Column = Column::new("invitations", "first_name");
pub(super) const LAST_NAME: Column = Column::new("invitations", "last_name");
pub(super) const EXPIRES_AT: Column = Column::time("invitations", "expires_at");
pub(super) const CREATED_AT: Column = Column::time("invitations", "created_at");
const ROLE: Column = Column::new("invitations", "role");

/// Somebody to invite.
#[derive(InputObject)]
pub struct UserInviteInput {
    /// Where the mail goes; nobody in the tenant may have this address.
    email: String,
    /// Given name; they can change it when they accept.
    #[graphql(default)]
    first_name: String,
    /// Family name; they can change it when they accept.
    #[graphql(default)]
    last_name: String,
    /// What they will be allowed to do.
    #[graphql(default_with = "Role::Member")]
    role: Role,
    /// The groups they will be in, at most 100.
    #[graphql(default)]
    group_ids: Vec<GroupId>,
}

impl From<UserInviteInput> for NewInvitation {
    fn from(mut i: UserInviteInput) -> Self {
        i.group_ids.sort_unstable();
        i.group_ids.dedup();
        Self {
            email: i.email.trim().to_owned(),
            first_name: i.first_name.trim().to_owned(),
            last_name: i.last_name.trim().to_owned(),
            role: i.role,
            groups: i.group_ids,
        }
    }
}

/// The answer to an invitation.
#[derive(InputObject)]
pub struct InvitationAcceptInput {
    /// What stands behind `#token=` in the mail's link.
    token: String,
    /// 8 to 128 characters, not a common password, not the address or the user name.
    password: String,
    /// The name to sign in with; the address when left out.
    username: Option<String>,
    /// Given name; as in the invitation when left out.
    first_name: Option<String>,
    /// Family name; as in the invitation when left out.
    last_name: Option<String>,
}

impl From<InvitationAcceptInput> for Acceptance {
    fn from(i: InvitationAcceptInput) -> Self {
        let trim = |t: String| t.trim().to_owned();
        Self {
            token: i.token,
            password: i.password,
            username: i.username.map(trim),
            first_name: i.first_name.map(trim),
            last_name: i.last_name.map(trim),
        }
    }
}

/// Which invitations. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct InvitationFilter {
    /// All of these hold.
    and: Option<Vec<InvitationFilter>>,
    /// At least one of these holds.
    or: Option<Vec<InvitationFilter>>,
    /// This does not hold.
    not: Option<Box<InvitationFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By address.
    email: Option<StringFilter>,
    /// By role.
    role: Option<RoleFilter>,
    /// By the time until which they can be accepted.
    expires_at: Option<DateTimeFilter>,
    /// By the time they were made.
    created_at: Option<DateTimeFilter>,
}

impl Filter for InvitationFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<InvitationId>("id", ID, &self.id);
        all.text("email", EMAIL, &self.email);
        RoleFilter::conditions(&self.role, ROLE, all);
        all.time(EXPIRES_AT, &self.expires_at);
        all.time(CREATED_AT, &self.created_at);
    }
}

/// What invitations can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum InvitationOrderField {
    /// Address.
    Email,
    /// Until when they can be accepted.
    ExpiresAt,
    /// When they were made.
    CreatedAt,
}

/// One part of an ordering of invitations.
#[derive(Debug, Clone, InputObject)]
pub struct InvitationOrder {
    /// What to sort by.
    field: InvitationOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for InvitationOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            InvitationOrderField::Email => EMAIL,
            InvitationOrderField::ExpiresAt => EXPIRES_AT,
            InvitationOrderField::CreatedAt => CREATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
