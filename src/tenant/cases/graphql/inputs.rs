//! What callers say about a case: inputs, selection.

use async_graphql::{InputObject, MaybeUndefined, OneofObject};

use super::super::columns as c;
use super::super::{CaseId, CasePatch, NewCase};
use super::CaseFilter;
use crate::base::ids::UserId;
use crate::db::Predicate;
use crate::error::{AppError, Invalid, Result};
use crate::graphql::money::MoneyInput;
use crate::graphql::scalars::Date;
use crate::graphql::{clearable, required, selection};
use crate::tenant::clients::ClientId;
use crate::tenant::stages::StageId;

/// A case to add.
#[derive(InputObject)]
pub struct CaseCreateInput {
    /// Whose case it is.
    client_id: ClientId,
    /// What it is about, in a line of at most 200 characters.
    title: String,
    /// The details, at most 20,000 characters.
    #[graphql(default)]
    description: String,
    /// What is applied for, at most 100 characters.
    case_type: Option<String>,
    /// The country that decides (ISO 3166-1 alpha-2), as DE.
    country: Option<String>,
    /// The authority's file number, at most 100 characters.
    reference: Option<String>,
    /// How far it is: a stage of cases; the default one when left out.
    stage_id: Option<StageId>,
    /// Who works on it: an active user.
    assigned_to_id: Option<UserId>,
    /// The last day to file it.
    file_by: Option<Date>,
    /// The day it was filed.
    filed_on: Option<Date>,
    /// The last day to answer what the authority has asked for.
    respond_by: Option<Date>,
    /// The day of the decision; not before it was filed.
    decided_on: Option<Date>,
    /// What the client pays for it.
    fee: Option<MoneyInput>,
}

impl From<CaseCreateInput> for NewCase {
    fn from(i: CaseCreateInput) -> Self {
        Self {
            client_id: i.client_id,
            title: i.title,
            description: i.description,
            case_type: i.case_type,
            country: i.country,
            reference: i.reference,
            stage_id: i.stage_id,
            assigned_to: i.assigned_to_id,
            file_by: i.file_by.map(|d| d.0),
            filed_on: i.filed_on.map(|d| d.0),
            respond_by: i.respond_by.map(|d| d.0),
            decided_on: i.decided_on.map(|d| d.0),
            fee: i.fee.map(Into::into),
        }
    }
}

/// A change of a case. A key left out keeps its value; an explicit null clears it.
#[derive(InputObject)]
pub struct CaseUpdateInput {
    /// What it is about.
    title: MaybeUndefined<String>,
    /// The details.
    description: MaybeUndefined<String>,
    /// What is applied for.
    case_type: MaybeUndefined<String>,
    /// The country that decides (ISO 3166-1 alpha-2).
    country: MaybeUndefined<String>,
    /// The authority's file number.
    reference: MaybeUndefined<String>,
    /// How far it is: a stage of cases.
    stage_id: MaybeUndefined<StageId>,
    /// Who works on it: an active user.
    assigned_to_id: MaybeUndefined<UserId>,
    /// The last day to file it.
    file_by: MaybeUndefined<Date>,
    /// The day it was filed.
    filed_on: MaybeUndefined<Date>,
    /// The last day to answer what the authority has asked for.
    respond_by: MaybeUndefined<Date>,
    /// The day of the decision; not before it was filed.
    decided_on: MaybeUndefined<Date>,
    /// What the client pays for it.
    fee: MaybeUndefined<MoneyInput>,
}

impl TryFrom<CaseUpdateInput> for CasePatch {
    type Error = AppError;

    fn try_from(i: CaseUpdateInput) -> Result<Self> {
        let mut invalid = Invalid::default();
        let day = |day: MaybeUndefined<Date>| clearable(day).map(|d| d.map(|d| d.0));
        let mut patch = Self {
            title: required(&mut invalid, "input.title", i.title),
            description: required(&mut invalid, "input.description", i.description),
            case_type: clearable(i.case_type),
            country: clearable(i.country),
            reference: clearable(i.reference),
            stage_id: required(&mut invalid, "input.stageId", i.stage_id),
            assigned_to: clearable(i.assigned_to_id),
            file_by: day(i.file_by),
            filed_on: day(i.filed_on),
            respond_by: day(i.respond_by),
            decided_on: day(i.decided_on),
            ..Self::default()
        };
        if let Some(fee) = clearable(i.fee) {
            patch.set_fee(fee.map(Into::into));
        }
        invalid.finish()?;
        Ok(patch)
    }
}

/// Which cases a bulk action touches.
#[derive(OneofObject)]
pub enum CaseSelection {
    /// These, at most 250. Ids of cases that are not there are passed over.
    Ids(Vec<CaseId>),
    /// All that the filter finds. An empty filter is refused.
    Filter(Box<CaseFilter>),
}

impl CaseSelection {
    /// The condition it stands for.
    pub fn predicate(self) -> Result<Predicate> {
        match self {
            Self::Ids(ids) => selection::of_ids(c::ID, ids),
            Self::Filter(filter) => selection::of_filter(&*filter),
        }
    }
}
