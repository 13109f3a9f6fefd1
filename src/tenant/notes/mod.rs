//! Notes: what people write down about clients and their cases, and for whom. A note lies in its
//! client, and in a case if it is about one.

mod columns;
pub mod graphql;
mod loader;
mod model;
pub mod service;
mod store;

pub use columns::{CASE_ID, CLIENT_ID};
pub use model::{NewNote, Note, NoteId, NotePatch};
