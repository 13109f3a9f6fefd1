//! Small things every room needs. Knows nothing about the product.

pub mod backoff;
pub mod clock;
pub mod codes;
pub mod enums;
pub mod ids;
pub mod money;
pub mod page;
pub mod text;
