//! What each tenant may use up: the server's figures, or those that a platform administrator has
//! given it.

pub mod graphql;
mod model;
pub mod service;
mod store;

pub use model::FiguresPatch;
