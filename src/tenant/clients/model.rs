//! Rows of `clients`, and the rules that need no database.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::ids::UserId;
use crate::base::{codes, text};
use crate::db::schema::tenant::clients;
use crate::error::{Invalid, Problem, Result};
use crate::tenant::branches::{Branch, BranchId};
use crate::tenant::stages::{Stage, StageId};
use crate::tenant::users::User;

crate::id!(/** A client. */ ClientId, "client");

/// A client as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = clients)]
pub struct Client {
    pub id: ClientId,
    pub first_name: String,
    pub middle_name: String,
    pub last_name: String,
    pub preferred_name: String,
    /// First, middle and last name; made by the database.
    pub full_name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub date_of_birth: Option<NaiveDate>,
    pub country_of_birth: Option<String>,
    pub nationality: Option<String>,
    pub country_of_residence: Option<String>,
    pub passport_number: Option<String>,
    pub passport_country: Option<String>,
    pub passport_issued_on: Option<NaiveDate>,
    pub passport_expires_on: Option<NaiveDate>,
    pub visa_type: Option<String>,
    pub visa_number: Option<String>,
    pub visa_expires_on: Option<NaiveDate>,
    pub address: String,
    pub language: Option<String>,
    pub source: Option<String>,
    pub stage_id: StageId,
    pub assigned_to: Option<UserId>,
    pub branch_id: Option<BranchId>,
    pub merged_into: Option<ClientId>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

impl Client {
    /// The rules that concern several columns, of which a change may have brought only one.
    pub fn validate_whole(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        has_a_name(&mut invalid, &[&self.first_name, &self.middle_name, &self.last_name]);
        in_order(&mut invalid, self.passport_issued_on, self.passport_expires_on);
        invalid.finish()
    }
}

/// Which relations are read together with the clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum With {
    Nothing,
    /// Stage, branch and assignee, by joins.
    Relations,
}

/// Stage, branch and assignee.
pub type Relations = (Option<Stage>, Option<Branch>, Option<User>);

/// A client, and its relations if they were read along.
#[derive(Debug, Clone)]
pub struct ClientRow {
    pub client: Client,
    /// `None`: not read along.
    pub relations: Option<Relations>,
}

/// A client to be added.
#[derive(Debug, Clone, Default, Insertable)]
#[diesel(table_name = clients)]
pub struct NewClient {
    pub first_name: String,
    pub middle_name: String,
    pub last_name: String,
    pub preferred_name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub date_of_birth: Option<NaiveDate>,
    pub country_of_birth: Option<String>,
    pub nationality: Option<String>,
    pub country_of_residence: Option<String>,
    pub passport_number: Option<String>,
    pub passport_country: Option<String>,
    pub passport_issued_on: Option<NaiveDate>,
    pub passport_expires_on: Option<NaiveDate>,
    pub visa_type: Option<String>,
    pub visa_number: Option<String>,
    pub visa_expires_on: Option<NaiveDate>,
    pub address: String,
    pub language: Option<String>,
    pub source: Option<String>,
    /// The stage where new ones begin when left out.
    pub stage_id: Option<StageId>,
    pub assigned_to: Option<UserId>,
    pub branch_id: Option<BranchId>,
}

impl NewClient {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        has_a_name(&mut invalid, &[&self.first_name, &self.middle_name, &self.last_name]);
        check_names(
            &mut invalid,
            [&self.first_name, &self.middle_name, &self.last_name, &self.preferred_name],
        );
        text::prose(&mut invalid, "input.address", &self.address, 500);
        Details {
            email: self.email.as_deref(),
            phone: self.phone.as_deref(),
            countries: [
                self.country_of_birth.as_deref(),
                self.nationality.as_deref(),
                self.country_of_residence.as_deref(),
                self.passport_country.as_deref(),
            ],
            numbers: [self.passport_number.as_deref(), self.visa_number.as_deref()],
            words: [self.visa_type.as_deref(), self.source.as_deref()],
            language: self.language.as_deref(),
        }
        .check(&mut invalid);
        in_order(&mut invalid, self.passport_issued_on, self.passport_expires_on);
        invalid.finish()
    }
}

