//! All tests in one binary: a link costs seconds.

mod auth;
mod config;
mod document;
mod house;
mod negotiate;
mod operation;
mod reply;
mod smoke;
mod support;
