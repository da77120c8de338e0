//! The section "Records to look at": the records of the training file that stand out, after a run whose loss jumped or that
//! failed.

use serde::Serialize;
use tunedrop_run::second_look::{Suspects, reason_words};

use super::Outcome;
use super::jump::LossJump;
use crate::wording::{counted, folded, grouped, loss, shell, visible};

/// The records that stand out, or why none are listed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspectList {
    /// What the second look at the data found.
    Known(Suspects),
    /// No list was kept with the run, in one clause.
    Unknown(String),
}

/// The section.
pub(super) struct Section {
    /// Why there is this section.
    pub why: Vec<String>,
    pub rows: Vec<(String, String)>,
    /// What else to know.
    pub note: String,
    /// Prints the lines.
    pub command: Option<String>,
}

/// Returns the section, if the loss jumped or the run failed.
pub(super) fn section(outcome: &Outcome) -> Option<Section> {
    let list = outcome.suspects.as_ref()?;
    let mut why: Vec<String> = outcome.loss_jump.iter().map(sentence).collect();
    if outcome.state == "Failed" {
        why.push("The run failed.".to_owned());
    }
    let suspects = match list {
        SuspectList::Known(suspects) if !suspects.suspects.is_empty() => suspects,
        SuspectList::Known(suspects) => {
            let note = format!("Nothing stands out in {}.", counted(suspects.records, "record"));
            return Some(Section { why, rows: Vec::new(), note, command: None });
        }
        SuspectList::Unknown(clause) => {
            let note = format!("No records are listed: {clause}.");
            return Some(Section { why, rows: Vec::new(), note, command: None });
        }
    };
    let reasons =
        |reasons: &[String]| reasons.iter().map(|reason| visible(reason_words(reason))).collect::<Vec<_>>().join(", ");
    let rows = suspects.suspects.iter().map(|one| (grouped(u64::from(one.line)), reasons(&one.reasons))).collect();
    let lines: Vec<String> = suspects.suspects.iter().map(|one| format!("{}p", one.line)).collect();
    let command = folded(&format!("sed -n {} {}", shell(&lines.join(";")), shell(&suspects.file)));
    let note = "These records stand out in the training file. They are suspects, not causes: Bedrock doesn't report which records a step had, so nothing connects them with this run's result.".to_owned();
    Some(Section { why, rows, note, command: Some(command) })
}

fn sentence(jump: &LossJump) -> String {
    let more = match jump.jumps {
        0 | 1 => String::new(),
        jumps => format!(" It is the first of {} jumps.", grouped(jumps)),
    };
    format!(
        "The training loss jumped at step {}, from {} to {}.{more}",
        grouped(jump.step),
        loss(jump.before),
        loss(jump.loss)
    )
}

#[cfg(test)]
mod tests;
