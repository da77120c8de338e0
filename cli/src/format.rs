//! Prints the result of a check: one module for each format.

mod github;
mod html;
mod human;
mod json;
mod sarif;
mod snippet;
mod summary;
mod visible;

use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};

pub(crate) use github::github;
pub(crate) use html::html;
#[cfg(feature = "aws")]
pub(crate) use html::report;
pub(crate) use human::human;
pub(crate) use json::json;
pub(crate) use sarif::sarif;
pub(crate) use summary::{bracket, counted};
pub(crate) use tunedrop_validation::grouped;
pub(crate) use visible::visible;

pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const GUTTER: Style = AnsiColor::Blue.on_default().bold();
pub(crate) const BOLD: Style = Style::new().bold();

/// Columns if the terminal's width is unknown.
const COLUMNS: usize = 120;

/// How many findings of a code are shown in full. Of the rest, only the locations are listed.
const SHOWN_PER_CODE: usize = 3;

/// Options for the output for people.
pub(crate) struct View {
    /// Columns of the terminal.
    columns: usize,
    /// How many findings of a code are shown in full.
    per_code: usize,
}

impl View {
    /// Without a terminal, with a few findings of each code in full.
    pub(crate) fn folded() -> View {
        View { columns: COLUMNS, per_code: SHOWN_PER_CODE }
    }

    /// Without a terminal, with all findings in full.
    pub(crate) fn unfolded() -> View {
        View { columns: COLUMNS, per_code: usize::MAX }
    }

    /// `fold`: show only a few findings of each code in full.
    pub(crate) fn of_terminal(fold: bool) -> View {
        let terminal = if std::io::stdout().is_terminal() { console::Term::stdout().size_checked() } else { None };
        let columns = terminal.map_or(COLUMNS, |(_, columns)| usize::from(columns).max(40));
        View { columns, per_code: if fold { SHOWN_PER_CODE } else { usize::MAX } }
    }
}
