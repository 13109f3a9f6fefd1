//! Rows of `cases`, and the rules that need no database.

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use serde::Serialize;

use crate::base::ids::UserId;
use crate::base::money::Money;
use crate::base::{codes, text};
use crate::db::schema::tenant::cases;
use crate::error::{Invalid, Problem, Result};
use crate::tenant::clients::ClientId;
use crate::tenant::stages::StageId;

crate::id!(/** A case. */ CaseId, "case");

/// A case as stored.
#[derive(Debug, Clone, Queryable, Selectable, Serialize)]
#[diesel(table_name = cases)]
pub struct Case {
    pub id: CaseId,
    pub client_id: ClientId,
    pub title: String,
    pub description: String,
    pub case_type: Option<String>,
    pub country: Option<String>,
    pub reference: Option<String>,
    pub stage_id: StageId,
    pub assigned_to: Option<UserId>,
    pub file_by: Option<NaiveDate>,
    pub filed_on: Option<NaiveDate>,
    pub respond_by: Option<NaiveDate>,
    pub decided_on: Option<NaiveDate>,
    pub fee_amount: Option<BigDecimal>,
    pub fee_currency: Option<String>,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub created_by: Option<UserId>,
    pub updated_by: Option<UserId>,
}

impl Case {
    /// What the client pays for it.
    pub fn fee(&self) -> Option<Money> {
        let (amount, currency) = (self.fee_amount.clone()?, self.fee_currency.clone()?);
        Some(Money { amount, currency })
    }

    /// The rules that concern several columns, of which a change may have brought only one.
    pub fn validate_whole(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        in_order(&mut invalid, self.filed_on, self.decided_on);
        invalid.finish()
    }
}

/// A case to be added.
#[derive(Debug, Clone)]
pub struct NewCase {
    pub client_id: ClientId,
    pub title: String,
    pub description: String,
    pub case_type: Option<String>,
    pub country: Option<String>,
    pub reference: Option<String>,
    /// The stage where new ones begin when left out.
    pub stage_id: Option<StageId>,
    pub assigned_to: Option<UserId>,
    pub file_by: Option<NaiveDate>,
    pub filed_on: Option<NaiveDate>,
    pub respond_by: Option<NaiveDate>,
    pub decided_on: Option<NaiveDate>,
    pub fee: Option<Money>,
}

impl NewCase {
    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        text::line(&mut invalid, "input.title", &self.title, 200);
        Details {
            description: Some(&self.description),
            case_type: self.case_type.as_deref(),
            reference: self.reference.as_deref(),
            country: self.country.as_deref(),
            fee: self.fee.as_ref(),
        }
        .check(&mut invalid);
        in_order(&mut invalid, self.filed_on, self.decided_on);
        invalid.finish()
    }
}

/// `None` leaves a column alone; `Some(None)` clears it.
#[derive(Debug, Default, Clone, AsChangeset)]
#[diesel(table_name = cases)]
pub struct CasePatch {
    pub title: Option<String>,
    pub description: Option<String>,
    pub case_type: Option<Option<String>>,
    pub country: Option<Option<String>>,
    pub reference: Option<Option<String>>,
    pub stage_id: Option<StageId>,
    pub assigned_to: Option<Option<UserId>>,
    pub file_by: Option<Option<NaiveDate>>,
    pub filed_on: Option<Option<NaiveDate>>,
    pub respond_by: Option<Option<NaiveDate>>,
    pub decided_on: Option<Option<NaiveDate>>,
    pub fee_amount: Option<Option<BigDecimal>>,
    pub fee_currency: Option<Option<String>>,
}

impl CasePatch {
    /// Sets the fee, or clears it.
    pub fn set_fee(&mut self, fee: Option<Money>) {
        let (amount, currency) = fee.map(|fee| (fee.amount, fee.currency)).unzip();
        (self.fee_amount, self.fee_currency) = (Some(amount), Some(currency));
    }

    fn fee(&self) -> Option<Money> {
        let (amount, currency) = (self.fee_amount.clone()??, self.fee_currency.clone()??);
        Some(Money { amount, currency })
    }

    pub fn validate(&self) -> Result<()> {
        let mut invalid = Invalid::default();
        if let Some(title) = &self.title {
            text::line(&mut invalid, "input.title", title, 200);
        }
        Details {
            description: self.description.as_deref(),
            case_type: given(&self.case_type),
            reference: given(&self.reference),
            country: given(&self.country),
            fee: self.fee().as_ref(),
        }
        .check(&mut invalid);
        in_order(&mut invalid, self.filed_on.flatten(), self.decided_on.flatten());
        invalid.finish()
    }
}

fn given(text: &Option<Option<String>>) -> Option<&str> {
    text.as_ref().and_then(Option::as_deref)
}

fn in_order(invalid: &mut Invalid, filed: Option<NaiveDate>, decided: Option<NaiveDate>) {
    if filed.zip(decided).is_some_and(|(filed, decided)| decided < filed) {
        invalid.push(Problem::Invalid, "input.decidedOn", "is before the day it was filed");
    }
}

/// What is checked in the same way whether a case is new or not.
struct Details<'a> {
    description: Option<&'a str>,
    case_type: Option<&'a str>,
    reference: Option<&'a str>,
    country: Option<&'a str>,
    fee: Option<&'a Money>,
}

impl Details<'_> {
    fn check(&self, invalid: &mut Invalid) {
        text::prose(invalid, "input.description", self.description.unwrap_or_default(), 20_000);
        for (field, line) in
            [("input.caseType", self.case_type), ("input.reference", self.reference)]
        {
            if let Some(line) = line {
                text::line(invalid, field, line, 100);
            }
        }
        codes::country(invalid, "input.country", self.country);
        if let Some(fee) = self.fee {
            fee.check(invalid, "input.fee");
        }
    }
}
