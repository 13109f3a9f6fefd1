//! What a caller may do. The one door that roles, groups, direct permissions, grants on single
//! objects and the scopes of keys stand behind.

mod access;
mod cache;
mod entry;
mod keys;
mod load;
mod organization;
mod permission;
mod reach;
mod scopes;
mod shape;

pub use access::{Access, Held, OperatorId, Place, Through, Who};
pub use cache::AccessCache;
pub use entry::{Entry, of_entry};
pub use keys::{note_use, of_client, of_secret};
pub use load::{held_by, of_operator, of_user};
pub use organization::OrganizationRole;
pub use permission::{Permission, PermissionScope, Role, ScopeSet, holders};
pub use reach::{BranchOf, Extent, Granted, Reach, Rows};
pub use scopes::{ALL as ALL_SCOPES, Scopes};
pub use shape::Shape;
