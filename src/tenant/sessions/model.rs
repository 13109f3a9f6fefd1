//! The ids of `sessions`.

crate::id!(/** A session. */ SessionId, "session");
