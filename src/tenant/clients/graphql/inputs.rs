//! What callers say about a client: inputs, selection.

use async_graphql::{InputObject, MaybeUndefined, OneofObject};

use super::super::columns as c;
use super::super::{ClientId, ClientPatch, NewClient};
use super::ClientFilter;
use crate::base::ids::UserId;
use crate::db::Predicate;
use crate::error::{AppError, Invalid, Result};
use crate::graphql::scalars::Date;
use crate::graphql::{clearable, required, selection};
use crate::tenant::branches::BranchId;
use crate::tenant::stages::StageId;
use crate::tenant::tags::TagId;

/// A client to add.
#[derive(InputObject)]
pub struct ClientCreateInput {
    /// Given name, at most 150 characters. A client needs this or a last name.
    #[graphql(default)]
    first_name: String,
    /// Names in between.
    #[graphql(default)]
    middle_name: String,
    /// Family name.
    #[graphql(default)]
    last_name: String,
    /// What they like to be called.
    #[graphql(default)]
    preferred_name: String,
    /// Their address for mail. Others may have it, too.
    email: Option<String>,
    /// Their telephone number, at most 50 characters.
    phone: Option<String>,
    /// The day they were born.
    date_of_birth: Option<Date>,
    /// The country they were born in (ISO 3166-1 alpha-2), as DE.
    country_of_birth: Option<String>,
    /// The country they are a citizen of (ISO 3166-1 alpha-2).
    nationality: Option<String>,
    /// The country they live in (ISO 3166-1 alpha-2).
    country_of_residence: Option<String>,
    /// The number of their passport, at most 50 characters.
    passport_number: Option<String>,
    /// The country that issued their passport (ISO 3166-1 alpha-2).
    passport_country: Option<String>,
    /// The day their passport was issued.
    passport_issued_on: Option<Date>,
    /// The last day of their passport; not before the day of issue.
    passport_expires_on: Option<Date>,
    /// The kind of visa or permit that they have now, at most 100 characters.
    visa_type: Option<String>,
    /// The number of their visa, at most 50 characters.
    visa_number: Option<String>,
    /// The last day of their visa.
    visa_expires_on: Option<Date>,
    /// Where they live, at most 500 characters.
    #[graphql(default)]
    address: String,
    /// The language to write to them in (BCP 47), as pt-BR.
    language: Option<String>,
    /// How they came here, at most 100 characters.
    source: Option<String>,
    /// How far they are: a stage of clients; the default one when left out.
    stage_id: Option<StageId>,
    /// Who looks after them: an active user.
    assigned_to_id: Option<UserId>,
    /// The branch that looks after them; yours when left out.
    branch_id: Option<BranchId>,
    /// What they are marked with, at most 50 tags.
    #[graphql(default)]
    tag_ids: Vec<TagId>,
}

impl From<ClientCreateInput> for (NewClient, Vec<TagId>) {
    fn from(i: ClientCreateInput) -> Self {
        let new = NewClient {
            first_name: i.first_name,
            middle_name: i.middle_name,
            last_name: i.last_name,
            preferred_name: i.preferred_name,
            email: i.email,
            phone: i.phone,
            date_of_birth: i.date_of_birth.map(|d| d.0),
            country_of_birth: i.country_of_birth,
            nationality: i.nationality,
            country_of_residence: i.country_of_residence,
            passport_number: i.passport_number,
            passport_country: i.passport_country,
            passport_issued_on: i.passport_issued_on.map(|d| d.0),
            passport_expires_on: i.passport_expires_on.map(|d| d.0),
            visa_type: i.visa_type,
            visa_number: i.visa_number,
            visa_expires_on: i.visa_expires_on.map(|d| d.0),
            address: i.address,
            language: i.language,
            source: i.source,
            stage_id: i.stage_id,
            assigned_to: i.assigned_to_id,
            branch_id: i.branch_id,
        };
        (new, i.tag_ids)
    }
}

