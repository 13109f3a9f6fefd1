//! Answers of subscriptions that several callers share: what happened is read and resolved once for
//! each question and each shape of callers, however many of them wait for it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use uuid::Uuid;

use crate::authz::Shape;

/// Answers are shared by those who ask at about the same time.
const KEPT: Duration = Duration::from_secs(10);
const MAX_BYTES: u64 = 32 << 20;

/// What a subscription's field had to say.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    /// Nothing: it is not for those who asked.
    Nothing,
    /// A result, as JSON text.
    Told(Arc<str>),
    /// It failed, and will not be asked again: a result without data, as JSON text.
    Refused(Arc<str>),
    /// It depends on who asks, beyond their shape.
    Personal,
}

/// A question about what happened: document, operation and variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Question(u64, u64);

impl Question {
    pub(super) fn new(text: &str, operation: Option<&str>, variables: &str) -> Self {
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, text, operation, variables).hash(&mut hasher);
            hasher.finish()
        };
        Self(half(0), half(1))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    tenant: Uuid,
    seq: i64,
    question: Question,
    /// `None`: those who are not signed in.
    shape: Option<Arc<Shape>>,
}

/// The answers of the process. Cheap to clone.
#[derive(Clone)]
pub(in crate::http) struct Answers(Cache<Key, Answer>);

impl Default for Answers {
    fn default() -> Self {
        let weigh = |_: &Key, answer: &Answer| match answer {
            Answer::Told(text) | Answer::Refused(text) => {
                u32::try_from(text.len() + 400).unwrap_or(u32::MAX)
            }
            Answer::Nothing | Answer::Personal => 400,
        };
        Self(Cache::builder().weigher(weigh).max_capacity(MAX_BYTES).time_to_live(KEPT).build())
    }
}

impl Answers {
    /// The answer, from whoever asked first.
    pub(super) async fn of(
        &self,
        tenant: Uuid,
        seq: i64,
        question: Question,
        shape: Option<Arc<Shape>>,
        ask: impl Future<Output = Answer>,
    ) -> Answer {
        let key = Key { tenant, seq, question, shape };
        self.0.get_with(key, ask).await
    }
}
