//! The slices of a tenant, as their callers see them.

mod accounts;
mod bulk;
mod conformance;
mod documents;
mod filters;
mod grants;
mod groups;
mod invitations;
pub mod kit;
mod lists;
mod nested;
mod nodes;
mod own_account;
mod pages;
mod permissions;
mod projects;
mod refusals;
mod sessions;
mod statements;
mod statistics;
mod tasks;
mod texts;
mod tokens;
mod trash;
mod tries;
mod user_rules;
mod users;
