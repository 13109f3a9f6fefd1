//! Scalars of the API beyond GraphQL's own.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{SecondsFormat, Utc};

/// A point in time in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// An absolute point in time: RFC 3339 text with an offset, always printed in UTC with
/// milliseconds.
#[Scalar(specified_by_url = "https://scalars.graphql.org/chillicream/date-time.html")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        chrono::DateTime::parse_from_rfc3339(text)
            .map(|time| Self(time.with_timezone(&Utc)))
            .map_err(|_| InputValueError::custom("not an RFC 3339 time with an offset"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(time: chrono::DateTime<Utc>) -> Self {
        Self(time)
    }
}

/// A day in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub chrono::NaiveDate);

/// A calendar day with no time and no zone: `YYYY-MM-DD`.
#[Scalar(specified_by_url = "https://scalars.graphql.org/chillicream/local-date.html")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        // `%Y` alone would take years of any length and sign, which PostgreSQL does not.
        (text.len() == 10 && text.as_bytes()[0].is_ascii_digit())
            .then(|| text.parse().ok())
            .flatten()
            .map(Self)
            .ok_or_else(|| InputValueError::custom("not a day written as YYYY-MM-DD"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl From<chrono::NaiveDate> for Date {
    fn from(day: chrono::NaiveDate) -> Self {
        Self(day)
    }
}

/// An e-mail address in the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress(pub String);

/// An e-mail address. Output only: inputs take `String`, so that a bad one comes back as a user
/// error.
#[Scalar(
    specified_by_url = "https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address"
)]
impl ScalarType for EmailAddress {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            value => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// An exact number in the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(pub bigdecimal::BigDecimal);

/// A number with a point and no rounding, as text: "1250.00". At most 40 characters: a sign, digits,
/// one point between digits.
#[Scalar(specified_by_url = "https://www.w3.org/TR/xmlschema11-2/#decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let is_written_so = text.len() <= 40
            && match unsigned.split_once('.') {
                Some((whole, fraction)) => digits(whole) && digits(fraction),
                None => digits(unsigned),
            };
        is_written_so
            .then(|| text.parse().ok())
            .flatten()
            .map(Self)
            .ok_or_else(|| InputValueError::custom("not a number written as 1250.00"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_plain_string())
    }
}
