//! Records in another format: one finding where most of the file is, one each where few records are.

use std::collections::BTreeMap;

use crate::findings::KEPT_PER_CODE;
use crate::set::whole;
use crate::shape::Shape;
use crate::{Code, Findings, Format};

/// The records of each foreign format.
#[derive(Debug, Default)]
pub(super) struct Foreign {
    shapes: BTreeMap<&'static str, Tally>,
}

#[derive(Debug)]
struct Tally {
    shape: &'static Shape,
    count: u64,
    /// The first lines, as many as findings are kept.
    lines: Vec<u64>,
}

impl Foreign {
    /// Notes that a line is in that format.
    pub(super) fn note(&mut self, shape: &'static Shape, line: u64) {
        let tally = self.tally(shape);
        tally.count += 1;
        if tally.lines.len() < KEPT_PER_CODE {
            tally.lines.push(line);
        }
    }

    /// Adds what was noted later, in lines that follow line `before`.
    pub(super) fn extend(&mut self, later: Foreign, before: u64) {
        for noted in later.shapes.into_values() {
            let tally = self.tally(noted.shape);
            tally.count += noted.count;
            let room = KEPT_PER_CODE - tally.lines.len();
            tally.lines.extend(noted.lines.into_iter().take(room).map(|line| before + line));
        }
    }

    fn tally(&mut self, shape: &'static Shape) -> &mut Tally {
        self.shapes.entry(shape.is).or_insert_with(|| Tally { shape, count: 0, lines: Vec::new() })
    }

    /// Adds the findings; the file has `records` in all, and its model takes them in `format`.
    pub(super) fn tell(&self, file: &str, records: u64, format: &Format, findings: &mut Findings) {
        for (shape, tally) in &self.shapes {
            let help = tally.shape.help(format);
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
                at(first, format!("{} of {records} records, starting with this one, are in {shape}", tally.count));
            } else {
                let lines = tally.lines.iter().copied().map(Some);
                // The lines that were not kept are counted all the same.
                let rest = (tally.lines.len() as u64..tally.count).map(|_| None);
                lines.chain(rest).for_each(|line| at(line, format!("this record is in {shape}")));
            }
        }
    }
}
