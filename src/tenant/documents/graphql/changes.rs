//! Changes of documents as they happen, in the API.

use super::super::{Document, DocumentId, service};
use super::DocumentNode;
use crate::tenant::cases::CaseId;
use crate::tenant::clients::ClientId;
use crate::tenant::projects::ProjectId;

crate::changes! {
    Document => DocumentNode, DocumentId, service::TRACKED;
    /// A document was added or changed, or went into the trash or out of it.
    DocumentChange {
        /// The document as it is now, which may be later than this change; null while it is in the
        /// trash, and when you may not see it any more.
        document
    }
    /// Of which changes of documents to hear. All keys given must hold.
    DocumentChangeFilter {
        /// Those of these documents, at most 100.
        ids,
        /// Those of this project's documents, also when they leave it or come from another.
        project_id: ProjectId => |document| document.project_id.map(|id| id.0),
        /// Those of this client's documents, also when they leave it or come from another.
        client_id: ClientId => |document| document.client_id.map(|id| id.0),
        /// Those of this case's documents, also when they leave it or come from another.
        case_id: CaseId => |document| document.case_id.map(|id| id.0)
    }
    /// Tells of each change of a document that you may see, in the order in which they were made.
    document_changed in "DocumentSubscription"
}
