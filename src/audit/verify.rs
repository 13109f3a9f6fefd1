//! Whether a chain is whole. It is read in parts, so that its length does not matter, and may grow
//! meanwhile.

use diesel::QueryResult;

use super::Chain;
use super::store::{self, Recorded};
use crate::db::Pinned;
use crate::db::chain::{Chained, Head};

/// Entries read at once.
const PART: i64 = 1_000;

/// What a look at a chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Entries that are as they were written, from the first on.
    pub good: i64,
    /// The hash of the last of them, to be noted elsewhere; empty when there is none.
    pub hash: Vec<u8>,
    /// The first thing that is wrong.
    pub fault: Option<Fault>,
}

/// Why a chain is not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The entry is not what was written there, or stands at another's place.
    Altered { seq: i64, action: String },
    /// There is no entry of this number, and there was one.
    Missing { seq: i64 },
    /// The entry was added behind the end of the chain, past the application.
    Added { seq: i64 },
    /// The end of the chain is not where its last entry is, or it is gone.
    End,
}

impl Fault {
    /// The number of the first entry that is wrong.
    pub fn seq(&self) -> Option<i64> {
        match self {
            Self::Altered { seq, .. } | Self::Missing { seq } | Self::Added { seq } => Some(*seq),
            Self::End => None,
        }
    }
}

/// Computes every hash anew and compares it with what is stored.
pub async fn verify<Kind: Chained>(conn: &Pinned<Kind>, of: Chain) -> QueryResult<Verdict> {
    let begin = store::head(conn).await?;
    let mut walk = Walk { of, good: 0, hash: vec![], fault: None, at_begin: begin.clone() };
    loop {
        let part = store::behind(conn, walk.good, PART).await?;
        if part.is_empty() || !part.iter().all(|row| walk.take(row)) {
            break;
        }
    }
    if walk.fault.is_none() {
        walk.fault = walk.end(begin, store::head(conn).await?);
    }
    Ok(Verdict { good: walk.good, hash: walk.hash, fault: walk.fault })
}

struct Walk {
    of: Chain,
    good: i64,
    hash: Vec<u8>,
    fault: Option<Fault>,
    at_begin: Option<Head>,
}

impl Walk {
    /// Whether the row is the next one, and as it was written.
    fn take(&mut self, row: &Recorded) -> bool {
        let seq = self.good + 1;
        self.fault = if row.seq != seq {
            Some(Fault::Missing { seq })
        } else if row.prev_hash != self.hash || row.entry().hash(self.of) != row.hash {
            Some(Fault::Altered { seq, action: row.action.clone() })
        } else {
            None
        };
        if self.fault.is_some() {
            return false;
        }
        self.good = seq;
        self.hash.clone_from(&row.hash);
        // A chain that was written anew from some entry on does not lead through its old end.
        let passed = self.at_begin.as_ref().is_none_or(|h| h.seq != seq || h.hash == row.hash);
        if !passed {
            self.fault = Some(Fault::End);
        }
        passed
    }

    /// Whether the chain ends where it says. The end may have moved on while it was read.
    fn end(&self, before: Option<Head>, after: Option<Head>) -> Option<Fault> {
        let (Some(before), Some(after)) = (before, after) else { return Some(Fault::End) };
        if self.good < before.seq {
            Some(Fault::Missing { seq: self.good + 1 })
        } else if self.good > after.seq {
            Some(Fault::Added { seq: after.seq + 1 })
        } else if before.seq == 0 && !before.hash.is_empty() {
            Some(Fault::End)
        } else {
            None
        }
    }
}
