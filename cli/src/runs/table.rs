//! Runs as a table.

use anstyle::Style;
use tunedrop_run::{Run, State};
use unicode_width::UnicodeWidthStr;

use crate::format::{BOLD, ERROR, GOOD, WARNING, grouped, visible};

/// The colour of a state.
pub(crate) fn style(state: State) -> Style {
    match state {
        State::Succeeded => GOOD,
        State::Failed | State::Rejected | State::Refused => ERROR,
        State::Held | State::Stopped | State::Superseded => WARNING,
        State::Queued | State::Launching | State::Running => BOLD,
    }
}

/// A line a run, under a line of names.
pub(super) fn of(runs: &[Run]) -> String {
    let head = ["RUN", "STATE", "BASE MODEL", "RECORDS", "DROPPED", "LOSS"].map(str::to_owned);
    let rows: Vec<[String; 6]> = runs.iter().map(row).collect();
    let wide = |at: usize| {
        let cells = rows.iter().map(|row| row[at].width());
        cells.chain([head[at].width()]).max().unwrap_or_default()
    };
    let widths: [usize; 6] = std::array::from_fn(wide);
    let mut out = line(&head, &widths, Style::new());
    for (run, row) in runs.iter().zip(&rows) {
        out.push_str(&line(row, &widths, style(run.state)));
    }
    out
}

fn row(run: &Run) -> [String; 6] {
    let model = run.plan.as_ref().map(|plan| plan.alias.clone().unwrap_or_else(|| plan.base_model.clone()));
    [
        visible(&run.run_id),
        run.state.as_str().to_owned(),
        visible(&model.unwrap_or_else(|| "-".to_owned())),
        run.records.map_or("-".to_owned(), grouped),
        time(&run.since),
        run.validation_loss.or(run.training_loss).map_or("-".to_owned(), |loss| format!("{loss:.3}")),
    ]
}

/// RFC 3339 to the second.
pub(super) fn seconds(text: &str) -> String {
    visible(&format!("{} UTC", text.get(..19).unwrap_or(text).replace('T', " ")))
}

/// RFC 3339 to the minute.
pub(crate) fn time(text: &str) -> String {
    visible(&text.get(..16).unwrap_or(text).replace('T', " "))
}

fn line(cells: &[String; 6], widths: &[usize; 6], state: Style) -> String {
    let mut out = String::new();
    for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let pad = " ".repeat(width - cell.width());
        out.push_str(&match at {
            1 => format!("{state}{cell}{state:#}{pad}  "),
            // Numbers stand right.
            3 | 5 => format!("{pad}{cell}  "),
            _ => format!("{cell}{pad}  "),
        });
    }
    format!("{}\n", out.trim_end())
}
