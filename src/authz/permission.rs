//! Permissions, declared beside the service functions that ask for them, and the roles that hold
//! them.

crate::column_enum! {
    /// What a user may do in their tenant.
    Role: Text as &'static str {
        /// Everything, people and settings included.
        Owner = "owner",
        /// All work: projects, tasks and documents of everybody.
        Manager = "manager",
        /// Sees all work; adds and changes tasks and documents.
        Member = "member",
    }
}

/// Something a caller may or may not do: `projects.view`.
#[derive(Debug, PartialEq, Eq)]
pub struct Permission {
    /// Slice and verb.
    pub name: &'static str,
    holders: &'static [Role],
}

impl Permission {
    /// A permission that these roles hold.
    pub const fn of_roles(name: &'static str, holders: &'static [Role]) -> Self {
        Self { name, holders }
    }

    /// A permission that only platform administrators hold.
    pub const fn of_platform(name: &'static str) -> Self {
        Self { name, holders: &[] }
    }

    pub(super) fn is_held_by(&self, role: Role) -> bool {
        self.holders.contains(&role)
    }

    pub(super) fn is_of_platform(&self) -> bool {
        self.holders.is_empty()
    }
}

/// Roles by what they may do, for the `permissions!` of the slices.
pub mod holders {
    use super::Role;

    pub const EVERYONE: &[Role] = &[Role::Owner, Role::Manager, Role::Member];
    pub const MANAGERS: &[Role] = &[Role::Owner, Role::Manager];
    pub const OWNERS: &[Role] = &[Role::Owner];
}

/// Declares a slice's permissions and the list of them.
///
/// `permissions! { VIEW = "projects.view" for EVERYONE, … }` makes `pub const VIEW: Permission`
/// and `pub const PERMISSIONS: &[&Permission]`.
#[macro_export]
macro_rules! permissions {
    ($($name:ident = $text:literal for $holders:ident),+ $(,)?) => {
        $(pub const $name: $crate::authz::Permission =
            $crate::authz::Permission::of_roles($text, $crate::authz::holders::$holders);)+
        /// All permissions of this slice.
        pub const PERMISSIONS: &[&$crate::authz::Permission] = &[$(&$name),+];
    };
}
