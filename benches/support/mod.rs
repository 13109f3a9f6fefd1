//! What the benches are made of: a database with tenants in it, servers in processes of their
//! own, a load, and the clocks. What is measured is decided by the benches themselves.

pub mod bed;
pub mod cpu;
pub mod http;
pub mod load;
pub mod requests;
pub mod seed;
pub mod servers;
pub mod stats;
