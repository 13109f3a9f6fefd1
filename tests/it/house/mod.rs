//! What holds for the whole house, whichever slice is looked at: layers, the schema's shape, who may
//! do what, and that no tenant ever sees another's rows.

mod access;
mod access_matrix;
mod architecture;
mod attacks;
mod catalog;
mod guide;
mod isolation;
mod layers;
mod migrations;
mod pins;
mod pool;
pub mod schema;
pub mod source;
