//! Changes of clients as they happen, in the API.

use super::super::{Client, ClientId, service};
use super::ClientNode;
use crate::tenant::branches::BranchId;

crate::changes! {
    Client => ClientNode, ClientId, service::TRACKED;
    /// A client was added or changed, or went into the trash or out of it.
    ClientChange {
        /// The client as they are now, which may be later than this change; null while they are in
        /// the trash, and when you may not see them any more.
        client
    }
    /// Of which changes of clients to hear. All keys given must hold.
    ClientChangeFilter {
        /// Those of these clients, at most 100.
        ids,
        /// Those of this branch's clients, also when they leave it or come from another.
        branch_id: BranchId => |client| client.branch_id.map(|id| id.0)
    }
    /// Tells of each change of a client that you may see, in the order in which they were made.
    client_changed in "ClientSubscription"
}
