//! Money in the API.

use async_graphql::{InputObject, SimpleObject};

use super::scalars::Decimal;
use crate::base::money::Money;

/// So much of a currency.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Money")]
pub struct MoneyNode {
    /// How much.
    amount: Decimal,
    /// The currency (ISO 4217).
    currency: String,
}

impl From<Money> for MoneyNode {
    fn from(Money { amount, currency }: Money) -> Self {
        Self { amount: Decimal(amount), currency }
    }
}

/// So much of a currency.
#[derive(Debug, Clone, InputObject)]
pub struct MoneyInput {
    /// How much, such as "1250.00": not negative, less than 1,000,000,000,000, with at most three
    /// digits behind the point.
    amount: Decimal,
    /// The currency (ISO 4217), such as EUR.
    currency: String,
}

impl From<MoneyInput> for Money {
    fn from(MoneyInput { amount, currency }: MoneyInput) -> Self {
        Self { amount: amount.0, currency }
    }
}