/// `None` leaves a column alone; `Some(None)` clears it.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = clients)]
pub struct ClientPatch {
    pub first_name: Option<String>,
    pub middle_name: Option<String>,
    pub last_name: Option<String>,
    pub preferred_name: Option<String>,
    pub email: Option<Option<String>>,
    pub phone: Option<Option<String>>,
    pub date_of_birth: Option<Option<NaiveDate>>,
    pub country_of_birth: Option<Option<String>>,
    pub nationality: Option<Option<String>>,
    pub country_of_residence: Option<Option<String>>,
    pub passport_number: Option<Option<String>>,
    pub passport_country: Option<Option<String>>,
    pub passport_issued_on: Option<Option<NaiveDate>>,
    pub passport_expires_on: Option<Option<NaiveDate>>,
    pub visa_type: Option<Option<String>>,
    pub visa_number: Option<Option<String>>,
    pub visa_expires_on: Option<Option<NaiveDate>>,
    pub address: Option<String>,
    pub language: Option<Option<String>>,
    pub source: Option<Option<String>>,
    pub stage_id: Option<StageId>,
    pub assigned_to: Option<Option<UserId>>,
    pub branch_id: Option<Option<BranchId>>,
}

impl ClientPatch {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        let name = |name: &'_ Option<String>| name.clone().unwrap_or_default();
        let (first, middle) = (name(&self.first_name), name(&self.middle_name));
        let (last, preferred) = (name(&self.last_name), name(&self.preferred_name));
        check_names(&mut invalid, [&first, &middle, &last, &preferred]);
        let address = self.address.as_deref().unwrap_or_default();
        text::prose(&mut invalid, "input.address", address, 500);
        Details {
            email: given(&self.email),
            phone: given(&self.phone),
            countries: [
                given(&self.country_of_birth),
                given(&self.nationality),
                given(&self.country_of_residence),
                given(&self.passport_country),
            ],
            numbers: [given(&self.passport_number), given(&self.visa_number)],
            words: [given(&self.visa_type), given(&self.source)],
            language: given(&self.language),
        }
        .check(&mut invalid);
        in_order(
            &mut invalid,
            self.passport_issued_on.flatten(),
            self.passport_expires_on.flatten(),
        );
        invalid.finish()
    }
}

fn given(text: &Option<Option<String>>) -> Option<&str> {
    text.as_ref().and_then(Option::as_deref)
}

fn has_a_name(invalid: &mut Invalid, names: &[&String]) {
    if names.iter().all(|name| name.trim().is_empty()) {
        let why = "a client needs a first or a last name";
        invalid.push(Problem::Required, "input.lastName", why);
    }
}

fn check_names(invalid: &mut Invalid, names: [&str; 4]) {
    let fields = ["input.firstName", "input.middleName", "input.lastName", "input.preferredName"];
    for (field, name) in fields.into_iter().zip(names) {
        text::optional_line(invalid, field, name, 150);
    }
}

fn in_order(invalid: &mut Invalid, issued: Option<NaiveDate>, expires: Option<NaiveDate>) {
    if issued.zip(expires).is_some_and(|(issued, expires)| expires < issued) {
        invalid.push(Problem::Invalid, "input.passportExpiresOn", "is before the day of issue");
    }
}

/// What is checked in the same way whether a client is new or not.
struct Details<'a> {
    email: Option<&'a str>,
    phone: Option<&'a str>,
    /// Of birth, nationality, residence, passport.
    countries: [Option<&'a str>; 4],
    /// Of passport and visa.
    numbers: [Option<&'a str>; 2],
    /// The kind of visa, and where the client came from.
    words: [Option<&'a str>; 2],
    language: Option<&'a str>,
}

impl Details<'_> {
    fn check(&self, invalid: &mut Invalid) {
        if let Some(email) = self.email {
            text::email(invalid, "input.email", email);
        }
        let lines = [
            ("input.phone", self.phone, 50),
            ("input.passportNumber", self.numbers[0], 50),
            ("input.visaNumber", self.numbers[1], 50),
            ("input.visaType", self.words[0], 100),
            ("input.source", self.words[1], 100),
        ];
        for (field, line, max) in lines {
            if let Some(line) = line {
                text::line(invalid, field, line, max);
            }
        }
        let fields = ["countryOfBirth", "nationality", "countryOfResidence", "passportCountry"];
        for (field, code) in fields.into_iter().zip(self.countries) {
            codes::country(invalid, &format!("input.{field}"), code);
        }
        codes::language(invalid, "input.language", self.language);
    }
}