/// A change of a client. A key left out keeps its value; an explicit null clears it.
#[derive(InputObject)]
pub struct ClientUpdateInput {
    /// Given name.
    first_name: MaybeUndefined<String>,
    /// Names in between.
    middle_name: MaybeUndefined<String>,
    /// Family name.
    last_name: MaybeUndefined<String>,
    /// What they like to be called.
    preferred_name: MaybeUndefined<String>,
    /// Their address for mail.
    email: MaybeUndefined<String>,
    /// Their telephone number.
    phone: MaybeUndefined<String>,
    /// The day they were born.
    date_of_birth: MaybeUndefined<Date>,
    /// The country they were born in (ISO 3166-1 alpha-2).
    country_of_birth: MaybeUndefined<String>,
    /// The country they are a citizen of (ISO 3166-1 alpha-2).
    nationality: MaybeUndefined<String>,
    /// The country they live in (ISO 3166-1 alpha-2).
    country_of_residence: MaybeUndefined<String>,
    /// The number of their passport.
    passport_number: MaybeUndefined<String>,
    /// The country that issued their passport (ISO 3166-1 alpha-2).
    passport_country: MaybeUndefined<String>,
    /// The day their passport was issued.
    passport_issued_on: MaybeUndefined<Date>,
    /// The last day of their passport.
    passport_expires_on: MaybeUndefined<Date>,
    /// The kind of visa or permit that they have now.
    visa_type: MaybeUndefined<String>,
    /// The number of their visa.
    visa_number: MaybeUndefined<String>,
    /// The last day of their visa.
    visa_expires_on: MaybeUndefined<Date>,
    /// Where they live.
    address: MaybeUndefined<String>,
    /// The language to write to them in (BCP 47).
    language: MaybeUndefined<String>,
    /// How they came here.
    source: MaybeUndefined<String>,
    /// How far they are: a stage of clients.
    stage_id: MaybeUndefined<StageId>,
    /// Who looks after them: an active user.
    assigned_to_id: MaybeUndefined<UserId>,
    /// The branch that looks after them.
    branch_id: MaybeUndefined<BranchId>,
    /// All that they are to be marked with, at most 50 tags.
    tag_ids: MaybeUndefined<Vec<TagId>>,
}

impl TryFrom<ClientUpdateInput> for (ClientPatch, Option<Vec<TagId>>) {
    type Error = AppError;

    fn try_from(i: ClientUpdateInput) -> Result<Self> {
        let mut invalid = Invalid::default();
        let day = |day: MaybeUndefined<Date>| clearable(day).map(|d| d.map(|d| d.0));
        let tags = required(&mut invalid, "input.tagIds", i.tag_ids);
        let patch = ClientPatch {
            first_name: required(&mut invalid, "input.firstName", i.first_name),
            middle_name: required(&mut invalid, "input.middleName", i.middle_name),
            last_name: required(&mut invalid, "input.lastName", i.last_name),
            preferred_name: required(&mut invalid, "input.preferredName", i.preferred_name),
            email: clearable(i.email),
            phone: clearable(i.phone),
            date_of_birth: day(i.date_of_birth),
            country_of_birth: clearable(i.country_of_birth),
            nationality: clearable(i.nationality),
            country_of_residence: clearable(i.country_of_residence),
            passport_number: clearable(i.passport_number),
            passport_country: clearable(i.passport_country),
            passport_issued_on: day(i.passport_issued_on),
            passport_expires_on: day(i.passport_expires_on),
            visa_type: clearable(i.visa_type),
            visa_number: clearable(i.visa_number),
            visa_expires_on: day(i.visa_expires_on),
            address: required(&mut invalid, "input.address", i.address),
            language: clearable(i.language),
            source: clearable(i.source),
            stage_id: required(&mut invalid, "input.stageId", i.stage_id),
            assigned_to: clearable(i.assigned_to_id),
            branch_id: clearable(i.branch_id),
        };
        invalid.finish()?;
        Ok((patch, tags))
    }
}

/// Which clients a bulk action touches.
#[derive(OneofObject)]
pub enum ClientSelection {
    /// These, at most 250. Ids of clients that are not there are passed over.
    Ids(Vec<ClientId>),
    /// All that the filter finds. An empty filter is refused.
    Filter(Box<ClientFilter>),
}

impl ClientSelection {
    /// The condition it stands for.
    pub fn predicate(self) -> Result<Predicate> {
        match self {
            Self::Ids(ids) => selection::of_ids(c::ID, ids),
            Self::Filter(filter) => selection::of_filter(&*filter),
        }
    }
}
