//! All tests in one binary: a link costs seconds.

mod auth;
mod cli;
mod cluster;
mod config;
mod document;
mod house;
mod http;
mod live;
mod negotiate;
mod operation;
mod outbound;
mod platform;
mod record;
mod reply;
mod smoke;
mod support;
mod tenant;
