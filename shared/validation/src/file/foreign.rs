//! Records in another format: one finding where most of the file is, one each where few records are.

use std::collections::BTreeMap;

use crate::findings::KEPT_PER_CODE;
use crate::set::whole;
use crate::{Code, Findings};

/// The records of each foreign format.
#[derive(Debug, Default)]
pub(super) struct Foreign {
    shapes: BTreeMap<&'static str, Tally>,
}

#[derive(Debug, Default)]
struct Tally {
    count: u64,
    /// The first lines, as many as findings are kept.
    lines: Vec<u64>,
}

impl Foreign {
    /// Notes that a line is in that format.
    pub(super) fn note(&mut self, shape: &'static str, line: u64) {
        let tally = self.shapes.entry(shape).or_default();
        tally.count += 1;
        if tally.lines.len() < KEPT_PER_CODE {
            tally.lines.push(line);
        }
    }

    /// Adds what was noted later, in lines that follow line `before`.
    pub(super) fn extend(&mut self, later: Foreign, before: u64) {
        for (shape, noted) in later.shapes {
            let tally = self.shapes.entry(shape).or_default();
            tally.count += noted.count;
            let room = KEPT_PER_CODE - tally.lines.len();
            tally.lines.extend(noted.lines.into_iter().take(room).map(|line| before + line));
        }
    }

    /// Adds the findings; the file has `records` in all, and its model wants them as in `wanted`.
    pub(super) fn tell(&self, file: &str, records: u64, wanted: &str, findings: &mut Findings) {
        for (shape, tally) in &self.shapes {
            let with = converts(shape).map_or(String::new(), |from| {
                format!(" with `tunedrop convert --from {from} IN --model MODEL -o OUT`")
            });
            let help = format!("convert it{with} to {wanted}, or choose a base model that takes this format");
            let mut at = |line: Option<u64>, message: String| {
                let mut finding = whole(Code::WrongLayout, file, message, help.clone());
                finding.line = line;
                finding.column = line.map(|_| 1);
                findings.push(finding);
            };
            let first = tally.lines.first().copied();
            if tally.count == records && records > 1 {
                at(first, format!("all {records} records are in {shape}"));
            } else if tally.count * 2 > records && records > 1 {
                at(first, format!("{} of {records} records, this one the first, are in {shape}", tally.count));
            } else {
                let lines = tally.lines.iter().copied().map(Some);
                // The lines that were not kept are counted all the same.
                let rest = (tally.lines.len() as u64..tally.count).map(|_| None);
                lines.chain(rest).for_each(|line| at(line, format!("this record is in {shape}")));
            }
        }
    }
}

/// What `tunedrop convert` calls that format, if it reads it.
fn converts(shape: &str) -> Option<&'static str> {
    let known = [
        ("OpenAI", "openai"),
        ("conversation format", "openai"),
        ("prompt/completion", "prompt-completion"),
        ("Alpaca", "alpaca"),
        ("Dolly", "dolly"),
        ("ShareGPT", "sharegpt"),
        ("question and answer", "prompt-completion"),
        ("input and output", "prompt-completion"),
        ("plain texts", "auto"),
        ("continued pre-training", "auto"),
    ];
    known.into_iter().find(|(part, _)| shape.contains(part)).map(|(_, from)| from)
}
