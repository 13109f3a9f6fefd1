//! Typed ids. `ProjectId` and `UserId` cannot be mixed up, in Rust or in the API.
//!
//! A version 7 UUID in the database, a TypeID (spec 0.3) everywhere else: the type's prefix, `_`,
//! and the UUID in Crockford's base32.

use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The TypeID of `id`.
pub fn encode(prefix: &str, id: Uuid) -> String {
    let mut text = String::with_capacity(prefix.len() + 27);
    text.push_str(prefix);
    text.push('_');
    let bits = id.as_u128();
    for i in (0..26).rev() {
        let digit = (bits >> (5 * i)) & 31;
        text.push(char::from(ALPHABET[usize::try_from(digit).unwrap_or_default()]));
    }
    text
}

/// Prefix and UUID of a TypeID; `None` when it is not one.
pub fn decode(text: &str) -> Option<(&str, Uuid)> {
    let (prefix, digits) = text.rsplit_once('_')?;
    // 26 digits hold 130 bits: the first may not exceed 7.
    if digits.len() != 26 || digits.as_bytes()[0] > b'7' {
        return None;
    }
    let mut bits: u128 = 0;
    for byte in digits.bytes() {
        let digit = ALPHABET.iter().position(|a| *a == byte)?;
        bits = (bits << 5) | digit as u128;
    }
    Some((prefix, Uuid::from_u128(bits)))
}

/// Declares an id with its prefix.
///
/// `id!(/** A client. */ ClientId, "client")` makes `ClientId`: a UUID column for diesel, the
/// scalar `ID` for GraphQL (which refuses another type's id), `FromStr` and `Display` for the rest.
#[macro_export]
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// What its text form starts with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id, later than all before it.
            pub fn generate() -> Self {
                Self(uuid::Uuid::now_v7())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::base::ids::encode($prefix, self.0))
            }
        }

        impl std::str::FromStr for $name {
            type Err = &'static str;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match $crate::base::ids::decode(text) {
                    Some(($prefix, id)) => Ok(Self(id)),
                    _ => Err(concat!("not the id of a ", $prefix)),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl From<$name> for uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl diesel::serialize::ToSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                diesel::serialize::ToSql::<diesel::sql_types::Uuid, diesel::pg::Pg>::to_sql(
                    &self.0, out,
                )
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn from_sql(value: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                diesel::deserialize::FromSql::<diesel::sql_types::Uuid, diesel::pg::Pg>::from_sql(
                    value,
                )
                .map(Self)
            }
        }

        #[async_graphql::Scalar(name = "ID")]
        impl async_graphql::ScalarType for $name {
            fn parse(value: async_graphql::Value) -> async_graphql::InputValueResult<Self> {
                match &value {
                    async_graphql::Value::String(text) => {
                        text.parse().map_err(async_graphql::InputValueError::custom)
                    }
                    _ => Err(async_graphql::InputValueError::expected_type(value)),
                }
            }
            fn to_value(&self) -> async_graphql::Value {
                async_graphql::Value::String(self.to_string())
            }
        }
    };
}

id!(/** A tenant. */ TenantId, "tenant");
id!(/** A user of a tenant. */ UserId, "user");
