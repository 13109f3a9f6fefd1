//! The record: what was changed by whom, and that nobody can change the record.

mod changes;
mod rights;
