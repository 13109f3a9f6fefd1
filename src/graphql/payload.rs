//! Payloads: what a mutation answers with.

/// Declares a mutation's payload: nullable results, and `userErrors`.
///
/// `payload! { /** doc */ ClientCreatePayload { /** doc */ client: ClientNode } }` makes a GraphQL
/// object with those fields, each nullable, `userErrors`, and `from(Result<(ClientNode,)>)`.
#[macro_export]
macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            $($(#[$fdoc])* $field: Option<$ty>,)+
            /// What to put right; empty when it worked.
            user_errors: Vec<$crate::graphql::error::UserError>,
        }

        impl $name {
            /// The answer for what a service function returned.
            #[allow(clippy::allow_attributes, unused_parens, reason = "one field or several")]
            pub fn from(
                result: $crate::error::Result<($($ty),+)>,
            ) -> $crate::graphql::Result<Self> {
                Ok(match result {
                    Ok(($($field),+)) => Self { $($field: Some($field),)+ user_errors: vec![] },
                    Err(e) => Self {
                        $($field: None,)+
                        user_errors: $crate::graphql::error::user_errors(e)?,
                    },
                })
            }
        }
    };
}
