//! Settings of rate limits. Limits on the size of a request are in `http` and `graphql`.

use std::num::NonZeroU32;

use super::setting::section;

section! {
    /// How often one may ask, and for how much.
    pub struct Limits in "limits." {
        /// Whether requests are counted at all.
        enabled: bool = "true", env ["RATE_LIMIT_ENABLE"];
        /// Requests a minute for one user or API key, or for one address without signing in.
        api_per_minute: NonZeroU32 = "100", env ["API_RATE_LIMIT_PER_MINUTE"];
        /// Requests one of them may send at once beyond that.
        api_burst: NonZeroU32 = "10", env ["API_RATE_LIMIT_BURST"];
        /// Requests a minute for one of them that hold a field of `limits.burst_fields`.
        burst_per_minute: NonZeroU32 = "10", env ["BURST_RATE_LIMIT_PER_MINUTE"];
        /// Root fields that are dear beyond their cost, such as those that send mail.
        burst_fields: Vec<String> = "tenantCreate,tenantDelete,userInvite,invitationResend,identityProviderTest";
        /// Sign-ins a minute for one user name.
        auth_per_minute: NonZeroU32 = "10", env ["AUTH_RATE_LIMIT_PER_MINUTE"];
        /// Sign-ins a minute from one address.
        auth_per_minute_address: NonZeroU32 = "30";
        /// Requests an hour from one address without signing in.
        anonymous_per_hour: NonZeroU32 = "100", env ["RATE_LIMIT_ANONYMOUS_PER_HOUR"];
        /// Requests an hour for one signed-in user or API key.
        signed_in_per_hour: NonZeroU32 = "1000", env ["RATE_LIMIT_SIGNED_IN_PER_HOUR"];
        /// Requests a minute for all users of one tenant together; without a number, any.
        tenant_per_minute: Option<NonZeroU32> = "";
        /// Points of query cost a minute for one caller; at least `graphql.max_cost`.
        cost_per_minute: NonZeroU32 = "50000", env ["RATE_LIMIT_COST_PER_MINUTE"];
    }
}
