//! What tests stand on: one PostgreSQL for the run, a database and a server for each test, and
//! callers who talk to it as everybody does, over HTTP.

pub mod app;
pub mod caller;
pub mod database;
pub mod issuer;
pub mod receiver;
pub mod redis;
pub mod smtp;
pub mod socket;
pub mod stream;

pub use app::TestApp;
pub use caller::{Answer, Caller};
pub use receiver::{Receiver, Reply};
pub use redis::Redis;
pub use smtp::Mailbox;
pub use socket::{Heard, Socket};
pub use stream::Stream;
