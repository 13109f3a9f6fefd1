//! Settings of the API: what it shows of itself, and how large a document may be.

use super::{
    setting::section,
    value::{choice, number},
};

choice! {
    /// Who may read the schema.
    pub enum Introspection {
        Public = "public",
        /// Who has signed in.
        Authenticated = "authenticated",
        Off = "off",
    }
}

section! {
    /// The API: what it shows of itself, and how large a document may be.
    pub struct Graphql in "graphql." {
        /// Who may read the schema: public, authenticated or off.
        introspection: Introspection = "public", env ["GRAPHQL_INTROSPECTION"];
        /// Whether /playground/ is served.
        playground: bool = "true", env ["GRAPHQL_PLAYGROUND"];
        /// Levels of fields.
        max_depth: usize = "12", read number(1..=100);
        /// Aliases in a document.
        max_aliases: usize = "30", read number(0..=10_000);
        /// Tokens in a document.
        max_tokens: usize = "2000", read number(1..=1_000_000);
        /// Directives in a document.
        max_directives: usize = "20", read number(0..=10_000);
        /// Fields at the root of an operation.
        max_root_fields: usize = "20", read number(1..=10_000);
        /// Cost of an operation.
        max_cost: usize = "5000", read number(1..=10_000_000);
        /// Size of a document, in bytes.
        max_document_bytes: usize = "65536", read number(256..=16_777_216);
        /// Brackets open at once; above 64 the parser's stack would be in danger.
        max_nesting: usize = "32", read number(1..=64);
        /// Objects a request may return.
        max_nodes: usize = "10000", read number(1..=10_000_000);
    }
}
