//! How findings are printed: one file per format.

mod github;
mod human;
mod json;
mod sarif;
mod snippet;
mod summary;
mod visible;

use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};

pub(crate) use github::github;
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

/// Columns where the terminal doesn't say.
const COLUMNS: usize = 120;

/// How much of each code is shown whole, before the rest is named by place only.
const SHOWN_PER_CODE: usize = 3;

/// What a page for people has to fit.
pub(crate) struct View {
    /// Columns of the terminal.
    columns: usize,
    /// How many findings of a code are shown whole.
    per_code: usize,
}

impl View {
    /// `fold`: name all but a few findings of a code by their place only.
    pub(crate) fn of_terminal(fold: bool) -> View {
        let terminal = if std::io::stdout().is_terminal() { console::Term::stdout().size_checked() } else { None };
        let columns = terminal.map_or(COLUMNS, |(_, columns)| usize::from(columns).max(40));
        View { columns, per_code: if fold { SHOWN_PER_CODE } else { usize::MAX } }
    }
}
