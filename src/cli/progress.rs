//! How far a long command is: a bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use super::report::{complain, say};

/// A count of things to do.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// `what` in the plural: "tenants".
    pub(super) fn new(total: usize, what: &'static str) -> Self {
        if !std::io::stderr().is_terminal() || total == 0 {
            return Self { bar: None };
        }
        let bar = ProgressBar::new(total as u64).with_message(what);
        let style = "{bar:30.cyan/dim} {pos} of {len} {msg}, {eta} to go";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        Self { bar: Some(bar) }
    }

    /// One more is done; `line` says which, where there is no bar.
    pub(super) fn done(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.inc(1),
            None => say(line),
        }
    }

    /// One has failed.
    pub(super) fn failed(&self, line: &str) {
        match &self.bar {
            Some(bar) => {
                bar.inc(1);
                bar.suspend(|| complain(line));
            }
            None => complain(line),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
