//! Changes of notes as they happen, in the API.

use super::super::{Note, NoteId, service};
use super::NoteNode;
use crate::tenant::cases::CaseId;
use crate::tenant::clients::ClientId;

crate::changes! {
    Note => NoteNode, NoteId, service::TRACKED;
    /// A note was added or changed, or went into the trash or out of it.
    NoteChange {
        /// The note as it is now, which may be later than this change; null while it is in the
        /// trash, and when you may not see it any more.
        note
    }
    /// Of which changes of notes to hear. All keys given must hold.
    NoteChangeFilter {
        /// Those of these notes, at most 100.
        ids,
        /// Those of this client's notes.
        client_id: ClientId => |note| Some(note.client_id.0),
        /// Those of this case's notes.
        case_id: CaseId => |note| note.case_id.map(|id| id.0)
    }
    /// Tells of each change of a note that you may see, in the order in which they were made.
    note_changed in "NoteSubscription"
}
