//! One change, as a use case notes it.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What one object was, and what it is now. Rows derive `Serialize`; what is secret is skipped.
#[derive(Debug)]
pub struct Change {
    pub(super) action: Cow<'static, str>,
    pub(super) kind: &'static str,
    pub(super) id: Uuid,
    pub(super) before: Option<serde_json::Result<Value>>,
    pub(super) after: Option<serde_json::Result<Value>>,
}

impl Change {
    /// Something new: `client.create`, with all of its fields. `kind` is what the object's id
    /// begins with outside.
    pub fn created(kind: &'static str, id: impl Into<Uuid>, row: &impl Serialize) -> Self {
        Self::of(kind, "create", id).after(row)
    }

    /// Something else now: `client.update`, with the fields that differ.
    pub fn updated<T: Serialize>(
        kind: &'static str,
        id: impl Into<Uuid>,
        before: &T,
        after: &T,
    ) -> Self {
        Self::of(kind, "update", id).before(before).after(after).without_equal()
    }

    /// The same for many rows at once, which may come in any order.
    pub fn all_updated<T: Serialize>(
        kind: &'static str,
        id: impl Fn(&T) -> Uuid,
        before: &[T],
        after: &[T],
    ) -> Vec<Self> {
        let before: HashMap<Uuid, &T> = before.iter().map(|row| (id(row), row)).collect();
        let change = |after: &T| {
            let id = id(after);
            let before = before.get(&id);
            before.map(|before| Self::updated(kind, id, *before, after))
        };
        after.iter().filter_map(change).collect()
    }

    /// Something gone: `client.delete`, with all that it was.
    pub fn deleted(kind: &'static str, id: impl Into<Uuid>, row: &impl Serialize) -> Self {
        Self::of(kind, "delete", id).before(row)
    }

    /// Something done, by its name: `user.reset_password`. The states, if they say more than the
    /// name does, go into [`before`](Self::before) and [`after`](Self::after).
    pub fn done(action: &'static str, kind: &'static str, id: impl Into<Uuid>) -> Self {
        Self { action: Cow::Borrowed(action), kind, id: id.into(), before: None, after: None }
    }

    fn of(kind: &'static str, verb: &str, id: impl Into<Uuid>) -> Self {
        let action = Cow::Owned(format!("{kind}.{verb}"));
        Self { action, kind, id: id.into(), before: None, after: None }
    }

    /// What it was.
    #[must_use]
    pub fn before(mut self, state: &impl Serialize) -> Self {
        self.before = Some(serde_json::to_value(state));
        self
    }

    /// What it is now.
    #[must_use]
    pub fn after(mut self, state: &impl Serialize) -> Self {
        self.after = Some(serde_json::to_value(state));
        self
    }

    /// Another name for the same: an update that completes is `task.complete`.
    #[must_use]
    pub fn named(mut self, action: &'static str) -> Self {
        self.action = Cow::Borrowed(action);
        self
    }

    /// Leaves out the fields that are the same before and after.
    #[must_use]
    pub fn without_equal(mut self) -> Self {
        if let (Some(Ok(Value::Object(before))), Some(Ok(Value::Object(after)))) =
            (&mut self.before, &mut self.after)
        {
            let same = |(field, value): &(&String, &Value)| before.get(*field) == Some(*value);
            let equal: Vec<String> = after.iter().filter(same).map(|(f, _)| f.clone()).collect();
            let leave_out = |state: &mut Map<String, Value>| {
                state.retain(|field, _| !equal.contains(field));
            };
            leave_out(before);
            leave_out(after);
        }
        self
    }
}
