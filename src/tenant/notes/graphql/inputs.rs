//! What callers say about notes: inputs, filter, order.

use async_graphql::{Enum, InputObject, MaybeUndefined};

use super::super::columns as c;
use super::super::{NewNote, NoteId, NotePatch};
use crate::base::ids::UserId;
use crate::db::Sort;
use crate::error::{AppError, Invalid, Result};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::required;
use crate::tenant::cases::CaseId;
use crate::tenant::clients::ClientId;

/// A note to add.
#[derive(InputObject)]
pub struct NoteCreateInput {
    /// The client it is about; that of the case when left out. A note needs a client or a case.
    client_id: Option<ClientId>,
    /// The case it is about.
    case_id: Option<CaseId>,
    /// The text, at most 20,000 characters. `@` and the user name or the e-mail address of a user
    /// mention them, at most 20 of them: they are notified.
    body: String,
    /// Whether it is to stay on top.
    #[graphql(default)]
    is_pinned: bool,
}

impl From<NoteCreateInput> for NewNote {
    fn from(i: NoteCreateInput) -> Self {
        let NoteCreateInput { client_id, case_id, body, is_pinned } = i;
        Self { client_id, case_id, body, is_pinned }
    }
}

/// A change of a note. A key left out keeps its value.
#[derive(InputObject)]
pub struct NoteUpdateInput {
    /// The text. Who is mentioned for the first time is notified.
    body: MaybeUndefined<String>,
    /// Whether it is to stay on top.
    is_pinned: MaybeUndefined<bool>,
}

impl TryFrom<NoteUpdateInput> for NotePatch {
    type Error = AppError;

    fn try_from(i: NoteUpdateInput) -> Result<Self> {
        let mut invalid = Invalid::default();
        let patch = Self {
            body: required(&mut invalid, "input.body", i.body),
            is_pinned: required(&mut invalid, "input.isPinned", i.is_pinned),
            mentions: None,
        };
        invalid.finish()?;
        Ok(patch)
    }
}

/// Which notes. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct NoteFilter {
    /// All of these hold.
    and: Option<Vec<NoteFilter>>,
    /// At least one of these holds.
    or: Option<Vec<NoteFilter>>,
    /// This does not hold.
    not: Option<Box<NoteFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By client.
    client_id: Option<IDFilter>,
    /// By case.
    case_id: Option<IDFilter>,
    /// By text.
    body: Option<StringFilter>,
    /// Whether it is to stay on top.
    is_pinned: Option<bool>,
    /// By who added it.
    created_by_id: Option<IDFilter>,
    /// By the time it was added.
    created_at: Option<DateTimeFilter>,
    /// By the time of the last change.
    updated_at: Option<DateTimeFilter>,
}

impl Filter for NoteFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<NoteId>("id", c::ID, &self.id);
        all.id::<ClientId>("clientId", c::CLIENT_ID, &self.client_id);
        all.id::<CaseId>("caseId", c::CASE_ID, &self.case_id);
        all.text("body", c::BODY, &self.body);
        all.flag(c::IS_PINNED, self.is_pinned);
        all.id::<UserId>("createdById", c::CREATED_BY, &self.created_by_id);
        all.time(c::CREATED_AT, &self.created_at);
        all.time(c::UPDATED_AT, &self.updated_at);
    }
}

/// What notes can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum NoteOrderField {
    /// When it was added.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// One part of an ordering of notes.
#[derive(Debug, Clone, InputObject)]
pub struct NoteOrder {
    /// What to sort by.
    field: NoteOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for NoteOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            NoteOrderField::CreatedAt => c::CREATED_AT,
            NoteOrderField::UpdatedAt => c::UPDATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
