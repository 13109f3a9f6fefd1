//! Changes of cases as they happen, in the API.

use super::super::{Case, CaseId, service};
use super::CaseNode;
use crate::tenant::clients::ClientId;

crate::changes! {
    Case => CaseNode, CaseId, service::TRACKED;
    /// A case was added or changed, or went into the trash or out of it.
    CaseChange {
        /// The case as it is now, which may be later than this change; null while it is in the
        /// trash, and when you may not see it any more.
        case
    }
    /// Of which changes of cases to hear. All keys given must hold.
    CaseChangeFilter {
        /// Those of these cases, at most 100.
        ids,
        /// Those of this client's cases.
        client_id: ClientId => |case| Some(case.client_id.0)
    }
    /// Tells of each change of a case that you may see, in the order in which they were made.
    case_changed in "CaseSubscription"
}
