//! Settings of requests that the server sends to addresses of its tenants' choice. Sending them is
//! the business of the room `outbound`.

use super::setting::section;

section! {
    /// Requests to servers that tenants choose, such as those people sign in with.
    pub struct Outbound in "outbound." {
        /// Whether plain HTTP and private addresses are allowed; for development and tests only.
        allow_private: bool = "false", env ["OUTBOUND_ALLOW_PRIVATE"];
    }
}
