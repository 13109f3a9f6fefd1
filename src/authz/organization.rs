//! What platform users may do in organizations.

use super::permission::Role;

crate::column_enum! {
    /// What a platform user may do in an organization and its tenants.
    OrganizationRole: Text as &'static str {
        /// Everything, its people included. An owner in its tenants.
        Owner = "owner",
        /// Makes and configures its tenants. A manager in them.
        Admin = "admin",
        /// Enters its tenants, as a member.
        Member = "member",
    }
}

impl OrganizationRole {
    /// What they are in the organization's tenants.
    pub const fn in_tenants(self) -> Role {
        match self {
            Self::Owner => Role::Owner,
            Self::Admin => Role::Manager,
            Self::Member => Role::Member,
        }
    }

    /// Those who make and configure tenants.
    pub const ADMINS: &'static [Self] = &[Self::Owner, Self::Admin];
    /// Those who decide about people.
    pub const OWNERS: &'static [Self] = &[Self::Owner];
}
