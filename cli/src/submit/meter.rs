//! The progress of an upload: a bar on a terminal, else a line from time to time.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tunedrop_aws::Sent;

use crate::print;

/// How often the bar is updated.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How often a line is printed without a terminal: in the first minute, and after it.
const LINE_EVERY: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(60)];

pub(super) struct Meter {
    sent: Sent,
    begun: Instant,
    bar: ProgressBar,
    /// Whether lines are printed, for lack of a terminal.
    in_lines: bool,
    /// When the next line is due, since the beginning.
    next_line: Cell<Duration>,
}

impl Meter {
    /// A meter for this many bytes.
    pub(super) fn new(total: u64) -> Meter {
        let in_lines = !std::io::stderr().is_terminal();
        // A hidden bar still measures the speed.
        let target = if in_lines { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(total), target).with_style(style());
        Meter { sent: Sent::default(), begun: Instant::now(), bar, in_lines, next_line: Cell::new(LINE_EVERY[0]) }
    }

    /// Counts without showing anything.
    pub(super) fn silent(sent: Sent) -> Meter {
        let bar = ProgressBar::hidden();
        Meter { sent, begun: Instant::now(), bar, in_lines: false, next_line: Cell::new(LINE_EVERY[0]) }
    }

    /// The counter of sent bytes.
    pub(super) fn sent(&self) -> &Sent {
        &self.sent
    }

    /// Shows the name of the next file.
    pub(super) fn begins(&self, name: &str) {
        self.bar.set_message(name.to_owned());
    }

    /// Shows the progress until `done` is ready.
    pub(super) async fn shown<T>(&self, done: impl Future<Output = Result<T>>) -> Result<T> {
        let mut done = std::pin::pin!(done);
        loop {
            let done = tokio::select! {
                biased;
                done = &mut done => Some(done),
                () = tokio::time::sleep(LOOK_EVERY) => None,
            };
            self.look()?;
            if let Some(done) = done {
                return done;
            }
        }
    }

    fn look(&self) -> Result<()> {
        let (sent, passed) = (self.sent.bytes(), self.begun.elapsed());
        self.bar.set_position(sent);
        if self.in_lines && passed >= self.next_line.get() {
            self.next_line.set(passed + LINE_EVERY[usize::from(passed >= LINE_EVERY[1])]);
            print(&line(sent, self.bar.length().unwrap_or_default(), self.bar.eta()))?;
        }
        Ok(())
    }

    pub(super) fn ends(&self) {
        self.bar.finish_and_clear();
    }
}

fn style() -> ProgressStyle {
    let template = "{msg} [{wide_bar}] {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    ProgressStyle::with_template(template).expect("the template is a constant, and a test reads it")
}

fn line(sent: u64, total: u64, left: Duration) -> String {
    let left = if sent == 0 { String::new() } else { format!(", about {} left", HumanDuration(left)) };
    format!("  sent {} of {}{left}\n", HumanBytes(sent), HumanBytes(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_says_how_much_is_left() {
        super::style();
        let left = Duration::from_secs(23);
        assert_eq!(line(1 << 20, 4 << 20, left), "  sent 1.00 MiB of 4.00 MiB, about 23 seconds left\n");
        assert_eq!(line(0, 4 << 20, left), "  sent 0 B of 4.00 MiB\n");
    }
}
