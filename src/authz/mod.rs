//! What a caller may do. The one door that roles, groups, direct permissions, grants on single
//! objects and the scopes of keys stand behind.

mod access;
mod cache;
mod load;
mod organization;
mod permission;
mod reach;

pub use access::{Access, Held, OperatorId, Through, Who};
pub use cache::AccessCache;
pub use load::{held_by, of_operator, of_user};
pub use organization::OrganizationRole;
pub use permission::{Permission, PermissionScope, Role, holders};
pub use reach::{Extent, Granted, Reach, Rows};
