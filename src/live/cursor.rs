//! Cursors of events: a place in one tenant's feed. Opaque to clients; they grant nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Invalid, Problem, Result};

/// Names the form, so that there can be another.
const FORM: u8 = 1;
/// Of the tenant: enough to know a cursor of another one.
const MARK: usize = 6;

/// The cursor of the event with this number.
pub fn cursor(tenant: Uuid, seq: i64) -> String {
    let mut bytes = vec![FORM];
    bytes.extend(mark(tenant));
    bytes.extend(seq.to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The number of the event whose cursor it is, if it is one of this tenant's.
pub fn place(tenant: Uuid, cursor: &str) -> Result<i64> {
    let read = || {
        let bytes = (cursor.len() < 64).then(|| URL_SAFE_NO_PAD.decode(cursor).ok()).flatten()?;
        let (form, rest) = bytes.split_first()?;
        let (of, seq) = rest.split_at_checked(MARK)?;
        let seq = i64::from_be_bytes(seq.try_into().ok()?);
        (*form == FORM && of == mark(tenant) && seq >= 0).then_some(seq)
    };
    let wrong = || Invalid::new(Problem::Invalid, "after", "is not a cursor of these events");
    read().ok_or_else(|| wrong().into())
}

fn mark(tenant: Uuid) -> [u8; MARK] {
    let mut mark = [0; MARK];
    mark.copy_from_slice(&Sha256::digest(tenant.as_bytes())[..MARK]);
    mark
}
