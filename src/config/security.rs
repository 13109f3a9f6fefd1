//! Settings of what is kept for those who watch over security.

use super::{setting::section, value::number};

section! {
    /// What is kept for those who watch over security.
    pub struct Security in "security." {
        /// Days for which security events are kept. The record of changes is kept for good.
        retention_days: u32 = "365", env ["SECURITY_RETENTION_DAYS"], read number(1..=36_500);
    }
}
