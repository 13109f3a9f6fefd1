//! One Rust enum = one column = one GraphQL enum. PostgreSQL's own enum types are not used: they
//! break when a connection serves another tenant.

/// Declares an enum kept as TEXT (`Name = "name"`) or INTEGER (`Name = 3`), and offered by the API.
///
/// Makes the enum with `async_graphql::Enum`, diesel's `ToSql`/`FromSql` for the column, `ALL`, and
/// `stored()`, the column's value. The migration's CHECK has to list the same values.
#[macro_export]
macro_rules! column_enum {
    ($(#[$doc:meta])* $name:ident: $sql:ident as $stored:ty {
        $($(#[$vdoc:meta])* $variant:ident = $value:literal),+ $(,)?
    }) => {
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        $(#[$doc])*
        #[diesel(sql_type = diesel::sql_types::$sql)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As the column holds it.
            pub const fn stored(self) -> $stored {
                match self { $(Self::$variant => $value),+ }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                self.stored().serialize(to)
            }
        }

        impl diesel::serialize::ToSql<diesel::sql_types::$sql, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                let value = self.stored();
                diesel::serialize::ToSql::<diesel::sql_types::$sql, diesel::pg::Pg>::to_sql(
                    &value, &mut out.reborrow(),
                )
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::$sql, diesel::pg::Pg> for $name {
            fn from_sql(value: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                let bytes = value.as_bytes();
                Self::ALL
                    .iter()
                    .copied()
                    .find(|v| $crate::base::enums::Stored::is(v.stored(), bytes))
                    .ok_or_else(|| concat!("an unknown ", stringify!($name)).into())
            }
        }
    };
}

/// The binary form of a column's value.
pub trait Stored {
    fn is(self, bytes: &[u8]) -> bool;
}

impl Stored for &str {
    fn is(self, bytes: &[u8]) -> bool {
        self.as_bytes() == bytes
    }
}

impl Stored for i32 {
    fn is(self, bytes: &[u8]) -> bool {
        self.to_be_bytes() == bytes
    }
}
