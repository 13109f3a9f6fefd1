//! The tables as diesel sees them. Generated from the migrations by `taruvi migrate dev`.

pub mod platform;
pub mod tenant;
