//! One row of the record, and its place in the chain.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Names the form of what is hashed. Another form needs another name.
const FORM: &[u8] = b"taruvi audit 1";

/// Whose record it is. It is hashed too, so that a row of one tenant proves nothing in another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    Platform,
    Tenant(Uuid),
}

/// All of a row that is hashed: every column but the hash itself.
#[derive(Debug)]
pub struct Entry<'a> {
    pub id: Uuid,
    pub seq: i64,
    pub at: DateTime<Utc>,
    pub action: &'a str,
    pub object_kind: &'a str,
    pub object_id: Uuid,
    pub actor_kind: &'a str,
    pub actor_id: Option<Uuid>,
    pub key_id: Option<Uuid>,
    pub impersonator_id: Option<Uuid>,
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
    pub ip: Option<&'a str>,
    pub user_agent: Option<&'a str>,
    pub correlation_id: &'a str,
    /// The hash of the row before; empty for the first.
    pub prev_hash: &'a [u8],
}

impl Entry<'_> {
    /// SHA-256 of the fields in this order, each with its length in front, so that no two rows read
    /// the same.
    pub fn hash(&self, of: Chain) -> Vec<u8> {
        let mut form = Form(Sha256::new());
        form.part(FORM);
        match of {
            Chain::Platform => form.nothing(),
            Chain::Tenant(id) => form.part(id.as_bytes()),
        }
        form.part(self.prev_hash);
        form.part(&self.seq.to_be_bytes());
        form.part(self.id.as_bytes());
        form.part(&self.at.timestamp_micros().to_be_bytes());
        form.part(self.action.as_bytes());
        form.part(self.object_kind.as_bytes());
        form.part(self.object_id.as_bytes());
        form.part(self.actor_kind.as_bytes());
        for id in [&self.actor_id, &self.key_id, &self.impersonator_id] {
            form.maybe(id.as_ref().map(|id| id.as_bytes().as_slice()));
        }
        for text in [self.before, self.after, self.ip, self.user_agent] {
            form.maybe(text.map(str::as_bytes));
        }
        form.part(self.correlation_id.as_bytes());
        form.0.finalize().to_vec()
    }
}

struct Form(Sha256);

impl Form {
    fn part(&mut self, bytes: &[u8]) {
        self.0.update([1]);
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn nothing(&mut self) {
        self.0.update([0]);
    }

    fn maybe(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => self.part(bytes),
            None => self.nothing(),
        }
    }
}
