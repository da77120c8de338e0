//! The pass over one file of a dataset.

use tunedrop_validation::{
    Catalogue, Customization, FileCheck, FileReport, Findings, MediaFolder, Options, RecordIndex, Role,
};

use tunedrop_evaluation::Sample;

use super::SetRules;
use super::held_out::HeldOutLines;
use super::quality::Looker;

/// Which rules a dataset's files are checked with.
#[derive(Debug, Clone, Copy)]
pub(super) enum By<'c> {
    Rules(SetRules<'c>),
    /// Those of the format that the file's first record seems to have.
    Guess(&'c Catalogue),
}

/// The check of one file, which is fed its bytes in pieces of any size.
#[derive(Debug)]
pub struct FilePass<'c> {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) by: By<'c>,
    pub(super) against: Option<RecordIndex>,
    pub(super) options: Options,
    pub(super) folder: Option<MediaFolder>,
    /// The beginning of the file, until its rules are guessed.
    pub(super) head: Vec<u8>,
    /// `None` before the first bytes.
    pub(super) check: Option<(FileCheck, SetRules<'c>)>,
    /// For the file that an evaluation uses.
    pub(super) held_out: Option<HeldOutLines>,
    /// For the second look at the data.
    pub(super) quality: Option<Looker>,
}

/// The result of a pass.
pub(super) struct Ended<'c> {
    pub(super) report: FileReport,
    pub(super) rules: SetRules<'c>,
    /// That of a held-out file, and `Some(None)` for one that is too large.
    pub(super) sample: Option<Option<Sample>>,
    pub(super) quality: Option<Looker>,
}

/// How many bytes of the first record are used to guess its format.
const GUESSED_BY: usize = 4096;

impl<'c> FilePass<'c> {
    /// Feeds the next bytes, which may end anywhere.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.check.is_none() {
            if let By::Guess(_) = self.by {
                self.head.extend(bytes);
                if self.head.len() >= GUESSED_BY || self.head.contains(&b'\n') {
                    self.begin();
                }
                return;
            }
            self.begin();
        }
        if let Some((check, rules)) = &mut self.check {
            check.feed(bytes);
            if let Some(held_out) = &mut self.held_out {
                held_out.feed(&rules.training.format, bytes);
            }
            if let Some(quality) = &mut self.quality {
                quality.feed(bytes);
            }
        }
    }

    /// Returns the findings of the lines so far, with the number of records; `None` before the first line.
    pub fn so_far(&self) -> Option<(&Findings, u64)> {
        self.check.as_ref().map(|(check, _)| check.so_far())
    }

    /// Returns the result; `None` if no rules are known.
    pub(super) fn end(mut self) -> Option<Ended<'c>> {
        if self.check.is_none() {
            // An empty file, or one with a short line.
            self.begin();
        }
        let (check, rules) = self.check?;
        let sample = self.held_out.map(|held_out| held_out.end(&rules.training.format));
        Some(Ended { report: check.finish(), rules, sample, quality: self.quality })
    }

    /// Chooses the rules, and checks the bytes that were buffered.
    fn begin(&mut self) {
        let head = std::mem::take(&mut self.head);
        let rules = match self.by {
            By::Rules(rules) => Some(rules),
            By::Guess(catalogue) => guess(catalogue, &head),
        };
        self.check = rules.map(|rules| {
            let check = FileCheck::new(&self.name, rules.training, self.role, self.against.take());
            let mut check = check.with(self.options).media_in(self.folder.take());
            check.feed(&head);
            if let Some(quality) = &mut self.quality {
                quality.start(&self.name, self.role, rules.training);
                quality.feed(&head);
            }
            (check, rules)
        });
    }
}

/// Returns the rules of a common model that accepts records like the first one.
fn guess<'c>(catalogue: &'c Catalogue, head: &[u8]) -> Option<SetRules<'c>> {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has = |key: &str| {
        let key = format!("\"{key}\"");
        line.windows(key.len()).take(GUESSED_BY).any(|window| window == key.as_bytes())
    };
    let (alias, customization) = if has("prompt") {
        ("titan-text-express", Customization::FineTuning)
    } else if has("input") {
        ("titan-text-express", Customization::ContinuedPreTraining)
    } else {
        ("nova-lite", Customization::FineTuning)
    };
    SetRules::of(catalogue.find(alias)?, customization)
}
