//! A progress bar for reads that take longer than a second, on a terminal only.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::format::visible;
use crate::location::Location;

/// How long a read takes before the bar is shown.
const PATIENCE: Duration = Duration::from_secs(1);

pub(crate) struct Progress {
    name: String,
    /// The file's size in bytes, if it is known.
    total: Option<u64>,
    done: u64,
    started: Instant,
    on_terminal: bool,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new(location: &Location) -> Progress {
        let total = match location {
            Location::Local(path) => std::fs::metadata(path).ok().map(|file| file.len()).filter(|bytes| *bytes > 0),
            _ => None,
        };
        let on_terminal = std::io::stderr().is_terminal();
        Progress { name: visible(&location.name()), total, done: 0, started: Instant::now(), on_terminal, bar: None }
    }

    pub(crate) fn advance(&mut self, bytes: usize) {
        self.done += bytes as u64;
        if self.bar.is_none() && self.on_terminal && self.started.elapsed() > PATIENCE {
            let bar = bar(self.total, &self.name).with_elapsed(self.started.elapsed());
            bar.set_position(self.done);
            // The bytes before the bar would distort the estimate.
            bar.reset_eta();
            self.bar = Some(bar);
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.done);
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

/// A line on a terminal for work whose end isn't known.
pub(crate) struct Waiting(Option<ProgressBar>);

impl Waiting {
    pub(crate) fn new(what: &'static str) -> Waiting {
        let spinner = std::io::stderr().is_terminal().then(|| {
            let spinner = ProgressBar::new_spinner().with_message(what);
            spinner.enable_steady_tick(PATIENCE);
            spinner
        });
        Waiting(spinner)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(spinner) = &self.0 {
            spinner.finish_and_clear();
        }
    }
}

fn bar(total: Option<u64>, name: &str) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{msg} [{wide_bar}] {bytes} of {total_bytes}, {eta} left"),
        None => (ProgressBar::new_spinner(), "{spinner} {msg} {bytes}, {bytes_per_sec}"),
    };
    let style = ProgressStyle::with_template(template).expect("the templates are constants, and a test reads them");
    bar.with_style(style).with_message(name.to_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_templates_are_read() {
        assert_eq!(super::bar(Some(7), "a").length(), Some(7));
        assert_eq!(super::bar(None, "a").length(), None);
    }
}
