//! Prints runs as a table.

use anstyle::Style;
use tunedrop_run::{Deployment, EvaluationEntry, Run, State};
use unicode_width::UnicodeWidthStr;

use crate::format::{BOLD, ERROR, GOOD, WARNING, grouped, visible};

/// The color of a state.
pub(crate) fn style(state: State) -> Style {
    match state {
        State::Succeeded => GOOD,
        State::Failed | State::Rejected | State::Refused => ERROR,
        State::Held | State::Stopped | State::Superseded => WARNING,
        State::Queued | State::Launching | State::Running => BOLD,
    }
}

/// The columns.
const HEAD: [&str; 8] = ["RUN", "STATE", "BASE MODEL", "RECORDS", "UPLOADED", "LOSS", "EVALUATION", "DEPLOYED AS"];
/// The first column that is left out if it is empty.
const OPTIONAL: usize = 6;

/// A line for each run, below a heading. The columns of evaluations and deployments are left out if no run has one.
pub(super) fn of(runs: &[Run], evaluations: &[EvaluationEntry], deployments: &[Deployment]) -> String {
    let rows: Vec<[String; 8]> = runs.iter().map(|run| row(run, evaluations, deployments)).collect();
    let shown: [bool; 8] = std::array::from_fn(|at| at < OPTIONAL || rows.iter().any(|row| !row[at].is_empty()));
    let head = HEAD.map(str::to_owned);
    let wide = |at: usize| {
        let cells = rows.iter().map(|row| row[at].width());
        cells.chain([head[at].width()]).max().unwrap_or_default()
    };
    let widths: [Option<usize>; 8] = std::array::from_fn(|at| shown[at].then(|| wide(at)));
    let mut out = line(&head, &widths, Style::new());
    for (run, row) in runs.iter().zip(&rows) {
        out.push_str(&line(row, &widths, style(run.state)));
    }
    out
}

fn row(run: &Run, evaluations: &[EvaluationEntry], deployments: &[Deployment]) -> [String; 8] {
    let model = run.plan.as_ref().map(|plan| plan.alias.clone().unwrap_or_else(|| plan.base_model.clone()));
    let evaluation = evaluations.iter().find(|one| one.run_id == run.run_id);
    [
        visible(&run.run_id),
        format!("{}{}", run.state.as_str(), if run.erased_at.is_some() { ", erased" } else { "" }),
        visible(&model.unwrap_or_else(|| "-".to_owned())),
        run.records.map_or("-".to_owned(), grouped),
        time(&run.uploaded_at),
        run.validation_loss.or(run.training_loss).map_or("-".to_owned(), |loss| format!("{loss:.3}")),
        evaluation.map(|one| one.state.as_str().to_owned()).unwrap_or_default(),
        serving(run, deployments),
    ]
}

/// The names of the deployments that serve a run. Leaves out temporary ones, which only an evaluation calls.
fn serving(run: &Run, deployments: &[Deployment]) -> String {
    let serves = |one: &&Deployment| {
        one.evaluation.is_none() && one.state.answers() && one.serving.as_ref() == Some(&run.run_id)
    };
    let names: Vec<String> = deployments.iter().filter(serves).map(|one| visible(&one.name)).collect();
    names.join(", ")
}

/// RFC 3339 to the second.
pub(super) fn seconds(text: &str) -> String {
    visible(&format!("{} UTC", text.get(..19).unwrap_or(text).replace('T', " ")))
}

/// RFC 3339 to the minute.
pub(crate) fn time(text: &str) -> String {
    visible(&text.get(..16).unwrap_or(text).replace('T', " "))
}

/// A line of cells; those without a width are left out.
fn line(cells: &[String; 8], widths: &[Option<usize>; 8], state: Style) -> String {
    let mut out = String::new();
    for (at, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let Some(width) = width else { continue };
        let pad = " ".repeat(width - cell.width());
        out.push_str(&match at {
            1 => format!("{state}{cell}{state:#}{pad}  "),
            // Numbers are right-aligned.
            3 | 5 => format!("{pad}{cell}  "),
            _ => format!("{cell}{pad}  "),
        });
    }
    format!("{}\n", out.trim_end())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evaluations::tests::{RUN, evaluation, plain};

    #[test]
    fn columns_of_evaluations_and_deployments_are_there_if_a_run_has_one() {
        let run = |id: &str| -> Run {
            serde_json::from_value(json!({
                "schema": 1, "run_id": id, "revision": 1, "dataset": "bot", "state": "Succeeded", "identity": "0",
                "attempt": 1, "uploaded_at": "2026-11-30T07:00:00.000Z", "changed_at": "2026-11-30T07:59:00.000Z",
            }))
            .expect("a run")
        };
        let runs = [run(RUN), run("bot-000000000001")];
        insta::assert_snapshot!(plain(&of(&runs, &[evaluation("Kept", &json!({}))], &[])), @r"
        RUN               STATE      BASE MODEL  RECORDS  UPLOADED          LOSS  EVALUATION
        bot-000000000002  Succeeded  -                 -  2026-11-30 07:00     -  Kept
        bot-000000000001  Succeeded  -                 -  2026-11-30 07:00     -
        ");
        let erased = Run { erased_at: Some("2026-12-01T08:00:00.000Z".to_owned()), ..run("bot-000000000003") };
        insta::assert_snapshot!(plain(&of(&[erased, run("bot-000000000001")], &[], &[])), @r"
        RUN               STATE              BASE MODEL  RECORDS  UPLOADED          LOSS
        bot-000000000003  Succeeded, erased  -                 -  2026-11-30 07:00     -
        bot-000000000001  Succeeded          -                 -  2026-11-30 07:00     -
        ");
        insta::assert_snapshot!(plain(&of(&runs[1..], &[], &[])), @r"
        RUN               STATE      BASE MODEL  RECORDS  UPLOADED          LOSS
        bot-000000000001  Succeeded  -                 -  2026-11-30 07:00     -
        ");
    }
}
