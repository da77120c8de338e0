//! Removes near-duplicates: `--dedupe near`.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, Write};

use anyhow::{Context, Result};
use tunedrop_quality::{QualityPass, grouping};
use tunedrop_reshape::Notes;
use tunedrop_validation::{Role, Training};

use crate::progress::Waiting;
use crate::reshape;
use crate::write::Output;

/// The fixed records, which wait in a temporary file until all of them are known.
pub(super) struct Near {
    pass: QualityPass,
    file: BufWriter<File>,
    /// The number that each record has in the input.
    numbers: Vec<u64>,
}

/// What was removed.
#[derive(Default)]
pub(super) struct Repeats {
    pub(super) removed: u64,
    pub(super) bytes: u64,
    /// What to print.
    pub(super) lines: Vec<String>,
}

impl Near {
    pub(super) fn new(training: &Training) -> Result<Near> {
        let file = tempfile::tempfile().context("can't create a temporary file")?;
        let pass = QualityPass::new("", Role::Train, training, threads()).keeping_lines();
        Ok(Near { pass, file: BufWriter::with_capacity(1 << 20, file), numbers: Vec::new() })
    }

    pub(super) fn add(&mut self, number: u64, line: &[u8]) -> Result<()> {
        self.numbers.push(number);
        self.pass.feed(line);
        self.pass.feed(b"\n");
        let written = self.file.write_all(line).and_then(|()| self.file.write_all(b"\n"));
        written.context("can't write to a temporary file; check the free disk space")
    }

    /// Writes the records without near-duplicates. `what`: "line" or "record".
    pub(super) fn write(self, output: &mut Output, what: &str) -> Result<Repeats> {
        let waiting = Waiting::new("comparing records");
        let found = grouping(self.pass.finish(), threads());
        drop(waiting);
        let repeats: HashMap<u64, u64> = found.repeats().into_iter().collect();
        let number = |line: u64| {
            let at = usize::try_from(line).ok().and_then(|line| line.checked_sub(1));
            at.and_then(|at| self.numbers.get(at)).copied().unwrap_or(line)
        };
        let unreadable = "can't read a temporary file";
        let mut file = self.file.into_inner().map_err(|error| error.into_error()).context(unreadable)?;
        file.rewind().context(unreadable)?;
        let (mut notes, mut repeated) = (Notes::default(), Repeats::default());
        for (line, text) in (1..).zip(BufReader::with_capacity(1 << 20, file).split(b'\n')) {
            let text = text.context(unreadable)?;
            match repeats.get(&line) {
                None => output.line(&text)?,
                Some(first) => {
                    notes.add(number(line), format!("near-duplicate of {}: removed", number(*first)));
                    repeated.removed += 1;
                    repeated.bytes += text.len() as u64 + 1;
                }
            }
        }
        repeated.lines = reshape::note_lines(&notes, what);
        let conflicting = found.conflicting();
        if conflicting > 0 {
            let of = if conflicting == 1 { "1 record" } else { &format!("{conflicting} records") };
            repeated
                .lines
                .push(format!("{of} kept although they repeat a prompt: the answers conflict; decide which is right"));
        }
        if found.is_partial {
            repeated
                .lines
                .push("there are too many records to compare all of them: some near-duplicates may be left".to_owned());
        }
        Ok(repeated)
    }
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
