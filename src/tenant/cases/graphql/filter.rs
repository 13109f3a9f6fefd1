//! Which cases, and in which order.

use async_graphql::{Enum, InputObject};

use super::super::CaseId;
use super::super::columns as c;
use crate::base::ids::UserId;
use crate::db::Sort;
use crate::graphql::filter::{
    Conditions, DateFilter, DateTimeFilter, Filter, IDFilter, StringFilter,
};
use crate::graphql::paging::{Order, OrderDirection};
use crate::tenant::clients::ClientId;
use crate::tenant::stages::{self, StageId};

/// Which cases. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct CaseFilter {
    /// All of these hold.
    and: Option<Vec<CaseFilter>>,
    /// At least one of these holds.
    or: Option<Vec<CaseFilter>>,
    /// This does not hold.
    not: Option<Box<CaseFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By client.
    client_id: Option<IDFilter>,
    /// By title.
    title: Option<StringFilter>,
    /// By what is applied for.
    case_type: Option<StringFilter>,
    /// By the country that decides.
    country: Option<StringFilter>,
    /// By the authority's file number.
    reference: Option<StringFilter>,
    /// By stage.
    stage_id: Option<IDFilter>,
    /// Whether it is on its way (`true`: its stage is OPEN) or at an end (`false`).
    is_open: Option<bool>,
    /// By who works on it.
    assigned_to_id: Option<IDFilter>,
    /// By the last day to file it.
    file_by: Option<DateFilter>,
    /// By the day it was filed.
    filed_on: Option<DateFilter>,
    /// By the last day to answer the authority.
    respond_by: Option<DateFilter>,
    /// By the day of the decision.
    decided_on: Option<DateFilter>,
    /// By who added it.
    created_by_id: Option<IDFilter>,
    /// By the time it was added.
    created_at: Option<DateTimeFilter>,
    /// By the time of the last change.
    updated_at: Option<DateTimeFilter>,
}

impl Filter for CaseFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<CaseId>("id", c::ID, &self.id);
        all.id::<ClientId>("clientId", c::CLIENT_ID, &self.client_id);
        all.text("title", c::TITLE, &self.title);
        all.text("caseType", c::CASE_TYPE, &self.case_type);
        all.text("country", c::COUNTRY, &self.country);
        all.text("reference", c::REFERENCE, &self.reference);
        all.id::<StageId>("stageId", c::STAGE_ID, &self.stage_id);
        if let Some(open) = self.is_open {
            all.add("isOpen", Ok(stages::service::is_open(c::STAGE_ID, open)));
        }
        all.id::<UserId>("assignedToId", c::ASSIGNED_TO, &self.assigned_to_id);
        all.day(c::FILE_BY, &self.file_by);
        all.day(c::FILED_ON, &self.filed_on);
        all.day(c::RESPOND_BY, &self.respond_by);
        all.day(c::DECIDED_ON, &self.decided_on);
        all.id::<UserId>("createdById", c::CREATED_BY, &self.created_by_id);
        all.time(c::CREATED_AT, &self.created_at);
        all.time(c::UPDATED_AT, &self.updated_at);
    }
}

/// What cases can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum CaseOrderField {
    /// What it is about.
    Title,
    /// The last day to file it.
    FileBy,
    /// The last day to answer the authority.
    RespondBy,
    /// When it was added.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// One part of an ordering of cases.
#[derive(Debug, Clone, InputObject)]
pub struct CaseOrder {
    /// What to sort by.
    field: CaseOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for CaseOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            CaseOrderField::Title => c::TITLE,
            CaseOrderField::FileBy => c::FILE_BY,
            CaseOrderField::RespondBy => c::RESPOND_BY,
            CaseOrderField::CreatedAt => c::CREATED_AT,
            CaseOrderField::UpdatedAt => c::UPDATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
