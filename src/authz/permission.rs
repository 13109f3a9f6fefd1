//! Permissions, declared beside the service functions that ask for them, and the roles that hold
//! them.

use super::organization::OrganizationRole;

crate::column_enum! {
    /// What a user may do in their tenant, before groups, direct permissions and grants on single
    /// objects add to it.
    Role: Text as &'static str {
        /// Everything, people and settings included.
        Owner = "owner",
        /// All work: projects, tasks and documents of everybody.
        Manager = "manager",
        /// Sees all work; adds and changes tasks and documents.
        Member = "member",
        /// Nothing but their own account and what is granted to them.
        Guest = "guest",
    }
}

impl Role {
    /// Whether everything that `other` may do comes with this role.
    pub fn includes(self, other: Self) -> bool {
        let rank = |role| Self::ALL.iter().position(|r| *r == role);
        rank(self) <= rank(other)
    }
}

crate::column_enum! {
    /// On which rows a permission holds.
    PermissionScope: Text as &'static str {
        /// On all of them.
        All = "all",
        /// On those that are assigned to the user, or that they added.
        Own = "own",
        /// On those of the user's branch: its clients, and what there is about them.
        Branch = "branch",
        /// On those of all branches of the region that the user's branch is in.
        Region = "region",
    }
}

/// The scopes in which somebody holds a permission, which add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ScopeSet(u8);

impl ScopeSet {
    const fn bit(scope: PermissionScope) -> u8 {
        match scope {
            PermissionScope::All => 1,
            PermissionScope::Own => 2,
            PermissionScope::Branch => 4,
            PermissionScope::Region => 8,
        }
    }

    pub fn add(&mut self, scope: PermissionScope) {
        self.0 |= Self::bit(scope);
    }

    pub const fn has(self, scope: PermissionScope) -> bool {
        self.0 & Self::bit(scope) != 0
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// All of them, the widest first.
    pub fn iter(self) -> impl Iterator<Item = PermissionScope> {
        use PermissionScope::{All, Branch, Own, Region};
        [All, Region, Branch, Own].into_iter().filter(move |scope| self.has(*scope))
    }
}

/// Something a caller may or may not do: `projects.view`.
#[derive(Debug, PartialEq, Eq)]
pub struct Permission {
    /// Slice and verb.
    pub name: &'static str,
    holders: &'static [Role],
    objects: &'static [&'static str],
    organization: &'static [OrganizationRole],
    only_people: bool,
}

impl Permission {
    /// A permission that these roles hold.
    pub const fn of_roles(name: &'static str, holders: &'static [Role]) -> Self {
        Self { name, holders, objects: &[], organization: &[], only_people: false }
    }

    /// No API key stands in for the person: for what their account hangs on.
    #[must_use]
    pub const fn people(self) -> Self {
        Self { only_people: true, ..self }
    }

    /// It may also be granted on single objects of these kinds (prefixes of their ids). An object
    /// of another kind than the permission's own holds rows of that kind.
    #[must_use]
    pub const fn on(self, objects: &'static [&'static str]) -> Self {
        Self { objects, ..self }
    }

    /// A permission that only platform administrators hold.
    pub const fn of_platform(name: &'static str) -> Self {
        Self::of_organization(name, &[])
    }

    /// A permission that platform administrators hold, and others in the organizations where they
    /// have one of these roles.
    pub const fn of_organization(
        name: &'static str,
        organization: &'static [OrganizationRole],
    ) -> Self {
        Self { name, holders: &[], objects: &[], organization, only_people: false }
    }

    /// Whether it holds in an organization where somebody has this role.
    pub fn is_held_in_organization(&self, role: OrganizationRole) -> bool {
        self.organization.contains(&role)
    }

    /// The roles that hold it on all rows.
    pub fn holders(&self) -> &'static [Role] {
        self.holders
    }

    /// The kinds of object it may be granted on.
    pub fn objects(&self) -> &'static [&'static str] {
        self.objects
    }

    /// Whether it is about things of this kind themselves: `tasks.view` about a `task`.
    pub fn is_about(&self, kind: &str) -> bool {
        let slice = self.name.split('.').next().unwrap_or_default();
        match kind.strip_suffix('y') {
            Some(stem) => slice.strip_prefix(stem) == Some("ies"),
            None => slice.strip_prefix(kind) == Some("s"),
        }
    }

    /// The scopes that it may be given in.
    pub fn scopes(&self) -> ScopeSet {
        let mut scopes = ScopeSet::default();
        scopes.add(PermissionScope::All);
        if self.objects.iter().any(|kind| self.is_about(kind)) {
            scopes.add(PermissionScope::Own);
        }
        // Whatever is about clients is of a branch.
        if self.objects.contains(&"client") {
            scopes.add(PermissionScope::Branch);
            scopes.add(PermissionScope::Region);
        }
        scopes
    }

    /// Whether no API key can have it.
    pub fn is_for_people(&self) -> bool {
        self.only_people
    }

    /// Whether it is about the caller's own account.
    pub(super) fn is_of_account(&self) -> bool {
        self.holders.contains(&Role::Guest)
    }

    /// Whether it changes who may do what in the tenant, or how it works: only owners do, or none
    /// but people in person.
    pub(super) fn changes_tenant(&self) -> bool {
        let of_owners = self.holders.iter().all(|role| *role == Role::Owner);
        self.only_people || (of_owners && !self.name.ends_with(".view"))
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

    /// Whoever is signed in: for what concerns their own account.
    pub const ANYBODY: &[Role] = Role::ALL;
    pub const EVERYONE: &[Role] = &[Role::Owner, Role::Manager, Role::Member];
    pub const MANAGERS: &[Role] = &[Role::Owner, Role::Manager];
    pub const OWNERS: &[Role] = &[Role::Owner];
}

/// Declares a slice's permissions and the list of them.
///
/// `permissions! { VIEW = "projects.view" for EVERYONE on ["project"], … }` makes
/// `pub const VIEW: Permission` and `pub const PERMISSIONS: &[&Permission]`. What stands behind
/// `on` are the kinds of object that the permission may be granted on one by one; `only people`
/// keeps API keys out.
#[macro_export]
macro_rules! permissions {
    ($(
        $name:ident = $text:literal for $holders:ident $(on $objects:tt)? $(only $limit:ident)?
    ),+ $(,)?) => {
        $(pub const $name: $crate::authz::Permission =
            $crate::authz::Permission::of_roles($text, $crate::authz::holders::$holders)
                $(.on(&$objects))? $(.$limit())?;)+
        /// All permissions of this slice.
        pub const PERMISSIONS: &[&$crate::authz::Permission] = &[$(&$name),+];
    };
}
