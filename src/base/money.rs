//! Amounts of money.

use bigdecimal::{BigDecimal, Zero};

use super::codes;
use crate::error::{Invalid, Problem};

/// Digits behind the point: no currency has more.
const MAX_FRACTION: i64 = 3;
/// Amounts are less than this.
const LIMIT: i64 = 1_000_000_000_000;

/// So much of a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    pub amount: BigDecimal,
    /// ISO 4217.
    pub currency: String,
}

impl Money {
    /// Checks an amount that somebody has to pay.
    pub fn check(&self, invalid: &mut Invalid, field: &str) {
        let amount = format!("{field}.amount");
        if self.amount < BigDecimal::zero() {
            invalid.push(Problem::Invalid, &amount, "can't be less than nothing");
        }
        if self.amount >= LIMIT {
            invalid.push(Problem::Invalid, &amount, "has to be less than 1,000,000,000,000");
        }
        if self.amount.fractional_digit_count() > MAX_FRACTION {
            let why = format!("can't have more than {MAX_FRACTION} digits behind the point");
            invalid.push(Problem::Invalid, &amount, why);
        }
        codes::currency(invalid, &format!("{field}.currency"), Some(&self.currency));
    }
}
