//! Which clients, and in which order.

use async_graphql::{Enum, InputObject};

use super::super::ClientId;
use super::super::columns as c;
use crate::base::ids::UserId;
use crate::db::Sort;
use crate::graphql::filter::{
    Conditions, DateFilter, DateTimeFilter, Filter, IDFilter, IDSetFilter, StringFilter,
};
use crate::graphql::paging::{Order, OrderDirection};
use crate::tenant::branches::BranchId;
use crate::tenant::stages::StageId;
use crate::tenant::tags::TagId;

/// Which clients. All keys given must hold; `and`, `or` and `not` nest to depth 5.
#[derive(Debug, Clone, Default, PartialEq, Eq, InputObject)]
pub struct ClientFilter {
    /// All of these hold.
    and: Option<Vec<ClientFilter>>,
    /// At least one of these holds.
    or: Option<Vec<ClientFilter>>,
    /// This does not hold.
    not: Option<Box<ClientFilter>>,
    /// By id.
    id: Option<IDFilter>,
    /// By first, middle and last name together.
    full_name: Option<StringFilter>,
    /// By given name.
    first_name: Option<StringFilter>,
    /// By family name.
    last_name: Option<StringFilter>,
    /// By e-mail address.
    email: Option<StringFilter>,
    /// By telephone number.
    phone: Option<StringFilter>,
    /// By the day they were born.
    date_of_birth: Option<DateFilter>,
    /// By the country they were born in.
    country_of_birth: Option<StringFilter>,
    /// By the country they are a citizen of.
    nationality: Option<StringFilter>,
    /// By the country they live in.
    country_of_residence: Option<StringFilter>,
    /// By the country that issued their passport.
    passport_country: Option<StringFilter>,
    /// By the last day of their passport.
    passport_expires_on: Option<DateFilter>,
    /// By the kind of visa.
    visa_type: Option<StringFilter>,
    /// By the last day of their visa.
    visa_expires_on: Option<DateFilter>,
    /// By language.
    language: Option<StringFilter>,
    /// By how they came here.
    source: Option<StringFilter>,
    /// By stage.
    stage_id: Option<IDFilter>,
    /// By who looks after them.
    assigned_to_id: Option<IDFilter>,
    /// By branch.
    branch_id: Option<IDFilter>,
    /// By what they are marked with.
    tag_ids: Option<IDSetFilter>,
    /// By who added them.
    created_by_id: Option<IDFilter>,
    /// By the time they were added.
    created_at: Option<DateTimeFilter>,
    /// By the time of the last change.
    updated_at: Option<DateTimeFilter>,
}

impl Filter for ClientFilter {
    fn nested(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }

    fn conditions(&self, all: &mut Conditions) {
        all.id::<ClientId>("id", c::ID, &self.id);
        all.text("fullName", c::FULL_NAME, &self.full_name);
        all.text("firstName", c::FIRST_NAME, &self.first_name);
        all.text("lastName", c::LAST_NAME, &self.last_name);
        all.text("email", c::EMAIL, &self.email);
        all.text("phone", c::PHONE, &self.phone);
        all.day(c::DATE_OF_BIRTH, &self.date_of_birth);
        all.text("countryOfBirth", c::COUNTRY_OF_BIRTH, &self.country_of_birth);
        all.text("nationality", c::NATIONALITY, &self.nationality);
        all.text("countryOfResidence", c::COUNTRY_OF_RESIDENCE, &self.country_of_residence);
        all.text("passportCountry", c::PASSPORT_COUNTRY, &self.passport_country);
        all.day(c::PASSPORT_EXPIRES_ON, &self.passport_expires_on);
        all.text("visaType", c::VISA_TYPE, &self.visa_type);
        all.day(c::VISA_EXPIRES_ON, &self.visa_expires_on);
        all.text("language", c::LANGUAGE, &self.language);
        all.text("source", c::SOURCE, &self.source);
        all.id::<StageId>("stageId", c::STAGE_ID, &self.stage_id);
        all.id::<UserId>("assignedToId", c::ASSIGNED_TO, &self.assigned_to_id);
        all.id::<BranchId>("branchId", c::BRANCH_ID, &self.branch_id);
        all.linked::<TagId>("tagIds", c::ID, c::TAGS, &self.tag_ids);
        all.id::<UserId>("createdById", c::CREATED_BY, &self.created_by_id);
        all.time(c::CREATED_AT, &self.created_at);
        all.time(c::UPDATED_AT, &self.updated_at);
    }
}

/// What clients can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum ClientOrderField {
    /// First, middle and last name.
    FullName,
    /// Family name.
    LastName,
    /// The day they were born.
    DateOfBirth,
    /// The last day of their passport.
    PassportExpiresOn,
    /// The last day of their visa.
    VisaExpiresOn,
    /// When they were added.
    CreatedAt,
    /// When they were last changed.
    UpdatedAt,
}

/// One part of an ordering of clients.
#[derive(Debug, Clone, InputObject)]
pub struct ClientOrder {
    /// What to sort by.
    field: ClientOrderField,
    /// Which way.
    #[graphql(default)]
    direction: OrderDirection,
}

impl Order for ClientOrder {
    fn sort(&self) -> Sort {
        let column = match self.field {
            ClientOrderField::FullName => c::FULL_NAME,
            ClientOrderField::LastName => c::LAST_NAME,
            ClientOrderField::DateOfBirth => c::DATE_OF_BIRTH,
            ClientOrderField::PassportExpiresOn => c::PASSPORT_EXPIRES_ON,
            ClientOrderField::VisaExpiresOn => c::VISA_EXPIRES_ON,
            ClientOrderField::CreatedAt => c::CREATED_AT,
            ClientOrderField::UpdatedAt => c::UPDATED_AT,
        };
        Sort { column, descending: self.direction.is_descending() }
    }
}
