//! What callers say about documents: inputs, filter, order, selection.

use async_graphql::{Enum, InputObject, MaybeUndefined, OneofObject};

use super::super::columns as c;
use super::super::{DocumentId, DocumentPatch, NewDocument};
use crate::base::ids::UserId;
use crate::db::{Predicate, Sort};
use crate::error::{AppError, Invalid, Result};
use crate::graphql::filter::{Conditions, DateTimeFilter, Filter, IDFilter, StringFilter};
use crate::graphql::paging::{Order, OrderDirection};
use crate::graphql::{clearable, required, selection};
use crate::tenant::cases::CaseId;
use crate::tenant::clients::ClientId;
use crate::tenant::projects::ProjectId;

/// A document to add.
#[derive(InputObject)]
pub struct DocumentCreateInput {
    /// The project it belongs to; without project, client and case it is of the tenant as a whole.
    project_id: Option<ProjectId>,
    /// The client it is about; that of the case when left out.
    client_id: Option<ClientId>,
    /// The case it is about.
    case_id: Option<CaseId>,
    /// The file's name, at most 255 characters.
    name: String,
    /// What it is, at most 20,000 characters.
    #[graphql(default)]
    description: String,
    /// The media type of its bytes (RFC 6838), for example `application/pdf`.
    content_type: Option<String>,
    /// The size of its bytes.
    byte_size: Option<i64>,
    /// The SHA-256 of its bytes, in 64 lower-case hexadecimal digits.
    checksum: Option<String>,
    /// Who looks after it: an active user.
    assigned_to_id: Option<UserId>,
}

impl From<DocumentCreateInput> for NewDocument {
    fn from(i: DocumentCreateInput) -> Self {
        Self {
            project_id: i.project_id,
            client_id: i.client_id,
            case_id: i.case_id,
            name: i.name,
            description: i.description,
            content_type: i.content_type,
            byte_size: i.byte_size,
            checksum: i.checksum,
            assigned_to: i.assigned_to_id,
        }
    }
}

/// A change of a document. A key left out keeps its value; an explicit null clears it.
#[derive(InputObject)]
pub struct DocumentUpdateInput {
    /// Moves it to another project, or to none.
    project_id: MaybeUndefined<ProjectId>,
    /// Moves it to another client, or to none, and out of its case unless `caseId` is given too.
    client_id: MaybeUndefined<ClientId>,
    /// Moves it to another case and to the case's client, or out of its case.
    case_id: MaybeUndefined<CaseId>,
    /// The file's name.
    name: MaybeUndefined<String>,
    /// What it is.
    description: MaybeUndefined<String>,
    /// The media type of its bytes.
    content_type: MaybeUndefined<String>,
    /// The size of its bytes.
    byte_size: MaybeUndefined<i64>,
    /// The SHA-256 of its bytes.
    checksum: MaybeUndefined<String>,
    /// Who looks after it: an active user.
    assigned_to_id: MaybeUndefined<UserId>,
}

impl TryFrom<DocumentUpdateInput> for DocumentPatch {
    type Error = AppError;

    fn try_from(i: DocumentUpdateInput) -> Result<Self> {
        let mut invalid = Invalid::default();
        let patch = Self {
            project_id: clearable(i.project_id),
            client_id: clearable(i.client_id),
            case_id: clearable(i.case_id),
            name: required(&mut invalid, "input.name", i.name),
            description: required(&mut invalid, "input.description", i.description),
            content_type: clearable(i.content_type),
            byte_size: clearable(i.byte_size),
            checksum: clearable(i.checksum),
            assigned_to: clearable(i.assigned_to_id),
        };
        invalid.finish()?;
        Ok(patch)
    }
}

/// Which documents. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct DocumentFilter {
    /// All of these hold.
    and: Option<Vec<DocumentFilter>>,
    /// At least one of these holds.
    or: Option<Vec<DocumentFilter>>,
    /// This does not hold.
    not: Option<Box<DocumentFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By project.
    project_id: Option<IDFilter>,
    /// By client.
    client_id: Option<IDFilter>,
    /// By case.
    case_id: Option<IDFilter>,
    /// By name.
    name: Option<StringFilter>,
    /// By media type.
    content_type: Option<StringFilter>,
    /// By the SHA-256 of the bytes.
    checksum: Option<StringFilter>,
    /// By who looks after it.
    assigned_to_id: Option<IDFilter>,
    /// By who added it.
    created_by_id: Option<IDFilter>,
    /// By the time it was added.
    created_at: Option<DateTimeFilter>,
    /// By the time of the last change.
    updated_at: Option<DateTimeFilter>,
}

impl Filter for DocumentFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<DocumentId>("id", c::ID, &self.id);
        all.id::<ProjectId>("projectId", c::PROJECT_ID, &self.project_id);
        all.id::<ClientId>("clientId", c::CLIENT_ID, &self.client_id);
        all.id::<CaseId>("caseId", c::CASE_ID, &self.case_id);
        all.text("name", c::NAME, &self.name);
        all.text("contentType", c::CONTENT_TYPE, &self.content_type);
        all.text("checksum", c::CHECKSUM, &self.checksum);
        all.id::<UserId>("assignedToId", c::ASSIGNED_TO, &self.assigned_to_id);
        all.id::<UserId>("createdById", c::CREATED_BY, &self.created_by_id);
        all.time(c::CREATED_AT, &self.created_at);
        all.time(c::UPDATED_AT, &self.updated_at);
    }
}

/// What documents can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum DocumentOrderField {
    /// The file's name.
    Name,
    /// The media type.
    ContentType,
    /// The size.
    ByteSize,
    /// When it was added.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// One part of an ordering of documents.
#[derive(Debug, Clone, InputObject)]
pub struct DocumentOrder {
    /// What to sort by.
    field: DocumentOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for DocumentOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            DocumentOrderField::Name => c::NAME,
            DocumentOrderField::ContentType => c::CONTENT_TYPE,
            DocumentOrderField::ByteSize => c::BYTE_SIZE,
            DocumentOrderField::CreatedAt => c::CREATED_AT,
            DocumentOrderField::UpdatedAt => c::UPDATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}

/// Which documents a bulk action touches.
#[derive(OneofObject)]
pub enum DocumentSelection {
    /// These, at most 250. Ids of documents that are not there are passed over.
    Ids(Vec<DocumentId>),
    /// All that the filter finds. An empty filter is refused.
    Filter(Box<DocumentFilter>),
}

impl DocumentSelection {
    /// The condition it stands for.
    pub fn predicate(self) -> Result<Predicate> {
        match self {
            Self::Ids(ids) => selection::of_ids(c::ID, ids),
            Self::Filter(filter) => selection::of_filter(&*filter),
        }
    }
}
