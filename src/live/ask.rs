//! What the field of a subscription is asked: first what it wants to hear of, then, each time
//! something happens, what there is to tell. The answer to the second question is an ordinary one,
//! for whoever asks then, with whatever they may do then.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use parking_lot::Mutex;
use uuid::Uuid;

use crate::audit::Recorded;

/// What a subscription wants to hear of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Interest {
    /// The kinds of objects, such as `task`.
    pub kinds: Vec<&'static str>,
    /// Only these; `None` for all.
    pub objects: Option<BTreeSet<Uuid>>,
    /// Only what names this afterwards, such as a user's id.
    pub names: Option<String>,
}

impl Interest {
    /// Whether it may want to hear of what was recorded. What it may not see is sorted out later.
    pub fn is_in(&self, row: &Recorded) -> bool {
        let wanted = self.objects.as_ref().is_none_or(|objects| objects.contains(&row.object_id));
        let named = self.names.as_ref().is_none_or(|name| {
            row.after.as_ref().is_some_and(|after| after.contains(name.as_str()))
        });
        self.kinds.contains(&row.object_kind.as_str()) && wanted && named
    }
}

/// One question to a subscription's field.
pub enum Ask {
    /// What do you want to hear of, and behind which place?
    Begin(Mutex<Option<(Interest, Option<i64>)>>),
    /// What is there to tell of this?
    Tell { row: Arc<Recorded>, answered: AtomicBool },
}

impl Ask {
    pub fn begin() -> Arc<Self> {
        Arc::new(Self::Begin(Mutex::default()))
    }

    pub fn tell(row: Arc<Recorded>) -> Arc<Self> {
        Arc::new(Self::Tell { row, answered: AtomicBool::default() })
    }

    /// What the field wants, and behind which place; none if it was left out of the document.
    pub fn wanted(&self) -> Option<(Interest, Option<i64>)> {
        match self {
            Self::Begin(wanted) => wanted.lock().take(),
            Self::Tell { .. } => None,
        }
    }

    /// Whether the field itself did not fail. Something within its answer still may have.
    pub fn is_answered(&self) -> bool {
        matches!(self, Self::Tell { answered, .. } if answered.load(Relaxed))
    }
}
